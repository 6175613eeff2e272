"""Builds a static program with the roots of the tests in it.

    build.py PRESET FOLDER ANCHORS [-DNAME=VALUE ...]
"""

import os
import subprocess
import sys
from pathlib import Path

from machines import missing

EXIT_SKIPPED = 77


def main():
    """The command line."""
    preset, folder, anchors = sys.argv[1:4]
    compiler = missing(preset.removeprefix("static-"), to_run=False)
    if compiler:
        print("skipped: there is no %s; tools/setup --all installs it" % compiler)
        sys.exit(EXIT_SKIPPED)
    source = Path(__file__).resolve().parents[2]
    subprocess.run(["cmake", "--preset", preset, "-S", source, "-B", folder,
                    "-DCONNSYNC_TRUST_ANCHORS=" + anchors, *sys.argv[4:]], check=True, cwd=source)
    subprocess.run(["cmake", "--build", folder, "--parallel", str(os.cpu_count() or 1)],
                   check=True)


if __name__ == "__main__":
    main()
