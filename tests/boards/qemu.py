"""A board in QEMU: its process, its console line by line, its monitor.

    with Machine(board, firmware, image, "tap0", folder) as machine:
        line = machine.console.wait_for(r"network: (\\S+)", 5)
        machine.set_link(False)
        assert machine.wait_for_exit(5) == 11

Nothing is awaited without a deadline, and leaving the block ends the process.
"""

import json
import re
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from gdb import Debugger, connect

PROGRAM = "qemu-system-arm"
START_LIMIT = 20


@dataclass(frozen=True)
class Board:
    """What the tests have to know of a board."""

    name: str
    machine: str
    shows_link: bool  # the emulated controller tells whether there is a link
    room: int         # its memory for documents, in that of the smallest board
    partition_symbol: str = "board_configuration_start"


class ConsoleError(AssertionError):
    """The console did not say what it should in time."""


class Console:
    """The lines that a board printed, with the seconds since its start."""

    def __init__(self, stream):
        self._stream = stream
        self._changed = threading.Condition()
        self._start = time.monotonic()
        self.lines = []
        self.times = []
        self.ended = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        for raw in self._stream:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            with self._changed:
                self.lines.append(line)
                self.times.append(time.monotonic() - self._start)
                self._changed.notify_all()
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    def join(self):
        """Waits for the stream's end: the process is gone then."""
        self._thread.join(5)

    def wait_for(self, pattern, timeout, since=0):
        """The first match at line number `since` or later; fails at the deadline."""
        return self.find(pattern, timeout, since)[1]

    def find(self, pattern, timeout, since=0):
        """(number of the line after, match) of the first line that holds the pattern."""
        wanted, deadline = re.compile(pattern), time.monotonic() + timeout
        at = since
        with self._changed:
            while True:
                for number in range(at, len(self.lines)):
                    match = wanted.search(self.lines[number])
                    if match:
                        return number + 1, match
                at = max(at, len(self.lines))
                left = deadline - time.monotonic()
                if self.ended or left <= 0:
                    break
                self._changed.wait(left)
        why = "the board's process ended" if self.ended else "not within %g s" % timeout
        raise ConsoleError("no line with %r: %s" % (pattern, why))

    def text(self):
        """All lines with their times, for a person to read."""
        with self._changed:
            return "\n".join("%8.3f  %s" % pair for pair in zip(self.times, self.lines))


class Monitor:
    """QEMU's machine protocol (QMP) on a Unix socket."""

    def __init__(self, path):
        self._socket = connect(path)
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


class Machine:
    """A running board.

    tap        the interface that its Ethernet controller is connected to
    image      the configuration partition's content, a file; None leaves it empty
    folder     where its sockets, its capture and its error output go; must be short
    """

    def __init__(self, board, firmware, image, tap, folder, options=()):
        self.board, self.folder = board, Path(folder)
        self.capture = self.folder / "frames.pcap"
        command = self._command(firmware, image, tap) + list(options)
        self._errors = open(self.folder / "qemu.err", "wb")
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                         stdout=subprocess.PIPE, stderr=self._errors)
        self.console = Console(self._process.stdout)
        self._monitor = None

    def _command(self, firmware, image, tap):
        command = [PROGRAM, "-M", self.board.machine, "-display", "none", "-monitor", "none",
                   "-serial", "stdio", "-kernel", str(firmware),
                   "-semihosting-config", "enable=on,target=native",
                   "-netdev", "tap,id=wire,ifname=%s,script=no,downscript=no" % tap,
                   "-net", "nic,netdev=wire",
                   "-object", "filter-dump,id=dump,netdev=wire,file=%s" % self.capture,
                   "-qmp", "unix:%s,server=on,wait=off" % (self.folder / "qmp"),
                   "-chardev", "socket,id=gdb,server=on,wait=off,path=%s" % (self.folder / "gdb"),
                   "-gdb", "chardev:gdb"]
        if image is not None:
            command += ["-device", "loader,file=%s,addr=%#x,force-raw=on"
                        % (image, partition_address(firmware, self.board))]
        return command

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends the process, whatever it is at."""
        if self._monitor is not None:
            self._monitor.close()
            self._monitor = None
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self.console.join()
        self._process.stdout.close()
        self._errors.close()

    def errors(self):
        """What QEMU itself had to say."""
        return (self.folder / "qemu.err").read_text("utf-8", "replace")

    def wait_for_exit(self, timeout):
        """The exit code that the firmware gave; fails when it does not end."""
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise ConsoleError("it did not halt within %g s" % timeout) from None
        self.console.join()
        return code

    def is_running(self):
        """Whether the process is still there."""
        return self._process.poll() is None

    @property
    def monitor(self):
        """The monitor, connected when it is first asked for."""
        if self._monitor is None:
            self._monitor = Monitor(self._socket("qmp"))
        return self._monitor

    def _socket(self, name):
        path, deadline = self.folder / name, time.monotonic() + START_LIMIT
        while not path.exists() and time.monotonic() < deadline:
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


def partition_address(firmware, board):
    """Where the configuration partition begins, by the firmware's own symbol."""
    listed = subprocess.run(["arm-none-eabi-nm", str(firmware)], capture_output=True, check=True,
                            text=True).stdout
    for line in listed.splitlines():
        words = line.split()
        if words[-1] == board.partition_symbol:
            return int(words[0], 16)
    raise RuntimeError("%s has no symbol %s" % (firmware, board.partition_symbol))


BOARDS = {
    "lm3s6965evb": Board("lm3s6965evb", "lm3s6965evb", False, 1),
    "mps2-an385": Board("mps2-an385", "mps2-an385", True, 8),
}
