"""As much of a debugger as the tests need: stop the processor, and let it run in circles.

Speaks GDB's remote protocol to QEMU's stub. There is no hook for tests in the
firmware: a stuck main loop is made by taking the processor out of it.
"""

import socket
import struct
import time

_PC = 15
# In Thumb code, which both boards have from address 0 on.
_BRANCH_TO_ITSELF = b"\xfe\xe7"
_SEARCHED, _PIECE = 256 * 1024, 1024


def connect(path, timeout=10, process=None):
    """A socket is in its folder a moment before anybody listens on it, and still is when its
    process has ended."""
    end = time.monotonic() + timeout
    while True:
        found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        found.settimeout(timeout)
        try:
            found.connect(str(path))
            return found
        except ConnectionRefusedError:
            found.close()
            if time.monotonic() > end or (process and process.poll() is not None):
                raise
            time.sleep(0.01)


class Debugger:
    """A connection to the stub that listens on this Unix socket."""

    def __init__(self, path, timeout=10):
        self._socket = connect(path, timeout)
        self._ask("?")  # attaching stops the processor
        # Single registers can be written once somebody has asked what there are.
        self._ask("qXfer:features:read:target.xml:0,40")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def read(self, address, size):
        """Reads memory."""
        return bytes.fromhex(self._ask("m%x,%x" % (address, size)))

    def set_register(self, number, value):
        """Writes one register."""
        self._expect("P%x=%s" % (number, struct.pack("<I", value).hex()))

    def let_go(self):
        """The processor goes on, and nobody watches it any more."""
        self._expect("D")

    def circle(self):
        """Takes the processor out of what it does, into an endless loop.

        The loop is a branch to itself somewhere in the program. Interrupts are served as
        before, as they would be when the main loop is stuck.
        """
        for start in range(0, _SEARCHED, _PIECE):
            code = self.read(start, _PIECE)
            for at in range(0, _PIECE, 2):
                if code[at:at + 2] == _BRANCH_TO_ITSELF:
                    self.set_register(_PC, start + at)
                    return
        raise RuntimeError("the program has no endless loop to go to")

    def _expect(self, command):
        answer = self._ask(command)
        if answer != "OK":
            raise RuntimeError("the debugger's stub answered %r to %s" % (answer, command[:1]))

    def _ask(self, command):
        """The answer to a command. News that the processor stopped may come in between."""
        data = command.encode("ascii")
        self._socket.sendall(b"$" + data + b"#%02x" % (sum(data) & 255))
        while True:
            answer = self._packet()
            if command == "?" or answer[:1] not in ("S", "T"):
                return answer

    def _packet(self):
        while self._byte() != b"$":
            pass  # "+": the command was taken
        body = b""
        while True:
            byte = self._byte()
            if byte == b"#":
                break
            body += byte
        self._byte(), self._byte()
        self._socket.sendall(b"+")
        return body.decode("latin-1")

    def _byte(self):
        byte = self._socket.recv(1)
        if not byte:
            raise RuntimeError("the debugger's stub ended the connection")
        return byte
