#!/usr/bin/env python3
"""Builds the firmware that the board tests run.

    build.py PRESET FOLDER ANCHORS [-DNAME=VALUE ...]

It is a preset of the project's own, built in a folder of the tests', with the roots of
the fake tenant (ANCHORS) in place of those that are built in otherwise, or with these
(ANCHORS is the word "public").
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

EXIT_SKIPPED = 77
COMPILER = "arm-none-eabi-gcc"


def main():
    """The command line."""
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    preset, folder, anchors = sys.argv[1:4]
    anchors = "" if anchors == "public" else anchors
    if shutil.which(COMPILER) is None:
        print("skipped: there is no %s; tools/setup --all installs it" % COMPILER)
        sys.exit(EXIT_SKIPPED)
    source = Path(__file__).resolve().parents[2]
    # A compiler cache keeps objects, and not what stack.py reads beside them.
    os.environ["CCACHE_DISABLE"] = "1"
    subprocess.run(["cmake", "--preset", preset, "-S", source, "-B", folder,
                    "-DCONNSYNC_TRUST_ANCHORS=" + anchors, *sys.argv[4:]], check=True, cwd=source)
    subprocess.run(["cmake", "--build", folder, "--parallel", str(os.cpu_count() or 1)],
                   check=True)


if __name__ == "__main__":
    main()
