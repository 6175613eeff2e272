#!/usr/bin/env python3
"""Where the bytes of the static programs are, and docs/footprint.md kept true about it.

    tools/static-footprint.py show PROGRAM              the table of one program
    tools/static-footprint.py write [--build FOLDER]    puts the tables into the document
    tools/static-footprint.py check [--build FOLDER]    compares with what it says

FOLDER is the build folder of the host in which the tests of the static programs ran
(build/release): the programs, with the roots of the tests in them, are in its
tests/static/MACHINE. Link-time optimisation leaves no file by file map, so each function is laid
to the source that the debug information beside the program names: what it inlined counts
where it went. Constants, tables and texts are one part; what else a file has is headers,
relocations and alignment.

A part that has grown by more than 1 % (and 256 bytes) fails the check, until the document is
written anew in the same change. Its tables stand between the lines <!-- static: begin -->
and <!-- static: end -->. Status: 0 fine, 1 grown or not stated, 2 usage, 77 nothing was built.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
import marked  # noqa: E402

DOCUMENT = ROOT / "docs" / "footprint.md"
PREFIXES = {"x86_64": "x86_64-linux-gnu-", "aarch64": "aarch64-linux-gnu-",
            "armhf": "arm-linux-gnueabihf-"}
MACHINES = {0x3E: "x86_64", 0xB7: "aarch64", 0x28: "armhf"}  # ELF's numbers
GROWTH, GROWTH_FLOOR = 0.01, 256
SKIPPED = 77
# The names of folders are those of cmake/reproducible.cmake, or as they were unpacked.
PARTS = (("mbedTLS", re.compile(r"/mbedtls(-[\d.]+)?/(library|include|tf-psa-crypto)/")),
         ("core", re.compile(r"/core/|/jsmn")),
         ("config", re.compile(r"/config/")),
         ("platform", re.compile(r"/platform/|/port/")))
C_LIBRARY, REST = "C library", "headers, relocations, alignment"
ANCHORS, CONSTANTS = "trust anchors", "constants, tables, texts"
CODE = (".text", ".init", ".fini", ".plt")
SECTION = re.compile(r"^ *\d+ (\.\S+) +([0-9a-f]+) +([0-9a-f]+) ", re.MULTILINE)
SYMBOL = re.compile(r"^([0-9a-f]+) ([0-9a-f]+) \S (\S+)(?:\t(.*))?$", re.MULTILINE)


def tool(prefix, name, *arguments):
    return subprocess.run([prefix + name, *map(str, arguments)], check=True,
                          stdout=subprocess.PIPE, encoding="utf-8").stdout


def sections_of(prefix, program):
    """[(name, start, end)] of what the file holds and a run loads."""
    found = [(name, int(start, 16), int(start, 16) + int(size, 16))
             for name, size, start in SECTION.findall(tool(prefix, "objdump", "-h", program))]
    return [each for each in found if each[1] and each[0] != ".bss"]


def part_of(source):
    return next((part for part, pattern in PARTS if pattern.search(source)), C_LIBRARY)


def table_of(program):
    """{part: bytes of the file}, largest first."""
    head = program.read_bytes()[:20]
    prefix = PREFIXES[MACHINES[int.from_bytes(head[18:20], "little")]]
    sections = sections_of(prefix, program)
    code = [each for each in sections if each[0] in CODE]
    sizes, seen = dict.fromkeys((ANCHORS, CONSTANTS, C_LIBRARY), 0), set()
    for start, size, name, source in SYMBOL.findall(
            tool(prefix, "nm", "-S", "-l", program.with_suffix(".debug"))):
        start, size = int(start, 16), int(size, 16)
        if name == "connsync_trust_anchors":
            sizes[ANCHORS] += size
        elif start not in seen and any(each[1] <= start < each[2] for each in code):
            seen.add(start)
            part = part_of(source)
            sizes[part] = sizes.get(part, 0) + size
    sizes[CONSTANTS] = sum(end - start for name, start, end in sections
                           if name.startswith((".rodata", ".data"))) - sizes[ANCHORS]
    sizes[REST] = program.stat().st_size - sum(sizes.values())
    return dict(sorted(sizes.items(), key=lambda item: -item[1]))


def number(value):
    return format(value, ",")


def lines_of(machine, program):
    sizes = table_of(program)
    yield "### Static, %s" % machine
    yield ""
    yield "| part | bytes |"
    yield "|---|---:|"
    for part, size in sizes.items():
        yield "| %s | %s |" % (part, number(size))
    yield "| all | %s |" % number(sum(sizes.values()))


def write(programs):
    marked.write(DOCUMENT, "static",
                 ["\n\n".join("\n".join(lines_of(*item)) for item in programs.items())])
    return 0


def stated():
    """{machine: {part: bytes of the file}} as the document says."""
    tables, machine = {}, None
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if line.startswith("### "):
            machine = line[4:].removeprefix("Static, ")
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if machine in PREFIXES and len(cells) == 2 and re.match(r"^[\d,]+$", cells[1]):
            tables.setdefault(machine, {})[cells[0]] = int(cells[1].replace(",", ""))
    return tables


def check(programs):
    said, faults = stated(), []
    for machine, program in programs.items():
        table = said.get(machine, {})
        for part, now in table_of(program).items():
            was = table.get(part, 0)
            # The last page of the read-only part is full or nearly empty: that is no growth.
            if part == REST:
                continue
            if now > was * (1 + GROWTH) and now > was + GROWTH_FLOOR:
                faults.append("%s: %s: %s bytes, and the document says %s"
                              % (machine, part, number(now), number(was)))
    for fault in faults:
        print(fault)
    if faults:
        print("If that is meant: tools/static-footprint.py write, and commit it with the change.")
    return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=("show", "write", "check"))
    parser.add_argument("program", type=Path, nargs="?")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    options = parser.parse_args()
    if options.verb == "show":
        if options.program is None:
            parser.error("which program?")
        print("\n".join(lines_of(options.program.parent.name, options.program)))
        return 0
    folder = options.build / "tests" / "static"
    programs = {machine: folder / machine / "connsync" for machine in PREFIXES}
    missing = [machine for machine, program in programs.items() if not program.exists()]
    if missing:
        print("not built: " + ", ".join(missing))
        return SKIPPED
    return check(programs) if options.verb == "check" else write(programs)


if __name__ == "__main__":
    sys.exit(main())
