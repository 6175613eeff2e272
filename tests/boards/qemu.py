"""A board in QEMU: its process, its console line by line, its monitor.

    with Machine(board, firmware, image, wire, folder) as machine:
        line = machine.console.wait_for(r"network: (\\S+)", 5)
        machine.set_link(False)
        assert machine.wait_for_exit(5) == 11

Nothing is awaited without a deadline, and leaving the block ends the process.
"""

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from gdb import Debugger, connect
from relay import Relay
from running import Running

PROGRAM = "qemu-system-arm"
START_LIMIT = 20
TICKS = "tick_low"


@dataclass(frozen=True)
class Board:
    """What the tests have to know of a board."""

    name: str
    machine: str      # QEMU's name of it
    shows_link: bool  # the emulated controller tells whether there is a link
    room: int         # its memory for documents, in that of the smallest board
    partition_symbol: str = "board_configuration_start"
    fifo: int = 0     # bytes that the chip can receive ahead, where the emulator has more
    waiting: int = 0  # address of the register that counts the frames in it


class Monitor:
    """QEMU's machine protocol (QMP) on a Unix socket."""

    def __init__(self, path, process=None):
        self._socket = connect(path, process=process)
        self._file = self._socket.makefile("rb")
        self.events = []
        self._answer()
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        """One command; events that come in between are kept."""
        message = {"execute": command, **({"arguments": arguments} if arguments else {})}
        self._socket.sendall(json.dumps(message).encode("ascii"))
        answer = self._answer()
        if "error" in answer:
            raise RuntimeError("QEMU: %s" % answer["error"].get("desc"))
        return answer.get("return")

    def _answer(self):
        while True:
            line = self._file.readline()
            if not line:
                raise RuntimeError("QEMU closed its monitor")
            answer = json.loads(line)
            if "event" not in answer:
                return answer
            self.events.append(answer["event"])

    def close(self):
        """Lets go of the monitor; the machine goes on."""
        self._file.close()
        self._socket.close()


class Machine(Running):
    """A running board.

    wire       the wire (lab.Wire) that its Ethernet controller is connected to
    image      the configuration partition's content, a file; None leaves it empty
    folder     where its sockets, its capture and its error output go; must be short
    unplugged  without a link until set_link(True), as far as the controller can tell
    options    more of the emulator's
    fifo       whether it has only the receive FIFO of the chip

    The relay of a board with such a FIFO is `relay`; None without.
    """

    TOOLS = (PROGRAM, "arm-none-eabi-nm")

    def __init__(self, board, firmware, image, wire, folder, *, unplugged=False, options=(),
                 fifo=True):
        self.board, self.folder = board, Path(folder)
        for name in ("qmp", "relay", "gdb"):
            (self.folder / name).unlink(missing_ok=True)
        self._monitor = self.relay = None
        if board.fifo:
            self.relay = Relay(wire.tap, wire.number, board.fifo if fifo else None)
        command = self._command(firmware, image, wire.tap)
        super().__init__([*command, *options, *(["-S"] if unplugged else [])], folder)
        if self.relay is not None:
            self._begin_relay(address_of(firmware, TICKS))
        if unplugged:
            self.set_link(False)
            self.monitor.ask("cont")

    def _command(self, firmware, image, tap):
        command = [PROGRAM, "-M", self.board.machine, "-display", "none", "-monitor", "none",
                   "-serial", "stdio", "-kernel", firmware,
                   "-semihosting-config", "enable=on,target=native",
                   "-netdev", (self.relay.netdev if self.relay is not None else
                               "tap,ifname=%s,script=no,downscript=no" % tap) + ",id=wire",
                   "-net", "nic,netdev=wire",
                   "-object", "filter-dump,id=dump,netdev=wire,file=%s/frames.pcap" % self.folder,
                   "-qmp", "unix:%s,server=on,wait=off" % (self.folder / "qmp"),
                   "-qmp", "unix:%s,server=on,wait=off" % (self.folder / "relay"),
                   "-chardev", "socket,id=gdb,server=on,wait=off,path=%s" % (self.folder / "gdb"),
                   "-gdb", "chardev:gdb"]
        if image is not None:
            command += ["-device", "loader,file=%s,addr=%#x,force-raw=on"
                        % (image, address_of(firmware, self.board.partition_symbol))]
        return command

    def _begin_relay(self, ticks):
        try:
            monitor = Monitor(self._socket("relay"), self.process)
        except (OSError, RuntimeError):
            return  # the board has halted already
        self.relay.begin(monitor, self.board.waiting, ticks)

    def stop(self):
        """Ends the process, whatever it is at."""
        if self._monitor is not None:
            self._monitor.close()
            self._monitor = None
        super().stop()
        if self.relay is not None:
            self.relay.close()

    @property
    def monitor(self):
        """The monitor, connected when it is first asked for."""
        if self._monitor is None:
            self._monitor = Monitor(self._socket("qmp"))
        return self._monitor

    def _socket(self, name):
        path, deadline = self.folder / name, time.monotonic() + START_LIMIT
        while (not path.exists() and self.process.poll() is None
               and time.monotonic() < deadline):
            time.sleep(0.005)
        return path

    def set_link(self, up):
        """Plugs the cable in or out, as far as the board's controller can tell."""
        self.monitor.ask("set_link", name="wire", up=up)

    def stick(self):
        """The main loop never runs again; interrupts go on."""
        with Debugger(self._socket("gdb")) as debugger:
            debugger.circle()
            debugger.let_go()


def address_of(firmware, symbol):
    """An address by the firmware's own symbol, such as that of the configuration partition."""
    listed = subprocess.run(["arm-none-eabi-nm", str(firmware)], capture_output=True, check=True,
                            text=True).stdout
    for line in listed.splitlines():
        words = line.split()
        if words[-1] == symbol:
            return int(words[0], 16)
    raise RuntimeError("%s has no symbol %s" % (firmware, symbol))


BOARDS = {
    "lm3s6965evb": Board("lm3s6965evb", "lm3s6965evb", False, 1, fifo=2048, waiting=0x40048034),
    "mps2-an385": Board("mps2-an385", "mps2-an385", True, 8),
    "mps2-an386": Board("mps2-an386", "mps2-an386", True, 8),
    "mps2-an500": Board("mps2-an500", "mps2-an500", True, 8),
}
