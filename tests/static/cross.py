"""Builds the tests for another processor, or for musl on this one, and runs them here.

    cross.py PRESET FOLDER PROGRAM LABELS WIRE [-DNAME=VALUE ...]

PRESET is a static one. PROGRAM is the static program as it is shipped, which the wire tests
are to run; "own" takes one that is built here. LABELS is a regular expression
of the labels to run, WIRE which of the wire tests: all, or the odd or the even ones. Status: that of ctest, 77 without a compiler or an emulator.
"""

import os
import subprocess
import sys
from pathlib import Path

from machines import missing

EXIT_SKIPPED = 77
# The linker puts things between functions (tests/fault), which must not be one by then; a
# failing assert is to be seen.
SETTINGS = ["-DCONNSYNC_BUILD_TESTS=ON", "-DCMAKE_INTERPROCEDURAL_OPTIMIZATION=OFF",
            "-DCMAKE_C_FLAGS_MINSIZEREL=-Os -g", "-DCONNSYNC_STRIP=OFF",
            "-DCONNSYNC_BUILTIN_ANCHORS=OFF", "-DCONNSYNC_WERROR=ON"]


def main():
    """The command line."""
    preset, folder, program, labels, wire = sys.argv[1:6]
    tool = missing(preset.removeprefix("static-"))
    if tool:
        print("skipped: there is no %s; tools/setup --all installs it" % tool)
        sys.exit(EXIT_SKIPPED)
    tested = "" if program == "own" else program
    source = Path(__file__).resolve().parents[2]
    cores = os.cpu_count() or 1
    subprocess.run(["cmake", "--preset", preset, "-S", source, "-B", folder, *SETTINGS,
                    "-DCONNSYNC_TEST_PROGRAM=" + tested,
                    "-DCONNSYNC_WIRE_HALF=" + wire.removeprefix("all"), *sys.argv[6:]], check=True, cwd=source)
    if tested == "" or labels != "wire":  # a program that is there needs nothing else for the wire
        subprocess.run(["cmake", "--build", folder, "--parallel", str(cores)], check=True)
    # As tools/test does it: what waits takes one place, what computes two.
    sys.exit(subprocess.run(["ctest", "--test-dir", folder, "--output-on-failure", "--parallel",
                             str(3 * cores), "--no-tests=error", "-L", labels],
                            check=False).returncode)


if __name__ == "__main__":
    main()
