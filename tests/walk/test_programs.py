"""A walk in a fresh root through what programs meet, and those who run them: lines of JSON, a status and
metrics, roots, licences. What each of these holds in full is another test's; here it is seen once, where
it is installed.
"""

import json
import signal
import subprocess
import time
import unittest

from fresh import PATIENCE, WANTED, Fresh
import cli
import json_schemas
from cli import CON
from json_schemas import jsonschema
from watching import wait_for_run


class JsonTest(Fresh):
    """The same bytes for a program, whether or not a person looks on."""

    def lines(self, *words, **how):
        """Of the pipe; each way shows the same members."""
        seen = self.see(*words, make=self.company, **how)
        first, *others = [[json.loads(line) for line in text.splitlines() if line.startswith("{")]
                          for text in seen.everywhere]
        for other in others:
            self.assertEqual([list(line) for line in other], [list(line) for line in first])
        return first

    def test_a_last_line_sums_up(self):
        self.write("connsync.json", WANTED)
        for words, code, members in ((["list"], 0, 5), (["plan"], 2, 4), (["apply", "--yes"], 0, 4)):
            *lines, last = self.lines(*words, "--json", code=code)
            self.assertEqual(list(last), ["summary"])
            self.assertEqual((last["summary"]["exit"], last["summary"]["seen"]), (code, 5))
            self.assertGreaterEqual(len(lines), members)
            for line in lines:
                self.assertLessEqual({"id", "name", "status", "code", "message"}, set(line))

    def test_a_failure_has_its_code(self):
        line, = self.lines("get", "absent", "--json", code=5)
        self.assertEqual((line["status"], line["code"]), ("failed", "no_such_connection"))
        seen = self.see("list", "--log-format", "json", code=64)
        for text in seen.everywhere:
            self.assertEqual(json.loads(text)["level"], "error")

    def test_version(self):
        for words in (["version", "--json"], ["--version", "--json"]):
            seen = self.see(*words)
            for text in seen.everywhere:
                told = json.loads(text)
                self.assertLessEqual({"version", "commit", "tls", "roots"}, set(told))
        self.see("version", says=["connsync " + told["version"]])


@unittest.skipIf(jsonschema is None, "there is no python3-jsonschema; tools/setup --all has it")
class SchemaTest(Fresh):
    """What is printed, by the schemas that are installed beside the program."""

    def setUp(self):
        super().setUp()
        self.schemas = json_schemas.load(self.root / "usr/share/connsync/schemas")

    def check(self, name, value):
        json_schemas.validator(self.schemas, name).validate(value)

    def test_lines(self):
        self.write("connsync.json", {"$schema": "connsync.schema.json", **WANTED})
        self.check("connsync", json.loads((self.home / "connsync.json").read_text(encoding="utf-8")))
        tenant = self.company()
        for words, code in ((["list"], 0), (["plan", "--out", "plan.json"], 2), (["get", "absent"], 5),
                            (["set", CON, "on", "--dry-run"], 0),
                            (["apply", "--yes"], 0)):
            result = self.in_pipe(tenant, [*words, "--json"])
            self.assertEqual(result.code, code, result.raw)
            for line in result.json_lines:
                self.check("line", line)
        for line in self.in_pipe(tenant, ["doctor", "--json"]).json_lines:
            self.check("finding", line)
        self.check("plan", json.loads((self.home / "plan.json").read_text(encoding="utf-8")))
        self.check("version", json.loads(self.in_pipe(None, ["--version", "--json"]).out))


class WatchTest(Fresh):
    """A run of watch, its status, its metrics, and how it ends."""

    def test_watch(self):
        self.write("connsync.json", WANTED)
        tenant = self.company()
        words = self.words(tenant, ["watch", "--status-file", "status.json", "--metrics-file",
                                    "connsync.prom"])
        process = subprocess.Popen(words, preexec_fn=self.enter, cwd="/", stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=self.environment(tenant, None))
        self.addCleanup(process.kill)
        self.assertTrue(wait_for_run(process, self.home / "status.json"))
        metrics = self.wait_for(self.home / "connsync.prom").read_text(encoding="utf-8")
        label = '{domain="%s"}' % tenant.domain
        for name, value in (("runs_total", 1), ("changed_connections_total", 4),
                            ("last_run_exit_code", 0)):
            self.assertIn("\nconnsync_%s%s %d\n" % (name, label, value), metrics)
        self.see("watch-status", "status.json", "--ready")
        process.send_signal(signal.SIGTERM)
        result = self.finish(process)
        self.assertEqual((result.code, tenant.writes()), (0, 4), result.raw)
        self.assertNotIn("\r", result.out + result.err)
        self.see("watch-status", "status.json", code=1, says=["watch has ended"])


    @staticmethod
    def wait_for(path):
        """The metrics follow the status."""
        limit = time.monotonic() + PATIENCE
        while not path.exists() and time.monotonic() < limit:
            time.sleep(0.02)
        return path


class InstalledTest(Fresh):
    """What the program says of itself."""

    def test_roots(self):
        """A root without any says so, and how to have some."""
        env = {"AUTH0_DOMAIN": "tenant.auth0.test", "AUTH0_API_TOKEN": "token"}
        self.see("version", says=["trusted roots: none found"])
        self.refuses("list", env=env, code=8,
                     says=["no trusted roots found: install ca-certificates or use --ca-file"])
        self.see("get", CON, make=self.company, says=["on_each_login"])

    def test_licences(self):
        names = {path.name for path in (self.root / "usr/share/doc/connsync").iterdir()}
        self.assertLessEqual({"LICENSE", "LICENSE.mbedtls", "LICENSE.jsmn"}, names)
        self.see("--licenses", says=["== Mbed TLS ==", "Apache-2.0"])


if __name__ == "__main__":
    cli.main()
