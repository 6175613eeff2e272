"""deploy/ansible: the role, run for real on this machine, into a folder, against a fake tenant."""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest

from stage import ROOT, StageTest
import cli
from cli import SETTING

FOLDER = ROOT / "deploy" / "ansible"
RECAP = re.compile(r"^localhost +: ok=(\d+) +changed=(\d+) +unreachable=0 +failed=(\d+)", re.M)
NAMES = ["connsync.service", "connsync-apply.service", "connsync-apply.timer"]
INSTALLED = 4  # program, folder, document, secret
# Stands for systemd's: keeps what was asked for, and knows the units of one folder, and which of
# them run and are enabled.
SYSTEMCTL = """#!/bin/sh
cd '%s' || exit
case $1 in
show) if [ -e "units/$2" ]; then echo LoadState=loaded; else echo LoadState=not-found; fi
    if [ -e "started/$2" ]; then echo ActiveState=active; else echo ActiveState=inactive; fi
    exit ;;
is-enabled) test -e "enabled/$2"; exit ;;
start) touch "started/$2" ;;
enable) touch "enabled/$2" ;;
esac
echo "$*" >>asked
"""


class RoleTest(StageTest):
    """play() runs the role; the numbers of its recap are what is looked at."""

    corp = None

    def setUp(self):
        super().setUp()
        for name in ("bin", "path", "units", "started", "enabled"):
            (self.folder / name).mkdir()
        systemctl = self.folder / "path/systemctl"
        systemctl.write_text(SYSTEMCTL % self.folder, encoding="ascii")
        systemctl.chmod(0o755)

    def play(self, *arguments, document=None, secret=None, more=()):
        """(changed, failed) of a run, and what it printed. `more` are variables."""
        document = document or {"connections": [{"strategy": "samlp", SETTING: "on_first_login"}]}
        values = {"connsync_program": cli.binary(), "connsync_bin": str(self.folder / "bin"),
                  "connsync_etc": str(self.folder / "etc"), "connsync_arguments": self.box.arguments(),
                  "connsync_unit_files": [], "connsync_enabled_units": [],
                  "connsync_units": str(self.folder / "units"),
                  "connsync_look_in": str(self.folder),
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
                                 "PATH": "%s:/usr/bin:/bin" % (self.folder / "path"),
                                 "ANSIBLE_PIPELINING": "True",
                                 # Not below the home that this user really has.
                                 "ANSIBLE_REMOTE_TEMP": str(self.folder / "remote"),
                                 "ANSIBLE_ROLES_PATH": str(FOLDER / "roles"),
                                 "ANSIBLE_PYTHON_INTERPRETER": sys.executable}))
        result = self.finish(process, timeout=600)
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

    def files(self):
        """path -> content, of what belongs to the host."""
        return {str(path): path.read_bytes() for name in ("bin", "etc", "units")
                for path in (self.folder / name).rglob("*") if path.is_file()}

    def asked(self):
        """What systemctl was asked to do, since the last time."""
        path = self.folder / "asked"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines

    def expect_play(self, numbers, *arguments, asked=(), **how):
        """Its (changed, failed), and what systemctl was asked for; what was printed."""
        result = self.play(*arguments, **how)
        self.assertEqual(result[:2], numbers, result[2].out)
        self.assertEqual(self.asked(), list(asked))
        return result[2].out

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

        out = self.expect_play((3, 0), "--check", document=every, more=services)
        self.assertIn("1 would change, 1 in sync", out, "by the document that would come")
        self.assertEqual(self.box.writes(), 1)
        self.expect_play((3, 0), document=every, more=services, asked=["reload connsync.service"])
        self.assertEqual(self.box.writes(), 2)

        self.more_secrets += ["MARKER-wrong-secret"]
        self.expect_play((2, 1), document=every, more=services, secret="MARKER-wrong-secret",
                         asked=["restart connsync.service"])

    def test_plan_only_looks(self):
        """Where nothing is yet, and where something is; what it leaves is nothing."""
        services = {"connsync_unit_files": ["connsync.service"],
                    "connsync_enabled_units": ["connsync.service"]}
        plan = dict(services, connsync_mode="plan")
        every = {"all": True, SETTING: "on_first_login"}
        out = self.expect_play((1, 0), document=every, more=plan)
        self.assertIn("2 would change", out)
        self.assertEqual((self.files(), list(self.folder.glob("ansible.*"))), ({}, []))
        self.play(more=services)
        files, _ = self.files(), self.asked()
        out = self.expect_play((1, 0), document=every, more=plan)
        self.assertIn("1 would change, 1 in sync", out)
        self.assertEqual((self.files(), list(self.folder.glob("ansible.*"))), (files, []))
        self.assertEqual(self.box.writes(), 1)

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
