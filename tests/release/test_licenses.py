"""NOTICE names all that is linked, and each program prints the parts that are in it."""

import os
import re
import shutil
import subprocess
import unittest

import dist
from dist import DIST, NAME, SOURCE, shipped_sources

NOTICE = (SOURCE / "NOTICE").read_text(encoding="utf-8")
SIZE_MAX = 4095  # the longest text in C that every compiler has to take
EMULATORS = {"amd64": [], "arm64": ["qemu-aarch64-static"], "arm": ["qemu-arm-static"]}
PLACES = {"amd64": {"every program", "static programs"},
          "arm64": {"every program", "static programs"},
          "arm": {"every program", "static programs", "static programs for ARMv7"}}


def parts():
    """(heading, places, text) of each part, read without regard to cmake/notice.cmake."""
    for text in re.split(r"(?m)^(?=== )", NOTICE)[1:]:
        heading, places = re.match(r"== (.+) ==\nIn: (.+)\n", text).groups()
        yield heading, set(places.split(", ")), text


def expected(places):
    preamble = re.split(r"(?m)^(?=== )", NOTICE)[0]
    text = preamble + "".join(text for _, there, text in parts() if there & places)
    return text.rstrip("\n") + "\n"


def printed(*command):
    return subprocess.run([*map(str, command), "--licenses"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout


class NoticeTest(unittest.TestCase):
    """The file."""

    def test_every_source_is_named(self):
        headings = " ".join(heading for heading, _, _ in parts()).lower().replace(" ", "")
        for name in shipped_sources():
            self.assertIn(name, headings)

    def test_the_places_are_known(self):
        known = set().union(*PLACES.values()) | {"firmware"}
        for heading, places, _ in parts():
            self.assertLessEqual(places, known, heading)

    def test_what_a_firmware_links_is_named(self):
        """Every library that the symbols of a firmware name as a file's origin."""
        data = (DIST / (NAME + "-lm3s6965evb.elf")).read_bytes()
        firmware = {heading.lower().replace(" ", "") for heading, places, _ in parts()
                    if places & {"every program", "firmware"}}
        folders = set(re.findall(rb"\0(mbedtls|lwip|jsmn|newlib)[/\0]", data))
        self.assertLessEqual({b"mbedtls", b"lwip"}, folders)
        self.assertLessEqual({folder.decode() for folder in folders}, firmware)

    def test_copyright_lines_are_those_of_the_sources(self):
        """Where the sources are at hand: none of their names has got lost."""
        trees = sorted((SOURCE / ".cache" / "connsync-deps").glob("lwip-*/src"))
        if not trees:
            self.skipTest("the sources of lwIP are elsewhere")
        listed = (SOURCE / "cmake" / "lwip.cmake").read_text(encoding="utf-8")
        for path in re.findall(r"\$\{connsync_lwip_core\}/([a-z0-9_/]+\.c)", listed):
            text = (trees[-1] / "core" / path).read_text(encoding="utf-8", errors="replace")
            for holder in re.findall(r"Copyright \(c\) [0-9, -]+ ([A-Z][a-z]+ [A-Za-z]+)", text):
                self.assertIn(holder, NOTICE, path)


class ProgramTest(unittest.TestCase):
    """--licenses"""

    def test_the_program_of_this_build(self):
        text = printed(os.environ["CONNSYNC"])
        self.assertEqual(text, expected({"every program"}))
        for word in ("Mbed TLS Contributors", "Serge A. Zaitsev", "Apache-2.0", "as is"):
            self.assertIn(word.lower(), text.lower())

    def test_static_programs(self):
        for architecture, emulator in EMULATORS.items():
            if emulator and shutil.which(emulator[0]) is None:
                self.skipTest("there is no %s; tools/setup --all installs it" % emulator[0])
            text = printed(*emulator, dist.program(architecture))
            self.assertEqual(text, expected(PLACES[architecture]), architecture)
            self.assertIn("Rich Felker", text)
            self.assertLessEqual(len(text), SIZE_MAX)


if __name__ == "__main__":
    dist.main()
