"""The tenant's choices at its start, and its control port."""

import http.client
import json
import socket
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tenant import Tenant, samples  # noqa: E402
from tenant.client_for_tests import Client, PATCH_BODY  # noqa: E402
from tenant.control import Control  # noqa: E402


class Options(unittest.TestCase):
    """The tenant's choices at its start."""

    def session(self, **how):
        """The facts of the TLS session of one GET."""
        with Tenant(**how) as tenant:
            client = Client(tenant)
            status = client.get("connections")[0]
            client.close()
            self.assertEqual(status, 200)
            return tenant.journal.sessions[0]

    def test_versions_and_suites(self):
        self.assertEqual(self.session(tls="1.2")[0], "TLSv1.2")
        self.assertEqual(self.session(tls="1.3")[0], "TLSv1.3")
        suite = self.session(tls="1.2", ciphers="ECDHE-ECDSA-CHACHA20-POLY1305")[1]
        self.assertEqual(suite, "ECDHE-ECDSA-CHACHA20-POLY1305")
        self.assertEqual(self.session(curve="secp384r1")[2], "tenant.example.auth0.test")

    def test_framing_and_closing(self):
        for how in ({"framing": "length"}, {"framing": "close"}, {"close_each": True},
                    {"casing": "odd"}, {"host": "::1"}):
            with Tenant(**how) as tenant:
                tenant.add(samples.sms())
                client = Client(tenant)
                for _ in range(2):
                    self.assertEqual(client.get("connections")[0], 200)
                client.close()
                single = how in ({"framing": "length"}, {"casing": "odd"}, {"host": "::1"})
                self.assertEqual(tenant.tcp_connections, 1 if single else 2)

    def test_plain(self):
        with Tenant(tls="none") as tenant:
            with socket.create_connection(("127.0.0.1", tenant.port), 3) as sock:
                sock.sendall(b"GET / HTTP/1.1\r\nHost: " + tenant.domain.encode() + b"\r\n\r\n")
                self.assertTrue(sock.recv(100).startswith(b"HTTP/1.1 404 "))

    def test_bad_requests(self):
        with Tenant() as tenant:
            client = Client(tenant)
            for data in (b"GET / HTTP/1.0\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
                         b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                         b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                         b"GET / HTTP/1.1\nHost: a\n\r\n\r\n",
                         b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
                         b"PATCH / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                         b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"):
                answer, how = client.raw(data)
                self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), data)
                self.assertEqual(how, "close")
            self.assertEqual(len(tenant.journal.malformed), 8)

    def test_chunked_request(self):
        with Tenant() as tenant:
            client, one = Client(tenant), tenant.add(samples.okta())
            head = client.plain("PATCH", "/api/v2/connections/" + one).replace(
                b"Content-Length: 0", b"Transfer-Encoding: chunked")
            answer, _ = client.raw(head + b"5;x\r\n{\"opt\r\na\r\nions\":{ }}\r\n0\r\n\r\n")
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 "))
            self.assertEqual(tenant.raw_options(one), b"{ }")

    def test_rate_limit(self):
        with Tenant(burst=3, refill=10.0) as tenant:
            client = Client(tenant)
            answers = [client.ask("GET", "/api/v2/connections") for _ in range(5)]
            self.assertEqual([answer[0] for answer in answers], [200, 200, 200, 429, 429])
            self.assertEqual([answer[2]["x-ratelimit-remaining"] for answer in answers],
                             ["2", "1", "0", "0", "0"])
            self.assertEqual((tenant.lowest_remaining, tenant.bucket.refused), (0, 2))
            time.sleep(0.15)
            self.assertEqual(client.get("connections")[0], 200)
            client.close()

    def test_control(self):
        with Tenant() as tenant:
            control = Control(tenant)
            try:
                self.drive(tenant, control)
            finally:
                control.close()

    def test_connections_are_made_and_deleted(self):
        """Only with scopes that connsync never asks for: tools/try-tenant does."""
        body = json.dumps({"name": "new", "strategy": "oauth2", "options": {"b": 1, "a": [2.50]}})
        tenant = Tenant(scopes=("create:connections", "delete:connections", "read:connections",
                                "read:connections_options"))
        self.addCleanup(tenant.close)
        client = Client(tenant)
        self.addCleanup(client.close)
        status, made, _ = client.ask("POST", "/api/v2/connections", body)
        connection = json.loads(made)
        self.assertEqual((status, connection["options"], connection["realms"]),
                         (201, {"b": 1, "a": [2.5]}, ["new"]))
        self.assertEqual(client.get("connections/" + connection["id"]), (200, made))
        target = "/api/v2/connections/" + connection["id"]
        for wanted, method, path, sent in (
                (409, "POST", "/api/v2/connections", body),
                (400, "POST", "/api/v2/connections", '{"strategy":"oauth2"}'),
                (400, "POST", "/api/v2/connections", '{"name":"n","strategy":"oauth2","more":1}'),
                (202, "DELETE", target, None), (404, "DELETE", target, None)):
            self.assertEqual(client.ask(method, path, sent)[0], wanted)
        client.token = tenant.issue_token("read:connections")
        self.assertEqual(client.ask("POST", "/api/v2/connections", body)[0], 403)
        self.assertEqual(client.ask("DELETE", target)[0], 403)
        self.assertEqual(tenant.journal.crashes, [])

    def drive(self, tenant, control):
        """Everything that the control port offers."""

        def ask(method, target, body=None):
            connection = http.client.HTTPConnection("127.0.0.1", control.port, timeout=3)
            connection.request(method, target, body)
            answer = connection.getresponse()
            found = answer.status, answer.read()
            connection.close()
            return found

        added = json.loads(ask("POST", "/connections", samples.google())[1])["id"]
        ask("POST", "/faults", '{"kind":"status","status":503}')
        ask("POST", "/behaviour/" + added, '{"derive":{"more":"[1]"}}')
        client = Client(tenant)
        self.assertEqual(client.get("connections")[0], 503)
        self.assertEqual(client.patch(added, PATCH_BODY)[0], 200)
        client.close()
        state = json.loads(ask("GET", "/state")[1])
        self.assertEqual((state["methods"], state["writes"], state["faults"]),
                         (["GET", "PATCH"], 1, [["status", 1]]))
        self.assertEqual(ask("GET", "/connections/%s/options" % added)[1],
                         b'{"set_user_root_attributes":"on_first_login","more":[1]}')
        self.assertEqual(len(json.loads(ask("GET", "/requests")[1])), 2)
        self.assertEqual(ask("POST", "/faults", '{"kind":"none"}')[0], 400)
        self.assertEqual(ask("GET", "/connections/con_none")[0], 400)
        self.assertEqual(ask("DELETE", "/faults")[0], 200)
        self.assertEqual(ask("POST", "/reset")[0], 200)
        self.assertEqual(json.loads(ask("GET", "/state")[1])["requests"], 0)
        self.assertEqual(ask("GET", "/nothing")[0], 404)


if __name__ == "__main__":
    unittest.main()
