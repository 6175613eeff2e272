#!/usr/bin/env python3
"""Where the bytes of the firmware go, from the linker's maps.

    tools/footprint.py show MAP...             the table of each map, on standard output
    tools/footprint.py write DOC NAME=MAP... [--marks FILE]
                                               puts the tables between the marks of DOC
    tools/footprint.py check DOC NAME=MAP... [--marks FILE]
                                               compares with what DOC says: growth of a
                                               part by more than 1 % (and 64 bytes) fails

NAME is the board's; FILE holds what the emulator runs measured (memory marks by board
and chain). In DOC the tables stand between the lines

    <!-- footprint: begin -->  and  <!-- footprint: end -->

and nothing else in DOC is touched. Status: 0 fine, 1 grown or not up to date, 2 usage.
"""

import json
import re
import sys

BEGIN = "<!-- footprint: begin -->"
END = "<!-- footprint: end -->"

# The first pattern that a path in the map matches names the part.
PARTS = (
    ("core, with jsmn", r"connsync_core\.(a|dir)"),
    ("platform (lwIP's port, the agent's life)", r"connsync_lwip\.(a|dir)"),
    ("mbedTLS", r"connsync_mbedtls\.(a|dir)"),
    ("lwIP", r"connsync_lwip_stack\.(a|dir)"),
    ("libc and libgcc", r"(libc|libc_nano|libgcc|libnosys|libm|crt[0-9in]*|crtbegin|crtend)[._]"),
)
BOARD = "board (start-up, drivers, trust anchors)"
FILL = "alignment"

# Output sections that take neither flash nor RAM.
NO_MEMORY = re.compile(r"^\.(debug|comment|ARM\.attributes|stab|note|symtab|strtab|stack_sizes)")

OUTPUT_SECTION = re.compile(r"^(\.[\w.]+|[A-Z_]+)(?:\s+0x([0-9a-f]+)\s+0x([0-9a-f]+))?")
INPUT_SECTION = re.compile(r"^ (\.[^\s]+|COMMON)(?:\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(.+))?$")
CONTINUED = re.compile(r"^\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S.*)$")
FILLING = re.compile(r"^ \*fill\*\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)")
REGION = re.compile(r"^(\w+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)")

GROWTH = 0.01
GROWTH_FLOOR = 64  # bytes: below this, alignment alone moves a part by a per cent


class Usage(Exception):
    pass


def part_of(path):
    for name, pattern in PARTS:
        if re.search(pattern, path):
            return name
    return BOARD


def kind_of(output, section):
    """code, constants, initialised or zeroed, by the section that the compiler chose."""
    name = section if section.startswith(".") else output
    if output.startswith((".stack", ".arena", ".memory")) or name.startswith(".bss") \
            or name == "COMMON" or output.startswith((".bss", ".noinit")):
        return "bss"
    if output.startswith((".data", ".relocate", ".ramfunc")):
        return "data"
    if name.startswith((".rodata", ".ARM.ex", ".srodata")):
        return "rodata"
    return "text"


def read_map(path):
    """Yields (output section, input section, size, path of the object)."""
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = iter(file.read().splitlines())
    for line in lines:
        if line.startswith("Linker script and memory map"):
            break
    output = ""
    pending = None
    for line in lines:
        filling = FILLING.match(line)
        if filling:
            yield output, output, int(filling[2], 16), None
            continue
        found = INPUT_SECTION.match(line)
        if found:
            if found[2] is None:
                pending = found[1]
                continue
            yield output, found[1], int(found[3], 16), found[4]
            pending = None
            continue
        continued = CONTINUED.match(line)
        if continued and pending:
            yield output, pending, int(continued[2], 16), continued[3]
            pending = None
            continue
        found = OUTPUT_SECTION.match(line)
        if found and line.startswith("."):
            output = found[1]
            pending = None


def measure(path):
    """{part: {text, rodata, data, bss}} of one map."""
    table = {}
    for output, section, size, origin in read_map(path):
        if size == 0 or NO_MEMORY.match(output) or not output.startswith("."):
            continue
        part = FILL if origin is None else part_of(origin)
        row = table.setdefault(part, dict.fromkeys(("text", "rodata", "data", "bss"), 0))
        row[kind_of(output, section)] += size
    if not table:
        raise Usage("%s: no sections in it; is it a linker's map?" % path)
    return table


def totals(table):
    flash = sum(row["text"] + row["rodata"] + row["data"] for row in table.values())
    ram = sum(row["data"] + row["bss"] for row in table.values())
    return flash, ram


