"""How a static program finds the address of a name: by /etc/hosts and /etc/resolv.conf of the
root that it runs in. The servers are on the loopback interface of a network namespace.

The environment is that of test_static.py.
"""

import socket
import struct
import threading

from empty_root import EmptyRoot, need  # first: it says where the others are
import cli
from net import namespace
from tenant.service import DOMAIN

HERE = "127.0.0.1"
DNS, HTTPS = 53, 443
TYPE_A = 1
TRUNCATED, NO_SUCH_NAME, SERVER_FAILED = 0x0200, 3, 2
ONE_TRY = "nameserver %s\noptions timeout:1 attempts:1\n" % HERE


class NameServer:
    """Answers with one address, by UDP and TCP. `flags` are added to the answers by UDP;
    `noise` is sent ahead of each of them. `asked` are the transports, in turn."""

    def __init__(self, flags=0, noise=()):
        self.flags, self.noise, self.asked = flags, noise, []
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind((HERE, DNS))
        self.listener = socket.create_server((HERE, DNS), reuse_port=True)
        self.threads = [threading.Thread(target=target, daemon=True)
                        for target in (self.serve_datagrams, self.serve_streams)]
        for thread in self.threads:
            thread.start()

    def close(self):
        for each in (self.datagrams, self.listener):
            try:
                each.shutdown(socket.SHUT_RDWR)  # wakes the thread
            except OSError:
                pass
        for thread in self.threads:
            thread.join(5)
        self.datagrams.close()
        self.listener.close()

    @staticmethod
    def answer(query, flags=0):
        """One address for a question of type A, and none for another."""
        kind, = struct.unpack_from("!H", query, query.index(b"\0", 12) + 1)
        end = query.index(b"\0", 12) + 5
        has_one = kind == TYPE_A and not flags
        record = b"\xc0\x0c" + struct.pack("!HHIH", TYPE_A, 1, 60, 4) + socket.inet_aton(HERE)
        return (query[:2] + struct.pack("!HHHHH", 0x8180 | flags, 1, has_one, 0, 0)
                + query[12:end] + (record if has_one else b""))

    def serve_datagrams(self):
        while True:
            query, peer = self.datagrams.recvfrom(512)
            if not peer:
                return
            self.asked.append("udp")
            for answer in (*(noise(query) for noise in self.noise),
                           self.answer(query, self.flags)):
                self.datagrams.sendto(answer, peer)

    def serve_streams(self):
        while True:
            try:
                stream, _ = self.listener.accept()
            except OSError:
                return
            with stream:
                length, = struct.unpack("!H", stream.recv(2, socket.MSG_WAITALL))
                self.asked.append("tcp")
                answer = self.answer(stream.recv(length, socket.MSG_WAITALL))
                stream.sendall(struct.pack("!H", len(answer)) + answer)


class NamesTest(EmptyRoot):
    """An update with nothing but the tenant's name."""

    def name_server(self, **how):
        server = NameServer(**how)
        self.addCleanup(server.close)
        return server

    def update(self, timeout=20):
        tenant, con = self.served(HTTPS)
        return tenant, con, self.run_in_root("set", con, "off", "--timeout", "%d" % timeout,
                                             env=tenant.environment())

    def expect_found(self):
        tenant, con, result = self.update()
        self.expect(result, 0, "-> on_first_login")
        self.expect_set(tenant, con, "on_first_login")

    def expect_lost(self, *texts):
        tenant, con, result = self.update(timeout=4)  # all of which is used to try again
        self.expect(result, 1, DOMAIN, *texts)
        self.expect_untouched(tenant, con)

    def test_name_server(self):
        server = self.name_server()
        self.put("etc/resolv.conf", ONE_TRY)
        self.expect_found()
        self.assertEqual(set(server.asked), {"udp"})

    def test_hosts_come_first(self):
        server = self.name_server(flags=NO_SUCH_NAME)
        self.put("etc/resolv.conf", ONE_TRY)
        self.put("etc/hosts", "192.0.2.1 other.test\n%s %s\n" % (HERE, DOMAIN))
        self.expect_found()
        self.assertEqual(server.asked, [])

    def test_hosts_alone(self):
        self.put("etc/hosts", "%s %s\n" % (HERE, DOMAIN))
        self.expect_found()

    def test_truncated_answer_is_asked_for_again_by_tcp(self):
        server = self.name_server(flags=TRUNCATED)
        self.put("etc/resolv.conf", ONE_TRY)
        self.expect_found()
        self.assertEqual(set(server.asked), {"udp", "tcp"})

    def test_noise_is_no_answer(self):
        """Another transaction's answer, a piece of one, nothing."""
        def elsewhere(query):
            other = NameServer.answer(query)
            return bytes((other[0] ^ 0xff, other[1])) + other[2:-4] + socket.inet_aton("192.0.2.1")

        self.name_server(noise=(elsewhere, lambda query: query[:3], lambda query: b""))
        self.put("etc/resolv.conf", ONE_TRY)
        self.expect_found()

    def test_no_such_name(self):
        self.name_server(flags=NO_SUCH_NAME)
        self.put("etc/resolv.conf", ONE_TRY)
        self.expect_lost("no such name")

    def test_failing_server(self):
        self.name_server(flags=SERVER_FAILED)
        self.put("etc/resolv.conf", ONE_TRY)
        self.expect_lost("no name server answered")

    def test_no_server(self):
        self.put("etc/resolv.conf", ONE_TRY)
        self.expect_lost("no name server answered")


if __name__ == "__main__":
    need()
    namespace.enter()
    cli.main()
