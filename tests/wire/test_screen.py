"""What a terminal shows: tables as wide as it is, heads, colours, questions; and nothing of that in
a pipe."""

import json
import re
import signal
from html.parser import HTMLParser

import cli
import terminal
from cli import Fault, connection
from fleet import ALL_OFF, FleetTest, entry
from terminal import COLOR

ERASE = "\r\x1b[K"
INTERRUPT = signal.SIGINT
NAMES = ("plain", "ログイン-日本語-接続", "e\u0301te\u0301", "n" * 60)


def columns(text):
    """How many a terminal takes for it, of the characters above."""
    return sum(0 if char == "\u0301" else 2 if char >= "\u3000" else 1 for char in text)


class TerminalTest(FleetTest):
    """on_terminal() runs the program where a person would."""

    def on_terminal(self, tenant, *arguments, width=80, answer=None, env=None, outputs=(1, 2),
                    folder=None):
        """(exit code, what was shown): its streams with these numbers are the terminal."""
        code, seen = terminal.run(
            [cli.binary(), *arguments, *tenant.arguments()], width, streams=outputs, answer=answer,
            env={"TERM": "xterm", **cli.environment(tenant.environment()), **(env or {})}, cwd=folder)
        self.printed.append(seen)
        return code, seen.decode("utf-8")

    def named(self):
        """A tenant with a connection of each name, all out of step."""
        return self.tenant(*(connection(name, "samlp", number=number)
                             for number, name in enumerate(NAMES, 1)))

    def rows(self, shown):
        """The lines without colours and progress."""
        lines = [line.rsplit(ERASE)[-1].rstrip("\r") for line in COLOR.sub("", shown).split("\n")]
        return [line for line in lines if line]


class TableTest(TerminalTest):
    """list and plan"""

    def test_list_is_as_wide_as_the_terminal(self):
        tenant = self.named()
        for width in (60, 80, 200):
            _, shown = self.on_terminal(tenant, "list", width=width)
            head, *rows = self.rows(shown)
            self.assertEqual(head.split(), ["NAME", "STRATEGY", "SETTING", "ID"])
            self.assertEqual(len(rows), len(NAMES))
            places = {columns(row[:row.index("con_")]) for row in rows}
            self.assertEqual(places, {head.index("ID")}, shown)
            self.assertTrue(all(columns(row) <= max(width, 80) for row in rows), shown)
            whole = sum(any(row.startswith(name + " ") for row in rows) for name in NAMES)
            self.assertEqual(whole, 4 if width == 200 else len(NAMES) - 1 if width == 80 else whole)
            self.assertEqual("\u2026" in shown, width < 200)

    def test_plan(self):
        """Names first; ids where there is room."""
        tenant = self.named()
        path = self.write(ALL_OFF)
        for width in (80, 200):
            code, shown = self.on_terminal(tenant, "plan", path, width=width)
            self.assertEqual(code, 2)
            head, *rows = self.rows(shown)
            self.assertEqual(head.split()[:4], ["NAME", "STRATEGY", "BEFORE", "AFTER"])
            self.assertEqual("con_" in shown, width == 200)
            self.assertTrue(all(columns(row) <= width for row in rows), shown)
            self.assertEqual({columns(row[:row.index("on_first")]) for row in rows[:-1]},
                             {head.index("AFTER")})

    def test_a_pipe_has_tabs(self):
        tenant = self.named()
        rows = self.run_cli(tenant, "list").out.splitlines()
        self.assertEqual([row.split("\t")[3] for row in rows], list(NAMES))
        rows = self.apply(tenant, command="plan").out.splitlines()[:-1]
        self.assertEqual([row.split("\t") for row in rows],
                         [["con_%016d" % number, name, "samlp", "on_each_login", "on_first_login"]
                          for number, name in enumerate(NAMES, 1)])


