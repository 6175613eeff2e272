"""docs/configuration.md: each document in it is read, and each error in it is the one told."""

import os
import re
import tempfile
from pathlib import Path

import cli
from cli import WireTest

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
MANUAL = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
# A document, and the block that follows it at once if it is an error.
EXAMPLE = re.compile(r"^```json\n(.*?)^```\n(?:\n```\n(connsync: .*?)\n```\n)?", re.M | re.S)
# Only a document that has passed all other checks is held against a board.
OF_A_BOARD = re.compile(r"a board needs|domain: is missing")


def sentences():
    """The texts of config/desired_text.c, in C's spelling no more."""
    source = (ROOT / "config" / "desired_text.c").read_text(encoding="utf-8")
    return [text.replace('\\"', '"')
            for text in re.findall(r'^    X\(CS_DESIRED_\w+, "(.*)"\)', source, re.M)]


class ConfigurationTest(WireTest):
    """What a reader of the manual would try."""

    def check(self, text, message):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "connsync.json")
            Path(path).write_text(text, encoding="utf-8")
            result = self.run_cli(None, "flash-image", path, "-o", path + ".bin", verbose=False)
            said = result.err.replace(path, "connsync.json").rstrip("\n")
            if message:
                self.assertEqual((result.code, said), (64, message))
            elif result.code != 0:
                self.assertRegex(said, OF_A_BOARD)

    def test_examples(self):
        examples = EXAMPLE.findall(MANUAL)
        self.assertEqual(len(examples), MANUAL.count("```json"))
        self.assertGreaterEqual(sum(1 for _, message in examples if message), 4)
        self.assertGreaterEqual(sum(1 for _, message in examples if not message), 2)
        for text, message in examples:
            with self.subTest(text):
                self.check(text, message)

    def test_every_reason_is_explained(self):
        explained = set(re.findall(r"^\| `([^`]*)`.* \|$", MANUAL, re.M))
        told = set(sentences()) - {"no error"}
        self.assertGreater(len(told), 20)
        self.assertEqual(told - explained, set())

    def test_every_member_is_explained(self):
        source = (ROOT / "config" / "desired.c").read_text(encoding="utf-8")
        table = re.search(r"names\[\] = \{(.*?)\};", source, re.S).group(1)
        members = re.findall(r'"(\w+)"', table)
        self.assertEqual(len(members), 13)
        for member in members:
            self.assertRegex(MANUAL, r"(?m)^\| `%s` \| " % member)


if __name__ == "__main__":
    cli.main()
