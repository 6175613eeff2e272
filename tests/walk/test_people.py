"""A walk in a fresh root through what a person meets: first steps, checks, tables, questions, the manual."""

import os
import re
import shutil
import subprocess
import unittest

from fresh import COLOR, ERASE, NAMES, SETTING, WANTED, WIDTHS, Fresh, Seen, columns
import cli
from cli import CON, Fault, connection

DAMAGED = b'{"id":"con_%016d","name":"hurt","strategy":"samlp","options":{"%s":"on_first_login"}}'


class FirstStepsTest(Fresh):
    """Asked as other programs are asked."""

    def test_help(self):
        usage = self.see("help")
        self.fits(usage)
        for words in (["-h"], ["--help"]):
            self.assertEqual(self.see(*words).everywhere, usage.everywhere)
        self.assertIn("Usage:", self.see(code=64).everywhere[0])
        for words in (["help", "set"], ["set", "--help"], ["set", "-h"]):
            self.fits(self.see(*words, says=["Usage: connsync set CONNECTION VALUE", "--dry-run"]))

    def test_version(self):
        version = self.see("--version", says=["connsync ", "mbedTLS ", "trusted roots: "])
        for words in (["version"], ["-V"]):
            self.assertEqual(self.see(*words).everywhere, version.everywhere)

    def test_what_was_meant(self):
        for words, says in ((["plna"], ['unknown command "plna"; did you mean plan?']),
                            (["plan", "--ou", "x"], ["unknown option --ou; did you mean --out?"])):
            self.refuses(*words, says=says)

    def test_spellings_of_neighbours(self):
        self.write("other.json", WANTED)
        self.see("plan", "-f", "other.json", "-out=plan.json", make=self.company, code=2)
        self.assertTrue((self.home / "plan.json").exists())
        seen = self.see("list", "-o", "json", make=self.company)
        self.assertEqual(seen.out.count('"id":'), 5)

    def test_nothing_is_there_yet(self):
        """Each sentence names the next step."""
        self.refuses("list", says=["no domain: set AUTH0_DOMAIN or use --domain"])
        self.refuses("plan", says=["cannot read the file connsync.json", "connsync import prints one"])

    def test_three_commands(self):
        """From nothing to a tenant that is as it should be."""
        tenant = self.company()
        document = self.in_pipe(tenant, ["import"])
        self.assertEqual(document.code, 0, document.raw)
        self.write("connsync.json", document.out.replace("on_each_login", "on_first_login"))
        self.assertIn("4 would change, 1 in sync", self.in_pipe(tenant, ["plan"]).out)
        code, shown = self.on_terminal(80, tenant, ["apply"], answer=b"yes\n")
        self.assertEqual((code, tenant.writes()), (0, 4), shown)
        self.assertIn("5 in sync", self.in_pipe(tenant, ["plan"]).out)


class CheckTest(Fresh):
    """validate and doctor"""

    def test_all_faults_of_a_document_at_once(self):
        self.write("connsync.json", '{\n "all": true,\n "connections": [{"nam": "x"}],\n'
                                    ' "every": 5\n}\n')
        for text in self.see("validate", code=64).everywhere:
            self.assertEqual(re.findall(r"connsync\.json:(\d+:\d+): ", text),
                             ["3:19", "4:2", "1:1"], text)
            self.assertIn("connsync.json is not valid: 3 faults", text)
        self.write("connsync.json", WANTED)
        self.see("validate", says=["connsync.json: valid"])

    def test_a_listing_stands_for_the_tenant(self):
        self.write("connsync.json", WANTED)
        self.write("listing", self.in_pipe(self.company(), ["list", "--json"]).out)
        seen = self.see("validate", "--listing", "listing", code=2, says=["4 would change, 1 in sync"])
        plan = self.in_pipe(self.company(), ["plan"])
        self.assertEqual(seen.out.splitlines()[:-1], plan.out.splitlines()[:-1])

    def healthy(self):
        return self.tenant(connection())

    def hurt(self):
        tenant = self.healthy()
        tenant.add(DAMAGED % (9, SETTING.encode()))
        tenant.add(connection("half", "oidc", "on_first_login", number=8,
                              options=b'"issuer":"https://MARKER.example"'))
        return tenant

    def test_doctor(self):
        says = ["client fIcTiTiOuS", "all that reading and writing connections needs",
                "0 s ahead of the service's", "as --connect-to says", "until 20", "49 of 50 requests left"]
        for make, code, more in ((self.healthy, 0, "1 looked at, 0 look damaged"), (self.hurt, 2, "damaged.md")):
            seen = self.see("doctor", make=make, code=code, says=[*says, more])
            rows = [row.split()[0] for row in seen.rows[80]]
            self.assertLessEqual({"who", "scopes", "clock", "route", "certificate", "rate_limit"},
                                 set(rows), rows)
            for damage in ("hurt (con_0000000000000009): options hold the setting alone",
                           "half (con_0000000000000008): options lack client_id"):
                self.assertEqual(damage in seen.out, code == 2, seen.out)


