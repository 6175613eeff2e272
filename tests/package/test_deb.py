"""A Debian package of the release: to lintian's liking, then installed, run, upgraded, removed and
purged in a root of its own. (That it is made again with the same bytes: tests/release.)

The environment says which: CONNSYNC_ARCHITECTURE. One for another processor is installed in
the same root, and its program run in an emulator.
"""

import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import root as own_root

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
sys.path.append(str(ROOT / "tests" / "release"))

import dist  # noqa: E402

ARCHITECTURE = os.environ["CONNSYNC_ARCHITECTURE"]
NATIVE = subprocess.run(["dpkg", "--print-architecture"], stdout=subprocess.PIPE, text=True,
                        check=True).stdout.strip() == ARCHITECTURE
EMULATORS = {"amd64": "qemu-x86_64-static", "arm64": "qemu-aarch64-static",
             "armhf": "qemu-arm-static"}
# Records what it is asked to do, as the root has no systemd.
SYSTEMCTL = """#!/bin/sh
echo "$*" >>/var/log/systemctl
"""


def run(*command, code=0, **more):
    """What it printed; another exit code than `code` shows all of it."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, **more)
    if done.returncode != code:
        raise AssertionError("%s: %d\n%s" % (" ".join(map(str, command)), done.returncode,
                                             done.stdout))
    return done.stdout


class DebTest(unittest.TestCase):
    """One package for all."""

    @classmethod
    def setUpClass(cls):
        cls.deb = dist.package(ARCHITECTURE)

    def field(self, name):
        return run("dpkg-deb", "--field", self.deb, name).strip()


class FileTest(DebTest):
    """Read off the file."""

    def test_name_and_fields(self):
        version = re.search(r"project\(connsync VERSION (\S+)",
                            (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))[1]
        self.assertEqual(self.deb.name, "connsync_%s_%s.deb" % (version, ARCHITECTURE))
        self.assertEqual(self.field("Version"), version)
        self.assertEqual(self.field("Architecture"), ARCHITECTURE)
        self.assertEqual(self.field("Depends"), "")

    def test_lintian(self):
        """No error, no warning, and no override that overrides nothing."""
        if shutil.which("lintian") is None:
            self.skipTest("there is no lintian; tools/setup --all installs it")
        said = run("lintian", "--allow-root", "--fail-on", "error,warning", "-L", ">=info",
                   self.deb)
        self.assertNotIn("unused-override", said)

    def test_usage(self):
        folder = Path(tempfile.mkdtemp(prefix="connsync-deb-"))
        self.addCleanup(shutil.rmtree, folder, True)
        for arguments in ([], ["amd64"], ["sparc", str(folder)]):
            said = run(ROOT / "tools/package-deb", *arguments, code=64)
            self.assertIn("tools/package-deb amd64|arm64|armhf OUTPUT_DIR", said)
        said = run(ROOT / "tools/package-deb", ARCHITECTURE, folder / "none", code=1,
                   env={**os.environ, "SOURCE_DATE_EPOCH": "today"})
        self.assertIn("SOURCE_DATE_EPOCH is 'today'", said)


@unittest.skipUnless(os.geteuid() == 0, "only root can make a root of its own")
class RootTest(DebTest):
    """In a root of its own."""

    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="connsync-root-"))
        self.addCleanup(shutil.rmtree, self.root, True)
        self.root.chmod(0o755)
        own_root.make(self.root)

    def dpkg(self, *arguments):
        force = [] if NATIVE else ["--force-architecture"]
        return run("dpkg", "--root=%s" % self.root, *force, *arguments)

    def program(self, *arguments):
        """In the root; a program for another processor beside it, in an emulator."""
        if NATIVE:
            return run("chroot", self.root, "/usr/bin/connsync", *arguments)
        emulator = shutil.which(EMULATORS[ARCHITECTURE])
        if emulator is None:
            self.skipTest("there is no %s; tools/setup --all installs it"
                          % EMULATORS[ARCHITECTURE])
        return run(emulator, self.root / "usr/bin/connsync", *arguments)

    def with_systemd(self):
        """The root looks as if systemd ran; the calls to it are recorded."""
        (self.root / "run/systemd/system").mkdir(parents=True)
        script = self.root / "usr/bin/systemctl"
        script.write_text(SYSTEMCTL, encoding="utf-8")
        script.chmod(0o755)

    def calls(self):
        path = self.root / "var/log/systemctl"
        found = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return found

    def test_it_runs(self):
        self.dpkg("-i", self.deb)
        self.assertEqual(self.dpkg("--verify", "connsync"), "")
        self.assertIn("connsync " + self.field("Version"), self.program("--version"))
        self.assertIn("Usage:", self.program("--help"))

    @unittest.skipUnless(NATIVE, "an emulator is not in the root")
    def test_the_machines_roots_come_first(self):
        self.dpkg("-i", self.deb)
        bundle = self.root / "etc/ssl/certs/ca-certificates.crt"
        bundle.unlink(missing_ok=True)
        plain = {"PATH": os.environ["PATH"], "AUTH0_API_TOKEN": "a.b.c"}  # no SSL_CERT_FILE
        program = ["chroot", self.root, "/usr/bin/connsync"]
        self.assertIn("\ntrusted roots, compiled in: ", run(*program, "--version", env=plain))
        bundle.parent.mkdir(parents=True, exist_ok=True)
        bundle.write_text("-----BEGIN CERTIFICATE-----\n", encoding="ascii")
        self.assertIn("\ntrusted roots: /etc/ssl/certs/ca-certificates.crt\n",
                      run(*program, "--version", env=plain))
        said = run(*program, "get", "google-oauth2", "--domain", "tenant.auth0.test",
                   "--connect-to", "127.0.0.1:9", code=8, env=plain)
        self.assertIn("/etc/ssl/certs/ca-certificates.crt: line 1: ", said)

    def test_page_and_completions_are_where_they_are_looked_for(self):
        self.dpkg("-i", self.deb)
        share = self.root / "usr/share"
        for section, name in (("1", "connsync"), ("5", "connsync.json")):
            path = share / ("man/man%s/%s.%s.gz" % (section, name, section))
            self.assertIn(b".SH NAME", gzip.decompress(path.read_bytes()))
            if shutil.which("man"):
                found = run("man", "-M", share / "man", "-w", section, name).strip()
                self.assertEqual(found, str(path))
        self.assertEqual({path.name: path.read_bytes() for path in
                          (share / "connsync/schemas").iterdir()},
                         {path.name: path.read_bytes() for path in (ROOT / "schemas").iterdir()})
        for place, source in (("bash-completion/completions/connsync", "connsync.bash"),
                              ("zsh/vendor-completions/_connsync", "_connsync"),
                              ("fish/vendor_completions.d/connsync.fish", "connsync.fish")):
            self.assertEqual((share / place).read_bytes(),
                             (ROOT / "completions" / source).read_bytes())
        script = 'source "$1"; COMP_WORDS=(connsync ap); COMP_CWORD=1; _connsync; ' \
                 'printf "%s\\n" "${COMPREPLY[@]}"'
        found = run("bash", "-c", script, "-", share / "bash-completion/completions/connsync")
        self.assertEqual(found.split(), ["apply"])

    def test_removed_and_purged(self):
        before = own_root.snapshot(self.root)
        self.dpkg("-i", self.deb)
        self.assertNotEqual(own_root.snapshot(self.root), before)
        settings = self.root / "etc/connsync"
        (settings / "connsync.json").write_text("{}", encoding="utf-8")
        (settings / "client_secret").write_text("secret", encoding="utf-8")
        self.dpkg("-r", "connsync")
        self.assertEqual({path.name for path in settings.iterdir()},
                         {"environment", "connsync.json", "client_secret"})
        self.assertFalse((self.root / "usr/bin/connsync").exists())
        self.dpkg("-P", "connsync")
        self.assertEqual(own_root.snapshot(self.root), before)

    def test_settings_survive_an_upgrade(self):
        self.dpkg("-i", self.deb)
        path = self.root / "etc/connsync/environment"
        path.write_text("CONNSYNC_OPTIONS=--leave 5\n", encoding="utf-8")
        self.dpkg("-i", self.deb)
        self.assertEqual(path.read_text(encoding="utf-8"), "CONNSYNC_OPTIONS=--leave 5\n")

    def test_what_systemd_is_told(self):
        """Nothing is started or enabled; what runs is restarted, and stopped at the end."""
        self.with_systemd()
        self.dpkg("-i", self.deb)
        self.assertEqual(self.calls(), ["--system daemon-reload"])
        self.assertEqual(list(self.root.glob("etc/systemd/system/*")), [])
        self.dpkg("-i", self.deb)
        restarts = [call for call in self.calls() if "daemon-reload" not in call]
        self.assertEqual(restarts, ["try-restart connsync.service connsync@*.service "
                                    "connsync-apply.timer"])
        self.dpkg("-r", "connsync")
        stops = [call for call in self.calls() if "daemon-reload" not in call]
        self.assertEqual(stops, ["stop connsync-apply.timer connsync-apply.service "
                                 "connsync.service connsync@*.service"])


if __name__ == "__main__":
    dist.need_release()
    unittest.main()
