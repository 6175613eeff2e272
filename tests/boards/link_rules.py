"""What must not be in a firmware, read from the linker's map and the program itself.

    link_rules.py BUILD_FOLDER...

 - no heap, and nothing of the C library's that formats, opens or waits;
 - no section over the configuration's partition or the seed slot;
 - what is loaded is the same in .elf, .bin and .hex.

Status: 0 all kept, 1 broken, 77 nothing built.
"""

import pathlib
import re
import struct
import sys

FORBIDDEN = re.compile(
    r"^_?(malloc|calloc|realloc|free|_?sbrk|v?(f|s|sn|as)?i?printf|puts|putchar|fopen|open|read|write"
    r"|exit|abort|raise|time|gettimeofday|_malloc_r|_free_r|_sbrk_r|_printf_r)$")
REGION = re.compile(r"^(CONFIG|NOINIT)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)", re.MULTILINE)
# Link-time optimisation puts more behind a name: calloc.lto_priv.0
LINKED = re.compile(r"^ \.(?:text|data|bss)\.(\w+)[\w.]*(?:\s+0x[0-9a-f]+\s|$)", re.MULTILINE)
SYMBOL = re.compile(r"^\s+0x[0-9a-f]{8,16}\s+([A-Za-z_]\w*)$", re.MULTILINE)
SKIPPED = 77
PT_LOAD = 1


def read_segments(elf):
    """(physical address, virtual address, size in the file, size in memory, bytes)"""
    data = elf.read_bytes()
    offset, size, count = (struct.unpack_from("<I", data, 28)[0],
                           *struct.unpack_from("<HH", data, 42))
    for i in range(count):
        kind, start, virtual, physical, in_file, in_memory = struct.unpack_from(
            "<6I", data, offset + i * size)
        if kind == PT_LOAD:
            yield physical, virtual, in_file, in_memory, data[start:start + in_file]


def symbol_faults(text):
    names = set(SYMBOL.findall(text)) | set(LINKED.findall(text))
    for name in sorted(names):
        if FORBIDDEN.match(name):
            yield f"{name} is linked"


def region_faults(text, segments):
    regions = [(name, int(start, 16), int(size, 16)) for name, start, size in REGION.findall(text)]
    if {name for name, _, _ in regions} != {"CONFIG", "NOINIT"}:
        yield "the map does not show the regions CONFIG and NOINIT"
    for name, start, size in regions:
        for physical, virtual, in_file, in_memory, _ in segments:
            if overlaps(physical, in_file, start, size) or overlaps(virtual, in_memory, start, size):
                yield f"a segment covers {name}"


def overlaps(start, size, other_start, other_size):
    return start < other_start + other_size and other_start < start + size


def read_hex(path):
    """The bytes of an Intel HEX file by address."""
    image, upper = {}, 0
    for line in path.read_text().splitlines():
        record = bytes.fromhex(line[1:])
        length, address, kind = record[0], int.from_bytes(record[1:3], "big"), record[3]
        if sum(record) & 0xFF:
            raise ValueError(f"{path}: wrong checksum")
        if kind == 0:
            for i, byte in enumerate(record[4:4 + length]):
                image[upper + address + i] = byte
        elif kind in (2, 4):
            upper = int.from_bytes(record[4:6], "big") << (4 if kind == 2 else 16)
    return image


def image_faults(stem, segments):
    wanted = {}
    for physical, _, _, _, data in segments:
        wanted.update(enumerate(data, physical))
    binary = stem.with_suffix(".bin").read_bytes()
    first = min(wanted)
    if any(binary[address - first] != byte for address, byte in wanted.items()):
        yield "the .bin is not what the .elf loads"
    if read_hex(stem.with_suffix(".hex")) != wanted:
        yield "the .hex is not what the .elf loads"


def check(folder):
    stem = folder / "connsync"
    text = stem.with_suffix(".map").read_text()
    linked = text[text.index("Linker script and memory map"):]
    segments = list(read_segments(stem.with_suffix(".elf")))
    faults = [*symbol_faults(linked), *region_faults(text, segments),
              *image_faults(stem, segments)]
    for fault in faults:
        print(f"{folder.name}: {fault}")
    print(f"{folder.name}: {len(segments)} segments looked at, {len(faults)} faults")
    return not faults


def main(arguments):
    folders = [pathlib.Path(argument) for argument in arguments]
    folders = [folder for folder in folders if (folder / "connsync.map").exists()]
    if not folders:
        print("skipped: no firmware is built")
        return SKIPPED
    return 0 if all([check(folder) for folder in folders]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
