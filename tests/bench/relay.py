"""A wire with a set round-trip time, and what passes over it, counted.

    relay.enter()                                    once, first thing: a network of one's own
    with Relay(port) as wire, Tenant(host=wire.near, port=port) as tenant:
        wire.set_round_trip(0.050)
        ...                                          a client that connects to wire.far
        print(wire.take())                           Counts since the last time

Each packet comes out of the kernel through a TUN device, is held for half the time here, and goes back
with its two addresses exchanged, which leaves every checksum right: what is sent from `near` to `far`
comes from `far` to `near`. So one machine is both ends, and their TCP is the kernel's: three packets
open a connection, a window grows slowly, and all that goes to and fro is counted as packets of IP.

A round trip is counted when the server says something for the first time after the client has: a SYN or
content, and not after the client has ended its connection.
"""

import collections
import fcntl
import os
import select
import struct
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from net import namespace  # noqa: E402

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
DEVICE, NEAR, FAR = "tun7", "10.78.0.1", "10.78.0.2"
PACKET_MAX = 2000
FIN, SYN = 1, 2
# How long another thread of this process may keep a packet waiting.
SWITCH_S = 0.0002


@dataclass
class Counts:
    """Round trips, connections, and bytes of IP from the client and to it."""

    round_trips: int = 0
    connections: int = 0
    up: int = 0
    down: int = 0


def enter():
    """Runs this program again in a network of its own, or ends it as skipped."""
    namespace.enter()


class Relay:
    """The wire to a server's port."""

    near, far = NEAR, FAR

    def __init__(self, port):
        self._port, self._half = port, 0.0
        self._held = collections.deque()
        self._lock, self._closing = threading.Lock(), threading.Event()
        self._counts, self._asked, self._ended = Counts(), False, set()
        self._tun = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self._tun, TUNSETIFF, struct.pack("16sH", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
        namespace.run("ip", "address", "add", NEAR + "/24", "dev", DEVICE)
        namespace.run("ip", "link", "set", DEVICE, "up")
        # What one run has learned of the wire is nothing to the next.
        Path("/proc/sys/net/ipv4/tcp_no_metrics_save").write_text("1", encoding="ascii")
        sys.setswitchinterval(SWITCH_S)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._closing.set()
        self._thread.join(5)
        os.close(self._tun)

    def set_round_trip(self, seconds):
        """For the packets that are yet to come; nothing may be on its way."""
        self._half = seconds / 2

    def take(self):
        """What has passed since the last time, once nothing does any more."""
        time.sleep(2 * self._half + 0.02)
        with self._lock:
            found, self._counts, self._asked = self._counts, Counts(), False
            self._ended.clear()
        return found

    def _run(self):
        while not self._closing.is_set():
            wait = max(0, self._held[0][0] - time.monotonic()) if self._held else 0.1
            if select.select([self._tun], [], [], wait)[0]:
                packet = os.read(self._tun, PACKET_MAX)
                if packet[0] >> 4 == 4:
                    self._held.append((time.monotonic() + self._half, packet))
                    self._count(packet)
            while self._held and self._held[0][0] <= time.monotonic():
                packet = self._held.popleft()[1]
                os.write(self._tun, packet[:12] + packet[16:20] + packet[12:16] + packet[20:])

    def _count(self, packet):
        head = (packet[0] & 15) * 4
        source, target = struct.unpack_from("!HH", packet, head)
        flags, content = packet[head + 13], len(packet) - head - (packet[head + 12] >> 4) * 4
        is_up = target == self._port
        client = source if is_up else target
        with self._lock:
            counts = self._counts
            counts.up += len(packet) * is_up
            counts.down += len(packet) * (not is_up)
            counts.connections += bool(is_up and flags & SYN)
            if (content > 0 or flags & SYN) and client not in self._ended:
                counts.round_trips += self._asked and not is_up
                self._asked = is_up
            if is_up and flags & FIN:
                self._ended.add(client)
                self._asked = False
