"""A walk through what those meet who embed and ship connsync: the example built with the installed library,
a release and what install.md says of making sure of it, and tools/try-tenant. Where there is a program to
see, it is seen in a fresh root.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fresh import HERE, PATIENCE, ROOT, WIDTHS, Behind, Fresh, Result
import cli
import json_schemas
import terminal
from cli import CON, connection
from json_schemas import jsonschema

sys.path.insert(0, str(HERE.parent / "docs"))
import blocks  # noqa: E402


def shell(text, folder, width=None, env=None):
    """(code, what was seen) of commands of a page, on a terminal that is so wide, or in a pipe."""
    words = ["bash", "--norc", "-c", text]
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder), **(env or {})}
    if width is not None:
        code, seen = terminal.run(words, width, env=env, cwd=folder, patience=PATIENCE)
        return code, terminal.COLOR.sub("", seen.decode("utf-8")).replace("\r\n", "\n")
    done = subprocess.run(words, env=env, cwd=folder, check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


@unittest.skipUnless(shutil.which("pkg-config"), "there is no pkg-config")
class EmbeddingTest(Behind):
    """examples/posix-agent.c, compiled with the headers and libraries that were installed."""

    entered = "/usr/bin/posix-agent"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.install("development")
        package, = cls.root.rglob("connsync-posix.pc")
        flags = subprocess.run(
            ["pkg-config", "--cflags", "--libs", "--static", "connsync-posix"], text=True,
            stdout=subprocess.PIPE, check=True,
            env={**os.environ, "PKG_CONFIG_LIBDIR": str(package.parent)}).stdout.split()
        outside = [flag for flag in flags if flag[:2] in ("-I", "-L")
                   and not os.path.realpath(flag[2:]).startswith(str(cls.root))]
        assert not outside, outside
        subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o",
                        cls.root / "usr/bin/posix-agent", ROOT / "examples/posix-agent.c", *flags],
                       check=True)

    def agent(self, secret=None, **how):
        """Each way has a tenant and a proxy of its own; the client is that of all."""
        client = self.tenant()
        return self.see(
            CON, "on_first_login", stdin=(secret or client.secrets[0]) + "\n", **how,
            make=lambda: self.tunnelled(connection(), AUTH0_CLIENT_ID=client.client_id))

    def test_sets_one_value_and_says_so(self):
        self.agent(says=["google-oauth2 (%s): changed, on_each_login -> on_first_login, "
                         "6 other members as they were" % CON])
        self.assertEqual([tenant.writes() for tenant in self.tenants], [0, 1, 1, 1])

    def test_what_it_says_else(self):
        self.agent("another", code=1,
                   says=["posix-agent: client_credentials; nothing was written"])
        self.see(CON, code=2, says=["usage: posix-agent"])


class ReleaseTest(Fresh):
    """A folder as tools/release leaves it, with the installed program in it, and "Making sure" of
    docs/install.md done with it. tests/release looks at whole releases."""

    def setUp(self):
        super().setUp()
        if not (ROOT / ".git").exists():
            self.skipTest("this is no clone, and a release is made of a commit")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.release = Path(folder.name) / "release"
        self.release.mkdir()
        version = re.search(r"connsync (\S+)", self.see("--version").out)[1]
        self.named = "connsync-" + version
        self.page = {block.name: block.text for block in
                     blocks.of_markdown(ROOT, ROOT / "docs/install.md")}

    def make(self):
        """The program, where it comes from, and the signed list of both."""
        shutil.copy(self.program, self.release / (self.named + "-linux-x86_64"))
        made = self.release.with_name("statement")
        with open(made, "wb") as file:
            subprocess.run([ROOT / "tools/provenance", self.release], stdout=file, check=True)
        made.rename(self.release / (self.named + ".intoto.json"))
        self.do("sha256sum -- * >../sums && mv ../sums SHA256SUMS")

    def do(self, text, code=0, width=None):
        found, seen = shell(text, self.release, width)
        self.assertEqual(found, code, seen)
        return seen

    def everywhere(self, text, code, says):
        """The command of the page in each of the three ways."""
        for width in (*WIDTHS, None):
            seen = self.do(self.page[text], code, width)
            for words in says:
                self.assertIn(words, seen)

    def test_digests(self):
        check = "sha256sum --check --ignore-missing SHA256SUMS"
        self.make()
        program = self.named + "-linux-x86_64"
        self.everywhere(check, 0, [program + ": OK", self.named + ".intoto.json: OK"])
        with open(self.release / program, "ab") as file:
            file.write(b"\0")
        self.everywhere(check, 1, [program + ": FAILED"])

    @unittest.skipUnless(shutil.which("minisign"), "there is no minisign; tools/setup --all installs it")
    def test_signature(self):
        """By a key that is thrown away; the command that signs is tools/release's."""
        check = "minisign -V -p connsync.pub -m SHA256SUMS"
        signing = re.search(r"^ *(minisign -S .*)$", (ROOT / "tools/release").read_text("utf-8"), re.M)[1]
        self.make()
        self.do('minisign -G -W -p connsync.pub -s ../key && key=../key work=../ version=%s && '
                'cp SHA256SUMS ../sums && %s && mv ../signature SHA256SUMS.minisig'
                % (self.named, signing))
        self.everywhere(check, 0, ["Signature and comment signature verified",
                                   "SHA256SUMS of connsync"])
        self.do("sed -i s/0/1/ SHA256SUMS")
        self.everywhere(check, 1, ["Signature verification failed"])

    @unittest.skipIf(jsonschema is None, "there is no python3-jsonschema; tools/setup --all has it")
    def test_where_it_comes_from(self):
        """The statement is as the installed schema says, and names what the list does."""
        self.make()
        statement = json.loads((self.release / (self.named + ".intoto.json")).read_text("utf-8"))
        schemas = json_schemas.load(self.root / "usr/share/connsync/schemas")
        json_schemas.validator(schemas, "provenance").validate(statement)
        listed = dict(reversed(line.split("  ")) for line in
                      (self.release / "SHA256SUMS").read_text("utf-8").splitlines())
        for one in statement["subject"]:
            self.assertEqual(one["digest"]["sha256"], listed[one["name"]])
        commit = statement["predicate"]["buildDefinition"]["resolvedDependencies"][0]["digest"]
        self.assertRegex(commit["gitCommit"], "^[0-9a-f]{40}$")
        told = json.loads(self.see("--version", "--json").out)
        self.assertIn(told["commit"], (None, commit["gitCommit"]), "of a build that was told one")


