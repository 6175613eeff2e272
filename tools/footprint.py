#!/usr/bin/env python3
"""docs/footprint.md: where the bytes of the firmware go, kept true.

    tools/footprint.py write [--build FOLDER]   puts the figures into the documents
    tools/footprint.py check [--build FOLDER]   compares with what they say

FOLDER is the build folder of the host in which the board tests ran (build/release): the
firmwares are in its tests/boards/PRESET, with the roots of the tests, one with the public
roots in PRESET-public, and in marks/ what the emulator runs measured. Sizes are read by
tools/size-table. A part or a mark that has grown by more than 1 % (and 64 bytes) fails
the check, until the documents are written anew in the same change. The smallest board
also has limits: of flash, of RAM, and of what must be left of the block and the stack.

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
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "static")]
import marked  # noqa: E402
from limits import FLASH_LIMIT, RAM_LIMIT  # noqa: E402

DOCUMENT = ROOT / "docs" / "footprint.md"
PRESETS = ("lm3s6965evb", "mps2-an385", "mps2-an386", "mps2-an500")
PUBLIC = "-public"
LIMITED = "lm3s6965evb"
LIMITS = (FLASH_LIMIT, RAM_LIMIT)
# Bytes that every chain must leave.
SPARE = {"agent": 1024, "stack": 512}
COLUMNS = ("text", "rodata", "data", "bss")
GROWTH = 0.01
# Bytes: below this, alignment alone moves a part by a per cent, and an interrupt or a
# signature of another length a mark.
GROWTH_FLOOR = 64
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


def deepest(marks):
    """The only figure of the stack that is held: a chain's own differs with what the network's
    timers find to do (252 bytes more were seen on a busy machine, far from the deepest)."""
    return max((mark["stack"][0] for mark in marks), default=0)


def marks_text(preset, marks):
    if not marks:
        return []
    lines = ["", "A document, written and verified, with each chain:",
             "", "| %s: TLS | chain | document's bytes | values | block used, of %s |" % (
                 preset, number(marks[0]["agent"][1])),
             "|---|---|---:|---:|---:|"]
    for mark in marks:
        figures = [*mark["document"], mark["agent"][0]]
        lines.append("| %s | %s | %s |" % (mark["tls"], mark["chain"],
                                           " | ".join(map(number, figures))))
    return lines + ["", "%s: %s bytes of the stack's %s were used at most, over all chains." % (
        preset, number(deepest(marks)), number(marks[0]["stack"][1]))]


def summary(sizes):
    flash, ram = total_of(sizes)
    return ["%s bytes of flash, with the tests' trust anchors, and %s bytes of RAM, with the"
            % (number(flash), number(ram)),
            "call stack and the agent's block; [docs/footprint.md](../../docs/footprint.md) has the parts."]


def totals_text(builds, public):
    """The smallest board with either kind of roots."""
    lines = ["| %s with | trust anchors | flash, of %s | RAM, of %s |"
             % (LIMITED, *map(number, LIMITS)), "|---|---:|---:|---:|"]
    for words, sizes in (("the roots of the tests", builds[LIMITED]),
                         ("the public roots", public)):
        lines.append("| %s | %s |" % (words, " | ".join(map(number, (
            sizes["trust anchors"][0], *total_of(sizes))))))
    return lines + [""]


def write(builds, public, folder):
    lines = totals_text(builds, public)
    for preset, sizes in builds.items():
        lines += [*sizes_text(preset, sizes), *marks_text(preset, marks_of(folder, preset)), ""]
        marked.write(ROOT / "boards" / preset / "README.md", "sizes", summary(sizes))
    marked.write(DOCUMENT, "footprint", lines[:-1])
    # The README's pictures show some of it.
    return subprocess.run([sys.executable, str(ROOT / "tools" / "draw-pictures")], check=False).returncode


def stated():
    """{preset: {part: (flash, RAM)}}, {preset: {(TLS, chain): block}} and {preset: stack} as the
    document says. The totals of the smallest board are those of a preset of their own."""
    tables, marks, stacks, preset = {}, {}, {}, None
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if line.startswith("### "):
            preset = line[4:].strip()
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        numbers = [int(cell.replace(",", "")) for cell in cells if re.match(r"^[\d,]+$", cell)]
        if preset and len(cells) == 7 and len(numbers) >= 2:
            tables.setdefault(preset, {})[cells[0]] = tuple(numbers[-2:])
        elif preset and len(cells) == 5 and len(numbers) == 3:
            marks.setdefault(preset, {})[tuple(cells[:2])] = numbers[-1]
        elif preset and line.startswith(preset + ": ") and " of the stack's " in line:
            stacks[preset] = int(line.split()[1].replace(",", ""))
        elif cells[0] == "the public roots":
            tables[LIMITED + PUBLIC] = {"all": tuple(numbers[-2:])}
    return tables, marks, stacks


def grown(was, now):
    return now > was * (1 + GROWTH) and now > was + GROWTH_FLOOR


def fault_of_growth(what, was, now):
    if grown(was, now):
        yield "%s: %s bytes, and the document says %s" % (what, number(now), number(was))


def size_faults(builds, public, said):
    for preset, sizes in {**builds, LIMITED + PUBLIC: public}.items():
        rows = {**{part: row[:2] for part, row in sizes.items()}, "all": total_of(sizes)}
        if preset.endswith(PUBLIC):
            rows = {"all": rows["all"]}
        for part, now in rows.items():
            was = said.get(preset, {}).get(part, (0, 0))
            for kind, before, after in zip(("flash", "RAM"), was, now):
                yield from fault_of_growth("%s, %s: %s" % (preset, part, kind), before, after)


def mark_faults(presets, blocks, stacks, folder):
    for preset in presets:
        marks = marks_of(folder, preset)
        for mark in marks:
            chain = (mark["tls"], mark["chain"])
            was = blocks.get(preset, {}).get(chain, 0)
            yield from fault_of_growth("%s, TLS %s, %s: block" % (preset, *chain), was,
                                       mark["agent"][0])
        yield from fault_of_growth(preset + ": stack", stacks.get(preset, 0), deepest(marks))


def limit_faults(sizes, marks):
    """What the smallest board must keep, whatever the document says."""
    for name, now, limit in zip(("flash", "RAM"), total_of(sizes), LIMITS):
        if now > limit:
            yield "%s%s: %s: %s bytes, %s allowed" % (LIMITED, PUBLIC, name, number(now),
                                                      number(limit))
    if not marks:
        yield "%s: nothing was measured: run boards_documents_%s" % (LIMITED, LIMITED)
    for mark in marks:
        for kind, spare in SPARE.items():
            most, size = mark[kind]
            if most <= 0 or size - most < spare:
                yield "%s, TLS %s, %s: %s: %s of %s used, %s must be left" % (
                    LIMITED, mark["tls"], mark["chain"], kind, number(most), number(size),
                    number(spare))


def readme_faults(presets):
    """A board's README says what the document says."""
    for preset in presets:
        text = (ROOT / "boards" / preset / "README.md").read_text("utf-8")
        flash, ram = stated()[0].get(preset, {}).get("all", (0, 0))
        if "%s bytes of flash" % number(flash) not in text or \
                "%s bytes of RAM" % number(ram) not in text:
            yield "boards/%s/README.md: other figures than docs/footprint.md" % preset


def check(builds, public, folder):
    tables, blocks, stacks = stated()
    faults = [*size_faults(builds, public, tables), *mark_faults(builds, blocks, stacks, folder),
              *readme_faults(builds)]
    limits = [*limit_faults(public, marks_of(folder, LIMITED))]
    for fault in limits + faults:
        print(fault)
    if faults:
        print("If that is meant: tools/footprint.py write, and commit it with the change.")
    return 1 if faults or limits else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=("write", "check"))
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    options = parser.parse_args()
    folder = options.build / "tests" / "boards"
    maps = {preset: folder / preset / "connsync.map" for preset in (*PRESETS, LIMITED + PUBLIC)}
    missing = [preset for preset, path in maps.items() if not path.exists()]
    if missing:
        print("not built: " + ", ".join(missing))
        return SKIPPED
    builds = {preset: sizes_of(path) for preset, path in maps.items()}
    public = builds.pop(LIMITED + PUBLIC)
    return (check if options.verb == "check" else write)(builds, public, folder)


if __name__ == "__main__":
    sys.exit(main())
