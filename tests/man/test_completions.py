"""The completions in their shells: what the program takes, files, and the names of connections."""

import os
import re
import shutil
import stat
import sys
import tempfile
import time
import unittest
from pathlib import Path

import shells
from program import PROGRAM, ask, commands
from shells import FOLDER, ROOT, Terminal, in_bash, in_fish

sys.path.insert(0, str(ROOT / "tests"))
from tenant import Tenant  # noqa: E402

FILES = ("my file.json", "dirt", "dir one/inside")
# What is typed before the tab key, and the last word after it.
LINES = {
    "connsync plan my": "my file.json",
    "connsync plan --json my": "my file.json",
    "connsync plan my\\ f": "my file.json",
    "connsync validate my": "my file.json",
    "connsync patch name my": "my file.json",
    "connsync plan --ca-file my": "my file.json",
    "connsync plan --ca-file=my": "--ca-file=my file.json",
    "connsync flash-image -o my": "my file.json",
    "connsync set name on --client-key my": "my file.json",
    "connsync apply --backup dir": "dir one/",
    "connsync get my": "my",
    "connsync get --domain my": "my",
    "connsync set name nev": "never_on_login",
    "connsync set --domain x name nev": "never_on_login",
    "connsync set --domain x name --timeout 5 nev": "never_on_login",
    "connsync set --domain=x --json name nev": "never_on_login",
    "connsync set name never_on_login --dry": "--dry-run",
    "connsync set --json --dry": "--dry-run",
    "connsync get name --color al": "always",
    "connsync get name --color=al": "--color=always",
    "connsync list -o js": "json",
    "connsync --json res": "restore",
    "connsync help flash": "flash-image",
}
HOSTILE = "$(touch pwned)"


def options_of(command):
    """The options that --help of a command has lines for, and those that every command has."""
    text = ask(command)
    told = re.findall(r"^  (?:-., )?(--[a-z-]+)|^Usage:.*\[(--[a-z]+)\]$", text, re.MULTILINE)
    file = {"--file"} if command in ("validate", "plan", "apply", "watch") else set()
    return {"--help", "--version"} | file | {one or other for one, other in told}


def connection(number, name):
    return (b'{"id":"con_%016d","name":"%s","strategy":"oidc","options":{"a":"MARKER"}}'
            % (number, name.encode()))


