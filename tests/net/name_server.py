"""A name server for tests of look-ups, and a private /etc for the program that asks it.

    server = NameServer("127.0.1.1", rule)
    ...
    command = [*private_etc(folder, server.address), program, ...]

`rule(name, kind, since)` says what becomes of a question: `name` is without its final dot and in
lower case, `kind` A or AAAA, `since` how many seconds ago the first question came, by this server's
clock. It returns a list of addresses (an empty one: the name has none), a response code, or SILENT.
"""

import socket
import struct
import time

from net.namespace import DatagramServer, find_tool

DNS = 53
A, AAAA = 1, 28
SERVER_FAILED, NO_SUCH_NAME, REFUSED = 2, 3, 5
SILENT = object()


class NameServer(DatagramServer):
    """Answers by UDP. `asked` are (name, kind, seconds since the first question), and `answered`
    the moments (time.monotonic) when addresses were told, by (name, kind)."""

    def __init__(self, address, rule):
        self.address, self.rule = address, rule
        self.asked, self.answered = [], {}
        self.began = None
        super().__init__(address, DNS)

    def since(self):
        """Seconds since the first question."""
        return time.monotonic() - self.began if self.began is not None else 0.0

    def reply(self, query):
        if self.began is None:
            self.began = time.monotonic()
        end = query.index(b"\0", 12) + 5
        name, kind = self._name(query), struct.unpack_from("!H", query, end - 4)[0]
        self.asked.append((name, kind, self.since()))
        said = self.rule(name, kind, self.since())
        if said is SILENT:
            return None
        code, addresses = (said, []) if isinstance(said, int) else (0, said)
        if addresses:
            self.answered.setdefault((name, kind), time.monotonic())
        family = socket.AF_INET if kind == A else socket.AF_INET6
        data = [socket.inet_pton(family, each) for each in addresses]
        records = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(each)) + each
                           for each in data)
        return (query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(data), 0, 0)
                + query[12:end] + records)

    @staticmethod
    def _name(query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]])
            at += 1 + query[at]
        return b".".join(labels).decode("ascii").lower()


def private_etc(folder, resolv_conf, hosts=""):
    """The beginning of a command whose program has /etc to itself: a folder that is made here,
    with these files in it."""
    folder.mkdir()
    (folder / "resolv.conf").write_text(resolv_conf, "ascii")
    (folder / "hosts").write_text("127.0.0.1 localhost\n" + hosts, "ascii")
    (folder / "nsswitch.conf").write_text("hosts: files dns\n", "ascii")
    return [find_tool("unshare"), "--mount", "/bin/sh", "-c",
            'mount --bind "$0" /etc && exec "$@"', str(folder)]