class ColorTest(TerminalTest):
    """--color, NO_COLOR, TERM"""

    def test_when(self):
        tenant = self.named()
        path = self.write(ALL_OFF)
        for colored, words, env in ((True, [], {}), (False, [], {"NO_COLOR": "1"}),
                                    (True, [], {"NO_COLOR": ""}), (False, [], {"TERM": "dumb"}),
                                    (False, ["--color", "never"], {}),
                                    (True, ["--color=always"], {"NO_COLOR": "1"})):
            _, shown = self.on_terminal(tenant, "plan", path, *words, env=env)
            self.assertEqual(bool(COLOR.search(shown)), colored, (words, env))
            _, shown = self.on_terminal(tenant, "doctor", *words, env=env)
            self.assertNotRegex(shown, r"\x1b\[3\dm *\x1b\[0m", "a colour of nothing")
        for colored, words in ((False, []), (True, ["--color", "always"])):
            shown = self.run_cli(tenant, "plan", path, *words).out
            self.assertEqual(bool(COLOR.search(shown)), colored, words)

    def test_another_word(self):
        result = self.run_cli(None, "list", "--color", "blue", verbose=False)
        self.assertEqual(result.code, 64)
        self.assertIn("--color takes auto, always or never", result.message)


class QuestionTest(TerminalTest):
    """apply asks a person before it writes, and nobody else."""

    question = "change 2 connections of %s? "

    def ask(self, answer, *words, **how):
        tenant = self.many(3, [1, 3])
        code, shown = self.on_terminal(tenant, "apply", self.write(ALL_OFF, apart=True), *words,
                                       answer=answer, outputs=(0, 1, 2), **how)
        return tenant, code, shown

    def test_answers(self):
        for answer, writes in ((b"yes\n", 2), (b"y\n", 2), (b"no\n", 0), (b"\n", 0), (b"\x04", 0),
                               (b"yes please\n", 0), (b"Y\n", 0)):
            tenant, code, shown = self.ask(answer)
            self.assertIn(self.question % tenant.domain, shown)
            self.assertEqual((tenant.writes(), code), (writes, 0 if writes else 2), shown)
            self.assertLess(shown.index("conn-3"), shown.index("change 2"), "shown before")
            self.assertEqual("nothing written" in shown, not writes)

    def test_an_interrupt_is_no(self):
        tenant, _, shown = self.ask(INTERRUPT)
        self.assertIn("change 2", shown)
        self.assertEqual(tenant.writes(), 0)

    def test_nobody_is_asked(self):
        """With --yes, without a terminal to read from or to ask on, and with a plan."""
        tenant, code, shown = self.ask(None, "--yes")
        self.assertEqual((tenant.writes(), code), (2, 0), shown)
        self.assertNotIn("? ", shown)
        for outputs in ((1, 2), (0, 1)):
            tenant = self.many(3, [1, 3])
            code, shown = self.on_terminal(tenant, "apply", self.write(ALL_OFF), outputs=outputs)
            self.assertEqual((tenant.writes(), code), (2, 0), shown)
            self.assertNotIn("? ", shown)
        tenant = self.many(3, [1, 3])
        plan = str(self.folder / "plan")
        self.apply(tenant, "--out", plan, command="plan")
        code, shown = self.on_terminal(tenant, "apply", "--plan", plan, outputs=(0, 1, 2))
        self.assertEqual((tenant.writes(), code), (2, 0), shown)

    def test_nothing_to_ask(self):
        tenant = self.many(2, [])
        code, shown = self.on_terminal(tenant, "apply", self.write(ALL_OFF), outputs=(0, 1, 2))
        self.assertEqual(code, 0, shown)
        self.assertNotIn("? ", shown)


