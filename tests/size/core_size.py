"""How much code core/ and config/ bring into a board's firmware.

    core_size.py MAP        reads the map beside the objects that the build has made

Counted are code and constants of every source below core/ and config/ that is linked, wherever
it lies, by folder and by file. None may have writable static data.

Status: 0 within the limit, 1 beyond it, or the map does not tell whose a piece is.
"""

import collections
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve()
sys.path += [str(HERE.parents[2] / "tools"), str(HERE.parents[1] / "static")]
from limits import CORE_LIMIT  # noqa: E402
import link_map  # noqa: E402

COUNTED = ("core/", "config/")
KINDS = ("code", "constants", "data", "bss")


def kind_of(piece):
    if piece.output in (".data", ".bss"):
        return piece.output[1:]
    return "constants" if piece.section.startswith((".rodata", ".ARM.ex")) else "code"


def read_map(text, sources):
    """{source: {kind: bytes}}"""
    sizes = collections.defaultdict(collections.Counter)
    for piece in link_map.read_pieces(text):
        source = sources.source_of(piece.file)
        if source.startswith(COUNTED):
            sizes[source][kind_of(piece)] += piece.size
    return sizes


def by_folder(sizes):
    """{folder: Counter}, each folder with all that lies below it."""
    folders = collections.defaultdict(collections.Counter)
    for source, row in sizes.items():
        parts = source.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            folders["/".join(parts[:depth])] += row
    return folders


def flash_of(row):
    return row["code"] + row["constants"]


def print_row(name, row):
    print(f"{name:<34}" + "".join(f"{row[kind]:>11}" for kind in KINDS) + f"{flash_of(row):>11}")


def report(sizes):
    """Prints the tables; the faults that were found."""
    print(f"{'':<34}" + "".join(f"{kind:>11}" for kind in KINDS + ("flash",)))
    for table in (by_folder(sizes), sizes):
        for name, row in sorted(table.items()):
            print_row(name, row)
        print()
    flash = sum(flash_of(row) for row in sizes.values())
    print(f"{flash} bytes of core/ and config/, {CORE_LIMIT} allowed, {CORE_LIMIT - flash} to spare")
    if not sizes:
        yield "nothing of ours is in the map"
    if flash > CORE_LIMIT:
        yield f"{flash - CORE_LIMIT} bytes too many"
    for name, row in sizes.items():
        if row["data"] + row["bss"] > 0:
            yield f"{name} has writable static data"


def main(arguments):
    if len(arguments) != 1:
        print(__doc__)
        return 64
    path = pathlib.Path(arguments[0])
    try:
        sizes = read_map(path.read_text(encoding="utf-8"), link_map.Sources(path.parent))
    except link_map.Unknown as unknown:
        print(unknown)
        return 1
    faults = list(report(sizes))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
