"""TLS sessions that are kept from run to run: handshakes saved, and nothing believed for longer."""

import os
import shutil
import socket
import stat
import tempfile
import threading
import time
from pathlib import Path

import cli
from cli import CON, Fault, WireTest, connection
from hello import PRE_SHARED_KEY, parse_hello
from proxy import copy
from tenant import pki
from tenant.service import DOMAIN

TAMPER_EVERY = 16
LIFE_S = 4


class SessionTest(WireTest):
    """Each test has a cache of its own, and a chain that others can be made beside."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="connsync-sessions-")
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.shop = pki.Workshop(Path(folder))
        cls.root = cls.shop.issue("root", cls.shop.key("p256", 1), extensions=pki.CA_EXTENSIONS)
        cls.other_root = cls.shop.issue("other", cls.shop.key("p256", 2),
                                        extensions=pki.CA_EXTENSIONS)
        cls.chain = cls.issue("server", DOMAIN)

    @classmethod
    def issue(cls, name, *hosts, **how):
        leaf = cls.shop.issue(name, cls.shop.key("p256", 3), cls.root, subject="/CN=" + hosts[0],
                              extensions=pki.LEAF_EXTENSIONS + (pki.names(*hosts),), **how)
        return cls.shop.chain(name, leaf), leaf.key

    def setUp(self):
        super().setUp()
        self.home = Path(tempfile.mkdtemp(prefix="connsync-cache-"))
        self.addCleanup(shutil.rmtree, self.home)
        self.folder = self.home / "connsync"

    def serve(self, chain=None, tls="1.3", **how):
        chain, key = chain or self.chain
        tenant = self.tenant(connection(), certificate=chain, key=key, tls=tls, **how)
        tenant.ca_file = self.root.path
        return tenant

    def env(self, tenant, home=None):
        return {**tenant.environment(), "XDG_CACHE_HOME": str(home or self.home)}

    def run_once(self, tenant, *words, code=0, home=None, texts=()):
        """Of one run's handshakes, whether each went on from a session."""
        before = len(tenant.journal.resumed)
        result = self.run_cli(tenant, *(words or ("get", CON)), env=self.env(tenant, home))
        self.result = self.expect(result, code, *texts)
        return tenant.journal.resumed[before:]

    def entry(self):
        (path,) = self.folder.glob("*.session")
        return path

    def test_a_second_run_goes_on(self):
        tenant = self.serve()
        self.assertEqual(self.run_once(tenant, "set", CON, "off"), [False])
        self.assertIn("not resumed", self.result.err)
        first = self.entry().read_bytes()
        for value in ("on", "off"):
            self.assertEqual(self.run_once(tenant, "set", CON, value), [True])
            self.assertIn(", resumed", self.result.err)
            self.assertNotIn("certificate 0", self.result.err)
        self.assertNotEqual(self.entry().read_bytes(), first, "a ticket is used once")
        self.assertEqual(stat.S_IMODE(self.entry().stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.folder.stat().st_mode), 0o700)
        self.assertEqual([path for path in self.folder.iterdir()], [self.entry()])

    def test_a_connection_that_is_lost(self):
        """Within one run as well, without a folder."""
        tenant = self.serve()
        tenant.faults.append(Fault("close_after", method="PATCH"))
        self.assertEqual(self.run_once(tenant, "set", CON, "off", "--no-session-cache"),
                         [False, True])
        self.assertFalse(self.folder.exists())
        self.expect_set(tenant, CON, "on_first_login")

    def test_none_is_kept_or_used_on_request(self):
        tenant = self.serve()
        self.assertEqual(self.run_once(tenant), [False])
        self.assertEqual(self.run_once(tenant, "get", CON, "--no-session-cache"), [False])
        kept = self.entry().read_bytes()
        self.assertEqual(self.run_once(tenant), [True])
        self.assertNotEqual(self.entry().read_bytes(), kept)

    def test_servers_that_keep_none(self):
        """Older TLS, no tickets, many tickets, and one that has forgotten."""
        for tls in ("1.2", "both"):
            tenant = self.serve(tls=tls)
            expected = [False] if tls == "1.2" else [True]
            self.run_once(tenant)
            self.assertEqual(self.run_once(tenant), expected)
            self.assertEqual(len(list(self.folder.glob("*.session"))), int(tls == "both"))
        tenant.present(*self.chain, tls="1.3")
        self.assertEqual(self.run_once(tenant), [False])
        self.assertEqual(self.run_once(tenant), [True])

    def test_other_roots(self):
        """A root that is not trusted any more vouches for no session either."""
        tenant = self.serve()
        self.run_once(tenant)
        tenant.ca_file = self.other_root.path
        self.assertEqual(self.run_once(tenant, code=8, texts=("authority is not trusted",)), [])
        self.assertEqual(tenant.methods(), ["GET"])
        both = self.home / "both.pem"
        both.write_text(self.root.path.read_text() + self.other_root.path.read_text())
        tenant.ca_file = both
        self.assertEqual(self.run_once(tenant), [False])
        self.assertEqual(self.run_once(tenant), [True])
        tenant.ca_file = self.root.path
        self.assertEqual(self.run_once(tenant), [False])

    def test_a_long_file_of_roots(self):
        """Each byte of it counts, also where the file's size and time stay."""
        tenant = self.serve()
        pem = self.other_root.path.read_text()
        path = self.home / "long.pem"
        path.write_text(pem * 40 + self.root.path.read_text())
        tenant.ca_file = path
        self.assertEqual(self.run_once(tenant), [False])
        self.assertEqual(self.run_once(tenant), [True])
        before = path.stat()
        lines = pem.split("\n")
        lines[3] = lines[3][:10] + ("A" if lines[3][10] != "A" else "B") + lines[3][11:]
        path.write_text("\n".join(lines) + pem * 39 + self.root.path.read_text())
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.assertEqual(path.stat().st_size, before.st_size)
        self.assertEqual(self.run_once(tenant), [False])
        self.assertEqual(self.run_once(tenant), [True])

    def test_a_chain_that_has_expired_meanwhile(self):
        begun = time.time()
        tenant = self.serve(self.issue("short", DOMAIN, end=LIFE_S * cli.SLOWNESS / 86400))
        self.assertEqual(self.run_once(tenant), [False])
        if time.time() - begun < LIFE_S * cli.SLOWNESS - 1:
            self.assertEqual(self.run_once(tenant), [True])
        time.sleep(max(0, begun + LIFE_S * cli.SLOWNESS + 1.5 - time.time()))
        self.assertEqual(self.run_once(tenant, code=8, texts=("expired",)), [])

    def test_that_of_another(self):
        """Another tenant's, another port's, another client's: under the right name too."""
        tenant, stranger = self.serve(), self.serve()
        self.run_once(tenant)
        kept = self.entry().read_bytes()
        for _ in range(2):
            self.run_once(stranger)
        shutil.rmtree(self.folder)
        certificate = self.issue("client", "a client")
        words = ("get", CON, "--client-certificate", str(certificate[0]), "--client-key",
                 str(certificate[1]))
        host = "other.example.auth0.test"
        renamed = self.serve(self.issue("renamed", host, DOMAIN), domain=host)
        for other, arguments in ((renamed, ()), (tenant, words)):
            self.run_once(other, *arguments)
            path = self.entry()
            path.write_bytes(kept)
            self.assertEqual(self.run_once(other, *arguments), [False])
            self.assertEqual(self.run_once(other, *arguments), [True])
            shutil.rmtree(self.folder)

    def test_a_file_that_is_damaged(self):
        tenant = self.serve()
        self.run_once(tenant)
        path = self.entry()
        kept = path.read_bytes()
        cuts = [kept[:length] for length in (0, 1, 31, 32, 48, 60, len(kept) - 1)]
        changed = [kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1:]
                   for at in range(0, len(kept), TAMPER_EVERY)]
        long = [kept + b"\0", kept * 20]

        def check(case):
            number, text = case
            home = self.home / str(number)
            shutil.copytree(self.folder, home / "connsync")
            (home / "connsync" / path.name).write_bytes(text)
            result = self.run_cli(tenant, "get", CON, env=self.env(tenant, home))
            self.expect(result, 0)
            self.assertIn("not resumed", result.err)

        self.all_of(check, list(enumerate(cuts + changed + long)), 4)

    def test_a_file_that_others_may_read(self):
        tenant = self.serve()
        self.run_once(tenant)
        self.entry().chmod(0o644)
        self.assertEqual(self.run_once(tenant), [False])
        self.entry().chmod(0o600)
        self.folder.chmod(0o755)
        self.assertEqual(self.run_once(tenant), [False])

    def test_handshakes_that_are_cut(self):
        """Wherever it is, the same run goes on with another, and keeps a session for the next."""
        tenant = self.serve()
        self.run_once(tenant)
        for sent in (0, 1, 60, 127, 200, 300):
            tenant.faults.append(Fault("connection_cut", sent=sent))
            self.assertIn(len(self.run_once(tenant)), (1, 2), sent)
            self.assertEqual(tenant.faults.pop().fired, 1)
            self.assertEqual(self.run_once(tenant), [True])

    def test_a_server_that_says_nothing(self):
        tenant = self.serve()
        self.run_once(tenant)
        tenant.faults.append(Fault("connection_stall", seconds=20))
        self.run_once(tenant, "get", CON, "--timeout", "1", code=1)
        self.assertEqual(list(self.folder.glob("*.session")), [])

    def test_a_server_that_breaks_off(self):
        """One that cannot bear a session in the hello gets a hello without."""
        tenant = self.serve()
        self.run_once(tenant)
        with Doorkeeper(tenant.port) as door:
            tenant.port = door.port
            self.assertEqual(self.run_once(tenant), [False])
            self.assertEqual(door.turned_away, 1)


class Doorkeeper:
    """In front of a server: resets each connection whose hello offers a session."""

    def __init__(self, behind):
        self.behind, self.turned_away = behind, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        hello = sock.recv(4096)
        if PRE_SHARED_KEY in parse_hello(hello[9:]).extensions:  # behind the heads of record and message
            self.turned_away += 1
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            sock.close()
            return
        server = socket.create_connection(("127.0.0.1", self.behind))
        server.sendall(hello)
        back = threading.Thread(target=copy, args=(server, sock), daemon=True)
        back.start()
        copy(sock, server)


if __name__ == "__main__":
    cli.main()
