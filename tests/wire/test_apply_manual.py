"""docs/apply.md: each example in it is run, and does what it says.

A block of JSON with the setting is the file from then on, and the tenant is new. Blocks of
`console` are run one after another, and what they print is compared line by line.
"""

import configparser
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import cli
from cli import SETTING
from test_screen import TerminalTest
from test_watch import until
from tenant import samples

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
MANUAL = (ROOT / "docs" / "apply.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
COMMAND = re.compile(r"^\$ (connsync [^\n]*)\n(.*?)^\[(\d+)\]$", re.M | re.S)


def comparable(text):
    """Lines in any order (two streams), without what differs from run to run."""
    text = re.sub(r'"time":"[^"]*"', '"time":""', text)
    text = re.sub(r"connsync-[0-9a-f]{32}", "a correlation id", text)
    text = re.sub(r"\d+ bytes of memory", "bytes of memory", text)
    text = re.sub(r" in \d+ ms, \d+ bytes,", " in ms, bytes,", text)
    return sorted(line.rstrip() for line in text.splitlines())


class ManualTest(TerminalTest):
    """What a reader of the manual would try."""

    def new_tenant(self, text):
        """A tenant as in the examples; the file is in the working directory."""
        self.write(text.encode())
        self.box = self.tenant(samples.google(), samples.samlp(), samples.sms())

    def run_here(self, words, tenant):
        """(exit code, lines). The table of a plan is what a terminal has; in a pipe there are tabs."""
        if words[0] == "plan":
            code, shown = self.on_terminal(tenant, *words, folder=self.folder)
            return code, "\n".join(self.rows(shown))
        process = subprocess.Popen(
            [cli.binary(), *words, *tenant.arguments()], cwd=self.folder,
            env=cli.environment(tenant.environment()), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        result = self.finish(process)
        return result.code, result.out + result.err

    def test_commands(self):
        count = 0
        for kind, text in BLOCK.findall(MANUAL):
            if kind == "json" and SETTING in text:
                self.new_tenant(text)
            if kind != "console":
                continue
            self.assertEqual(text.count("$ "), len(COMMAND.findall(text)), text)
            for command, printed, code in COMMAND.findall(text):
                with self.subTest(command):
                    ended, shown = self.run_here(shlex.split(command)[1:], self.box)
                    self.assertEqual(comparable(shown), comparable(printed))
                    self.assertEqual(ended, int(code))
                    count += 1
        self.assertEqual(count, MANUAL.count("$ connsync"))
        self.assertGreater(count, 8)

    def block(self, kind, word):
        """The one block of this kind that has the word."""
        found = [text for name, text in BLOCK.findall(MANUAL) if name == kind and word in text]
        self.assertEqual(len(found), 1)
        return found[0]

    def watch(self, words, env=None):
        """Runs watch until its status file says that it waits; returns the process."""
        process = subprocess.Popen(
            [cli.binary(), *words, *self.box.arguments()], cwd=self.folder,
            env=cli.environment(env or self.box.environment()), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        file = self.folder / "status.json"
        until(lambda: file.exists() and '"waiting"' in file.read_text())
        return process

    def test_unit(self):
        """The service's command line, with its folders put here; and the probe."""
        self.new_tenant('{"all":true,"%s":"on_first_login"}' % SETTING)
        unit = configparser.ConfigParser(interpolation=None)
        unit.optionxform = str
        unit.read_string(self.block("ini", "ExecStart"))
        self.assertEqual(unit["Service"]["Type"], "notify")
        self.assertEqual(unit["Service"]["LoadCredential"].split(":")[0], "client_secret")
        words = [re.sub("^(/etc/connsync|%d|%t/connsync)/", "", word)
                 for word in unit["Service"]["ExecStart"].split()]
        self.assertEqual(words[:2], ["/usr/bin/connsync", "watch"])
        secret = self.folder / "client_secret"
        env = self.box.environment(credentials=True)
        secret.write_text(env.pop("AUTH0_CLIENT_SECRET"), encoding="utf-8")
        secret.chmod(0o600)
        process = self.watch(words[1:], env)
        self.assertEqual(self.probe(), 0)
        shown = json.loads(self.block("json", "last_success_unix"))
        told = json.loads((self.folder / "status.json").read_text())
        self.assertEqual(list(shown), list(told))
        for name, value in told.items():
            self.assertIs(type(value), type(shown[name]), name)
        old = os.stat(self.folder / "status.json").st_mtime - 5000
        os.utime(self.folder / "status.json", (old, old))
        self.assertNotEqual(self.probe(), 0, "an old file passes")
        process.terminate()
        self.assertEqual(self.finish(process).code, 0)
        self.assertNotEqual(self.probe(), 0, "one that has ended passes")

    def probe(self):
        program = self.folder / "connsync"
        program.write_text('#!/bin/sh\nexec %s "$@"\n' % shlex.quote(cli.binary()))
        program.chmod(0o755)
        path = "%s:%s" % (self.folder, os.environ["PATH"])
        return subprocess.run(["sh", "-ec", self.block("sh", "status.json")], cwd=self.folder,
                              env=cli.environment({"PATH": path}), check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode

    def test_every_block_is_known(self):
        self.assertEqual({kind for kind, _ in BLOCK.findall(MANUAL)},
                         {"json", "console", "ini", "sh"})

    def test_every_option_is_explained(self):
        for command in ("plan", "apply", "watch"):
            result = self.run_cli(None, command, "--help", env={}, verbose=False)
            for option in ("--out", "--plan", "--every", "--status-file", "--max-rps", "--leave",
                           "--log-format"):
                if re.search(r"^  %s " % option, result.out, re.M):
                    self.assertTrue(re.search(r"`[^`]*%s\b" % option, MANUAL), option)


if __name__ == "__main__":
    cli.main()
