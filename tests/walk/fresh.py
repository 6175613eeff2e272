"""A root in which nothing was ever done: what `cmake --install` puts there, the libraries that the program
is linked with, and a user without a past. Commands are seen as a person sees them, on a terminal of
80 and of 200 columns, and as a program does, in a pipe.

The environment says what is installed: CONNSYNC_BUILD (a build without sanitizers).
"""

import fcntl
import json
import os
import pty
import re
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "wire")]

from cli import EXIT_SKIPPED, SETTING, Result, WireTest, connection  # noqa: E402,F401

BUILD = os.environ["CONNSYNC_BUILD"]
WIDTHS = (80, 200)
NOBODY = 65532
HOME = "home/new"
PATIENCE = 30
COLOR = re.compile("\x1b\\[[0-9]*m")
ERASE = "\r\x1b[K"
WANTED = {"all": True, SETTING: "on_first_login"}
NAMES = ("google-oauth2", "\u30ed\u30b0\u30a4\u30f3-\u65e5\u672c\u8a9e", "e\u0301te\u0301", "n" * 90)


def columns(text):
    """How many a terminal takes for it, of the characters above."""
    return sum(0 if char == "\u0301" else 2 if char >= "\u3000" else 1 for char in text)


class Seen:
    """What one command showed: `shown` by width with everything, `rows` by width without colours
    and progress, and `out` and `err` of the pipe."""

    def __init__(self, code, shown, piped):
        self.code, self.shown = code, shown
        self.out, self.err = piped.out, piped.err
        self.rows = {width: self.rows_of(text) for width, text in shown.items()}

    @staticmethod
    def rows_of(text):
        lines = [line.rsplit(ERASE)[-1].rstrip("\r") for line in COLOR.sub("", text).split("\n")]
        return [line for line in lines if line]

    @property
    def everywhere(self):
        """The three of them, each as one text."""
        return ["\n".join(rows) for rows in self.rows.values()] + [self.out + self.err]


class Fresh(WireTest):
    """see() is a use of it. Each command gets a tenant of its own, unless it is given one."""

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            print("skipped: only root can make a root of its own")
            sys.exit(EXIT_SKIPPED)
        cls.root = Path(tempfile.mkdtemp(prefix="connsync-fresh-"))
        cls.addClassCleanup(shutil.rmtree, cls.root, True)
        subprocess.run(["cmake", "--install", BUILD, "--prefix", "/usr", "--component", "program"],
                       check=True, env={**os.environ, "DESTDIR": str(cls.root)},
                       stdout=subprocess.DEVNULL)
        cls.program = cls.root / "usr/bin/connsync"
        linked = subprocess.run(["ldd", cls.program], check=True, stdout=subprocess.PIPE, text=True)
        for library in re.findall(r"(/\S+) \(0x", linked.stdout):
            path = cls.root / library.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, path)
        (cls.root / "dev").mkdir()
        os.mknod(cls.root / "dev/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        cls.root.chmod(0o755)

    def setUp(self):
        super().setUp()
        self.home = self.root / HOME
        self.addCleanup(shutil.rmtree, self.home)
        self.home.mkdir(parents=True)
        os.chown(self.home, NOBODY, NOBODY)

    def write(self, name, document, mode=0o600):
        """A file of the user's, in the folder where the commands are given: JSON, or a text."""
        path = self.home / name
        path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
        path.chmod(mode)
        os.chown(path, NOBODY, NOBODY)
        return name

    def company(self):
        """A tenant with a connection of each name, and one that needs nothing."""
        tenant = self.tenant(*(connection(name, number=number)
                               for number, name in enumerate(NAMES, 1)))
        tenant.add(connection("corp", "samlp", "on_first_login", number=9))
        return tenant

    # One command, in one way.

    def enter(self):
        os.chroot(self.root)
        os.chdir("/" + HOME)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)

    def words(self, tenant, arguments):
        """The command, and the options that lead to a tenant, whose root is put beside it."""
        if tenant is None:
            return ["/usr/bin/connsync", *arguments]
        shutil.copy(tenant.ca_file, self.root / "roots.pem")
        (self.root / "roots.pem").chmod(0o644)
        return ["/usr/bin/connsync", *arguments, "--connect-to", "%s:%d" % (tenant.host, tenant.port),
                "--ca-file", "/roots.pem"]

    def environment(self, tenant, env):
        given = {} if tenant is None else tenant.environment()
        return {"PATH": "/usr/bin", "HOME": "/" + HOME, **(given if env is None else env)}

    def in_pipe(self, tenant, arguments, stdin="", env=None):
        since = time.monotonic()
        process = subprocess.Popen(self.words(tenant, arguments), preexec_fn=self.enter, cwd="/",
                                   env=self.environment(tenant, env), stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return self.finish(process, since, PATIENCE, stdin.encode())

    def on_terminal(self, width, tenant, arguments, stdin=None, env=None, answer=None):
        """(exit code, what was shown). Standard input is the terminal too, unless it is given; what
        is answered to a question is typed."""
        here, there = pty.openpty()
        fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        env = {"TERM": "xterm-256color", **self.environment(tenant, env)}
        with os.fdopen(here, "r+b", buffering=0) as screen, subprocess.Popen(
                self.words(tenant, arguments), preexec_fn=self.enter, cwd="/", env=env,
                stdin=there if stdin is None else subprocess.PIPE, stdout=there,
                stderr=there) as process:
            os.close(there)
            alarm = threading.Timer(PATIENCE, process.kill)
            alarm.start()
            if stdin is not None:
                process.stdin.write(stdin.encode())
                process.stdin.close()
            seen = self.read_to_end(screen, answer)
            code = process.wait()
            alarm.cancel()
        self.printed.append(seen)
        return code, seen.decode("utf-8")

    @staticmethod
    def read_to_end(screen, answer):
        seen = b""
        try:
            while piece := screen.read(4096):
                seen += piece
                if answer and b"? " in seen:
                    screen.write(answer)
                    answer = None
        except OSError:
            pass  # how Linux says that the other end is closed
        return seen

    # One command, in all three.

    def see(self, *arguments, code=0, make=None, says=(), **how):
        """What it shows in each way, where it must end with `code` and say each of `says`. `make`
        makes a tenant for each of the ways; without it there is none."""
        make = make or (lambda: None)
        shown = {}
        for width in WIDTHS:
            found, shown[width] = self.on_terminal(width, make(), arguments, **how)
            self.assertEqual(found, code, shown[width])
        how.pop("answer", None)
        piped = self.in_pipe(make(), arguments, **how)
        self.assertEqual(piped.code, code, piped.raw)
        seen = Seen(code, shown, piped)
        for text in seen.everywhere:
            for words in says:
                self.assertIn(words, text)
        self.assertNotRegex(piped.raw, b"[\x1b\r]", "a pipe has no colours and no progress")
        return seen

    def fits(self, seen):
        """No row is wider than the terminal."""
        for width, rows in seen.rows.items():
            for row in rows:
                self.assertLessEqual(columns(row), width, row)

    def refuses(self, *arguments, says, code=64, **how):
        """One line, the same in each way, with the exit code of a wrong command line."""
        seen = self.see(*arguments, code=code, says=says, **how)
        self.assertEqual(seen.out, "")
        for text in seen.everywhere:
            self.assertEqual(len(text.strip().splitlines()), 1, text)
            self.assertTrue(text.startswith("connsync: "), text)
        return seen
