"""Builds a static program with the roots of the tests in it.

    build.py PRESET FOLDER ANCHORS [-DNAME=VALUE ...]
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

EXIT_SKIPPED = 77
COMPILERS = {"static-x86_64": "x86_64-linux-gnu-gcc", "static-aarch64": "aarch64-linux-gnu-gcc",
             "static-armhf": "arm-linux-gnueabihf-gcc"}


def main():
    """The command line."""
    preset, folder, anchors = sys.argv[1:4]
    if shutil.which(COMPILERS[preset]) is None:
        print("skipped: there is no %s; tools/setup --all installs it" % COMPILERS[preset])
        sys.exit(EXIT_SKIPPED)
    source = Path(__file__).resolve().parents[2]
    subprocess.run(["cmake", "--preset", preset, "-S", source, "-B", folder,
                    "-DCONNSYNC_TRUST_ANCHORS=" + anchors, *sys.argv[4:]], check=True, cwd=source)
    subprocess.run(["cmake", "--build", folder, "--parallel", str(os.cpu_count() or 1)],
                   check=True)


if __name__ == "__main__":
    main()