class OutputTest(Fresh):
    """As wide as the terminal; tabs in a pipe."""

    def test_list(self):
        seen = self.see("list", make=self.company)
        self.fits(seen)
        for width in WIDTHS:
            head, *rows = seen.rows[width]
            self.assertEqual(head.split(), ["NAME", "STRATEGY", "SETTING", "ID"])
            self.assertEqual({columns(row[:row.index("con_")]) for row in rows}, {head.index("ID")})
            self.assertEqual(any(row.startswith(NAMES[3] + " ") for row in rows), width == 200)
        self.assertEqual([row.split("\t")[3] for row in seen.out.splitlines()], [*NAMES, "corp"])

    def test_plan(self):
        self.write("connsync.json", WANTED)
        seen = self.see("plan", make=self.company, code=2)
        self.fits(seen)
        for width in WIDTHS:
            head, *rows, summary = seen.rows[width]
            self.assertEqual("ID" in head.split(), width == 200)
            self.assertEqual(len(rows), 4)
            self.assertIn("4 would change", summary)
        self.assertEqual([row.count("\t") for row in seen.out.splitlines()], [4] * 4 + [0])

    def test_formats(self):
        self.write("connsync.json", WANTED)
        for form, says in (("markdown", ["### connsync plan: ", "| name | strategy |"]),
                           ("html", ["<!doctype html>", "<table>", "4 would change"]),
                           ("json", ['"status":"would_change"', '"summary"'])):
            self.see("plan", "--format", form, make=self.company, code=2, says=says)

    def test_colours(self):
        self.write("connsync.json", WANTED)
        for colored, words, env in ((True, [], {}), (False, [], {"NO_COLOR": "1"}),
                                    (False, [], {"TERM": "dumb"}), (False, ["--color", "never"], {})):
            env = {**self.company().environment(), **env}
            seen = self.see("plan", *words, make=self.company, code=2, env=env)
            for shown in seen.shown.values():
                self.assertEqual(bool(COLOR.search(shown)), colored, (words, env))

    def test_apply_asks_a_person(self):
        self.write("connsync.json", WANTED)
        question = "change 4 connections of %s? " % self.company().domain
        for answer, code, writes in ((b"yes\n", 0, 4), (b"no\n", 2, 0)):
            for width in WIDTHS:
                tenant = self.company()
                found, shown = self.on_terminal(width, tenant, ["apply"], answer=answer)
                self.assertEqual((found, tenant.writes()), (code, writes), shown)
                self.assertIn(question, shown)
        for tenant, words in ((self.company(), []), (self.company(), ["--yes"])):
            result = self.in_pipe(tenant, ["apply", *words])
            self.assertEqual((result.code, tenant.writes()), (0, 4), result.raw)
            self.assertNotIn("? ", result.out + result.err)

    def slow(self):
        """The company, where the first request comes too soon, and each write takes its time."""
        tenant = self.company()
        tenant.faults += [Fault("rate_limited", times=1, retry_after=2),
                          Fault("stall", method="PATCH", times=None, seconds=0.15)]
        return tenant

    def test_progress(self):
        """How far of how many, how fast, how long, and why nothing moves; on a terminal alone."""
        self.write("connsync.json", WANTED)
        seen = self.see("apply", "--yes", make=self.slow, says=["4 changed, 1 in sync"])
        for shown in seen.shown.values():
            self.assertRegex(shown, r"connsync: waiting \d s for the rate limit")
            self.assertRegex(shown, r"connsync: \d of 4, \d+ a minute, \d+ s left: ")
            self.assertIn(ERASE, shown)
        self.assertEqual(seen.err, "")


