"""Configuration images, right and wrong, written by the format's description alone.

The image of `connsync flash-image` is compared with these, so that the two have to
agree: "cnsy", version, length and CRC-32, little endian, then connsync.json as it is.
"""

import struct
import zlib

MAGIC, VERSION, HEAD_SIZE = b"cnsy", 1, 16
ERASED_FLASH = b"\xff" * 4096


def make(document, version=VERSION):
    """The image of these bytes."""
    head = MAGIC + struct.pack("<II", version, len(document))
    return head + struct.pack("<I", zlib.crc32(head + document)) + document


def damaged(document):
    """Images of which one thing is not right, by what it is."""
    right = make(document)
    longer = MAGIC + struct.pack("<II", VERSION, 1 << 20) + right[12:]
    return {
        "a bit of the text": right[:40] + bytes([right[40] ^ 4]) + right[41:],
        "a bit of the checksum": right[:12] + bytes([right[12] ^ 1]) + right[13:],
        "its end": right[:-8] + b"\xff" * 8,
        "another magic": b"cnsz" + right[4:],
        "a length beyond the partition": longer,
        "no text": make(b""),
    }
