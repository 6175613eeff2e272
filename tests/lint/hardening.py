"""Reads off a program what cmake/hardening.cmake and cmake/toolchains/musl.cmake promise.

    hardening.py READELF PROGRAM [PROMISE...]

Always: it runs at addresses that differ (PIE), its stack is not executable, no segment is both
writable and executable, and what is resolved at the start is not written afterwards (full RELRO).
PROMISE is `guards` (functions check the guard in their frame) or `checked` (functions of the C
library that check the size of what they write to are called).

Status: 0 all kept, 1 broken.
"""

import re
import subprocess
import sys


def read(readelf, option, program):
    return subprocess.run([readelf, "-W", option, program], capture_output=True, text=True,
                          check=True).stdout


def segments(text):
    """(type, flags) of each program header."""
    return [(found.group(1), found.group(2)) for found in
            re.finditer(r"^  ([A-Z_]+) +(?:0x\S+ +){5}([RWE ]{3})", text, re.MULTILINE)]


def faults(headers, dynamic, segment_list, symbols, promises):
    kinds = dict(segment_list)
    if not re.search(r"Type: +DYN\b", headers):
        yield "it is no PIE"
    if "E" in kinds.get("GNU_STACK", "RWE"):
        yield "its stack is executable"
    if any(kind == "LOAD" and "W" in flags and "E" in flags for kind, flags in segment_list):
        yield "a segment is writable and executable"
    # Where nothing is resolved later, there is nothing that has to be resolved now.
    if "GNU_RELRO" not in kinds or ("(JMPREL)" in dynamic and not re.search(r"BIND_NOW|\bNOW\b",
                                                                           dynamic)):
        yield "it has no full RELRO"
    if "guards" in promises and "__stack_chk_fail" not in symbols:
        yield "no function checks a guard"
    if "checked" in promises and not re.search(r"\b__\w+_chk\b", symbols):
        yield "no checked function is called"


def faults_of(readelf, program, promises):
    return list(faults(read(readelf, "-h", program), read(readelf, "-d", program),
                       segments(read(readelf, "-l", program)), read(readelf, "-s", program),
                       promises))


def main(readelf, program, *promises):
    found = faults_of(readelf, program, promises)
    for fault in found:
        print("%s: %s" % (program, fault))
    print("%s: %d faults" % (program, len(found)))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
