"""deploy/github-action: its metadata, and what its steps do, with a program of a folder and of an
address."""

import functools
import http.server
import re
import shutil
import ssl
import subprocess
import threading
import unittest

from action import ACTION, EXPRESSION, NAME, STEPS, ActionRun
import cli
from tenant import pki


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder."""

    def log_message(self, *_):
        pass


class FormTest(unittest.TestCase):
    """What GitHub's metadata syntax asks of a composite action."""

    def test_members(self):
        self.assertLessEqual(set(ACTION), {"name", "author", "description", "inputs", "outputs",
                                           "runs", "branding"})
        self.assertLessEqual({"name", "description", "runs"}, set(ACTION))
        self.assertEqual((set(ACTION["runs"]), ACTION["runs"]["using"]),
                         ({"using", "steps"}, "composite"))
        for one in ACTION["inputs"].values():
            self.assertLessEqual(set(one), {"description", "required", "default"})
            self.assertNotEqual("default" in one, one.get("required", False))
        for one in ACTION["outputs"].values():
            self.assertEqual(set(one), {"description", "value"})
        for step in STEPS:
            self.assertLessEqual(set(step), {"name", "id", "if", "shell", "env", "run"})
            self.assertLessEqual({"run", "shell"}, set(step), "a step that runs names its shell")

    def test_names_are_known(self):
        """Each expression names an input, or an output that a step before has written."""
        written = set()
        for step in STEPS:
            told = " ".join([*map(str, step.get("env", {}).values()), step.get("if", "")])
            for name in NAME.findall(told):
                self.assertIn(name, {"inputs." + key for key in ACTION["inputs"]} | written)
            written |= {"steps.%s.outputs.%s" % (step.get("id"), key) for key in
                        re.findall(r"(\w+)=[^\n]*>>\"\$GITHUB_OUTPUT\"", step["run"])}
        for one in ACTION["outputs"].values():
            for name in NAME.findall(one["value"]):
                self.assertTrue(name in written or name.startswith("inputs."), name)

    def test_no_input_is_pasted_into_a_script(self):
        for step in STEPS:
            self.assertIsNone(EXPRESSION.search(step["run"]))

    @unittest.skipUnless(shutil.which("shellcheck"), "there is no shellcheck")
    def test_scripts(self):
        for step in STEPS:
            subprocess.run(["shellcheck", "--shell=bash", "-"], input=step["run"], text=True,
                           check=True)


class ActionTest(ActionRun):
    """What it does in the tenant."""

    def test_plan_then_apply_what_was_shown(self):
        """In two jobs. What somebody changed in between is refused."""
        code, printed, drift = self.act()
        self.assertEqual((code, drift), (0, "true"), printed)
        self.assertIn("1 would change, 1 in sync", self.summary.read_text(encoding="utf-8"))
        self.assertEqual(self.box.writes(), 0)

        code, printed, _ = self.act(run="apply")
        self.assertEqual((code, self.box.writes()), (0, 1), printed)
        self.assertIn("1 changed", self.summary.read_text(encoding="utf-8"))
        self.assertEqual(self.act()[2], "false")

    def test_what_has_changed_since_is_refused(self):
        self.act()
        self.box.store.connections[cli.CON].put("options", b'{"n":7}')
        code, printed, _ = self.act(run="apply")
        self.assertEqual((code, self.box.writes()), (3, 0), printed)

    def test_both_at_once(self):
        code, printed, drift = self.act(run="plan-and-apply", arguments="--max-rps 50 -v")
        self.assertEqual((code, drift, self.box.writes()), (0, "true", 1), printed)
        requests = len(self.box.requests)
        code, printed, drift = self.act(run="plan-and-apply", program=str(self.program / "connsync"))
        self.assertEqual((code, drift, self.box.writes()), (0, "false", 1), printed)
        self.assertNotIn("PATCH", self.box.methods()[requests:])

    def test_an_address(self):
        server = http.server.HTTPServer(("127.0.0.1", 0),
                                        functools.partial(Quiet, directory=self.program))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        mine = pki.throw_away(self.box.domain)
        context.load_cert_chain(mine.chain, mine.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        code, printed, drift = self.act(
            program="https://127.0.0.1:%d/connsync" % server.server_address[1])
        self.assertEqual((code, drift), (0, "true"), printed)

    def test_refusals(self):
        """Nothing is run, and nothing asked, that is not what was meant."""
        for code, told, inputs in (
                (1, "nothing was run", {"sha256": "0" * 64}),
                (64, "64 hexadecimal digits", {"sha256": "x"}),
                (64, "run is plan, plan-and-apply or apply", {"run": "destroy"}),
                (64, "cannot read the plan", {"run": "apply"}),
                (1, "absent", {"program": str(self.folder / "absent")})):
            with self.subTest(told):
                found, printed, _ = self.act(**inputs)
                self.assertEqual(found, code, printed)
                self.assertIn(told, printed)
        self.assertEqual(self.box.requests, [])
        code, printed, _ = self.act(run="plan-and-apply", **{"client-secret": "wrong"})
        self.assertEqual((code, self.box.writes()), (4, 0), printed)


if __name__ == "__main__":
    cli.main()
