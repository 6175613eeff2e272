#!/usr/bin/env python3
"""Shows a board that changes the setting: its firmware in QEMU, the fake tenant at the other end of its
wire, and what its console says.

    demo_board.py CONNSYNC FIRMWARE PKI BOARD

CONNSYNC makes the configuration's image, FIRMWARE is an ELF file with the anchors that chains.py made
in the folder PKI, BOARD a name that qemu.py knows. Everything happens in a network of its own, with a
server for leases, names and the time. Exits with 1 when anything is not as promised.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "boards")]

import chains  # noqa: E402
import console_lines  # noqa: E402
import lab  # noqa: E402
import qemu  # noqa: E402
from demo import Screen, promises  # noqa: E402
from running import ConsoleError  # noqa: E402
from tenant import DOMAIN, Tenant, samples  # noqa: E402
from tenant.connections import SETTING  # noqa: E402

TLS_PORT = 443
CYCLES = 2
CYCLE_LIMIT_S = 120
IN_BYTES = ("agent", "stack", "heap")


class BoardDemo:
    """The story: an image, a boot, a cycle that changes, and one that finds nothing to do."""

    def __init__(self, connsync, firmware, board, screen):
        self.connsync, self.firmware = connsync, firmware
        self.board, self.screen = board, screen
        self.failures = self.shown = 0

    def promise(self, right, text):
        """States a promise, and counts it when it is broken."""
        self.failures += not right
        self.screen.result(right, text)

    def image(self, folder, tenant, connection):
        """What goes into the board's configuration partition; its path."""
        document, image = folder / "connsync.json", folder / "config.bin"
        document.write_text(json.dumps({
            "domain": tenant.domain, "token": tenant.token, "every": "1s",
            "connections": [{"id": connection, SETTING: "on_first_login"}]}), encoding="utf-8")
        document.chmod(0o600)
        self.screen.command("connsync flash-image connsync.json -o config.bin")
        done = subprocess.run([self.connsync, "flash-image", document, "-o", image], check=False,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        for line in (done.stdout + done.stderr).splitlines():
            self.screen.line("  " + line.replace(str(folder) + "/", ""))
        self.promise(done.returncode == 0, "connsync.json is accepted, and an image is made")
        return image

    def cycles(self, machine):
        """The marks of memory after some cycles, shown as they come."""
        shown = 0
        for number in range(1, CYCLES + 1):
            shown, match = machine.console.find(r"^memory: ", CYCLE_LIMIT_S, shown)
            self.show(machine, shown)
            counts = console_lines.cycle(self.line_of(machine, r"^cycle %d: " % number)).counts
            self.promise(counts == ((0, 1, 0, 0) if number == 1 else (1, 0, 0, 0)),
                         "cycle %d: %s" % (number, "one connection was changed" if number == 1 else
                                           "there was nothing to write"))
        return console_lines.memory(match.string)

    def show(self, machine, end):
        """Each line of the console once, up to this one."""
        for line in machine.console.lines[self.shown:end]:
            self.screen.line("  | " + line)
        self.shown = end

    @staticmethod
    def line_of(machine, pattern):
        return machine.console.wait_for(pattern, 1).string

    def size(self):
        """What the firmware takes, with the roots of the fake tenant."""
        listed = subprocess.run(["arm-none-eabi-size", self.firmware], capture_output=True, check=True,
                                text=True).stdout.splitlines()[1].split()
        text, data, bss = (int(word) for word in listed[:3])
        self.screen.line("  %-6s%8d bytes" % ("flash", text + data))
        self.screen.line("  %-6s%8d bytes, of which:" % ("RAM", data + bss))

    def tell(self, pki):
        """The whole story. Returns how many promises were broken."""
        chain = chains.load(pki, "p256")
        with tempfile.TemporaryDirectory(prefix="cs-", dir="/tmp") as name, \
                lab.Wire(0, DOMAIN) as wire, \
                Tenant(host=wire.address, port=TLS_PORT, certificate=chain.certificate,
                       key=chain.key) as tenant:
            folder, connection = Path(name), tenant.add(samples.google())
            before = tenant.raw_options(connection)
            self.screen.line("A fake Auth0 tenant serves HTTPS at the end of a wire. Nothing leaves "
                             "this machine.")
            self.screen.title("What the board is told")
            image = self.image(folder, tenant, connection)
            self.screen.title("What %s says, in QEMU" % self.board.name)
            with qemu.Machine(self.board, self.firmware, image, wire, folder) as machine:
                marks = self.cycles(machine)
            self.screen.title("What the tenant holds now")
            after = tenant.raw_options(connection)
            self.screen.compare(before, after)
            for right, text in promises(before, after):
                self.promise(right, text)
            self.promise(tenant.methods() == ["GET", "PATCH", "GET", "GET"],
                         "the board read, wrote, read again, and in its second cycle read")
            self.screen.title("What it took")
            self.size()
            for kind in IN_BYTES:
                self.screen.line("  %-6s%8d of %d bytes, at most" % (kind, marks[kind].most, marks[kind].size))
        return self.failures


def main():
    """Runs the demo; the exit code tells whether everything was as promised."""
    if len(sys.argv) != 5 or sys.argv[4] not in qemu.BOARDS:
        sys.exit(__doc__ + "\nBoards: " + " ".join(qemu.BOARDS))
    connsync, firmware, pki = (os.path.abspath(word) for word in sys.argv[1:4])
    lab.enter(*qemu.Machine.TOOLS, "arm-none-eabi-size")
    screen = Screen(sys.stdout)
    try:
        failures = BoardDemo(connsync, firmware, qemu.BOARDS[sys.argv[4]], screen).tell(pki)
    except ConsoleError as error:
        screen.result(False, str(error))
        return 1
    return screen.end(failures)


if __name__ == "__main__":
    sys.exit(main())
