"""deploy/ansible: what the role does on a host and in the tenant, and its style."""

import os
import re
import shutil
import subprocess
import sys
import unittest

from role import FOLDER, RoleRun
import cli
from cli import SETTING

NAMES = ["connsync.service", "connsync-apply.service", "connsync-apply.timer"]
INSTALLED = 4  # program, folder, document, secret


class RoleTest(RoleRun):
    """From a host on which nothing is."""

    def check_units(self):
        """Each that may be named is there, and installed with every place filled in."""
        for name in NAMES:
            text = (self.folder / "units" / name).read_text(encoding="utf-8")
            self.assertNotIn("@CONNSYNC", text)
        self.assertIn("ExecStart=%s/bin/connsync apply %s/etc/connsync.json"
                      % (self.folder, self.folder),
                      (self.folder / "units/connsync-apply.service").read_text(encoding="utf-8"))
        defaults = (FOLDER / "roles/connsync/defaults/main.yml").read_text(encoding="utf-8")
        self.assertLessEqual(set(re.findall(r"connsync[\w-]*\.(?:service|timer)", defaults)),
                             set(NAMES))

    def test_life(self):
        """Nothing by --check, everything at the first run, nothing at the second, then drift."""
        services = {"connsync_unit_files": NAMES,
                    "connsync_enabled_units": ["connsync.service", "connsync-apply.timer"]}
        every = {"all": True, SETTING: "on_first_login"}
        out = self.expect_play((INSTALLED + 2, 0), "--check", more=services)
        self.assertIn("1 would change", out)
        self.assertEqual((self.files(), self.box.writes()), ({}, 0))

        self.expect_play((INSTALLED + 4, 0), more=services, asked=(
            "daemon-reload", "start connsync.service", "daemon-reload",
            "start connsync-apply.timer", "enable connsync.service", "enable connsync-apply.timer"))
        self.assertEqual(self.box.writes(), 1)
        secret = self.folder / "etc/client_secret"
        self.assertEqual(secret.stat().st_mode & 0o777, 0o600)
        self.check_units()

        self.expect_play((0, 0), more=services)

        self.expect_play((3, 0), document=every, more=services, asked=["reload connsync.service"])
        self.assertEqual(self.box.writes(), 2)

        self.more_secrets += ["MARKER-wrong-secret"]
        self.expect_play((2, 1), document=every, more=services, secret="MARKER-wrong-secret",
                         asked=["restart connsync.service"])

    def test_secrets_are_not_for_everybody(self):
        """The document can be read by all."""
        self.more_secrets += ["MARKER-in-the-document"]
        secret = {"all": True, SETTING: "on_first_login", "client_secret": "MARKER-in-the-document"}
        changed, failed, result = self.play(document=secret)
        self.assertEqual((changed, failed), (0, 1))
        self.assertIn("belongs into connsync_client_secret", result.out)
        self.assertEqual(self.files(), {})

    def test_failures_are_failures(self):
        self.more_secrets += ["MARKER-wrong-secret"]
        self.assertEqual(self.play(secret="MARKER-wrong-secret")[:2], (INSTALLED, 1))
        absent = {"connections": [{"name": "absent", SETTING: "on_first_login"}]}
        changed, failed, result = self.play(document=absent)
        self.assertEqual((changed, failed), (2, 1), "the document and the secret")
        self.assertIn("no connection of the tenant is meant by it", result.out)
        changed, failed, result = self.play("--check", document=absent)
        self.assertEqual((changed, failed), (0, 1))
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


if __name__ == "__main__":
    if shutil.which("ansible-playbook") is None:
        print("skipped: there is no ansible-playbook; tools/setup --all installs it")
        sys.exit(cli.EXIT_SKIPPED)
    cli.main()
