"""The units of the package for this machine: what systemd's own tools say of them, and their
commands, run as systemd would, against the fake tenant.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from test_deb import ARCHITECTURE, dist, run
from units import Service, allowed_calls, settings

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / "wire")]

from cli import connection  # noqa: E402
from tenant.service import Tenant  # noqa: E402

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
UNITS = ("connsync.service", "connsync@tenant.service", "connsync-apply.service",
         "connsync-apply.timer")
SERVICES = UNITS[:3]
# Of 10, by `systemd-analyze security`; what is left is the network.
EXPOSURE_MAX = 1.2
CALL = re.compile(r"^([a-z_0-9]+)\(")


class UnitTest(unittest.TestCase):
    """The package, unpacked."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="connsync-units-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.tree = cls.folder / "tree"
        run("dpkg-deb", "-x", dist.package(ARCHITECTURE), cls.tree)


class AnalyzeTest(UnitTest):
    """systemd-analyze, beside the units of this machine's systemd."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        units = cls.tree / "usr/lib/systemd/system"
        # One folder, where /usr is merged.
        for source in {Path(name).resolve() for name in ("/usr/lib/systemd/system",
                                                         "/lib/systemd/system")}:
            run("cp", "-a", "%s/." % source, units)
        (cls.tree / "bin").symlink_to("usr/bin")
        shutil.copy("/bin/sh", cls.tree / "usr/bin/sh")

    def verify(self, unit):
        return run("systemd-analyze", "verify", "--man=no", "--root=%s" % self.tree, unit)

    def test_verify(self):
        for unit in UNITS:
            self.assertEqual(self.verify(unit), "", unit)

    def test_verify_the_one_in_the_documents(self):
        """docs/apply.md has a small one, whose secret is not for all either."""
        text = (ROOT / "docs/apply.md").read_text(encoding="utf-8")
        unit, = re.findall(r"```ini\n(.*?)```", text, re.DOTALL)
        path = self.tree / "usr/lib/systemd/system/connsync-small.service"
        path.write_text(unit, encoding="utf-8")
        self.addCleanup(path.unlink)
        self.assertEqual(self.verify(path.name), "")
        shipped = settings(path.with_name("connsync.service"))
        self.assertEqual(settings(path)["LoadCredential"], shipped["LoadCredential"])
        self.assertIn(" --client-secret-file %d/client_secret ", settings(path)["ExecStart"][0])

    def test_verify_the_drop_in_for_reloads(self):
        """docs/packages.md has it. A systemd that does not know the type says so, and goes on
        with the unit's own; nothing else is said."""
        text = (ROOT / "docs/packages.md").read_text(encoding="utf-8")
        drop_in, = (block for block in re.findall(r"```ini\n(.*?)```", text, re.DOTALL)
                    if "notify-reload" in block)
        folder = self.tree / "usr/lib/systemd/system/connsync.service.d"
        folder.mkdir()
        self.addCleanup(shutil.rmtree, folder)
        (folder / "reload.conf").write_text(drop_in, encoding="utf-8")
        version = int(re.search(r"systemd (\d+)", run("systemctl", "--version"))[1])
        said = self.verify("connsync.service").splitlines()
        self.assertEqual(len(said), 0 if version >= 253 else 1, said)
        for line in said:
            self.assertRegex(line, "Failed to parse .*type.*notify-reload")

    def test_verify_can_fail(self):
        path = self.tree / "usr/lib/systemd/system/connsync-wrong.service"
        text = path.with_name("connsync.service").read_text(encoding="utf-8")
        path.write_text(text.replace("NoNewPrivileges", "NoNewPrivilege"), encoding="utf-8")
        self.addCleanup(path.unlink)
        self.assertIn("NoNewPrivilege", self.verify("connsync-wrong.service"))

    def test_exposure(self):
        for unit in SERVICES:
            said = run("systemd-analyze", "security", "--offline=true", "--no-pager",
                       "--root=%s" % self.tree, unit)
            level = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
            print(level[0])
            self.assertLessEqual(float(level[1]), EXPOSURE_MAX, said)