def ordered(table):
    names = [name for name, _ in PARTS] + [BOARD, FILL]
    return [name for name in names if name in table]


def number(value):
    return "{:,}".format(value)


def table_text(name, table):
    flash, ram = totals(table)
    lines = ["### %s" % name, "",
             "| part | code | constants | data | bss | flash | RAM |",
             "|---|---:|---:|---:|---:|---:|---:|"]
    for part in ordered(table):
        row = table[part]
        cells = [row["text"], row["rodata"], row["data"], row["bss"],
                 row["text"] + row["rodata"] + row["data"], row["data"] + row["bss"]]
        lines.append("| %s | %s |" % (part, " | ".join(number(cell) for cell in cells)))
    columns = [sum(row[kind] for row in table.values())
               for kind in ("text", "rodata", "data", "bss")]
    cells = columns + [flash, ram]
    lines.append("| **all** | %s |" % " | ".join("**%s**" % number(cell) for cell in cells))
    return lines


def marks_text(marks):
    lines = []
    for board in sorted(marks):
        lines += ["### %s, what a run used" % board, "",
                  "| TLS and chain | arena, most in use | of | stack, most in use | of |",
                  "|---|---:|---:|---:|---:|"]
        for chain in sorted(marks[board]):
            row = marks[board][chain]
            lines.append("| %s | %s | %s | %s | %s |" % (
                chain, number(row["arena"]), number(row["arena_size"]),
                number(row["stack"]), number(row["stack_size"])))
        lines.append("")
    return lines


def parse_tables(text):
    """{board: {part: (flash, RAM)}} as the document says."""
    tables = {}
    board = None
    for line in text.splitlines():
        if line.startswith("### "):
            board = line[4:].strip()
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if board and len(cells) == 7 and re.match(r"^[\d,]+$", cells[1]):
            tables.setdefault(board, {})[cells[0]] = tuple(
                int(cell.replace(",", "")) for cell in cells[5:7])
    return tables


def split_document(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise Usage("%s must have the lines %s and %s once" % (path, BEGIN, END))
    head, rest = text.split(BEGIN)
    middle, tail = rest.split(END)
    return head, middle, tail


def grown(what, was, now):
    return now > was * (1 + GROWTH) and now > was + GROWTH_FLOOR and what != FILL


def check(path, maps):
    said = parse_tables(split_document(path)[1])
    faults = []
    for name, table in maps.items():
        if name not in said:
            faults.append("%s: %s is not in it" % (path, name))
            continue
        for part in ordered(table):
            row = table[part]
            now = (row["text"] + row["rodata"] + row["data"], row["data"] + row["bss"])
            was = said[name].get(part, (0, 0))
            for kind, before, after in zip(("flash", "RAM"), was, now):
                if grown(part, before, after):
                    faults.append("%s: %s of %s grew from %s to %s bytes"
                                  % (name, kind, part, number(before), number(after)))
    for fault in faults:
        print(fault)
    if faults:
        print("If that is meant, run tools/footprint and commit docs/footprint.md with the change.")
    return 1 if faults else 0


def write(path, maps, marks):
    head, _, tail = split_document(path)
    lines = [""]
    for name in maps:
        lines += table_text(name, maps[name]) + [""]
    lines += marks_text(marks)
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + BEGIN + "\n" + "\n".join(lines) + END + tail)
    return 0


def read_marks(arguments):
    if "--marks" not in arguments:
        return {}
    at = arguments.index("--marks")
    if at + 1 == len(arguments):
        raise Usage("--marks needs a file")
    with open(arguments[at + 1], encoding="utf-8") as file:
        marks = json.load(file)
    del arguments[at:at + 2]
    return marks


def named_maps(arguments):
    maps = {}
    for argument in arguments:
        name, equals, path = argument.partition("=")
        if not equals:
            raise Usage("%s: NAME=MAP is wanted" % argument)
        maps[name] = measure(path)
    if not maps:
        raise Usage("no map is named")
    return maps


def main(arguments):
    marks = read_marks(arguments)
    verb = arguments.pop(0) if arguments else ""
    if verb == "show" and arguments:
        for path in arguments:
            print("\n".join(table_text(path, measure(path))))
        return 0
    if verb in ("write", "check") and arguments:
        document = arguments.pop(0)
        maps = named_maps(arguments)
        return check(document, maps) if verb == "check" else write(document, maps, marks)
    raise Usage(__doc__)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Usage, OSError) as problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
