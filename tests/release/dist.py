"""The release that release.py made, for the tests of it."""

import os
import re
import sys
import unittest
from pathlib import Path

SOURCE = Path(os.environ["CONNSYNC_SOURCE_DIR"])
DIST = Path(os.environ["CONNSYNC_DIST"])
VERSION = re.search(r"project\(connsync VERSION ([0-9.]+)",
                    (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8"))[1]
NAME = "connsync-" + VERSION
# Of the key that release.py signs with.
PUBLIC_KEY = DIST.with_suffix(".pub")
# By the name that images have for a processor, the one of the program's file.
MACHINES = {"amd64": "x86_64", "arm64": "aarch64", "arm": "armhf"}
BOARDS = ("lm3s6965evb", "mps2-an385", "mps2-an386")
# Of the sources that are pinned, what only tests are made of.
FOR_TESTS = ("cmocka",)
EXIT_SKIPPED = 77


def shipped_sources():
    """The names of the sources that a release is made of."""
    pins = (SOURCE / "cmake" / "pins.cmake").read_text(encoding="utf-8")
    return [name for name in re.findall(r"CONNSYNC_PIN_([a-z]+)_URL", pins)
            if name not in FOR_TESTS]


def program(architecture):
    return DIST / ("%s-linux-%s" % (NAME, MACHINES[architecture]))


def package(architecture):
    """The path of a Debian package, by the name that these have for a processor."""
    found, = DIST.glob("connsync_*_%s.deb" % architecture)
    return found


def need_release():
    """Ends the test where release.py was skipped."""
    if not (DIST / "SHA256SUMS").exists():
        print("skipped: no release was made; package_release says why")
        sys.exit(EXIT_SKIPPED)


def run():
    """Runs the calling file's tests; nothing but skips is a skip."""
    result = unittest.main(module="__main__", exit=False).result
    for reason in sorted({reason for _, reason in result.skipped}):
        print("skipped: " + reason)
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(EXIT_SKIPPED if result.skipped and len(result.skipped) >= result.testsRun else 0)


def main():
    """The same for what looks at the release."""
    need_release()
    run()
