"""The packed table of relocations (cmake/pack_relocations.py), read as the C library reads it."""

import random
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "cmake"))

from pack_relocations import Refused, pack  # noqa: E402

WIDTHS = (4, 8)


def unpacked(words, width):
    """What musl's start does with the table (ldso/dlstart.c): the addresses, in its order."""
    at = None
    for word in words:
        assert word < 1 << 8 * width, "it is no word"
        if word % 2 == 0:
            yield word
            at = word + width
            continue
        for bit in range(8 * width - 1):
            if word >> 1 >> bit & 1:
                yield at + bit * width
        at += (8 * width - 1) * width


class PackTest(unittest.TestCase):
    def check(self, numbers, width):
        addresses = [number * width for number in numbers]
        words = pack(addresses, width)
        self.assertEqual(list(unpacked(words, width)), sorted(addresses), (numbers, width))
        return words

    def test_each_end_of_a_word(self):
        """Runs and gaps that end where a word of bits does, and beside it."""
        for width in WIDTHS:
            reach = 8 * width - 1
            for length in (0, 1, 2, reach, reach + 1, reach + 2, 2 * reach + 1, 2 * reach + 2):
                self.check(range(9, 9 + length), width)
            for gap in (1, 2, reach, reach + 1, reach + 2, 2 * reach, 2 * reach + 1, 1000):
                self.check((9, 9 + gap, 10 + gap), width)

    def test_any(self):
        dice = random.Random(1)
        for width in WIDTHS:
            for spread in (100, 300, 5000):
                for _ in range(200):
                    self.check(dice.sample(range(1, spread), dice.randrange(100)), width)

    def test_it_is_short(self):
        for width in WIDTHS:
            self.assertEqual(len(self.check(range(1, 1 + 8 * width), width)), 2)

    def test_no_words_address(self):
        for width in WIDTHS:
            with self.assertRaises(Refused):
                pack([width + width // 2], width)


if __name__ == "__main__":
    unittest.main()
