"""A network of its own for a test.

    if __name__ == "__main__":
        namespace.enter()              # from here on the process is alone on its network
        unittest.main()

    with namespace.Lan() as lan, namespace.TimeServer(lan.address) as clock:
        lan.serve(hosts={"tenant.example": lan.address}, time_servers=[lan.address])
        ...                            # a board on the other end of lan.tap

Within the namespace every port is free and nothing reaches the outside. Servers of
the test simply bind to `lan.address`; the board's end of the cable is the TAP device
`lan.tap`, which a program or an emulator opens by its name.
"""

import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

EXIT_SKIPPED = 77
MARK = "CONNSYNC_TEST_NAMESPACE"
NTP_EPOCH = 2208988800  # 1970-01-01 in seconds since 1900-01-01
TOOLS = ("unshare", "ip", "dnsmasq")


def skip(reason):
    print("skipped: " + reason)
    sys.exit(EXIT_SKIPPED)


def find_tool(name):
    """Some of them live where an ordinary user's PATH does not look."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def enter(*more_tools):
    """Runs the calling script again in a network namespace. Where none can be had, or a
    tool is missing, the test is skipped, and says why."""
    if os.environ.get(MARK):
        run("ip", "link", "set", "lo", "up")
        return
    for tool in (*TOOLS, *more_tools):
        if find_tool(tool) is None:
            skip("there is no %s; tools/setup installs it" % tool)
    if not os.path.exists("/dev/net/tun"):
        skip("there is no /dev/net/tun on this machine")
    unshare = find_tool("unshare")
    for how in (["--net"], ["--user", "--map-root-user", "--net"]):
        probe = subprocess.run([unshare, *how, find_tool("ip"), "tuntap", "add", "dev", "probe",
                                "mode", "tap"], capture_output=True, check=False)
        if probe.returncode == 0:
            os.environ[MARK] = "1"
            os.execv(unshare, [unshare, *how, sys.executable, *sys.argv])
    skip("no network namespace with a TAP device can be made here: %s"
         % probe.stderr.decode("utf-8", "replace").strip())


def run(tool, *arguments):
    subprocess.run([find_tool(tool), *arguments], check=True, stdout=subprocess.DEVNULL)


class Lan:
    """A TAP device with an address, and dnsmasq behind it."""

    def __init__(self, tap="tap0", prefix="192.168.77"):
        self.tap, self.prefix = tap, prefix
        self.address = prefix + ".1"
        self.folder = tempfile.TemporaryDirectory(prefix="connsync-lan-")
        self.dnsmasq = None
        run("ip", "tuntap", "add", "dev", tap, "mode", "tap")
        run("ip", "address", "add", self.address + "/24", "dev", tap)
        run("ip", "link", "set", tap, "up")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stop_serving()
        run("ip", "link", "delete", self.tap)
        self.folder.cleanup()

    def plug(self, up=True):
        """Puts the cable in, or pulls it out."""
        run("ip", "link", "set", self.tap, "up" if up else "down")

    def add_address(self, address):
        """A second address of this end, for a second server."""
        run("ip", "address", "add", address + "/24", "dev", self.tap)

    def serve(self, hosts=None, *, dhcp=True, dns=True, time_servers=(), lease="1h",
              first=100, last=150, more=()):
        """Starts dnsmasq, or starts it anew with other settings.

        `hosts` maps a name to an address or to a list of them; no other name exists.
        `time_servers` are offered as DHCP option 42, none if empty. `lease` is a time as
        dnsmasq writes it (at least 2m). `more` are further arguments of dnsmasq.
        """
        self.stop_serving()
        command = [find_tool("dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null",
                   "--user=root", "--group=root", "--pid-file=", "--no-resolv", "--no-hosts",
                   "--no-poll", "--log-facility=-", "--log-dhcp", "--log-queries",
                   "--interface=" + self.tap, "--bind-dynamic", "--except-interface=lo",
                   "--dhcp-leasefile=%s/leases" % self.folder.name, *more]
        if dns:
            command += ["--address=/#/", "--local-ttl=60"]  # what is not listed is NXDOMAIN
            for name, addresses in (hosts or {}).items():
                several = [addresses] if isinstance(addresses, str) else addresses
                command += ["--host-record=%s,%s" % (name, each) for each in several]
        else:
            command += ["--port=0", "--dhcp-option=6," + self.address]
        if dhcp:
            command += ["--no-ping", "--dhcp-authoritative", "--dhcp-range=%s.%d,%s.%d,%s" % (
                self.prefix, first, self.prefix, last, lease)]
        if time_servers:
            command.append("--dhcp-option=42," + ",".join(time_servers))
        log = open(self.log_path, "ab")  # pylint: disable=consider-using-with
        with log:
            self.dnsmasq = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait_until_it_serves(dns, dhcp)

    def stop_serving(self):
        """Takes DHCP and DNS away."""
        if self.dnsmasq is not None:
            self.dnsmasq.kill()
            self.dnsmasq.wait()
            self.dnsmasq = None

    def forget_leases(self):
        """The next board is a stranger. Only while dnsmasq is stopped."""
        path = self.folder.name + "/leases"
        if os.path.exists(path):
            os.unlink(path)

    @property
    def log_path(self):
        return self.folder.name + "/log"

    @property
    def log(self):
        """What dnsmasq said: leases and queries."""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def _wait_until_it_serves(self, dns, dhcp):
        """Until the sockets are there: a board asks within milliseconds of its start."""
        wanted = [port for port, on in ((53, dns), (67, dhcp)) if on]
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self.dnsmasq.poll() is not None:
                raise RuntimeError("dnsmasq ended: " + self.log[-2000:])
            if all(port in open_udp_ports() for port in wanted):
                return
            time.sleep(0.01)
        raise RuntimeError("dnsmasq does not serve: " + self.log[-2000:])


def open_udp_ports():
    """The UDP ports that something in this namespace is bound to."""
    with open("/proc/net/udp", encoding="ascii") as file:
        return {int(line.split()[1].split(":")[1], 16) for line in file.readlines()[1:]}


class DatagramServer:
    """Answers by UDP, in a thread of its own, what `reply` makes of each datagram; used with `with`,
    or closed."""

    def __init__(self, address, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the thread, and all answers."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes the thread
        except OSError:
            pass
        self.thread.join(5)
        self.socket.close()

    def reply(self, request):
        """What is sent back; None: nothing."""
        raise NotImplementedError

    def _serve(self):
        while True:
            try:
                request, peer = self.socket.recvfrom(512)
            except OSError:
                return
            if not peer:
                return
            answer = self.reply(request)
            if answer is not None:
                self.socket.sendto(answer, peer)


class TimeServer(DatagramServer):
    """Answers SNTP. What it says can be changed at any time:

    shift     seconds added to the true time
    at        a time in seconds since 1970 to tell in place of the true one, or None
    silent    no answer at all
    change    a function from the 48 bytes of an answer to what is sent (None: nothing)
    requests  how many have come
    """

    def __init__(self, address, port=123):
        self.shift, self.at, self.silent, self.change = 0, None, False, None
        self.requests = 0
        self.last_request = b""
        super().__init__(address, port)

    def answer(self, request):
        """The 48 bytes for a request: version 4, server, stratum 2, synchronised."""
        now = self.at if self.at is not None else time.time() + self.shift
        seconds, fraction = int(now) + NTP_EPOCH, int((now % 1) * (1 << 32))
        stamp = struct.pack("!II", seconds & 0xFFFFFFFF, fraction)
        return (struct.pack("!BBbb", 0x24, 2, 6, -20) + bytes(8) + b"TEST" + stamp
                + request[40:48] + stamp + stamp)

    def reply(self, request):
        if len(request) < 48:
            return None
        self.requests += 1
        self.last_request = request
        if self.silent:
            return None
        answer = self.answer(request)
        return self.change(answer) if self.change is not None else answer
