"""Seeds of a fuzzer, packed into one text: an input a line, with what cannot be seen escaped.

What a corpus needs to reach everything is hundreds of inputs of some fifty bytes. As files they would be most
of the tree's, and nobody would read them; as lines they are looked over, searched and compared as any text.
"""

import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
SEEDS = HERE / "seeds"
ESCAPES = {0x5C: "\\\\", 0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}
ESCAPED = re.compile(r"\\(x[0-9a-f]{2}|[\\nrt])")
PLAIN = {"\\": "\\", "n": "\n", "r": "\r", "t": "\t"}


def targets():
    """The names of all fuzz targets."""
    return sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.c"))


def packed_file(target):
    return SEEDS / (target + ".lines")


def pack(data):
    """An input as a line; its last byte is never a blank that an editor would take away."""
    text = "".join(ESCAPES.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else "\\x%02x" % byte)
                   for byte in data)
    return text[:-1] + "\\x20" if text.endswith(" ") else text


def unpack(line):
    return ESCAPED.sub(lambda found: PLAIN.get(found[1]) or chr(int(found[1][1:], 16)),
                       line).encode("latin-1")


def seeds_of(target):
    """All inputs that the tree has for a target: files by hand, and packed ones."""
    inputs = [path.read_bytes() for path in sorted((SEEDS / target).glob("*"))]
    if packed_file(target).is_file():
        inputs += [unpack(line) for line in packed_file(target).read_text("ascii").splitlines()]
    return inputs


def write_packed(target, inputs):
    """All inputs that no file has already, in an order that does not depend on how they were found."""
    known = {path.read_bytes() for path in (SEEDS / target).glob("*")}
    lines = sorted((pack(data) for data in set(inputs) - known - {b""}), key=lambda line: (len(line), line))
    packed_file(target).write_text("".join(line + "\n" for line in lines), "ascii")
    return len(lines)
