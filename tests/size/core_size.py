"""How much code the agent's own rooms bring into a board's firmware.

    core_size.py compile CC ROOT MBEDTLS JSMN    compiles core/, links it, reads the map
    core_size.py map FILE                        reads the map of a whole firmware

A link with --gc-sections tells what remains; its map is what is read. `compile` needs no
board: it keeps what the public headers declare, which is all that a firmware can call, and
leaves mbedTLS and the C library unresolved. CC is a compiler for Cortex-M3, MBEDTLS and
JSMN are the folders of their sources.

Counted are code and constants of the rooms named in COUNTED; the others are shown. No room
of core/ may have writable static data.

Status: 0 within the limit, 1 beyond it, 77 when there is no such compiler.
"""

import fnmatch
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LIMIT = 12288
COUNTED = ("json*", "patch", "http*", "exchange", "auth0", "agent*")
SKIPPED = 77

TARGET = ["-mcpu=cortex-m3", "-mthumb"]
COMPILE = ["-Os", "-std=c11", "-ffunction-sections", "-fdata-sections", "-Wall", "-Werror",
           "-DNDEBUG", "-DCS_ARENA_ALIGN=4", "-DCONNSYNC_TLS_SMALL",
           "-DCONNSYNC_CORE_SMALL", '-DMBEDTLS_CONFIG_FILE="connsync_mbedtls_config.h"']
PUBLIC_HEADERS = ("core/connsync.h", "core/base/status.h")
PUBLIC_FUNCTION = re.compile(r"^[a-z][\w ]*?[ *](connsync_\w+)\(", re.MULTILINE)

# A piece in a map: ` .text.name  0xADDRESS  0xSIZE FILE`, or gap: ` *fill*  0xADDRESS  0xSIZE`.
PIECE = re.compile(r"^ (\S+)[ \n]+0x([0-9a-f]+) +0x([0-9a-f]+)(?: +(\S.*))?$", re.MULTILINE)
# core/json/json.c.o, or an archive's member: libconnsync_core.a(json.c.o)
OUR_OBJECT = re.compile(r"(?:\b(?:core|config)/(?:\w+/)*|connsync_(?:core|config)\.a\()"
                        r"(\w+)(?:\.c)?\.o(?:bj)?\)?$")
KINDS = (("code", re.compile(r"\.text\b")),
         ("constants", re.compile(r"\.(rodata|ARM\.ex)")),
         ("data", re.compile(r"\.data\b")),
         ("bss", re.compile(r"\.bss\b|COMMON$")))
COLUMNS = [name for name, _ in KINDS]


def kind_of(section):
    for name, pattern in KINDS:
        if pattern.match(section):
            return name
    return None


def read_map(text):
    """Bytes by room and kind.

    A linker merges equal strings of different files, and then writes sizes that are those
    before the merge. No piece reaches beyond the address at which the next one begins.
    """
    layout = text[text.index("Linker script and memory map"):]
    pieces = [(match[1], int(match[2], 16), int(match[3], 16), match[4] or "")
              for match in PIECE.finditer(layout)]
    pieces = [piece for piece in pieces if piece[1] > 0]
    rooms = {}
    for piece, after in zip(pieces, pieces[1:] + [("", 0, 0, "")]):
        section, address, size, file_name = piece
        ours = OUR_OBJECT.search(file_name)
        # The port's own files lie in the same library.
        if ours and ours[1].startswith("mbedtls_"):
            continue
        kind = kind_of(section)
        if not ours or not kind:
            continue
        if after[1] >= address:
            size = min(size, after[1] - address)
        room = rooms.setdefault(ours[1], dict.fromkeys(COLUMNS, 0))
        room[kind] += size
    return rooms


def is_counted(room):
    return any(fnmatch.fnmatch(room, pattern) for pattern in COUNTED)


def public_functions(root):
    for header in PUBLIC_HEADERS:
        yield from PUBLIC_FUNCTION.findall((root / header).read_text())


def compile_and_link(compiler, root, mbedtls, jsmn):
    """The text of the map."""
    includes = [f"-I{folder}" for folder in (root, root / "port" / "mbedtls",
                                             mbedtls / "include", jsmn)]
    entries = list(public_functions(root))
    with tempfile.TemporaryDirectory() as folder:
        build = pathlib.Path(folder)
        (build / "core").mkdir()
        objects = []
        for source in sorted((root / "core").rglob("*.c")):
            objects.append(build / "core" / f"{source.name}.o")
            subprocess.run([compiler, *TARGET, *COMPILE, *includes, "-c", source,
                            "-o", objects[-1]], check=True)
        subprocess.run([compiler, *TARGET, "-nostdlib", "-Wl,--gc-sections",
                        "-Wl,--unresolved-symbols=ignore-all", "-Wl,--entry=connsync_open",
                        *(f"-Wl,--undefined={entry}" for entry in entries),
                        f"-Wl,-Map={build / 'map'}", *objects, "-o", build / "core.elf"],
                       check=True)
        return (build / "map").read_text()


def print_row(name, row):
    print(f"{name:<24}" + "".join(f"{row[column]:>11}" for column in COLUMNS)
          + f"{row['code'] + row['constants']:>11}")


def sum_of(rooms):
    return {column: sum(room[column] for room in rooms) for column in COLUMNS}


def report(rooms):
    """Prints the table; the faults that were found."""
    counted = {name: room for name, room in sorted(rooms.items()) if is_counted(name)}
    others = {name: room for name, room in sorted(rooms.items()) if not is_counted(name)}

    print(f"{'room':<24}" + "".join(f"{column:>11}" for column in COLUMNS + ["flash"]))
    for name, room in counted.items():
        print_row(name, room)
    total = sum_of(counted.values())
    print_row("counted", total)
    print()
    for name, room in others.items():
        print_row(name, room)
    print_row("all of core", sum_of(rooms.values()))
    print()

    flash = total["code"] + total["constants"]
    print(f"{flash} bytes counted, {LIMIT} allowed, {LIMIT - flash} to spare")
    if not counted:
        yield "no room of ours is in the map"
    if flash > LIMIT:
        yield f"{flash - LIMIT} bytes too many"
    for name, room in rooms.items():
        if room["data"] + room["bss"] > 0:
            yield f"{name} has writable static data"


def main(arguments):
    if arguments[:1] == ["map"] and len(arguments) == 2:
        text = pathlib.Path(arguments[1]).read_text()
    elif arguments[:1] == ["compile"] and len(arguments) == 5:
        if shutil.which(arguments[1]) is None:
            print(f"skipped: there is no {arguments[1]}")
            return SKIPPED
        text = compile_and_link(arguments[1], *map(pathlib.Path, arguments[2:]))
    else:
        print(__doc__)
        return 64
    faults = list(report(read_map(text)))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