class TraceTest(Fresh):
    """-v and -vv"""

    request = (r"connsync: GET /api/v2/connections/con_0+1: 200 in \d+ ms, \d+ bytes, "
               r"connection new, rate limit left 49")

    def test_levels(self):
        for words, handshake in (([], None), (["-v"], False), (["-vv"], True), (["-v", "-v"], True)):
            for text in self.see("get", CON, *words, make=self.company).everywhere:
                self.assertEqual(re.search(self.request, text) is not None, bool(words), text)
                self.assertEqual("connsync: handshake: TLSv1." in text, bool(handshake), text)
                self.assertEqual("certificate 0 of the chain: CN=" in text, bool(handshake), text)
                self.assertNotIn("?", text, "no query")

    def test_a_write_and_a_wait(self):
        """Which connection served, whether it was resumed, and how long a request had to wait."""
        def limited():
            tenant = self.company()
            tenant.faults.append(Fault("rate_limited", times=1, retry_after=1))
            return tenant

        seen = self.see("set", CON, "on_first_login", "-vv", make=limited)
        for text in seen.everywhere:
            self.assertRegex(text, r"GET /api/v2/connections/\w+: 429 in \d+ ms, ")
            self.assertRegex(text, r"GET \S+: 200 in \d+ ms after a wait of \d+ ms, \d+ bytes, "
                                   r"connection (new|kept), rate limit left 4\d")
            self.assertRegex(text, r"PATCH \S+: 200 in .*, \d+ bytes, connection kept, ")
            self.assertRegex(text, r"connsync: handshake: TLSv1\.\d, TLS[\w-]+, not resumed")


class ManualTest(Fresh):
    """The installed page and completions."""

    @unittest.skipUnless(shutil.which("man"), "there is no man")
    def test_pages(self):
        pages = sorted(self.root.glob("usr/share/man/man*/*"))
        if not pages:
            self.skipTest("there is no scdoc")
        heads = {"connsync.1": {"SYNOPSIS", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES"},
                 "connsync.json.5": {"NAME"}}
        self.assertEqual([page.name for page in pages], list(heads))
        for page in pages:
            for width in WIDTHS:
                rows = self.read(page, width)
                self.assertLessEqual(max(map(columns, rows)), width, page)
                self.assertLessEqual(heads[page.name], set(rows))
                self.assertRegex(" ".join(" ".join(rows).split()),
                                 r"never_on_login.{,99}the connection (from creating|creates no) users")

    def read(self, page, width):
        """Its lines, as man lays them out."""
        text = subprocess.run(
            ["man", "-l", page], stdout=subprocess.PIPE, text=True, check=True, env={
                "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "MANWIDTH": str(width)}).stdout
        return Seen.rows_of(text)

    def complete(self, *words, env=()):
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _connsync; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        path = self.root / "usr/share/bash-completion/completions/connsync"
        return subprocess.run(
            ["bash", "--norc", "-c", script, "-", path, "connsync", *words], check=True, text=True,
            stdout=subprocess.PIPE,
            env={"PATH": "%s:/usr/bin:/bin" % self.program.parent, "HOME": str(self.home), **dict(env)}
        ).stdout.split()

    def test_bash(self):
        self.assertLessEqual({"get", "set", "plan", "apply", "doctor"}, set(self.complete("")))
        self.assertEqual(self.complete("set", "corp", "ne"), ["never_on_login"])
        self.assertEqual(self.complete("plan", "--form"), ["--format"])

    def test_names_of_connections(self):
        """Of the tenant, for who wants that."""
        tenant = self.company()
        words = ("get", "--ca-file", str(tenant.ca_file), "--connect-to",
                 "%s:%d" % (tenant.host, tenant.port), "cor")
        self.assertEqual(self.complete(*words, env=tenant.environment()), [])
        wanted = {**tenant.environment(), "CONNSYNC_COMPLETE_NAMES": "1"}
        self.assertEqual(self.complete(*words, env=wanted), ["corp"])

    @unittest.skipUnless(shutil.which("fish"), "there is no fish")
    def test_fish_has_descriptions(self):
        script = self.root / "usr/share/fish/vendor_completions.d/connsync.fish"
        rows = subprocess.run(["fish", "-N", "-c", 'source $argv[1]; complete -C "connsync "', script],
                              stdout=subprocess.PIPE, check=True, text=True, env={
                                  "PATH": "%s:/usr/bin:/bin" % self.program.parent,
                                  "HOME": str(self.home)}).stdout.splitlines()
        told = dict(row.split("\t") for row in rows)
        self.assertLessEqual({"get", "set", "plan", "apply", "doctor"}, set(told))
        self.assertTrue(all(told.values()), told)

    def test_others(self):
        for shell, name in (("zsh", "zsh/site-functions/_connsync"),
                            ("fish", "fish/vendor_completions.d/connsync.fish")):
            if shutil.which(shell):
                subprocess.run([shell, "-n", self.root / "usr/share" / name], check=True)


if __name__ == "__main__":
    cli.main()
