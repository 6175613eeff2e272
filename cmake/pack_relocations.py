"""Packs the relative relocations of a linked static program, in place.

    pack_relocations.py PROGRAM

A position-independent program has a table of the addresses that are put right at its start: 24
bytes for each on 64-bit machines, 8 on 32-bit ones. Nearly all lie side by side, so that a bit is enough
(DT_RELR): an even word is an address; an odd one has, above its lowest bit, a bit for each of the words
that follow. musl reads it since 1.2.4; linkers that write it came later for most machines.

The table is to be the last thing that the file has of its segment (toolchains/static_program.ld).
The shorter one takes its place; in memory, what was behind it is left to what begins as zero. It is the
last step: tools that write the file anew know such a table by its name only.

Status: 0 packed, 1 refused: another kind of relocation, or a table that is not the last.
"""

import struct
import sys
from pathlib import Path

WIDE, BIG = 2, 2  # of the identification
PT_LOAD, PT_DYNAMIC = 1, 2
SHT_RELA, SHT_REL, SHT_RELR = 4, 9, 19
# By the kind of section: address, size, size of an entry, how many of them are relative.
TAGS = {SHT_RELA: (7, 8, 9, 0x6FFFFFF9), SHT_REL: (17, 18, 19, 0x6FFFFFFA)}
ALIGNMENT = 16
PACKED_TAGS = (36, 35, 37)
# By ELF's number of the machine: its relative relocation.
RELATIVE = {0x3E: 8, 0xB7: 1027, 0x28: 23, 0xF3: 3}


class Refused(Exception):
    """It cannot be done, and why."""


def pack(addresses, width):
    """The words of the table, for words of `width` bytes."""
    words, left = [], sorted(addresses)
    if any(address % width for address in left):
        raise Refused("an address is no word's")
    reach, at = 8 * width - 1, 0
    while at < len(left):
        words.append(left[at])
        base, at = left[at] + width, at + 1
        while at < len(left) and left[at] < base + reach * width:
            bits = 0
            while at < len(left) and left[at] < base + reach * width:
                bits |= 1 << (left[at] - base) // width
                at += 1
            words.append(bits << 1 | 1)
            base += reach * width
    return words


class Program:
    """An ELF file, to be changed."""

    def __init__(self, data):
        self.data = data
        wide, order = data[4] == WIDE, ">" if data[5] == BIG else "<"
        self.width = 8 if wide else 4
        self.word = order + ("Q" if wide else "I")
        self.pair = order + ("QQ" if wide else "II")
        # Type, offset, address, size in the file.
        self.segment = order + ("I4xQQ8xQ" if wide else "III4xI")
        # Type, address, offset, size.
        self.section = order + ("4xI8xQQQ" if wide else "4xI4xIII")
        self.machine, = struct.unpack_from(order + "H", data, 18)
        self.segments = self.headers(order, 32 if wide else 28, 54 if wide else 42)
        self.section_table = 40 if wide else 32
        self.sections = self.headers(order, self.section_table, 58 if wide else 46)

    def headers(self, order, table, sizes):
        """Where each header of a table is in the file."""
        start, = struct.unpack_from(self.word, self.data, table)
        size, count = struct.unpack_from(order + "HH", self.data, sizes)
        return range(start, start + size * count, size)

    def table(self):
        """(where its header is, type, address, offset, size), or None without relocations."""
        found = [(at, *struct.unpack_from(self.section, self.data, at)) for at in self.sections]
        tables = [each for each in found if each[1] in TAGS and each[2] != 0 and each[4] > 0]
        if len(tables) > 1:
            raise Refused("it has several tables of relocations")
        return tables[0] if tables else None

    def offset_of(self, address):
        """Where in the file that lies."""
        for at in self.segments:
            kind, offset, start, size = struct.unpack_from(self.segment, self.data, at)
            if kind == PT_LOAD and start <= address < start + size:
                return offset + address - start
        raise Refused("the file does not have what is relocated")

    def relocated(self, kind, offset, size):
        """The addresses. What the table adds to each is put where the packed one expects it."""
        form = self.word[0] + self.word[1] * (3 if kind == SHT_RELA else 2)
        for where, what, *added in struct.iter_unpack(form, self.data[offset:offset + size]):
            if what != RELATIVE[self.machine]:
                raise Refused("a relocation is of kind %#x" % what)
            if added:
                struct.pack_into(self.word, self.data, self.offset_of(where), *added)
            yield where

    def shorten(self, address, old, new):
        """The segment ends behind the new table, in the file."""
        for at in self.segments:
            kind, _, start, size = struct.unpack_from(self.segment, self.data, at)
            if kind == PT_LOAD and start + size == address + old:
                struct.pack_into(self.word, self.data, at + (32 if self.width == 8 else 16),
                                 size - old + new)
                return
        raise Refused("its relocations are not the last of a segment in the file")

    def close(self, start, end):
        """Takes a gap out of the file, but for what keeps the rest aligned."""
        gap = (end - start) // ALIGNMENT * ALIGNMENT
        for header in (*self.sections, None):
            at = self.section_table if header is None else header + (24 if self.width == 8 else 16)
            offset, = struct.unpack_from(self.word, self.data, at)
            if offset >= end:
                struct.pack_into(self.word, self.data, at, offset - gap)
        del self.data[end - gap:end]

    def describe(self, header, size):
        """What tools read of the table."""
        wide = self.width == 8
        struct.pack_into(self.word[0] + "I", self.data, header + 4, SHT_RELR)
        struct.pack_into(self.word, self.data, header + (32 if wide else 20), size)
        struct.pack_into(self.word, self.data, header + (56 if wide else 36), self.width)

    def dynamic(self):
        """Where each entry of the table for a loader is."""
        for at in self.segments:
            kind, offset, _, size = struct.unpack_from(self.segment, self.data, at)
            if kind == PT_DYNAMIC:
                yield from range(offset, offset + size, 2 * self.width)

    def tell_loader(self, kind, size):
        """The entries about the old table are about the new one."""
        *old, count = TAGS[kind]
        tags = dict(zip((*old, count), (*PACKED_TAGS, count)))
        values = {PACKED_TAGS[1]: size, PACKED_TAGS[2]: self.width, count: 0}
        for at in self.dynamic():
            tag, value = struct.unpack_from(self.pair, self.data, at)
            if tag in tags:
                struct.pack_into(self.pair, self.data, at, tags[tag],
                                 values.get(tags[tag], value))

    def pack(self):
        table = self.table()
        if table is None:
            return
        header, kind, address, offset, size = table
        words = pack(self.relocated(kind, offset, size), self.width)
        packed = b"".join(struct.pack(self.word, word) for word in words)
        self.shorten(address, size, len(packed))
        self.tell_loader(kind, len(packed))
        self.describe(header, len(packed))
        self.data[offset:offset + size] = packed.ljust(size, b"\0")
        self.close(offset + len(packed), offset + size)


def main():
    path = Path(sys.argv[1])
    program = Program(bytearray(path.read_bytes()))
    try:
        program.pack()
    except Refused as reason:
        sys.exit("%s: %s" % (path, reason))
    path.write_bytes(program.data)


if __name__ == "__main__":
    main()
