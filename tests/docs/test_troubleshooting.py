"""docs/troubleshooting.md has each status and each message, in the program's own words.

A status that is added, a sentence that changes or an exit code that moves fails here, with the row
that the table is to have; so does a message that the command line writes and the page does not have.
"""

import json
import os
import re
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("CONNSYNC_SOURCE_DIR") or Path(__file__).resolve().parents[2])
PAGE = ROOT / "docs/troubleshooting.md"
LITERAL = r'"(?:[^"\\]|\\.)*"'
# Nobody is shown what is no end of a job.
NO_END = {"CONNSYNC_OK", "CONNSYNC_WOULD_BLOCK", "CONNSYNC_ITEM"}
# Several statuses, one cause: the text is no JSON, or nests too deep, wherever that shows.
ALIKE = [{"json_syntax", "not_json"}, {"json_depth", "too_deep"}]
# What writes an error, and where in its arguments the texts are.
WRITERS = re.compile(r"\b(?:log_error|cli_wrong|log_write|log_format)\s*\(((?:[^;\"]|%s)*)\)\s*;"
                     % LITERAL)
# Of a message whose whole is in the table of credentials.
PIECES = {"on standard input"}
FIRST_REFUSAL, LAST_REFUSAL = 120, 139


def source(path):
    """A file of C without its comments."""
    return re.sub(r"/\*.*?\*/", "", (ROOT / path).read_text(encoding="utf-8"), flags=re.S)


def joined(literals):
    """The text of literals that stand one behind the other."""
    text = "".join(part[1:-1] for part in re.findall(LITERAL, literals))
    return re.sub(r"\\(.)", r"\1", text)


def table(path):
    """{name: text} of a table of C: [NAME] = "text", or X(NAME, "text")."""
    return {name: joined(text) for name, text in re.findall(
        r"(?:\[|X\()([A-Z]\w+)(?:\]\s*=|,)((?:[\s\\]*%s)+)" % LITERAL, source(path))}


def numbers(path, prefix):
    """{name: number} of an enum or of macros."""
    return {name: int(number) for name, number in re.findall(
        r"\b(%s\w+)\s*=?\s*(\d+)" % prefix, source(path))}


def statuses_of_jobs():
    """{name: number} of enum connsync_status; the header has other enums."""
    text = re.search(r"enum connsync_status \{(.*?)\};", source("core/base/status.h"), re.S)
    return {name: int(number) for name, number in
            re.findall(r"\b(CONNSYNC_\w+) = (\d+)", text.group(1)) if name not in NO_END}


def exit_codes(statuses):
    """{status: exit code} by config/exit_code.c."""
    codes = numbers("config/exit_code.h", "CS_EXIT_")
    found = {name: 3 if FIRST_REFUSAL <= number <= LAST_REFUSAL else codes["CS_EXIT_FAILURE"]
             for name, number in statuses.items()}
    for cases, code in re.findall(r"((?:case CONNSYNC_\w+:\s*)+)return (CS_EXIT_\w+);",
                                  source("config/exit_code.c")):
        found.update((name, codes[code]) for name in re.findall(r"CONNSYNC_\w+", cases))
    return found


def rows_between(mark):
    """The cells of the rows of a marked table of the page."""
    text = PAGE.read_text(encoding="utf-8")
    inside = re.search(r"<!-- %s: begin -->\n(.*?)<!-- %s: end -->" % (mark, mark), text, re.S)
    lines = [line for line in inside.group(1).splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def messages():
    """What the command line's own errors say, with "..." for what is filled in."""
    found = {}
    for path in sorted((ROOT / "platform/posix/cli").rglob("*.c")):
        name = str(path.relative_to(ROOT))
        for arguments in WRITERS.findall(source(name)):
            if "LOG_NOTE" in arguments:
                continue
            for literals in re.findall(r"(?:%s\s*)+" % LITERAL, arguments):
                text = re.sub(r"%(?:\.(?:\d+|\*))?(?:ll|z)?[a-z]", "...", joined(literals))
                if text not in PIECES and re.search(r"[a-z]{2} ?.*[ .].*[a-z]{2}", text):
                    found[text] = name
    return found


class TroubleshootingTest(unittest.TestCase):
    """The page against the sources."""

    maxDiff = None

    def setUp(self):
        self.statuses = statuses_of_jobs()
        self.words = table("core/base/status.c")
        self.sentences = table("config/status_text.c")

    def test_the_sources_are_understood(self):
        self.assertGreater(len(self.statuses), 55)
        self.assertGreater(len(messages()), 40)
        for name in self.statuses:
            self.assertIn(name, self.words)
            self.assertIn(name, self.sentences)

    def test_each_status_has_its_row(self):
        codes = exit_codes(self.statuses)
        rows = {row[0]: row for row in rows_between("statuses")}
        for name in sorted(self.statuses, key=self.statuses.get):
            word = "`%s`" % self.words[name]
            with self.subTest(name):
                wanted = [word, str(codes[name]), self.sentences[name]]
                if word not in rows:
                    self.fail("docs/troubleshooting.md has no row for %s; add: | %s | what it means"
                              " | what to do |" % (name, " | ".join(wanted)))
                self.assertEqual(rows[word][:3], wanted, "the row of %s is out of date" % name)
                self.assertEqual(len(rows[word]), 5, "%s: five cells" % word)
                for cell in rows[word][3:]:
                    self.assertGreater(len(cell), 8, "%s: what it means, and what to do" % word)

    def test_no_row_is_of_nothing(self):
        known = {"`%s`" % self.words[name] for name in self.statuses}
        rows = [row[0] for row in rows_between("statuses")]
        self.assertEqual(sorted(set(rows) - known), [])
        self.assertEqual(len(rows), len(set(rows)))

    def test_no_two_causes_share_a_sentence(self):
        """Nor do they share what to do about them, word for word."""
        for cell in (2, 4):
            by_text = {}
            for row in rows_between("statuses"):
                by_text.setdefault(row[cell], set()).add(row[0].strip("`"))
            shared = [words for words in by_text.values() if len(words) > 1]
            self.assertEqual([words for words in shared if words not in ALIKE], [])

    def test_each_message_is_there(self):
        rows = {row[0].strip("`"): row for row in rows_between("messages")}
        for text, path in messages().items():
            with self.subTest(text):
                if text not in rows:
                    self.fail("%s writes it; add: | `%s` | exit code | what to do |"
                              % (path, text))
                self.assertGreater(len(rows[text][2]), 8)
        self.assertEqual(sorted(set(rows) - set(messages())), [], "nothing writes these")

    def test_each_reason_of_a_credential_is_there(self):
        reasons = set(table("platform/posix/credentials/credential.c").values())
        rows = {row[0] for row in rows_between("credentials")}
        self.assertEqual(rows ^ (reasons - {"nothing is wrong"}), set())

    def test_each_word_of_a_proxy_is_there(self):
        words = set(re.findall(r'"(proxy_\w+)"', "".join(
            source(str(path.relative_to(ROOT)))
            for path in (ROOT / "platform/posix/network").glob("*.c"))))
        self.assertGreater(len(words), 2)
        self.assertEqual({row[0].strip("`") for row in rows_between("proxy")}, words)

    def test_each_code_is_in_one_table(self):
        schema = json.loads((ROOT / "schemas/code.schema.json").read_text(encoding="utf-8"))
        codes = sorted(one["const"] for one in schema["oneOf"])
        told = [row[0].strip("`") for mark in ("statuses", "proxy", "runs")
                for row in rows_between(mark)]
        self.assertEqual(sorted([*told, "ok"]), codes)


if __name__ == "__main__":
    unittest.main()
