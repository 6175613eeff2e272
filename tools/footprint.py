#!/usr/bin/env python3
"""docs/footprint.md: where the bytes of the firmware go, kept true.

    tools/footprint.py write [--build FOLDER]   puts the figures into the documents
    tools/footprint.py check [--build FOLDER]   compares with what they say

FOLDER is the build folder of the host in which the board tests ran (build/release): the
firmwares are in its tests/boards/PRESET, with the roots of the tests, and in marks/ what
the emulator runs measured. Sizes are read by tools/size-table. A part that has grown by
more than 1 % (and 64 bytes) fails the check, until the documents are written anew in the
same change.

In docs/footprint.md the figures stand between the lines <!-- footprint: begin --> and
<!-- footprint: end -->, in boards/*/README.md between <!-- sizes: begin --> and
<!-- sizes: end -->. Status: 0 fine, 1 grown or not stated, 2 usage, 77 nothing was built.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "footprint.md"
PRESETS = ("lm3s6965evb", "mps2-an385")
COLUMNS = ("text", "rodata", "data", "bss")
GROWTH = 0.01
GROWTH_FLOOR = 64  # bytes: below this, alignment alone moves a part by a per cent
SKIPPED = 77


def sizes_of(map_file):
    """{part: (flash, RAM, columns)}, largest first."""
    table = json.loads(subprocess.run(
        [sys.executable, str(ROOT / "tools" / "size-table"), "--json", str(map_file)],
        stdout=subprocess.PIPE, check=True).stdout)
    rows = {part: (row["text"] + row["rodata"] + row["data"], row["data"] + row["bss"],
                   [row[column] for column in COLUMNS]) for part, row in table.items()}
    return dict(sorted(rows.items(), key=lambda item: (-item[1][0], -item[1][1], item[0])))


def number(value):
    return format(value, ",")


def total_of(sizes):
    return sum(row[0] for row in sizes.values()), sum(row[1] for row in sizes.values())


def sizes_text(preset, sizes):
    lines = ["### " + preset, "",
             "| part | code | constants | data | bss | flash | RAM |",
             "|---|---:|---:|---:|---:|---:|---:|"]
    for part, (flash, ram, columns) in sizes.items():
        lines.append("| %s | %s |" % (part, " | ".join(map(number, [*columns, flash, ram]))))
    flash, ram = total_of(sizes)
    lines.append("| all | | | | | %s | %s |" % (number(flash), number(ram)))
    return lines


def marks_of(folder, preset):
    marks = [json.loads(path.read_text("utf-8"))
             for path in sorted((folder / "marks").glob(preset + "-*.json"))]
    return sorted(marks, key=lambda mark: (mark["tls"], mark["agent"][0]))


def marks_text(preset, marks):
    if not marks:
        return []
    lines = ["", "A document of 10,445 bytes and 270 tokens, written and verified, with each chain:",
             "", "| %s: TLS | chain | block used, of %s | stack used, of %s |" % (
                 preset, number(marks[0]["agent"][1]), number(marks[0]["stack"][1])),
             "|---|---|---:|---:|"]
    for mark in marks:
        lines.append("| %s | %s | %s | %s |" % (mark["tls"], mark["chain"],
                                                number(mark["agent"][0]),
                                                number(mark["stack"][0])))
    return lines


def replace(path, name, lines):
    text = path.read_text("utf-8")
    begin, end = "<!-- %s: begin -->" % name, "<!-- %s: end -->" % name
    if text.count(begin) != 1 or text.count(end) != 1:
        sys.exit("%s must have the lines %s and %s once" % (path, begin, end))
    head, rest = text.split(begin)
    tail = rest.split(end)[1]
    path.write_text(head + begin + "\n" + "\n".join(lines) + "\n" + end + tail, "utf-8")


def summary(sizes):
    flash, ram = total_of(sizes)
    return ["%s bytes of flash, with the tests' trust anchors, and %s bytes of RAM, with the"
            % (number(flash), number(ram)),
            "call stack and the agent's block; [docs/footprint.md](../../docs/footprint.md) has the parts."]


def write(builds, folder):
    lines = []
    for preset, sizes in builds.items():
        lines += [*sizes_text(preset, sizes), *marks_text(preset, marks_of(folder, preset)), ""]
        replace(ROOT / "boards" / preset / "README.md", "sizes", summary(sizes))
    replace(DOCUMENT, "footprint", lines[:-1])
    return 0


def stated():
    """{preset: {part: (flash, RAM)}} as the document says."""
    tables, preset = {}, None
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if line.startswith("### "):
            preset = line[4:].strip()
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if preset and len(cells) == 7 and re.match(r"^[\d,]+$", cells[5]):
            tables.setdefault(preset, {})[cells[0]] = tuple(
                int(cell.replace(",", "")) for cell in cells[5:7])
    return tables


def grown(was, now):
    return now > was * (1 + GROWTH) and now > was + GROWTH_FLOOR


def check(builds):
    said, faults = stated(), []
    for preset, sizes in builds.items():
        rows = {**{part: row[:2] for part, row in sizes.items()}, "all": total_of(sizes)}
        for part, now in rows.items():
            was = said.get(preset, {}).get(part, (0, 0))
            for kind, before, after in zip(("flash", "RAM"), was, now):
                if grown(before, after):
                    faults.append("%s: %s of %s: %s bytes, and the document says %s"
                                  % (preset, kind, part, number(after), number(before)))
    for fault in faults:
        print(fault)
    if faults:
        print("If that is meant: tools/footprint.py write, and commit it with the change.")
    return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=("write", "check"))
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    options = parser.parse_args()
    folder = options.build / "tests" / "boards"
    builds = {preset: sizes_of(folder / preset / "connsync.map") for preset in PRESETS
              if (folder / preset / "connsync.map").exists()}
    if len(builds) < len(PRESETS):
        print("not built: " + ", ".join(sorted(set(PRESETS) - set(builds))))
        return SKIPPED
    return check(builds) if options.verb == "check" else write(builds, folder)


if __name__ == "__main__":
    sys.exit(main())
