"""What a server says in its first messages, and what is made of it: hellos, alerts, certificates."""

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

    def get_from(self, answer, *arguments, host=HOST):
        """(what the program did, what the server has seen) with a HelloServer of that answer."""
        with HelloServer(answer) as server:
            result = self.run_cli(
                None, "get", CON, "--json", "--timeout", "10", "--ca-file", str(self.root),
                "--domain", "%s:%d" % (host, server.port), "--connect-to", "127.0.0.1",
                *arguments, env={"AUTH0_API_TOKEN": "MARKER-token"})
        return result, server.hellos


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


if __name__ == "__main__":
    cli.main()
