"""The host as a board: the firmware as a process of its own on a TAP device.

tests/lwip/host_board.c is its other half. Signals take the place of a debugger.
"""

import os
import re
import signal
import ssl
from pathlib import Path

from qemu import Board
from running import Running

PEM = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
BOARD = Board("host", "", True, 4)


class Machine(Running):
    """A running firmware; as qemu.Machine."""

    TOOLS = ()
    relay = None

    def __init__(self, board, firmware, image, wire, folder, *, unplugged=False):
        self.board, self.lan = board, wire.lan
        anchors = Path(folder) / "anchors.der"
        text = Path(os.environ["CONNSYNC_PKI"], "anchors.pem").read_text(encoding="ascii")
        anchors.write_bytes(b"".join(map(ssl.PEM_cert_to_DER_cert, PEM.findall(text))))
        self.set_link(not unplugged)
        super().__init__([firmware, "--tap", wire.tap, "--config", image, "--anchors", anchors,
                          "--capture", Path(folder) / "frames.pcap"], folder)

    def stop(self):
        """Ends the process; a sanitizer must have found nothing."""
        super().stop()
        if self.errors():
            raise AssertionError(self.errors())

    def set_link(self, up):
        """Plugs the cable in or out."""
        self.lan.plug(up)

    def stick(self):
        """The main loop never runs again; the watchdog does."""
        self.process.send_signal(signal.SIGUSR1)
