"""The manual pages and --help say what the program does, no less and no more, at any width."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from collections import Counter
from pathlib import Path

from program import ask, commands

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in ROOT.glob("man/*.scd")}
PAGE, FORMAT = PAGES["connsync.1"], PAGES["connsync.json.5"]
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")


def section(page, name):
    """The text of one section."""
    return page.split("\n# %s\n" % name, 1)[1].split("\n# ", 1)[0]


def rendered(name, width):
    """The lines of a page as a reader has them."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / name
        subprocess.run(["cmake", "-DSCDOC=scdoc", "-DSOURCE=%s" % (ROOT / "man" / (name + ".scd")),
                        "-DPAGE=%s" % page, "-P", ROOT / "cmake/man_page.cmake"], check=True)
        return subprocess.run(["groff", "-man", "-Tutf8", "-rLL=%dn" % width, "-P-c", "-P-b", "-P-u",
                               "-P-o", page], stdout=subprocess.PIPE, check=True,
                              encoding="utf-8").stdout.splitlines()


class HelpTest(unittest.TestCase):
    """--help"""

    def test_width(self):
        for words in ([], *([command] for command in commands())):
            for line in ask(*words).splitlines():
                self.assertLessEqual(len(line), 80, (words, line))


class PageTest(unittest.TestCase):
    """man/connsync.1.scd against the program."""

    def test_options(self):
        told = set(OPTION.findall("".join(ask(command) for command in commands())))
        told |= set(OPTION.findall(ask())) | {"--help", "--version"}
        written = set(re.findall(r"^\*(--[a-z-]+)\*", PAGE, re.MULTILINE))
        self.assertEqual(written, told)

    def test_commands(self):
        self.assertEqual(sorted(re.findall(r"^\*([a-z-]+)\*$", section(PAGE, "COMMANDS"), re.MULTILINE)),
                         sorted(commands()))
        for command in commands():
            self.assertIn("*connsync* *%s*" % command, PAGE.split("# DESCRIPTION", 1)[0])

    def test_exit_codes(self):
        page = (ROOT / "docs" / "outcomes.md").read_text(encoding="utf-8")
        table = page.split("| exit | meaning |", 1)[1].split("\n\n", 1)[0]
        self.assertEqual(re.findall(r"^\*(\d+)\*$", section(PAGE, "EXIT STATUS"), re.MULTILINE),
                         re.findall(r"^\| (\d+) \|", table, re.MULTILINE))

    def test_environment(self):
        """Each variable that the program or a completion reads."""
        text = "".join(path.read_text(encoding="utf-8")
                       for path in sorted((ROOT / "platform/posix").rglob("*.c")))
        read = set(re.findall(r'"([A-Z][A-Z0-9]*_[A-Z0-9_]+)"', text))
        read |= set(re.findall(r'get(?:env)?\("([A-Z_]+)"\)', text))
        for path in (ROOT / "completions").iterdir():
            read |= set(re.findall(r"CONNSYNC_\w+", path.read_text(encoding="utf-8")))
        told = re.findall(r"^\*[A-Z].*", section(PAGE, "ENVIRONMENT"), re.MULTILINE)
        self.assertEqual(set(re.findall(r"\*(\w+)\*", " ".join(told))), read)

    def test_files(self):
        """The trusted roots that are looked for, and what is looked up by name."""
        text = (ROOT / "platform/posix/network/posix_anchors.c").read_text(encoding="utf-8")
        places = re.findall(r'"(/etc/[^"]+)"', text)
        self.assertGreater(len(places), 3)
        for place in (*places, "/etc/hosts"):
            self.assertIn("*%s*" % place, section(PAGE, "FILES"))


class FormatTest(unittest.TestCase):
    """man/connsync.json.5.scd against the schema and the document."""

    def test_members(self):
        schema = json.loads((ROOT / "schemas/connsync.schema.json").read_text(encoding="utf-8"))
        for name, members in (("THE DOCUMENT", schema["properties"]),
                              ("CONNECTIONS", schema["$defs"]["connection"]["properties"])):
            self.assertEqual(re.findall(r"^\*([\w$]+)\*$", section(FORMAT, name), re.MULTILINE),
                             list(members))

    def test_limits_and_values(self):
        text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
        limit = r"at most ([\d,]+) bytes"
        rows = re.findall(r"^\| `(\w+)` \| [^|]*%s" % limit, text, re.MULTILINE)
        self.assertGreater(len(rows), 7)
        told = re.findall(r"^\*(\w+)\*\n\t[^.]*?%s" % limit, FORMAT, re.MULTILINE)
        self.assertEqual(told, rows)
        schema = json.loads((ROOT / "schemas/connsync.schema.json").read_text(encoding="utf-8"))
        for value in schema["$defs"]["setting"]["enum"]:
            self.assertIn("*%s*" % value, section(FORMAT, "CONNECTIONS"))


@unittest.skipUnless(shutil.which("scdoc") and shutil.which("groff"), "there is no scdoc, or no groff")
class RenderTest(unittest.TestCase):
    """Each page as it is read."""

    def test_widths(self):
        for name, page in PAGES.items():
            for width in (80, 200):
                with self.subTest(name, width=width):
                    lines = rendered(name, width)
                    self.assertLessEqual(max(map(len, lines)), width)
                    text = "\n".join(lines)
                    for block in re.findall(r"^```\n(.*?)^```$", page, re.M | re.S):
                        set_in = "".join(" " * 11 + line + "\n" for line in block.splitlines())
                        self.assertIn("\n" + set_in, text)
                    # None came apart at the end of a line.
                    self.assertEqual(Counter(OPTION.findall(text)), Counter(OPTION.findall(page)))

    def test_no_command_is_filled(self):
        """What is set in to be typed is literal: other paragraphs are filled, or begin anew."""
        for name, page in PAGES.items():
            self.assertEqual(re.findall(r"^\t(?:echo |connsync [a-z]).*", section(page, "EXAMPLES"),
                                        re.MULTILINE), [], name)


if __name__ == "__main__":
    unittest.main()
