"""The manual page says what the program says, no less and no more."""

import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
PROGRAM = os.environ["CONNSYNC"]
PAGE = (ROOT / "man" / "connsync.1.scd").read_text(encoding="utf-8")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")


def ask(*words):
    return subprocess.run([PROGRAM, *words, "--help"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout


def commands():
    usage = ask().split("Usage:", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"^  connsync ([a-z-]+)", usage, re.MULTILINE)


class HelpTest(unittest.TestCase):
    """--help"""

    def test_width(self):
        for words in ([], *([command] for command in commands())):
            for line in ask(*words).splitlines():
                self.assertLessEqual(len(line), 80, (words, line))


class PageTest(unittest.TestCase):
    """man/connsync.1.scd"""

    def test_options(self):
        told = set(OPTION.findall("".join(ask(command) for command in commands())))
        told |= set(OPTION.findall(ask())) | {"--help", "--version"}
        written = set(re.findall(r"^\*(--[a-z-]+)\*", PAGE, re.MULTILINE))
        self.assertEqual(written, told)

    def test_commands(self):
        section = PAGE.split("# COMMANDS", 1)[1].split("# OPTIONS", 1)[0]
        self.assertEqual(sorted(re.findall(r"^\*([a-z-]+)\*$", section, re.MULTILINE)),
                         sorted(commands()))
        for command in commands():
            self.assertIn("*connsync* *%s*" % command, PAGE.split("# DESCRIPTION", 1)[0])

    def test_exit_codes(self):
        page = (ROOT / "docs" / "outcomes.md").read_text(encoding="utf-8")
        table = page.split("| exit | meaning |", 1)[1].split("\n\n", 1)[0]
        section = PAGE.split("# EXIT STATUS", 1)[1].split("# ENVIRONMENT", 1)[0]
        self.assertEqual(re.findall(r"^\*(\d+)\*$", section, re.MULTILINE),
                         re.findall(r"^\| (\d+) \|", table, re.MULTILINE))

    @unittest.skipUnless(shutil.which("scdoc"), "there is no scdoc")
    def test_it_is_a_page(self):
        page = subprocess.run(["scdoc"], input=PAGE.encode(), stdout=subprocess.PIPE,
                              check=True).stdout
        self.assertIn(b".SH NAME", page)


if __name__ == "__main__":
    unittest.main()
