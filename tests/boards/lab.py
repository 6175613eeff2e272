"""A network of the tests' own: namespace, wires, DHCP, DNS, the time of day.

    lab.enter()                      once, first thing: the process moves into a namespace
    with Wire(0, folder) as wire:    a wire whose far end is a board's Ethernet controller
        wire.clock.utc = None        the time server falls silent

The namespace has no way out: no name, address or packet of the real network is
seen, and two test programs never meet. It ends with the last process in it, and all
processes in it end with the test, however that ends.
"""

import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

EXIT_SKIPPED = 77
MARK = "CONNSYNC_TEST_NAMESPACE"
TUN = "/dev/net/tun"
TOOLS = ("unshare", "ip", "dnsmasq")
NTP_PORT, NTP_EPOCH = 123, 2208988800
START_LIMIT = 10


def enter():
    """Runs this program again inside a namespace of its own, or skips where that cannot be."""
    if os.environ.get(MARK):
        _quieten()
        return
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing or not os.access(TUN, os.R_OK | os.W_OK):
        print("skipped: %s" % (", ".join(missing) + " not found" if missing
                               else "%s cannot be opened" % TUN))
        sys.exit(EXIT_SKIPPED)
    apart = ["unshare", "--net", "--pid", "--fork", "--kill-child"]
    if os.geteuid() != 0:
        apart += ["--user", "--map-root-user"]
    if subprocess.run(apart + ["true"], check=False, stderr=subprocess.DEVNULL).returncode:
        print("skipped: this machine allows no network namespaces (unshare)")
        sys.exit(EXIT_SKIPPED)
    os.environ[MARK] = "1"
    os.execvp(apart[0], apart + [sys.executable, *sys.argv])


def _quieten():
    """The namespace's own interfaces say nothing unasked."""
    for scope in ("all", "default"):
        Path("/proc/sys/net/ipv6/conf/%s/disable_ipv6" % scope).write_text("1", encoding="ascii")
    _ip("link", "set", "lo", "up")


def _ip(*arguments):
    subprocess.run(["ip", *map(str, arguments)], check=True)


class Clock:
    """The time server: answers SNTP (RFC 4330) with what `utc` says, or not at all.

    utc        a function that returns UTC in seconds; None is silence
    requests   how many came
    """

    def __init__(self, address):
        self.utc = time.time
        self.requests = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, NTP_PORT))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            request, sender = self._socket.recvfrom(512)
            if len(request) < 48:
                return
            self.requests += 1
            utc = self.utc
            if utc is not None:
                self._socket.sendto(_answer(request, utc()), sender)

    def close(self):
        """Ends the server: a request too short to be one ends its loop."""
        address = self._socket.getsockname()
        self._socket.sendto(b"", address)
        self._thread.join(5)
        self._socket.close()


def _answer(request, utc):
    moment = struct.pack("!II", (int(utc) + NTP_EPOCH) & 0xFFFFFFFF, int(utc % 1 * (1 << 32)))
    version = request[0] & 0x38
    head = struct.pack("!BBbbII4s", version | 4, 2, 6, -20, 0, 0, b"TEST")
    return head + moment + request[40:48] + moment + moment


class Wire:
    """One wire with a host at its near end, 10.77.N.1, which serves all that a board asks for.

    names     {name: address} that DNS knows; by default every name leads to the host
    lease     whether DHCP answers
    resolver  "here"; "nobody": DHCP names an address where nobody is
    """

    def __init__(self, number, folder, names=None, lease=True, resolver="here"):
        self.tap = "tap%d" % number
        self.address = "10.77.%d.1" % number
        self.host = bytes((2, 0x77, 0, 0, 0, number))
        self._folder = Path(folder)
        self._names, self._lease, self._resolver = names, lease, resolver
        self._process = None
        self.clock = None

    def __enter__(self):
        _ip("tuntap", "add", "dev", self.tap, "mode", "tap")
        _ip("link", "set", self.tap, "address", self.host.hex(":"))
        _ip("address", "add", self.address + "/24", "dev", self.tap)
        _ip("link", "set", self.tap, "up")
        self.clock = Clock(self.address)
        self.start_names()
        return self

    def __exit__(self, *_):
        self.stop_names()
        self.clock.close()
        _ip("tuntap", "del", "dev", self.tap, "mode", "tap")

    def log(self):
        """What the server of names and leases had to say."""
        path = self._folder / "dnsmasq.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def start_names(self):
        """Starts serving names and leases."""
        network = self.address.rsplit(".", 1)[0]
        everything = {"#": self.address} if self._names is None else self._names
        command = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv",
                   "--no-hosts", "--no-ping", "--user=root", "--group=root", "--pid-file=",
                   "--interface=" + self.tap, "--except-interface=lo", "--bind-interfaces",
                   "--log-facility=-", "--log-queries", "--log-dhcp",
                   "--dhcp-leasefile=%s" % (self._folder / "leases")]
        command += ["--address=/%s/%s" % pair for pair in everything.items()]
        if self._lease:
            server = self.address if self._resolver == "here" else network + ".3"
            command += ["--dhcp-authoritative", "--dhcp-range=%s.50,%s.99,255.255.255.0,1h"
                        % (network, network), "--dhcp-option=option:dns-server," + server,
                        "--dhcp-option=option:ntp-server," + self.address]
        log = open(self._folder / "dnsmasq.log", "ab")
        with log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=log)
        self._wait_until_started()

    def _wait_until_started(self):
        deadline = time.monotonic() + START_LIMIT
        while "started, version" not in self.log():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("dnsmasq did not start: " + self.log())
            time.sleep(0.01)

    def stop_names(self):
        """Stops serving names and leases."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(5)
            self._process = None
