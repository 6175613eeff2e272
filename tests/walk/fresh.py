"""A root in which nothing was ever done: what `cmake --install` puts there, the libraries that the program
is linked with, and a user without a past. Commands are seen as a person sees them, on a terminal of
80 and of 200 columns, and as a program does, in a pipe.

The environment says what is installed: CONNSYNC_BUILD (a build without sanitizers).
"""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "wire")]

import terminal  # noqa: E402
from cli import EXIT_SKIPPED, SETTING, Result, WireTest, connection  # noqa: E402,F401
from proxy import Proxy  # noqa: E402
from terminal import COLOR  # noqa: E402

BUILD = os.environ["CONNSYNC_BUILD"]
WIDTHS = (80, 200)
NOBODY = 65532
HOME = "home/new"
PATIENCE = 30
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

    entered = "/usr/bin/connsync"
    is_led = True  # to the tenant, by options

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            print("skipped: only root can make a root of its own")
            sys.exit(EXIT_SKIPPED)
        cls.root = Path(tempfile.mkdtemp(prefix="connsync-fresh-"))
        cls.addClassCleanup(shutil.rmtree, cls.root, True)
        cls.install("program")
        cls.program = cls.root / "usr/bin/connsync"
        linked = subprocess.run(["ldd", cls.program], check=True, stdout=subprocess.PIPE, text=True)
        for library in re.findall(r"(/\S+) \(0x", linked.stdout):
            path = cls.root / library.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, path)
        (cls.root / "dev").mkdir()
        os.mknod(cls.root / "dev/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        cls.root.chmod(0o755)

    @classmethod
    def install(cls, component):
        """A part of what `cmake --install` installs."""
        subprocess.run(["cmake", "--install", BUILD, "--prefix", "/usr", "--component", component],
                       check=True, env={**os.environ, "DESTDIR": str(cls.root)},
                       stdout=subprocess.DEVNULL)

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
        if tenant is None or not self.is_led:
            return [self.entered, *arguments]
        self.trust(tenant.ca_file)
        return [self.entered, *arguments, "--connect-to", "%s:%d" % (tenant.host, tenant.port),
                "--ca-file", "/roots.pem"]

    def trust(self, file):
        """Makes it /roots.pem. What others read at present is not written anew."""
        path, wanted = self.root / "roots.pem", Path(file).read_bytes()
        if not path.exists() or path.read_bytes() != wanted:
            path.write_bytes(wanted)

    def environment(self, tenant, env):
        given = {} if tenant is None else tenant.environment()
        return {"PATH": "/usr/bin", "HOME": "/" + HOME, **(given if env is None else env)}

    def in_pipe(self, tenant, arguments, stdin="", env=None):
        since = time.monotonic()
        process = subprocess.Popen(self.words(tenant, arguments), preexec_fn=self.enter, cwd="/",
                                   env=self.environment(tenant, env), stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return self.finish(process, since, PATIENCE, stdin.encode())

    def on_terminal(self, width, tenant, arguments, env=None, **how):
        """(exit code, what was shown); `how` is terminal.run()'s."""
        code, seen = terminal.run(self.words(tenant, arguments), width, preexec_fn=self.enter, cwd="/",
                                  env=self.environment(tenant, env), patience=PATIENCE, **how)
        self.printed.append(seen)
        return code, seen.decode("utf-8")

    # One command, in all three.

    def see(self, *arguments, code=0, make=None, says=(), **how):
        """What it shows in each way, where it must end with `code` and say each of `says`. `make`
        makes a tenant for each of the ways, which are gone all at once; without it there is none."""
        tenants = [make() if make else None for _ in range(len(WIDTHS) + 1)]
        for tenant in filter(None, tenants):
            self.words(tenant, arguments)
        in_pipe = {name: value for name, value in how.items() if name != "answer"}
        with ThreadPoolExecutor(len(tenants)) as pool:
            piped = pool.submit(self.in_pipe, tenants.pop(), arguments, **in_pipe)
            ways = {width: pool.submit(self.on_terminal, width, tenant, arguments, **how)
                    for width, tenant in zip(WIDTHS, tenants)}
        piped, shown = piped.result(), {}
        self.assertEqual(piped.code, code, piped.raw)
        for width, way in ways.items():
            found, shown[width] = way.result()
            self.assertEqual(found, code, shown[width])
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


class Behind(Fresh):
    """Each tenant lies behind a proxy, which the environment of its commands names."""

    is_led = False

    def setUp(self):
        super().setUp()
        self.ways = {}

    def environment(self, tenant, env):
        return super().environment(tenant, self.ways.get(tenant, env))

    def lead(self, tenant, url, root, **more):
        """Its commands have this proxy in their environment, trust that root, and get `more`."""
        self.write("root-%d.pem" % tenant.port, root.read_text(encoding="ascii"))
        self.ways[tenant] = {**tenant.environment(), "https_proxy": url,
                             "SSL_CERT_FILE": "root-%d.pem" % tenant.port, **more}
        return tenant

    def tunnelled(self, *connections, **more):
        """A tenant behind a proxy that passes on every byte."""
        tenant = self.tenant(*connections)
        proxy = self.enterContext(Proxy(routes={tenant.domain + ":443": (tenant.host, tenant.port)}))
        return self.lead(tenant, proxy.url, tenant.ca_file, **more)
