"""deploy/ansible: the role, run for real on this machine, into a folder, against a fake tenant."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "wire")]

import cli  # noqa: E402
from cli import SETTING, WireTest, connection  # noqa: E402

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
FOLDER = ROOT / "deploy" / "ansible"
UNITS = ROOT / "deploy" / "systemd"
RECAP = re.compile(r"^localhost +: ok=(\d+) +changed=(\d+) +unreachable=0 +failed=(\d+)", re.M)
INSTALLED = 4  # program, folder, document, secret


class RoleTest(WireTest):
    """play() runs the role; the numbers of its recap are what is looked at."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "bin").mkdir()
        self.box = self.tenant(connection(), connection("corp", "samlp", number=2))

    def play(self, *arguments, document=None, secret=None, more=()):
        """(changed, failed) of a run, and what it printed. `more` are variables."""
        document = document or {"connections": [{"strategy": "samlp", SETTING: "on_first_login"}]}
        values = {"connsync_program": cli.binary(), "connsync_bin": str(self.folder / "bin"),
                  "connsync_etc": str(self.folder / "etc"), "connsync_arguments": self.box.arguments(),
                  "connsync_unit_files": [],
                  "connsync_client_secret": secret or self.box.secrets[0],
                  "connsync_document": dict(document, domain=self.box.domain,
                                            client_id=self.box.client_id), **dict(more)}
        variables = self.folder / "variables.json"
        variables.write_text(json.dumps(values), encoding="utf-8")
        process = subprocess.Popen(
            ["ansible-playbook", "-vv", "--inventory", "localhost,", "--connection", "local",
             "--extra-vars", "@%s" % variables, *arguments, str(self.playbook())],
            cwd=FOLDER, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=cli.environment({"HOME": str(self.folder), "LC_ALL": "C.UTF-8",
                                 # Not below the home that this user really has.
                                 "ANSIBLE_REMOTE_TEMP": str(self.folder / "remote"),
                                 "ANSIBLE_ROLES_PATH": str(FOLDER / "roles"),
                                 "ANSIBLE_PYTHON_INTERPRETER": sys.executable}))
        result = self.finish(process, timeout=120)
        found = RECAP.search(result.out)
        self.assertTrue(found, result.out + result.err)
        return int(found[2]), int(found[3]), result

    def playbook(self):
        """Ours, for this machine, and without another user."""
        text = (FOLDER / "playbook.yml").read_text(encoding="utf-8")
        path = self.folder / "playbook.yml"
        path.write_text(text.replace("hosts: connsync", "hosts: localhost")
                        .replace("become: true", "become: false"), encoding="utf-8")
        return path

    def test_life(self):
        """Nothing by --check, everything at the first run, nothing at the second, then drift."""
        self.assertEqual(self.play("--check")[:2], (INSTALLED, 0))
        self.assertEqual((os.listdir(self.folder / "bin"), self.box.requests), ([], []))

        self.assertEqual(self.play()[:2], (INSTALLED + 1, 0))
        self.assertEqual(self.box.writes(), 1)
        secret = self.folder / "etc/client_secret"
        self.assertEqual(secret.stat().st_mode & 0o777, 0o600)

        self.assertEqual(self.play()[:2], (0, 0))

        everything = {"all": True, SETTING: "on_first_login"}
        self.assertEqual(self.play("--check", document=everything)[:2], (1, 0),
                         "only the document would change: the old one is what is looked at")
        self.assertEqual(self.play("--extra-vars", "connsync_mode=plan", document=everything)[:2],
                         (2, 0))
        self.assertEqual(self.play("--check", document=everything)[:2], (1, 0))
        self.assertEqual(self.box.writes(), 1)
        self.assertEqual(self.play(document=everything)[:2], (1, 0))
        self.assertEqual(self.box.writes(), 2)

    def test_failures_are_failures(self):
        self.more_secrets += ["MARKER-wrong-secret"]
        self.assertEqual(self.play(secret="MARKER-wrong-secret")[:2], (INSTALLED, 1))
        absent = {"connections": [{"name": "absent", SETTING: "on_first_login"}]}
        changed, failed, result = self.play(document=absent)
        self.assertEqual((changed, failed), (2, 1), "the document and the secret")
        self.assertIn("no connection of the tenant is meant by it", result.out)
        self.assertNotIn("PATCH", self.box.methods())

    @unittest.skipUnless(shutil.which("ansible-lint"), "there is no ansible-lint")
    def test_style(self):
        """By the strictest profile. A copy is looked at: the tool leaves files behind."""
        copy = self.folder / "ansible"
        shutil.copytree(FOLDER, copy)
        subprocess.run(["ansible-lint", "--offline", "--profile", "production", "playbook.yml",
                        "roles"], cwd=copy, check=True, stdout=subprocess.PIPE,
                       env=dict(os.environ, HOME=str(self.folder)))

    @unittest.skipUnless(UNITS.exists(), "no units here")
    def test_units(self):
        """Each that may be named is there, and installed with every place filled in."""
        (self.folder / "units").mkdir()
        names = ["connsync.service", "connsync-apply.service", "connsync-apply.timer"]
        units = {"connsync_units": str(self.folder / "units"), "connsync_unit_files": names,
                 "connsync_enabled_units": []}
        self.assertEqual(self.play(more=units)[1], 0)
        for name in names:
            text = (self.folder / "units" / name).read_text(encoding="utf-8")
            self.assertNotIn("@CONNSYNC", text)
        self.assertIn("ExecStart=%s/bin/connsync apply %s/etc/connsync.json"
                      % (self.folder, self.folder),
                      (self.folder / "units/connsync-apply.service").read_text(encoding="utf-8"))
        defaults = (FOLDER / "roles/connsync/defaults/main.yml").read_text(encoding="utf-8")
        self.assertLessEqual(set(re.findall(r"connsync[\w-]*\.(?:service|timer)", defaults)),
                             set(names))


if __name__ == "__main__":
    if shutil.which("ansible-playbook") is None:
        print("skipped: there is no ansible-playbook; tools/setup --all installs it")
        sys.exit(cli.EXIT_SKIPPED)
    cli.main()