class RunTest(UnitTest):
    """Their commands."""

    def setUp(self):
        self.tenant = Tenant()
        self.addCleanup(self.tenant.close)
        self.con = self.tenant.add(connection())

    def service(self, unit, stem="connsync", instance=""):
        """With the files that an administrator would write, from the examples."""
        folder = Path(tempfile.mkdtemp(prefix="s-", dir=self.folder))
        service = Service(self.tree, unit, folder, instance)
        secret = "client_secret" if stem == "connsync" else stem + ".client_secret"
        environment = self.tenant.environment(credentials=True)
        example = json.loads((self.tree / "usr/share/doc/connsync/examples/connsync.json")
                             .read_text(encoding="utf-8"))
        del example["connections"][1]  # the tenant has none of that strategy
        example.update(domain=environment["AUTH0_DOMAIN"],
                       client_id=environment["AUTH0_CLIENT_ID"])
        (service.config / (stem + ".json")).write_text(json.dumps(example), encoding="utf-8")
        (service.config / secret).write_text(environment["AUTH0_CLIENT_SECRET"] + "\n",
                                             encoding="utf-8")
        # By a name, so that one is looked up.
        text = (self.tree / "etc/connsync/environment").read_text(encoding="utf-8")
        text = text.replace("#CONNSYNC_OPTIONS=--leave 5 --max-rps 5", "CONNSYNC_OPTIONS="
                            "--leave 5 --max-rps 50 --connect-to localhost:%d" % self.tenant.port)
        text = text.replace("#SSL_CERT_FILE=/etc/connsync/roots.pem",
                            "SSL_CERT_FILE=%s" % self.tenant.ca_file)
        (service.config / "environment").write_text(text, encoding="utf-8")
        self.addCleanup(service.close)
        return service

    def expect_quiet(self, *printed):
        for text in printed:
            for secret in self.tenant.secrets:
                self.assertNotIn(secret, text)

    def watch(self, service, status):
        service.start(traced=shutil.which("strace") is not None)
        service.told("READY=1")
        self.assertIn("1 changed", service.told("STATUS="))
        service.told("WATCHDOG=1")
        service.reload()
        service.told("RELOADING=1")
        self.assertIn("1 in sync", service.told("STATUS="))
        code, out, err = service.end(signal.SIGTERM)
        self.assertEqual(code, 0, err)
        service.told("STOPPING=1")
        self.assertIn("google-oauth2 (%s): on_each_login -> on_first_login" % self.con, out)
        self.assertEqual(json.loads((service.folder / "run" / status).read_text())["state"],
                         "stopped")
        self.assertEqual(self.tenant.writes(), 1)
        self.expect_quiet(out, err)

    def test_service(self):
        self.watch(self.service("connsync.service"), "connsync/status.json")

    def test_template(self):
        self.watch(self.service("connsync@.service", "shop", "shop"), "connsync-shop/status.json")

    def test_apply(self):
        """Twice, as the timer would: the second one has a token already."""
        service = self.service("connsync-apply.service")
        for _ in range(2):
            code, out, err = service.start().end()
            self.assertEqual(code, 0, err)
            self.expect_quiet(out, err)
            service.close()
        self.assertEqual(self.tenant.writes(), 1)
        self.assertEqual(self.tenant.methods().count("POST"), 1)

    @unittest.skipUnless(shutil.which("strace"), "there is no strace")
    def test_system_calls(self):
        """A whole run asks for nothing that the unit forbids: no call, no kind of socket."""
        service = self.service("connsync.service")
        self.watch(service, "connsync/status.json")
        lines = service.calls_made()
        calls = {match[1] for match in map(CALL.match, lines) if match}
        self.assertGreater(len(calls), 20)
        self.assertEqual(calls - allowed_calls(service.unit), set())
        families = set(re.findall(r"\bsocket\((\w+)", "\n".join(lines)))
        self.assertIn("AF_INET", families)
        allowed, = service.settings["RestrictAddressFamilies"]
        self.assertLessEqual(families, set(allowed.split()))
        writable = [line for line in lines if "PROT_WRITE|PROT_EXEC" in line]
        self.assertEqual(writable, [])


if __name__ == "__main__":
    if shutil.which("systemd-analyze") is None:
        print("skipped: there is no systemd-analyze; tools/setup --all installs it")
        sys.exit(dist.EXIT_SKIPPED)
    dist.need_release()
    unittest.main()
