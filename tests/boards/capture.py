"""What a board sent: the frames in the capture that QEMU writes (pcap, Ethernet)."""

import struct
from dataclasses import dataclass
from pathlib import Path

_FILE_HEADER, _RECORD_HEADER = 24, 16
_MAGIC = 0xA1B2C3D4
_ETHERNET = 14
IPV4, ARP = 0x0800, 0x0806
TCP, UDP = 6, 17
SYN, ACK = 0x02, 0x10


@dataclass
class Frame:
    """One frame, with those fields that tests ask about; 0 where it has none."""

    source: bytes
    ether_type: int
    protocol: int = 0
    source_port: int = 0
    port: int = 0
    flags: int = 0
    payload: bytes = b""

    @property
    def opens_tcp(self):
        """Whether it asks for a TCP connection."""
        return self.protocol == TCP and self.flags & (SYN | ACK) == SYN


def read(path):
    """All whole frames of the file; none where there is no file yet."""
    path = Path(path)
    data = path.read_bytes() if path.exists() else b""
    if len(data) < _FILE_HEADER:
        return []
    order = "<" if struct.unpack_from("<I", data)[0] == _MAGIC else ">"
    frames, at = [], _FILE_HEADER
    while at + _RECORD_HEADER <= len(data):
        size = struct.unpack_from(order + "I", data, at + 8)[0]
        start = at + _RECORD_HEADER
        if start + size > len(data):
            break
        frames.append(_frame(data[start:start + size]))
        at = start + size
    return frames


def _frame(raw):
    found = Frame(raw[6:12], struct.unpack_from(">H", raw, 12)[0])
    if found.ether_type != IPV4:
        return found
    packet = raw[_ETHERNET:]
    found.protocol = packet[9]
    body = packet[(packet[0] & 15) * 4:struct.unpack_from(">H", packet, 2)[0]]
    if found.protocol in (TCP, UDP) and len(body) >= 8:
        found.source_port, found.port = struct.unpack_from(">HH", body)
        found.payload = body[8:]
    if found.protocol == TCP and len(body) >= 20:
        found.flags = body[13]
        found.payload = body[(body[12] >> 4) * 4:]
    return found


def sent_by_board(frames, host):
    """Those that did not come from the host's end of the wire, given its Ethernet address."""
    return [frame for frame in frames if frame.source != host]
