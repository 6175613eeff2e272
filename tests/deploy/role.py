"""Runs the role of deploy/ansible for real on this machine, into a folder, against a fake tenant."""

import json
import re
import subprocess
import sys

from stage import ROOT, StageTest
import cli
import terminal
from cli import SETTING, Result

FOLDER = ROOT / "deploy" / "ansible"
PATIENCE = 600
RECAP = re.compile(r"^localhost +: ok=(\d+) +changed=(\d+) +unreachable=0 +failed=(\d+)", re.M)
# Ansible's own, which have two numbers, and connsync's.
COLOR = re.compile("\x1b\\[[0-9;]*m")
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


class RoleRun(StageTest):
    """play() runs the role; the numbers of its recap are what is looked at."""

    corp = None

    def setUp(self):
        super().setUp()
        for name in ("bin", "path", "units", "started", "enabled"):
            (self.folder / name).mkdir()
        systemctl = self.folder / "path/systemctl"
        systemctl.write_text(SYSTEMCTL % self.folder, encoding="ascii")
        systemctl.chmod(0o755)

    def play(self, *arguments, document=None, secret=None, more=(), width=None):
        """(changed, failed) of a run, and what it printed: in a pipe, or on a terminal that is so wide.
        `more` are variables."""
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
        result = self.run_play(
            ["ansible-playbook", "-vv", "--inventory", "localhost,", "--connection", "local",
             "--extra-vars", "@%s" % variables, *arguments, str(self.playbook())], width)
        found = RECAP.search(result.out)
        self.assertTrue(found, result.out + result.err)
        return int(found[2]), int(found[3]), result

    def run_play(self, words, width):
        env = cli.environment({"HOME": str(self.folder), "LC_ALL": "C.UTF-8",
                               "PATH": "%s:/usr/bin:/bin" % (self.folder / "path"),
                               "ANSIBLE_PIPELINING": "True",
                               # Not below the home that this user really has.
                               "ANSIBLE_REMOTE_TEMP": str(self.folder / "remote"),
                               "ANSIBLE_ROLES_PATH": str(FOLDER / "roles"),
                               "ANSIBLE_PYTHON_INTERPRETER": sys.executable})
        if width is None:
            return self.finish(subprocess.Popen(
                words, cwd=FOLDER, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, env=env), timeout=PATIENCE)
        code, seen = terminal.run(words, width, env=env, cwd=FOLDER, patience=PATIENCE)
        self.printed.append(seen)
        shown = COLOR.sub("", seen.decode("utf-8")).replace("\r\n", "\n")
        return Result(code, shown.encode(), b"", 0)

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