class ProgressTest(TerminalTest):
    """How far, how fast, how long; and why nothing moves."""

    def test_how_far(self):
        tenant = self.many(8, range(1, 9))
        tenant.faults.append(Fault("stall", method="PATCH", times=None, seconds=0.15))
        _, shown = self.on_terminal(tenant, "apply", self.write(ALL_OFF))
        self.assertEqual(len(self.rows(shown)), 9)
        self.assertTrue(self.rows(shown)[0].startswith("conn-1 ("), shown)
        self.assertRegex(shown, r"connsync: \d of 8, \d+ a minute, \d+ s left: conn-\d")

    def test_the_rate_limit(self):
        tenant, con = self.one()
        tenant.faults.append(Fault("rate_limited", times=1, retry_after=2))
        code, shown = self.on_terminal(tenant, "get", con)
        self.assertEqual(code, 0, shown)
        self.assertRegex(shown, "connsync: waiting [0-9] s for the rate limit")
        tenant.faults.append(Fault("rate_limited", times=1, retry_after=2))
        self.assertEqual(self.run_cli(tenant, "get", con, verbose=False).err, "")


class FormatTest(FleetTest):
    """plan --format"""

    odd = "<b>|`x`_&*"

    def plan(self, *words, code=2):
        tenant = self.tenant(connection(self.odd, "oidc", number=1),
                             connection("s", "sms", number=2))
        result = self.apply(tenant, *words, command="plan",
                            document={**ALL_OFF, "connections": [entry(name="s")]})
        self.assertEqual(result.code, 3, result.raw)
        return tenant, result.out

    def test_markdown(self):
        tenant, out = self.plan("--format", "markdown")
        lines = out.splitlines()
        self.assertEqual(lines[0].replace("\\", ""), "### connsync plan: " + tenant.domain)
        self.assertEqual(lines[2], "| name | strategy | before | after | note | id |")
        rows = [re.split(r"(?<!\\)\|", line) for line in lines[2:6]]
        self.assertEqual({len(row) for row in rows}, {8})
        self.assertEqual(rows[2][1].strip(), r"\<b\>\|\`x\`\_\&\*")
        self.assertIn("passwordless connections cannot carry", rows[3][5])
        self.assertIn("1 would change, 0 in sync, 1 refused", lines[-1])

    def test_html(self):
        """One page with nothing outside of it, in which a name is no more than a name."""
        tenant, out = self.plan("--format", "html")
        page = Page()
        page.feed(out)
        self.assertEqual(page.open, [])
        self.assertIn(self.odd, page.texts)
        self.assertIn(tenant.domain, page.texts)
        self.assertTrue(any("1 would change" in text for text in page.texts))
        self.assertFalse({"b", "script", "link", "img"} & page.tags)
        self.assertNotIn("http", out)

    def test_json_and_text(self):
        lines = [json.loads(line) for line in self.plan("--format", "json")[1].splitlines()]
        self.assertEqual([line["status"] for line in lines[:-1]], ["would_change", "refused"])
        self.assertEqual(list(lines[-1]), ["summary"])
        self.assertEqual(self.plan("--format", "text")[1], self.plan()[1])

    def test_what_does_not_go(self):
        for words in (["plan", "--format", "pdf"], ["apply", "--format", "html"],
                      ["plan", "--format", "html", "--json"], ["plan", "--yes"]):
            self.assertEqual(self.run_cli(None, *words, verbose=False).code, 64, words)


class Page(HTMLParser):
    """What is in a page of HTML: elements, texts, and what was not closed."""

    may_stay_open = {"meta", "tr", "td", "th"}

    def __init__(self):
        super().__init__()
        self.tags, self.texts, self.open = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in self.may_stay_open:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data.strip())


class WishTest(TerminalTest):
    """--dry-run says what it would become."""

    def test_set(self):
        tenant, con = self.one()
        result = self.expect(self.run_cli(tenant, "set", con, "never_on_login", "--dry-run"), 2)
        self.assertIn("on_each_login -> never_on_login, would change; nothing written", result.out)
        line = self.run_cli(tenant, "set", con, "never_on_login", "--dry-run", "--json").json[0]
        self.assertEqual((line["before"], line["after"]), ("on_each_login", "never_on_login"))

    def test_apply(self):
        result = self.apply(self.many(2, [1]), "--dry-run")
        self.assertIn("on_each_login -> on_first_login, would change; nothing written", result.out)


if __name__ == "__main__":
    cli.main()
