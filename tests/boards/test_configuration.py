"""Configurations that cannot be used: a line, an exit code, and not one packet."""

import harness
import image
from cli import SETTING, connection
from harness import BoardTest

NONE, DAMAGED, OTHER_VERSION, REFUSED = 10, 11, 12, 13
# What a board cannot do, though it may be right for the command line, and words of the line.
ENTRY = {"id": "con_0000000000000001", SETTING: "on_first_login"}
CANNOT = (
    ({"connections": [{"strategy": "samlp", SETTING: "on_first_login"}]}, r"connections\[0\]"),
    ({"all": True, "default": "on_first_login"}, ""),
    ({"token": None}, ""),
    ({"connections": [dict(ENTRY, id="con_%016d" % number) for number in range(33)]}, "connections"),
    ({"connections": [ENTRY, ENTRY]}, r"connections\[1\]"),
    ({"domain": "not a domain"}, "domain"),
    ({"every": "0s"}, "every"),
    ({"surprise": "MARKER-surprise"}, ""),
)


class ConfigurationTest(BoardTest):
    """Each start ends by itself. The wire is live, so a packet could leave."""

    def halts(self, bench, content, code, pattern):
        """It halts with that code and line, and stays silent."""
        machine = bench.boot(content)
        bench.line(r"^connsync \S+ on ")
        bench.line(pattern)
        self.assertEqual(machine.wait_for_exit(harness.BOOT_LIMIT), code, pattern)
        self.assertEqual(len(bench.frames()), 0)
        self.expect_no_request(bench)

    def test_none(self):
        with self.bench(connection()) as bench:
            for content in (image.ERASED_FLASH, bytes(64)):
                self.halts(bench, content, NONE, r"^configuration: none\b")

    def test_damaged(self):
        with self.bench(connection()) as bench:
            for what, content in image.damaged(bench.document()).items():
                with self.subTest(what):
                    self.halts(bench, content, DAMAGED, r"^configuration: damaged\b")

    def test_other_version(self):
        with self.bench(connection()) as bench:
            for version in (0, 2, 1 << 31):
                self.halts(bench, image.make(bench.document(), version), OTHER_VERSION,
                           r"^configuration: other version\b")

    def test_refused(self):
        with self.bench(connection()) as bench:
            self.more_secrets.append("MARKER-surprise")
            for changes, text in CANNOT:
                with self.subTest(text):
                    self.halts(bench, image.make(bench.document(**changes)), REFUSED,
                               r"^configuration: refused: .*" + text)
            for document in (b"{", b"[]", b"\x00", bench.document()[:-1] + b",}"):
                self.halts(bench, image.make(document), REFUSED, r"^configuration: refused: ")

    def test_a_live_board_is_heard(self):
        """That frames are counted at all: a board that works sends some."""
        with self.bench(connection()) as bench:
            bench.boot()
            bench.cycle()
            self.assertGreater(len(bench.frames()), 10)
            self.assertGreater(bench.connects(), 0)

    def test_nothing_more_after_the_image(self):
        """A partition of which only the beginning was written."""
        with self.bench(connection()) as bench:
            bench.boot(image.make(bench.document()).ljust(4096, b"\xff"))
            self.assertEqual(bench.cycle().counts, (0, 1, 0, 0))


if __name__ == "__main__":
    harness.main()
