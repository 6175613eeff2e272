"""The receive FIFO that a chip has, in front of a board whose emulator has a larger one.

    relay = Relay(tap, number, size=2048)    before the emulator starts, with relay.netdev
    relay.begin(monitor, frames, ticks)      as soon as it runs
    assert relay.overruns == 0

The emulator's controller holds 31 frames of any size, and holds the wire up when they are
there. The chip holds `size` bytes, and loses the frame that does not fit. So a frame is let
through only if it fits, and one that does not is counted as an overrun, and is lost:

* what the peer sends without hearing from the board comes at the speed of the line, faster
  than a processor of 50 MHz takes it out: new segments of TCP larger than SMALL, without a
  frame of the board in between, have to fit all together;
* what the board has not taken out yet is asked of the controller (the register that counts
  frames), and is in the way of the next frame, whatever it is. Since the emulator may be
  held up by its host, a frame waits until the board's own clock has moved by PATIENCE: that
  counts the milliseconds in which the board ran.

With a size of None everything is let through and nothing counted.
"""

import fcntl
import os
import select
import socket
import struct
import threading
import time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000
PORTS = 20000
FRAME_MAX = 2000
FRAME_MIN = 60
OVERHEAD = 6     # the length in front, the checksum behind
SMALL = 256      # bytes of a frame that is no part of a burst
PATIENCE = 5     # ticks of the board, a millisecond each
POLL_S = 0.0005
ETHERNET, IPV4, TCP = 14, 0x0800, 6


def space_of(frame):
    """The bytes that a frame takes in the FIFO, which is one of words."""
    return (max(len(frame), FRAME_MIN) + OVERHEAD + 3) // 4 * 4


def segment_of(frame):
    """(ports, sequence number after it) of a segment with content, or None."""
    if len(frame) < ETHERNET + 40 or struct.unpack_from("!H", frame, 12)[0] != IPV4:
        return None
    packet = frame[ETHERNET:struct.unpack_from("!H", frame, ETHERNET + 2)[0] + ETHERNET]
    head = (packet[0] & 15) * 4
    content = len(packet) - head - (packet[head + 12] >> 4) * 4
    if packet[9] != TCP or content <= 0:
        return None
    number = struct.unpack_from("!I", packet, head + 4)[0]
    return packet[head:head + 4], (number + content) & 0xFFFFFFFF


class Relay:
    """Between a TAP device and the UDP port of an emulator's network.

    overruns   frames that were lost
    frames     frames that reached the board
    """

    def __init__(self, tap, number, size):
        self.size, self.overruns, self.frames = size, 0, 0
        near, far = PORTS + 2 * number, PORTS + 2 * number + 1
        self.netdev = "socket,udp=127.0.0.1:%d,localaddr=127.0.0.1:%d" % (near, far)
        self._emulator = ("127.0.0.1", far)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", near))
        self._tap = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self._tap, TUNSETIFF, struct.pack("16sH", tap.encode(), IFF_TAP | IFF_NO_PI))
        self._closing = threading.Event()
        self._monitor = self._registers = None
        self._held = []   # the space of each frame that the controller may still hold
        self._burst = 0   # bytes since the board last sent a frame
        self._newest = {}
        self._threads = [threading.Thread(target=run, daemon=True)
                         for run in (self._from_board, self._to_board)]

    def begin(self, monitor, frames, ticks):
        """`frames` and `ticks` are the addresses of two words: the controller's count of frames
        that wait, and the board's count of milliseconds."""
        self._monitor, self._registers = monitor, (frames, ticks)
        for thread in self._threads:
            thread.start()

    def close(self):
        """Cuts the wire."""
        self._closing.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(5)
        self._socket.close()
        os.close(self._tap)
        if self._monitor is not None:
            self._monitor.close()

    def ticks(self):
        """The milliseconds that the board has counted."""
        return self._word(self._registers[1])

    def _word(self, address):
        answer = self._monitor.ask("human-monitor-command",
                                   **{"command-line": "xp /1wx %#x" % address})
        return int(answer.split()[-1], 16)

    def _ready(self, source):
        return not self._closing.is_set() and select.select([source], [], [], 0.1)[0]

    def _from_board(self):
        while not self._closing.is_set():
            if self._ready(self._socket):
                frame = self._socket.recv(FRAME_MAX)
                self._burst = 0
                try:
                    os.write(self._tap, frame)
                except OSError:
                    pass  # the cable is out

    def _to_board(self):
        try:
            while not self._closing.is_set():
                if self._ready(self._tap):
                    self._offer(os.read(self._tap, FRAME_MAX))
        except (OSError, RuntimeError, ValueError):
            pass  # the emulator has ended, or the cable is gone

    def _offer(self, frame):
        if self.size is not None and not (self._fits_burst(frame) and self._fits_held(frame)):
            self.overruns += 1
            return
        self._socket.sendto(frame, self._emulator)
        self.frames += 1
        if self.size is not None:
            self._held.append(space_of(frame))

    def _fits_burst(self, frame):
        segment = segment_of(frame)
        if segment is None or len(frame) < SMALL:
            return True
        ports, end = segment
        if ports in self._newest and (end - self._newest[ports]) & 0xFFFFFFFF >= 1 << 31:
            return True  # sent again, long after
        if end == self._newest.get(ports):
            return True
        self._newest[ports] = end
        self._burst += space_of(frame)
        return self._burst <= self.size

    def _fits_held(self, frame):
        """The emulator is asked only when what it may hold is too much."""
        started = None
        while sum(self._held) + space_of(frame) > self.size and \
                self._count() + space_of(frame) > self.size:
            now = self.ticks()
            started = now if started is None else started
            if (now - started) & 0xFFFFFFFF >= PATIENCE or self._closing.is_set():
                return False
            time.sleep(POLL_S)
        return True

    def _count(self):
        """The bytes that the controller holds."""
        # At the second question the emulator has looked at its socket since the last frame.
        waiting = [self._word(self._registers[0]) & 0x3F for _ in range(2)][-1]
        self._held = self._held[len(self._held) - min(waiting, len(self._held)):]
        return sum(self._held)
