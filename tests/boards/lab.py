"""Where a board test takes place: its processes, and the wire that a board hangs on.

    lab.enter()                      once, first thing: apart from the rest of the machine
    with Wire(0, "tenant.example") as wire:
        wire.clock.silent = True     the time server falls silent

A board test starts emulators. They live in a process namespace whose first process is
the test, so that they end with it even when it is killed.
"""

import contextlib
import os
import socket
import struct
import subprocess
import sys
import threading

from net import namespace

MARK = "CONNSYNC_TEST_PROCESSES"
# What cmake/lwip.cmake compiles in.
POOL = "pool.ntp.org"
# The near end's own Ethernet address begins with this; the wire's number ends it.
HOST = bytes((2, 0x77, 0, 0, 0))


def enter(*tools):
    """Runs this program again in namespaces of its own, or skips where that cannot be, or one
    of the tools is missing."""
    if not os.environ.get(MARK):
        os.environ[MARK] = "1"
        _leave_processes_behind()
    namespace.enter(*tools)


def _leave_processes_behind():
    unshare = namespace.find_tool("unshare")
    for how in (["--mount-proc"], ["--user", "--map-root-user", "--mount-proc"],
                ["--user", "--map-root-user"]):
        apart = [unshare, *how, "--pid", "--fork", "--kill-child"]
        if unshare and not subprocess.run([*apart, "true"], check=False,
                                          stderr=subprocess.DEVNULL).returncode:
            os.execv(unshare, [*apart, sys.executable, *sys.argv])


class Wire:
    """A cable with a host at its near end, 10.77.N.1, which serves all that a board asks for.

    name       the one name that DNS knows; it leads to the host
    nameless   DNS says that there is no such name
    resolver   "here", or "nobody": DHCP names an address where nobody is
    lease      whether DHCP answers
    pool       a time server of its own, `pool_clock`, has the name that is compiled in
    """

    def __init__(self, number, name, *, nameless=False, resolver="here", lease=True,
                 pool=False):
        self.number, self._name = number, name
        self._nameless, self._resolver = nameless, resolver
        self.host = HOST + bytes((number,))
        self.lan = namespace.Lan("tap%d" % number, "10.77.%d" % number)
        namespace.run("ip", "link", "set", self.lan.tap, "address", self.host.hex(":"))
        self.tap, self.address = self.lan.tap, self.lan.address
        self.clock = namespace.TimeServer(self.address)
        self.pool_clock = None
        if pool:
            self._pool = self.lan.prefix + ".2"
            self.lan.add_address(self._pool)
            self.pool_clock = namespace.TimeServer(self._pool)
        self.serve(lease)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Takes the cable and everything behind it away."""
        self.clock.close()
        if self.pool_clock is not None:
            self.pool_clock.close()
        self.lan.close()

    def serve(self, lease=True):
        """Serves names, and leases if wanted."""
        more = []
        if self._resolver == "nobody":
            more = ["--dhcp-option=6,%s.3" % self.lan.prefix]
        hosts = {} if self._nameless else {self._name: self.address}
        if self.pool_clock is not None:
            hosts[POOL] = self._pool
        self.lan.serve(hosts, dhcp=lease,
                       time_servers=[self.address], more=more)

    @contextlib.contextmanager
    def chatter(self, seconds):
        """Others talk on the wire: every so many seconds one asks everybody for the address of
        a third (ARP)."""
        third = socket.inet_aton(self.lan.prefix + ".9")
        question = (b"\xff" * 6 + self.host + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1)
                    + self.host + socket.inet_aton(self.address) + bytes(6) + third)
        over = threading.Event()

        def talk(near_end):
            while not over.wait(seconds):
                near_end.send(question)

        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as near_end:
            near_end.bind((self.tap, 0))
            thread = threading.Thread(target=talk, args=(near_end,), daemon=True)
            thread.start()
            try:
                yield
            finally:
                over.set()
                thread.join(5)
