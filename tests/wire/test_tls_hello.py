"""What a server says in its first messages, and what is made of it: hellos, alerts, certificates.

Servers of others that say the same are in test_tls_servers.py; here is what none of them can be
made to say, or no longer can.
"""

import cli
import hello as tls
from cli import CON, WireTest
from hello import HelloServer
from tenant import pki

HOST = "tenant.example"


class HelloTest(WireTest):
    """get_from() is one `get` from a server."""

    def setUp(self):
        super().setUp()
        self.root = pki.throw_away(HOST).root

    def get_from(self, answer, *arguments, host=HOST, timeout=10):
        """(what the program did, what the server has seen) with a HelloServer of that answer."""
        with HelloServer(answer) as server:
            result = self.run_cli(
                None, "get", CON, "--json", "--timeout", str(timeout), "--ca-file", str(self.root),
                "--domain", "%s:%d" % (host, server.port), "--connect-to", "127.0.0.1",
                *arguments, env={"AUTH0_API_TOKEN": "MARKER-token"})
        return result, server.hellos

    def expect_failure(self, answer, code, *texts):
        """The status and words of a `get` that fails so, in the message and in the JSON."""
        result, _ = self.get_from(answer)
        self.expect(result, 4 if code == "client_certificate" else 8, *texts)
        line = result.json[0]
        self.assertEqual((line["status"], line["code"]), ("failed", code))
        self.assertIn(line["message"], result.message)
        return result


class RetryTest(HelloTest):
    """HelloRetryRequest (RFC 8446 section 4.1.4)."""

    def second_hello(self, cookie):
        def answer(hello, count):
            return tls.alert(80) if count else tls.retry(hello, tls.P256, cookie)

        _, hellos = self.get_from(answer)
        self.assertEqual(len(hellos), 2, "the client did not try again")
        shares = hellos[1].extensions[tls.KEY_SHARE]
        self.assertEqual(shares[2:4], tls.number(tls.P256, 2))
        return hellos[1]

    def test_without_a_cookie(self):
        self.assertNotIn(tls.COOKIE, self.second_hello(b"").extensions)

    def test_with_a_cookie(self):
        """It comes back as it was, whatever its length."""
        for length in (1, 99, 2000):
            cookie = bytes(range(1, 251)) * 8
            with self.subTest(length):
                second = self.second_hello(cookie[:length])
                self.assertEqual(second.extensions[tls.COOKIE], tls.vector(cookie[:length], 2))

    def test_a_cookie_that_is_too_long(self):
        self.expect_failure(lambda hello, _: tls.retry(hello, tls.P256, b"c" * 5000),
                            "tls_failed", "cookie that cannot be sent back")

    def test_a_group_that_was_not_offered(self):
        self.expect_failure(lambda hello, _: tls.retry(hello, tls.P521), "tls_failed",
                            "the library's error -0x6600")


class NameTest(HelloTest):
    """server_name has DNS names only (RFC 6066 section 3); addresses as in certificates' cases."""

    def names_sent_for(self, host):
        _, hellos = self.get_from(lambda *_: tls.alert(80), host=host)
        return hellos[0].extensions.get(tls.SERVER_NAME)

    def test_a_name(self):
        name = tls.number(0, 1) + tls.vector(HOST.encode(), 2)
        self.assertEqual(self.names_sent_for(HOST), tls.vector(name, 2))

    def test_addresses(self):
        for host in ("127.0.0.1", "192.0.2.7", "[::1]", "[2001:db8::7]"):
            with self.subTest(host):
                self.assertIsNone(self.names_sent_for(host))

    def test_names_that_look_like_addresses(self):
        for host in ("127.0.0.1.example", "1e100.net"):
            with self.subTest(host):
                self.assertIn(host.encode(), self.names_sent_for(host))


class AlertTest(HelloTest):
    """Alerts in place of a ServerHello (RFC 8446 section 6.2)."""

    def check(self, case):
        alert, code, *texts = case
        self.expect_failure(lambda *_: tls.alert(alert), code, *texts)

    def test_alerts(self):
        self.all_of(self.check, (
            (10, "tls_failed", "alert 10, unexpected_message: often nothing in common; needed:"),
            (40, "tls_failed", "alert 40, handshake_failure", "ECDHE with AES-GCM",
             "RSA, P-256 or P-384 key"),
            (48, "client_certificate", "alert 48, unknown_ca"),
            (70, "tls_version", "neither TLS 1.2 nor TLS 1.3", "(the server's alert 70)"),
            (71, "tls_failed", "(the server's alert 71)"),
            (80, "tls_failed", "alert 80, internal_error"),
            (112, "tls_failed", "alert 112, unrecognized_name", "check the domain"),
            (49, "client_certificate", "(the server's alert 49)"),
            (116, "client_certificate", "alert 116, certificate_required"),
            (120, "tls_failed", "(the server's alert 120)"),
            (126, "tls_failed", "(the server's alert 126)"),
            (200, "tls_failed", "(the server's alert 72)"),
        ), 4)