class CompletionTest(unittest.TestCase):
    """A folder with files, and a home that is empty."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="connsync-completion-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.place = self.folder / "place"
        for name in FILES:
            (self.place / name).parent.mkdir(parents=True, exist_ok=True)
            (self.place / name).touch()
        self.environment = {"PATH": "%s:/usr/bin:/bin" % os.path.dirname(PROGRAM),
                            "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}

    def terminal(self, shell):
        found = Terminal(shell, self.place, self.environment)
        self.addCleanup(found.close)
        return found

    def check_lines(self, terminal):
        for line, last in LINES.items():
            with self.subTest(line):
                # zsh takes the slash of a folder back when the line is run.
                self.assertEqual(terminal.words(line)[-1].rstrip("/"), last.rstrip("/"))

    def test_bash(self):
        self.assertEqual(sorted(in_bash(["connsync", ""], self.place, self.environment)[0]),
                         sorted(commands()))
        for command in commands():
            offered = in_bash([PROGRAM, command, "--"], self.place, self.environment)[0]
            self.assertEqual((len(offered), set(offered)),
                             (len(set(offered)), options_of(command)), command)
        self.check_lines(self.terminal("bash"))

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
    def test_zsh(self):
        terminal = self.terminal("zsh that tells")
        self.assertEqual(set(terminal.offered("connsync ")), set(commands()))
        for command in commands():
            offered = terminal.offered("connsync %s --" % command)
            self.assertEqual(set(offered), options_of(command), command)
        self.check_lines(self.terminal("zsh"))
        described = re.findall(r"(--[a-z-]+)[^\[\n]*\[([^\]]{4,})\]",
                               (FOLDER / "_connsync").read_text(encoding="utf-8"))
        self.assertEqual({name for name, _ in described},
                         set().union(*map(options_of, commands())) | {"--licenses"})

    @unittest.skipUnless(shutil.which("fish"), "there is no fish")
    def test_fish(self):
        def offered(line):
            rows, errors = in_fish(line, self.place, self.environment)
            self.assertEqual(errors, "")
            return rows

        self.assertEqual({row[0] for row in offered("connsync ")}, set(commands()))
        for command in commands():
            rows = offered("connsync %s --" % command)
            self.assertEqual({row[0].rstrip("=") for row in rows}, options_of(command), command)
            self.assertEqual([row for row in rows if len(row[-1]) < 4 or len(row) < 2], [])
        for line, last in LINES.items():
            with self.subTest(line):
                got = [row[0] for row in offered(line)]
                self.assertEqual([], got) if line.endswith(last) else self.assertIn(last, got)

    def with_tenant(self):
        tenant = Tenant()
        self.addCleanup(tenant.close)
        for number, name in enumerate(("google-oauth2", "gitea", HOSTILE), 1):
            tenant.add(connection(number, name))
        self.environment |= tenant.environment()
        return tenant, " ".join(tenant.arguments())

    def names(self, shell, terminal, line):
        """Those that a shell offers for a line."""
        if shell == "zsh":
            return terminal.offered(line)
        if shell == "fish":
            rows, errors = in_fish(line, self.place, self.environment)
        else:
            rows, errors = in_bash(line.split(" "), self.place, self.environment)
        self.assertEqual(errors, "")
        return [row if shell == "bash" else row[0] for row in rows]

    def check_names(self, shell):
        tenant, way = self.with_tenant()
        cache = self.folder / ".cache/connsync"
        self.environment["AUTH0_DOMAIN"] = "another.test"
        line = "connsync set %s --domain %s g" % (way, tenant.domain)
        terminal = self.terminal("zsh that tells") if shell == "zsh" else None
        # Without being asked for they are not.
        self.assertEqual(self.names(shell, terminal, line), [])
        self.assertEqual((tenant.requests, cache.exists()), ([], False))
        self.environment["CONNSYNC_COMPLETE_NAMES"] = "1"
        if terminal:
            terminal.send("export CONNSYNC_COMPLETE_NAMES=1\r")
        self.assertEqual(set(self.names(shell, terminal, line)), {"google-oauth2", "gitea"})
        kept, = cache.glob("names-*")
        self.assertEqual(stat.S_IMODE(kept.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(cache.stat().st_mode), 0o700)
        self.assertEqual(sorted(kept.read_text(encoding="utf-8").split("\n")),
                         ["", HOSTILE, "gitea", "google-oauth2"])
        # The second time nobody is asked, and after five minutes somebody is.
        asked = len(tenant.requests)
        self.assertEqual(set(self.names(shell, terminal, line)), {"google-oauth2", "gitea"})
        self.assertEqual(len(tenant.requests), asked)
        os.utime(kept, (time.time() - 301,) * 2)
        self.assertEqual(set(self.names(shell, terminal, line)), {"google-oauth2", "gitea"})
        self.assertGreater(len(tenant.requests), asked)
        # What a tenant calls its connections is text, in a line that is run too.
        if shell != "fish":
            terminal = self.terminal(shell)
            self.assertEqual(terminal.words(line[:-1] + "\\$")[-1], HOSTILE)
        self.assertFalse((self.place / "pwned").exists())

    def test_names_in_bash(self):
        self.check_names("bash")

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
    def test_names_in_zsh(self):
        self.check_names("zsh")

    @unittest.skipUnless(shutil.which("fish"), "there is no fish")
    def test_names_in_fish(self):
        self.check_names("fish")

    def test_failures_are_silent_and_remembered(self):
        tenant, way = self.with_tenant()
        tenant.close()
        self.environment["CONNSYNC_COMPLETE_NAMES"] = "1"
        words = ["connsync", "get", *way.split(" "), ""]
        since = time.monotonic()
        self.assertEqual(in_bash(words, self.place, self.environment), ([], ""))
        self.assertLess(time.monotonic() - since, 5 * shells.PATIENCE / 30)
        kept, = (self.folder / ".cache/connsync").glob("names-*")
        self.assertEqual((kept.suffix, kept.stat().st_size), (".failed", 0))
        before = kept.stat().st_mtime_ns
        in_bash(words, self.place, self.environment)
        self.assertEqual(kept.stat().st_mtime_ns, before)
        for missing in ({"AUTH0_DOMAIN": ""}, {"HOME": "/dev/null"}):
            self.assertEqual(in_bash(words, self.place, {**self.environment, **missing}), ([], ""))

    def test_one_script(self):
        """What sh runs is the same in all."""
        found = {re.search(r"_script[ =]'(\n.*?\n)'", path.read_text(encoding="utf-8"), re.S)[1]
                 for path in FOLDER.iterdir()}
        self.assertEqual(len(found), 1)
        self.assertNotIn("\\", found.pop())


if __name__ == "__main__":
    unittest.main()
