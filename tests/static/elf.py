"""What the headers of an ELF file say, for every processor: 32 and 64 bits, both orders of bytes."""

import struct
from typing import NamedTuple

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_GNU_RELRO = 1, 2, 3, 0x6474E552
PT_MIPS_ABIFLAGS = 0x70000003
DT_RELA, DT_RELASZ, DT_REL, DT_RELSZ = 7, 8, 17, 18
PF_X, PF_W = 1, 2
ET_DYN = 3
WIDE, BIG = 2, 2  # of the identification


class Segment(NamedTuple):
    """A program header."""
    kind: int
    flags: int
    offset: int
    address: int
    file_size: int
    size: int
    align: int

    @property
    def end(self):
        return self.address + self.size


class Elf:
    """A file's headers, from its bytes."""

    def __init__(self, data):
        assert data[:4] == b"\x7fELF", "no ELF file"
        self.data = data
        self.is_wide = data[4] == WIDE
        self.order = ">" if data[5] == BIG else "<"
        self.type, self.machine = self.numbers("HH", 16)
        self.flags, = self.numbers("I", 48 if self.is_wide else 36)
        self.segments = list(self._segments())

    def numbers(self, form, at):
        return struct.unpack_from(self.order + form, self.data, at)

    def _segments(self):
        table, = self.numbers("Q", 32) if self.is_wide else self.numbers("I", 28)
        size, count = self.numbers("HH", 54 if self.is_wide else 42)
        for at in range(table, table + size * count, size):
            if self.is_wide:
                kind, flags, offset, address, _, *sizes = self.numbers("IIQQQQQQ", at)
                yield Segment(kind, flags, offset, address, *sizes)
            else:
                kind, offset, address, _, length, size_there, flags, align = self.numbers("8I", at)
                yield Segment(kind, flags, offset, address, length, size_there, align)

    def of_kind(self, kind):
        return [segment for segment in self.segments if segment.kind == kind]

    def content(self, segment):
        return self.data[segment.offset:segment.offset + segment.file_size]

    def dynamic(self):
        """The table for a loader: values by tag."""
        form = self.order + ("QQ" if self.is_wide else "II")
        return {tag: value for segment in self.of_kind(PT_DYNAMIC)
                for tag, value in struct.iter_unpack(form, self.content(segment))}

    def relocated_symbols(self):
        """The symbol of each relocation; 0 is none."""
        dynamic = self.dynamic()
        for start, length, form in ((DT_RELA, DT_RELASZ, "QQQ" if self.is_wide else "III"),
                                    (DT_REL, DT_RELSZ, "QQ" if self.is_wide else "II")):
            address, size = dynamic.get(start, 0), dynamic.get(length, 0)
            for at in range(address, address + size, struct.calcsize(form)):
                yield self.numbers(form, self.offset_of(at))[1] >> (32 if self.is_wide else 8)

    def offset_of(self, address):
        """Where in the file that lies."""
        return next(segment.offset + address - segment.address for segment in self.of_kind(PT_LOAD)
                    if segment.address <= address < segment.address + segment.file_size)