class SilenceTest(HelloTest):
    """The end of the connection in place of a ServerHello."""

    def test_no_alert(self):
        result, hellos = self.get_from(lambda *_: None, timeout=2)
        self.expect(result, 1, "closed the connection without an answer; try again (in the TLS "
                    "handshake, and without an alert)")
        self.assertEqual(result.json[0]["code"], "connection_closed")
        self.assertGreater(len(hellos), 1, "it was not tried again")


class VersionTest(HelloTest):
    """A ServerHello of TLS 1.1, 1.0 and SSL 3."""

    def test_old_versions(self):
        for version in (0x0302, 0x0301, 0x0300):
            with self.subTest(hex(version)):
                self.expect_failure(lambda hello, _, version=version:
                                    tls.server_hello(hello, 0xc013, version), "tls_version",
                                    "neither TLS 1.2 nor TLS 1.3")

    def test_no_tls(self):
        for text in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 mail.example ESMTP\r\n"):
            self.expect_failure(lambda *_, text=text: text, "tls_failed",
                                "not TLS; check the port")


def der(tag, *parts):
    """One element (X.690)."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    if size < 0x100:
        return bytes((tag, 0x81, size)) + content
    return bytes((tag, 0x82)) + size.to_bytes(2, "big") + content


SEQUENCE, INTEGER, BITS, OID = 0x30, 2, 3, 6
ECDSA_SHA256 = der(SEQUENCE, der(OID, bytes.fromhex("2a8648ce3d040302")))
NOBODY = der(SEQUENCE, der(0x31, der(SEQUENCE, der(OID, b"\x55\x04\x03"), der(12, b"any"))))
ALWAYS = der(SEQUENCE, der(23, b"200101000000Z"), der(23, b"491231235959Z"))
EC, RSA = "2a8648ce3d0201", "2a864886f70d010101"


def certificate(algorithm, *parameters, key=b"\4" + bytes(64)):
    """For a key of that algorithm, as far as it is read before the key is looked at."""
    spki = der(SEQUENCE, der(SEQUENCE, der(OID, bytes.fromhex(algorithm)), *parameters),
               der(BITS, b"\0", key))
    return der(SEQUENCE, der(SEQUENCE, der(0xa0, der(INTEGER, b"\2")), der(INTEGER, b"\1"),
                             ECDSA_SHA256, NOBODY, ALWAYS, NOBODY, spki),
               ECDSA_SHA256, der(BITS, b"\0", der(SEQUENCE)))


def on_curve(oid, **key):
    """A certificate with a key on that curve."""
    return certificate(EC, der(OID, bytes.fromhex(oid)), **key)


def with_rsa(bits):
    """A certificate with an RSA key so long."""
    modulus = der(INTEGER, b"\0" + b"\xc5" * (bits // 8))
    return certificate(RSA, b"\5\0", key=der(SEQUENCE, modulus, der(INTEGER, b"\1\0\1")))


class KeyTest(HelloTest):
    """The certificates of TLS 1.2 come in the clear, and some servers send them to anybody."""

    def check(self, case):
        words, *ders = case
        self.expect_failure(lambda hello, _: tls.server_hello(hello) + tls.certificates(*ders),
                            "tls_failed", "its certificate list " + words)

    def check_key(self, case):
        kind, *ders = case
        self.check(("has a key of the kind " + kind, *ders))

    def test_kinds(self):
        p521 = on_curve("2b81040023")
        self.all_of(self.check_key, (
            ("P-521; needed: RSA of up to 4096 bits, P-256 or P-384", p521),
            ("P-521;", with_rsa(2048), p521),
            ("other curve;", on_curve("2b8104000a")),
            ("Ed25519;", certificate("2b6570", key=bytes(32))),
            ("Ed448;", certificate("2b6571", key=bytes(57))),
            ("RSA-PSS;", certificate("2a864886f70d01010a", key=bytes(99))),
            ("RSA;", with_rsa(8192)),
            ("unknown;", certificate("2b656e", key=bytes(32))),
        ), 4)

    def test_a_key_that_is_damaged(self):
        """It is of a good kind: the library's word is what there is."""
        for damaged in (on_curve("2b81040022", key=b"\4"), certificate(RSA, b"\5\0", key=b"")):
            self.expect_failure(
                lambda hello, _, damaged=damaged: tls.server_hello(hello)
                + tls.certificates(damaged), "tls_failed", "the library's error -0x")

    def test_a_long_list(self):
        one = with_rsa(4096)
        self.check(("is larger than 16 KB", *[one] * (17000 // len(one) + 1)))


if __name__ == "__main__":
    cli.main()
