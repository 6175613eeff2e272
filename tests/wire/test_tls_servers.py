"""Servers of others that cannot be had as they are: each has its own sentence.

What they answer is theirs, not the service's: a request that got as far as an answer shows that
TLS did its part.
"""

import shutil
import tempfile
from pathlib import Path

import cli
import servers
from cli import CON, WireTest, connection
from tenant import pki

HOST = "tenant.example"
CLIENT = ("basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature",
          "extendedKeyUsage=clientAuth")
NOTHING_IN_COMMON = ("alert 40, handshake_failure", "on X25519, P-256 or P-384",
                     "RSA, P-256 or P-384 key")


class ServerTest(WireTest):
    """A root, and a server's certificate for each kind of key."""

    @classmethod
    def setUpClass(cls):
        cls.directory = Path(tempfile.mkdtemp(prefix="connsync-servers-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.make = pki.Workshop(cls.directory / "pki")
        cls.root = cls.make.issue("root", cls.make.key("p256"), extensions=pki.CA_EXTENSIONS)

    def setUp(self):
        super().setUp()
        self.place = Path(tempfile.mkdtemp(dir=self.directory))
        self.place.chmod(0o755)
        self.directory.chmod(0o755)

    def pair(self, kind="p256"):
        """(certificate, key) of that kind."""
        path = self.make.directory / ("server-%s.pem" % kind)
        key = self.make.key(kind, 2)
        if not path.exists():
            self.make.issue("server-" + kind, key, self.root,
                            extensions=pki.LEAF_EXTENSIONS + (pki.names(HOST),))
        return path, key

    def begin(self, port, *arguments, timeout=20):
        """Starts the command against that port."""
        return self.start(None, *arguments, "--json", "--timeout", str(timeout), "--ca-file",
                          str(self.root.path), "--domain", "%s:%d" % (HOST, port),
                          "--connect-to", "127.0.0.1", env={"AUTH0_API_TOKEN": "MARKER-token"})

    def get(self, port, exit_code, code, *texts, also=()):
        """A `get` that ends so."""
        result = self.finish(self.begin(port, "get", CON, *also))
        self.assertEqual((result.code, result.json[0]["code"]), (exit_code, code), result.raw)
        for text in texts:
            self.assertIn(text, result.message)
        return result


class OpenSslTest(ServerTest):
    """s_server."""

    def check(self, case):
        kind, arguments, code, texts = case
        with servers.OpenSsl(self.place, *self.pair(kind), *arguments) as server:
            self.get(server.port, 8, code, *texts)

    def test_nothing_in_common(self):
        for kind, *arguments in (("p256", "-curves", "P-521"), ("p256", "-curves", "X448"),
                                 ("p256", "-ciphersuites", "TLS_AES_128_CCM_SHA256", "-tls1_3"),
                                 ("p521",), ("ed25519",), ("rsapss",)):
            with self.subTest((kind, *arguments)):
                self.check((kind, arguments, "tls_failed", NOTHING_IN_COMMON))

    def test_old_versions(self):
        for version in ("-tls1", "-tls1_1"):
            with self.subTest(version):
                self.check(("rsa2048", (version, "-cipher", "ALL:@SECLEVEL=0"), "tls_version",
                            ("neither TLS 1.2 nor TLS 1.3", "alert 70")))

    def test_a_key_that_is_too_long(self):
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version):
                self.check(("rsa4608", (version,), "tls_failed",
                            ("a key of the kind RSA; needed: RSA of up to 4096 bits",)))

    def test_a_long_list(self):
        chain, key = self.pair()
        more = self.pair("rsa2048")[0].read_text("ascii")
        long = self.place / "long.pem"
        long.write_text(chain.read_text("ascii") + more * 30, "ascii")
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version), servers.OpenSsl(self.place, long, key, version) as server:
                self.get(server.port, 8, "tls_failed", "certificate list is larger than 16 KB")

    def test_in_the_middle_of_a_connection(self):
        for version, command, texts in (
                ("-tls1_3", b"K\n", ("new keys: KeyUpdate",)),
                ("-tls1_3", b"k\n", ("new keys: KeyUpdate",)),
                ("-tls1_2", b"R\n", ("renegotiation, as for a client certificate",))):
            with self.subTest((version, command)), \
                    servers.OpenSsl(self.place, *self.pair(), version) as server:
                process = self.begin(server.port, "get", CON)
                server.read_request()
                server.say(command)
                result = self.finish(process)
                self.assertEqual((result.code, result.json[0]["code"]),
                                 (8, "tls_post_handshake"), result.raw)
                self.assertEqual(result.json[0]["requests"], 1, "it was tried again")
                for text in texts:
                    self.assertIn(text, result.message)


class LostAnswerTest(ServerTest):
    """A KeyUpdate in place of the answer to a write: whatever became of it is read."""

    def until_the_write(self, server, *arguments, **how):
        """The program, whose PATCH has arrived and got a KeyUpdate; and the document."""
        document = connection()
        process = self.begin(server.port, "set", CON, "off", *arguments, **how)
        self.assertEqual(server.read_request()[0], "GET")
        server.answer(document)
        method, body = server.read_request()
        self.assertEqual(method, "PATCH")
        self.assertIn(b'"on_first_login"', body)
        server.say(b"K\n")
        return process

    def test_it_took_effect(self):
        with servers.OpenSsl(self.place, *self.pair(), "-tls1_3") as server:
            process = self.until_the_write(server)
            self.assertEqual(server.read_request()[0], "GET")
            server.answer(connection(setting="on_first_login"))
            result = self.finish(process)
        self.expect(result, 0)
        self.assertEqual(result.json[0]["status"], "changed")

    def test_it_is_not_known(self):
        with servers.OpenSsl(self.place, *self.pair(), "-tls1_3") as server:
            process = self.until_the_write(server, timeout=3)
        result = self.finish(process)
        self.assertEqual((result.code, result.json[0]["code"]), (1, "unverified"), result.raw)
        self.assertNotIn("nothing written", result.message)


