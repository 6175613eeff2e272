"""GNU ld's map of a firmware as the scripts read it: pieces, and the sources they are of.

Used by tools/size-table and tests/size/core_size.py. It judges nothing.
"""

import collections
import pathlib
import re

# The folders of our own targets' objects, by the archive that a map names in their place.
ARCHIVE = re.compile(r"lib(\w+)\.a\((.+)\)$")
OBJECT = re.compile(r"CMakeFiles/\w+\.dir/(.+)\.(?:o|obj)$")
# ` .text.name  0xADDRESS  0xSIZE FILE`, ` *fill*  0xADDRESS  0xSIZE`, or an output section. The
# numbers of a long name are on the next line.
PIECE = re.compile(r"^( ?)(\S+)[ \n]+0x([0-9a-f]+) +0x([0-9a-f]+)(?: +(\S.*?))? *$", re.MULTILINE)
# What a loader loads or clears.
OUTPUTS = {".text", ".rodata", ".data", ".bss", ".stack"}
FILL = "*fill*"
STACK = ".stack"

Piece = collections.namedtuple("Piece", "output section size file")


class Unknown(Exception):
    """A member of an archive of ours whose source is not known for certain."""


def read_pieces(text):
    """Each piece of an output section that is loaded, in the order of addresses.

    A linker merges equal strings of different files, and then writes sizes that are those
    before the merge. No piece reaches beyond the address at which the next one begins.
    """
    layout = text[text.index("Linker script and memory map"):]
    output, found = "", []
    for match in PIECE.finditer(layout):
        inner, section, address, size = match[1], match[2], int(match[3], 16), int(match[4], 16)
        output = output if inner else section
        # The stack has no pieces: it is one.
        is_piece = bool(inner) != (output == STACK)
        if is_piece and size > 0 and output in OUTPUTS:
            found.append((address, address + size, Piece(output, section, size, match[5] or "")))
    for (address, end, piece), (after, _, _) in zip(found, found[1:] + [(0, 0, None)]):
        limit = after if address <= after < end else end
        yield piece._replace(size=min(piece.size, limit - address))


class Sources:
    """Which source a piece is of, by the objects in a build folder."""

    def __init__(self, build):
        self.folder = pathlib.Path(build) / "CMakeFiles"
        self.members = {}

    def members_of(self, target):
        """{member: [sources]} of an archive of ours."""
        if target not in self.members:
            members = collections.defaultdict(list)
            root = self.folder / f"{target}.dir"
            for path in sorted([*root.rglob("*.c.o"), *root.rglob("*.c.obj")]):
                members[path.name].append(path.relative_to(root).as_posix().rpartition(".")[0])
            self.members[target] = members
        return self.members[target]

    def source_of(self, file):
        """core/json/json.c for an object of ours, linked as a file or out of an archive; what
        the map says for those of others. Two members of one name cannot be told apart: their
        sizes would be laid to the wrong folder."""
        archive = ARCHIVE.search(file)
        if archive and (self.folder / f"{archive[1]}.dir").is_dir():
            sources = self.members_of(archive[1]).get(archive[2], [])
            if len(sources) != 1:
                raise Unknown(f"{file} may be any of {sources}" if sources
                              else f"{file} is made of no source in {self.folder}")
            return sources[0]
        single = OBJECT.search(file)
        return single[1] if single else file
