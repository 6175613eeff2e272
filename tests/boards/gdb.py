"""As much of a debugger as the tests need: stop the processor, and let it run in circles.

Speaks GDB's remote protocol to QEMU's stub. There is no hook for tests in the
firmware: a stuck main loop is made by taking the processor out of it.
"""

import socket
import struct

_PC, _LR, _SP = 15, 14, 13
_BRANCH_TO_ITSELF = 0xE7FE


class Debugger:
    """A connection to the stub that listens on this Unix socket."""

    def __init__(self, path, timeout=10):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        self._socket.connect(str(path))
        self._ask("?")  # attaching stops the processor

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def registers(self):
        """r0 to r15."""
        raw = bytes.fromhex(self._ask("g"))
        return struct.unpack_from("<16I", raw)

    def write(self, address, data):
        """Writes memory."""
        self._expect("M%x,%x:%s" % (address, len(data), data.hex()))

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

        The loop is one instruction, put below the stack's pointer with room for
        interrupts in between: they are served as before, as they would be when the
        main loop is stuck.
        """
        loop = (self.registers()[_SP] - 512) & ~3
        self.write(loop, struct.pack("<HH", _BRANCH_TO_ITSELF, _BRANCH_TO_ITSELF))
        self.set_register(_PC, loop)

    def _expect(self, command):
        answer = self._ask(command)
        if answer != "OK":
            raise RuntimeError("the debugger's stub answered %r to %s" % (answer, command[:1]))

    def _ask(self, command):
        data = command.encode("ascii")
        self._socket.sendall(b"$" + data + b"#%02x" % (sum(data) & 255))
        if self._byte() != b"+":
            raise RuntimeError("the debugger's stub did not take the command")
        return self._packet()

    def _packet(self):
        while self._byte() != b"$":
            pass
        body = b""
        while True:
            byte = self._byte()
            if byte == b"#":
                break
            body += byte
        self._byte(), self._byte()
        self._socket.sendall(b"+")
        return body.decode("ascii")

    def _byte(self):
        byte = self._socket.recv(1)
        if not byte:
            raise RuntimeError("the debugger's stub ended the connection")
        return byte