class OthersTest(ServerTest):
    """GnuTLS, Apache, nginx, Java."""

    def test_gnutls_shows_a_key_to_anybody(self):
        with servers.GnuTls(self.place, *self.pair("p521"),
                            "NORMAL:-VERS-ALL:+VERS-TLS1.2") as server:
            self.get(server.port, 8, "tls_failed", "list has a key of the kind P-521; needed: RSA")

    def test_apache_asks_for_a_client_certificate_of_a_location(self):
        location = "SSLCACertificateFile %s\n<Location /api>\nSSLVerifyClient require\n" \
                   "</Location>\nSSLProtocol " % self.root.path
        early = "SSLVerifyClient optional\nSSLCACertificateFile %s\n<Location /api>\n" \
                "Require ssl-verify-client\n</Location>" % self.root.path
        with servers.Apache(self.place, *self.pair(), location + "TLSv1.2",
                            location + "TLSv1.3", early) as server:
            result = self.get(server.ports[0], 8, "tls_post_handshake",
                              "renegotiation, as for a client certificate")
            self.assertEqual(result.json[0]["requests"], 1, "it was tried again")
            self.get(server.ports[1], 1, "web_page", "HTTP 403", "(apache)")
            # What docs/credentials.md says to do about it.
            self.get(server.ports[2], 1, "web_page", "HTTP 403", "(apache)")
            key = self.make.key("p256", 3)
            client = self.make.issue("client", key, self.root, extensions=CLIENT)
            self.get(server.ports[2], 1, "web_page", "HTTP 404", also=(
                "--client-certificate", str(client.path), "--client-key", str(key)))

    def test_nginx(self):
        with servers.Nginx(self.place, *self.pair(), "ssl_reject_handshake on;",
                           "ssl_ecdh_curve secp521r1;", "return 404;") as server:
            self.get(server.ports[0], 8, "tls_failed", "unrecognized_name", "check the domain")
            self.get(server.ports[1], 8, "tls_failed", *NOTHING_IN_COMMON)
            self.get(server.ports[2], 1, "web_page", "HTTP 404", "(nginx)")

    def test_gnutls(self):
        modern, early = "NORMAL:-VERS-ALL:+VERS-TLS1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.2"
        p521 = ":-GROUP-ALL:+GROUP-SECP521R1"
        for pair, priority in ((self.pair(), modern + p521), (self.pair(), early + p521),
                               (self.pair(), modern + ":-CIPHER-ALL:+AES-128-CCM"),
                               (self.pair("p521"), modern),
                               (self.pair("rsa2048"), "LEGACY:-VERS-ALL:+VERS-TLS1.1")):
            with self.subTest(priority), servers.GnuTls(self.place, *pair, priority) as server:
                self.get(server.port, 8, "tls_failed", *NOTHING_IN_COMMON)
        with servers.GnuTls(self.place, *self.pair(),
                            modern + ":-GROUP-ALL:+GROUP-SECP384R1") as server:
            self.get(server.port, 1, "web_page", "HTTP 200")
        for priority in (modern, early):
            with self.subTest(priority), \
                    servers.GnuTls(self.place, *self.pair(), priority, "--require-client-cert",
                                   "--x509cafile", self.root.path) as server:
                self.get(server.port, 4, "client_certificate", "asks for a client certificate")

    def test_java(self):
        """A cookie in its HelloRetryRequest, KeyUpdate in a long answer, old versions, and a
        certificate that is wanted."""
        with servers.Java(self.place, *self.pair("rsa2048"), "plain", "long", "client", "old",
                          security="jdk.tls.disabledAlgorithms=\n"
                          "jdk.tls.keyLimits=AES/GCM/NoPadding KeyUpdate 2^12,"
                          " ChaCha20-Poly1305 KeyUpdate 2^12\n",
                          jdk_tls_namedGroups="secp256r1,secp384r1") as server:
            plain, long, client, old = server.ports
            self.get(plain, 5, "no_such_connection")
            self.get(long, 8, "tls_post_handshake", "new keys: KeyUpdate")
            self.get(client, 4, "client_certificate", "asks for a client certificate")
            self.get(old, 8, "tls_version", "neither TLS 1.2 nor TLS 1.3", "alert 70")

    def test_java_has_nothing_in_common(self):
        with servers.Java(self.place, *self.pair(), "plain", "old",
                          jdk_tls_namedGroups="secp521r1") as server:
            self.get(server.ports[0], 8, "tls_failed", "alert 10, unexpected_message: often "
                     "nothing in common", *NOTHING_IN_COMMON[1:])
            process = self.begin(server.ports[1], "get", CON, timeout=4)
            result = self.expect(self.finish(process), 1, "in the TLS handshake")
            self.assertEqual(result.json[0]["code"], "connection_closed")


if __name__ == "__main__":
    cli.main()
