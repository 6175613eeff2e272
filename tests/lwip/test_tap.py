"""platform/lwip as a process of its own, on a TAP device, against the system's TCP, and
dnsmasq for DHCP and DNS. The pools have the sizes that boards have."""

import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from net import namespace  # noqa: E402

PROBE = os.environ.get("CONNSYNC_PROBE", "")
NAME = "tenant.example"
PORT = 443
EOF, ERR_NAME, ERR_CONNECT, ERR_RESET, ERR_NETWORK = -2, -3, -4, -5, -6
BOARD_NO_ENTROPY = 14


def checksum(data):
    """FNV-1a with 32 bits."""
    digest = 2166136261
    for byte in data:
        digest = (digest ^ byte) * 16777619 & 0xFFFFFFFF
    return digest


def pattern(count):
    return (bytes(range(251)) * (count // 251 + 1))[:count]


class Server:
    """Takes `expected` bytes from each connection, then gives `answer` and ends it: in
    good order, with a reset when `reset`, or not at all when `silent_end`."""

    def __init__(self, address, expected=0, answer=b"", *, reset=False, silent_end=False,
                 pause=0.0):
        self.expected, self.answer, self.pause = expected, answer, pause
        self.reset, self.silent_end, self.held = reset, silent_end, []
        self.received = []
        self.stream = None
        self.listener = socket.create_server((address, PORT))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        try:
            self.stream.shutdown(socket.SHUT_RDWR)
        except (AttributeError, OSError):
            pass  # there is none, or it has ended
        self.thread.join(10)
        self.listener.close()
        for stream in self.held:
            stream.close()

    def _serve(self):
        while True:
            try:
                self.stream, _ = self.listener.accept()
            except OSError:
                return
            try:
                self._converse(self.stream)
            except OSError:
                pass
            if self.silent_end:
                self.held.append(self.stream)
            else:
                self.stream.close()

    def _converse(self, stream):
        data = b""
        while len(data) < self.expected:
            time.sleep(self.pause)
            part = stream.recv(self.expected - len(data))
            if not part:
                break
            data += part
        self.received.append(data)
        stream.sendall(self.answer)
        if self.reset:
            time.sleep(0.2)
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class TapTest(unittest.TestCase):
    def setUp(self):
        self.lan = namespace.Lan()
        self.addCleanup(self.lan.close)
        self.clock = namespace.TimeServer(self.lan.address)
        self.addCleanup(self.clock.close)

    def serve(self, **how):
        how.setdefault("hosts", {NAME: self.lan.address})
        how.setdefault("time_servers", [self.lan.address])
        self.lan.serve(**how)

    def start(self, seconds, *arguments):
        if len(arguments) == 4:
            arguments += (1 << 31,)  # until the end
        return subprocess.Popen([PROBE, "--tap", self.lan.tap, str(seconds), *map(str, arguments)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, process, code=0):
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, err), (code, ""), out)
        return out

    def run_probe(self, *arguments, seconds=30, code=0):
        return self.finish(self.start(seconds, *arguments), code)

    def figure(self, out, name, which):
        return int(re.search(r"^%s:.* %s (\d+)" % (name, which), out, re.M).group(1))

    def statuses(self, out):
        return [int(each) for each in re.findall(r"^connect: (-?\d+)", out, re.M)]

    def received(self, out):
        return [(int(count), int(digest, 16), int(status)) for count, digest, status in
                re.findall(r"^received: (\d+) (\w+) (-?\d+)", out, re.M)]

    def test_moves_bytes_both_ways(self):
        """Uploads and downloads many times the window arrive as they are; nothing leaks."""
        self.serve()
        answer = os.urandom(300000)
        with Server(self.lan.address, 100000, answer) as server:
            out = self.run_probe(NAME, PORT, 5, 100000)
        self.assertEqual(self.statuses(out), [0] * 5)
        self.assertEqual(self.received(out), [(len(answer), checksum(answer), EOF)] * 5)
        self.assertEqual(server.received, [pattern(100000)] * 5)
        for name in ("packet_buffers", "timeouts", "udp_sockets", "tcp_connections"):
            self.assertEqual(self.figure(out, name, "failed"), 0, out)
        self.assertEqual(self.figure(out, "packet_buffers", "used"), 0, out)

    def test_slow_reader_on_the_other_side(self):
        """A peer that takes little at a time is waited for."""
        self.serve()
        with Server(self.lan.address, 30000, b"end", pause=0.002) as server:
            out = self.run_probe(NAME, PORT, 1, 30000)
        self.assertEqual(server.received, [pattern(30000)])
        self.assertEqual(self.received(out), [(3, checksum(b"end"), EOF)])

    def test_many_connections(self):
        """Those that say good-bye are no hindrance: two places are enough."""
        self.serve()
        with Server(self.lan.address, 10, b"x" * 3000):
            out = self.run_probe(NAME, PORT, 200, 10)
        self.assertEqual(self.statuses(out), [0] * 200)
        self.assertEqual(len(self.received(out)), 200)
        self.assertLessEqual(self.figure(out, "tcp_connections", "used"), 2)

    def test_peers_that_do_not_say_good_bye(self):
        """A place that waits for the peer's FIN is given to the next connection."""
        self.serve()
        with Server(self.lan.address, 10, b"x" * 100, silent_end=True):
            out = self.run_probe(NAME, PORT, 6, 10, 100)
        self.assertEqual(self.received(out), [(100, checksum(b"x" * 100), 100)] * 6)

    def test_reset(self):
        self.serve()
        with Server(self.lan.address, 10, b"x" * 100, reset=True):
            out = self.run_probe(NAME, PORT, 1, 10)
        self.assertEqual(self.received(out), [(100, checksum(b"x" * 100), ERR_RESET)])

    def test_failures_to_connect(self):
        self.serve(hosts={NAME: ["192.168.77.77", self.lan.address]})
        out = self.run_probe("absent.example", PORT, 1, 0)
        self.assertEqual(self.statuses(out), [ERR_NAME])
        out = self.run_probe(self.lan.address, PORT, 1, 0)
        self.assertEqual(self.statuses(out), [ERR_CONNECT])
        self.assertIn("connection refused", out)
        with Server(self.lan.address, 0, b"second"):
            out = self.run_probe(NAME, PORT, 2, 0)
        self.assertEqual(self.received(out), [(6, checksum(b"second"), EOF)] * 2)

    def test_time_comes_from_the_server_that_is_there(self):
        """Of DHCP's option 42, or of the name that was compiled in."""
        self.clock.at = 2000000000.25
        self.serve()
        self.assertRegex(self.run_until("state: ready"), r"^192\.168\.77\.\d+ 2000000000\n")
        self.serve(time_servers=(), hosts={"pool.ntp.org": self.lan.address})
        self.assertRegex(self.run_until("state: ready"), r"^192\.168\.77\.\d+ 2000000000\n")
        self.assertEqual(self.clock.requests, 2)
        self.assertNotEqual(self.clock.last_request[40:48], bytes(8))
        self.assertEqual(self.clock.last_request[1:40], bytes(39))

    def test_time_before_the_build_is_unknown(self):
        self.clock.at = 1600000000
        self.serve()
        process = self.start(60)
        self.wait_for_line(process, "state: no time")
        while self.clock.requests < 2 and process.poll() is None:
            time.sleep(0.05)
        process.kill()
        self.assertEqual(process.communicate()[0], "")
        self.assertGreaterEqual(self.clock.requests, 2)

    def test_no_lease(self):
        self.serve(dhcp=False)
        out = self.run_probe(seconds=3, code=1)
        self.assertNotIn("state: no time", out)
        self.assertRegex(out, r"state: no lease 0\.0\.0\.0 0\ngave up\n$")

    def test_cable_pulled(self):
        """In the middle of a connection: it fails at once."""
        self.serve()
        with Server(self.lan.address, 1 << 30):
            process = self.start(30, NAME, PORT, 1, 1 << 29)
            self.wait_for_line(process, "connect: 0")
            time.sleep(0.3)
            self.lan.plug(False)
            out = self.finish(process)
        self.assertIn("state: no link", out)
        self.assertIn("sent: %d\n" % ERR_NETWORK, out)
        self.assertEqual(self.received(out), [(0, checksum(b""), ERR_NETWORK)])

    def test_cable_put_back(self):
        """The lease is confirmed, and everything is as it was."""
        self.serve()
        process = self.start(60)
        first = self.wait_for_line(process, "state: ready")
        self.lan.plug(False)
        self.wait_for_line(process, "state: no link")
        self.lan.plug()
        second = self.wait_for_line(process, "state: ready")
        self.assertEqual(first.split()[0], second.split()[0])
        process.kill()
        process.communicate()

    def wait_for_line(self, process, beginning):
        """Ends with the process: it gives up by itself."""
        for line in process.stdout:
            if line.startswith(beginning):
                return line[len(beginning):].lstrip()
        self.fail("there was no line %r" % beginning)

    def run_until(self, beginning):
        """Runs the program up to a line; returns the rest of it."""
        process = self.start(60)
        rest = self.wait_for_line(process, beginning)
        process.kill()
        process.communicate()
        return rest

    def test_no_entropy(self):
        """Without unpredictable numbers nothing begins."""
        self.serve()
        process = subprocess.run([PROBE, "--tap", self.lan.tap, "5", "--no-entropy", *4 * [""]],
                                 stdout=subprocess.PIPE, timeout=10, check=False)
        self.assertEqual((process.returncode, process.stdout), (BOARD_NO_ENTROPY, b""))
        self.assertNotIn("DHCPDISCOVER", self.lan.log)


if __name__ == "__main__":
    if not os.access(PROBE, os.X_OK):
        sys.exit("set CONNSYNC_PROBE to the path of lwip_probe; it is %r" % PROBE)
    namespace.enter()
    unittest.main()