class TryTenantTest(Fresh):
    """tools/try-tenant with the installed program, as docs/try-tenant.md has it."""

    scopes = ("create:connections", "read:connections", "update:connections", "delete:connections",
              "read:connections_options", "update:connections_options")

    def try_it(self, width):
        tenant = self.tenant(connection("others-of-acme", "samlp"), scopes=self.scopes,
                             domain="acme-prod.eu.auth0.test")
        words = [sys.executable, str(ROOT / "tools/try-tenant"), "--yes", *tenant.arguments(),
                 str(self.program)]
        env = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1",
               **tenant.environment(credentials=True)}
        if width is None:
            result = self.finish(subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL,
                                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        else:
            code, seen = terminal.run(words, width, env=env)
            result = Result(code, seen, b"", 0)
        return tenant, result

    def test_what_is_told_and_what_is_not(self):
        """In a pipe the report is all of standard output; nothing of it is the tenant's."""
        ways = (*WIDTHS, None)
        with ThreadPoolExecutor(len(ways)) as pool:
            tried = list(pool.map(self.try_it, ways))
        for width, (tenant, result) in zip(ways, tried):
            self.assertEqual(result.code, 0, result.raw)
            told = result.out + result.err
            for says in ("names and types only", "connsync set: as at the fake tenant (exit code 0, changed)",
                         "connsync plan: as at the fake tenant (exit code 2, would_change)",
                         "try-tenant: deleting the connection"):
                self.assertIn(says, told)
            self.assertEqual("try-tenant: " in result.out, width is not None)
            for word in ("acme", "con_", "eyJ", tenant.client_id, *tenant.secrets):
                self.assertNotIn(word, told)
            self.assertEqual(list(tenant.store.connections), [CON], "the one made is deleted")


if __name__ == "__main__":
    cli.main()
