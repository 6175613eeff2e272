"""Each scripted fault does what it says, and says when it did it."""

import http.client
import inspect
import json
import socket
import ssl
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tenant import Fault, Tenant, fault_kinds, raw_json, samples  # noqa: E402
from tenant.client_for_tests import Client  # noqa: E402
from tenant.control import Control  # noqa: E402

PATCH_BODY = b'{"options":{"set_user_root_attributes":"on_first_login"}}'


class FaultCase(unittest.TestCase):
    """A tenant with one connection."""

    how = {}

    def setUp(self):
        self.tenant = Tenant(**self.how)
        self.addCleanup(self.tenant.close)
        self.id = self.tenant.add(samples.google())
        self.before = self.tenant.raw_options(self.id)
        self.one = "/api/v2/connections/" + self.id
        self.client = Client(self.tenant)
        self.addCleanup(self.client.close)

    def tearDown(self):
        self.assertEqual(self.tenant.journal.crashes, [])

    def fault(self, kind, **how):
        """Adds a fault, and expects at the end of the test that it has acted."""
        fault = Fault(kind, **how)
        self.tenant.faults.append(fault)
        self.addCleanup(lambda: self.assertGreater(fault.fired, 0, kind))
        return fault

    def get_raw(self, connection="close", seconds=3):
        """A GET on a connection of its own: (bytes, how it ended)."""
        return self.client.raw(self.client.plain("GET", self.one, connection=connection), seconds)

    def patch_raw(self):
        """The same for a PATCH."""
        return self.client.raw(self.client.plain("PATCH", self.one, PATCH_BODY))

    def applied(self):
        """Whether the connection's options have changed."""
        return self.tenant.raw_options(self.id) != self.before


class Addressing(FaultCase):
    """Which request a fault meets."""

    def statuses(self, methods):
        """The statuses of such requests in turn."""
        found = []
        for method in methods.split():
            body = PATCH_BODY if method == "PATCH" else None
            found.append(self.client.ask(method, self.one, body)[0])
        return found

    def test_by_number(self):
        self.fault("status", at=2, times=2)
        self.assertEqual(self.statuses("GET GET PATCH GET"), [200, 500, 500, 200])

    def test_by_method_and_occurrence(self):
        self.fault("status", method="GET", occurrence=2)
        self.assertEqual(self.statuses("GET PATCH GET GET"), [200, 200, 500, 200])

    def test_by_path_and_for_ever(self):
        self.fault("status", path=self.id, times=None)
        self.assertEqual(self.client.get("connections")[0], 200)
        self.assertEqual(self.statuses("GET GET"), [500, 500])

    def test_mistakes_are_refused_at_once(self):
        for kind, how in (("no_such", {}), ("cut", {"byte": 3}), ("edit", {})):
            with self.assertRaises((ValueError, TypeError)):
                Fault(kind, **how)

    def test_journal_names_the_faults(self):
        self.fault("header")
        self.fault("gzipped")
        self.statuses("GET")
        self.assertEqual(self.tenant.requests[0].faults, ["header", "gzipped"])


class Ends(FaultCase):
    """Connections that end when they should not."""

    def expect(self, kind, how, took_effect, **parameters):
        """That a PATCH under the fault gets no answer."""
        self.fault(kind, method="PATCH", **parameters)
        self.assertEqual(self.patch_raw(), (b"", how))
        self.assertEqual(self.applied(), took_effect)
        self.assertEqual(self.tenant.requests[-1].status, 0)

    def test_reset_before(self):
        self.expect("reset_before", "reset", False)

    def test_reset_after(self):
        self.expect("reset_after", "reset", True)

    def test_close_before(self):
        self.expect("close_before", "close", False)

    def test_close_after(self):
        self.expect("close_after", "close", True)

    def test_close_after_without_notify(self):
        self.expect("close_after", "cut", True, end="fin")

    def test_hang(self):
        start = time.monotonic()
        self.expect("hang", "cut", True, seconds=0.2)
        self.assertGreater(time.monotonic() - start, 0.2)

    def test_hang_before(self):
        self.expect("hang", "cut", False, seconds=0, applied=False)

    def test_reset_mid_request(self):
        self.fault("reset_mid_request")
        data = self.client.plain("PATCH", self.one, PATCH_BODY)
        self.assertEqual(self.client.raw(data[:-10]), (b"", "reset"))
        self.assertEqual((self.applied(), self.tenant.requests[0].body), (False, b""))

    def test_silent_close(self):
        self.fault("silent_close")
        status, _, headers = self.client.ask("GET", self.one)
        self.assertEqual((status, headers["connection"]), (200, "keep-alive"))
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.client.ask("GET", self.one)

    def test_connection_close(self):
        self.fault("connection_close")
        answer, how = self.get_raw(connection="keep-alive")
        self.assertIn(b"Connection: close", answer)
        self.assertEqual(how, "close")

    def test_cut(self):
        whole = self.get_raw()[0]
        for length, end, how in ((0, "notify", "close"), (100, "fin", "cut"),
                                 (700, "reset", "reset"), (len(whole) - 1, "notify", "close")):
            self.fault("cut", bytes=length, end=end)
            got, ended = self.get_raw()
            self.assertEqual(ended, how)
            if how != "reset":
                self.assertEqual(len(got), length)

    def test_cut_inside_a_record(self):
        self.fault("cut", bytes=60, level="tls", end="fin")
        self.assertEqual(self.get_raw(), (b"", "cut"))


class Slowness(FaultCase):
    """Answers that take their time."""

    def timed(self):
        """(seconds, whether the answer was right) of a GET."""
        start = time.monotonic()
        right = self.client.get("connections/" + self.id) == (200, samples.google())
        return time.monotonic() - start, right

    def test_drip(self):
        self.fault("drip", ms=1, size=10)
        seconds, right = self.timed()
        self.assertTrue(right)
        self.assertGreater(seconds, 0.1)

    def test_drip_of_raw_bytes(self):
        self.fault("drip", ms=1, size=10, level="tls")
        seconds, right = self.timed()
        self.assertTrue(right)
        self.assertGreater(seconds, 0.1)

    def test_stall(self):
        for after in (0, 300):
            self.fault("stall", seconds=0.3, after=after)
            seconds, right = self.timed()
            self.assertTrue(right)
            self.assertGreater(seconds, 0.3)

    def test_a_stall_ends_with_the_tenant(self):
        self.fault("stall", seconds=60)
        self.assertEqual(self.get_raw(seconds=0.2)[1], "timeout")
        start = time.monotonic()
        self.tenant.close()
        self.assertLess(time.monotonic() - start, 2)


class Errors(FaultCase):
    """Answers of a service that has troubles."""

    def test_status_bodies(self):
        for status, body, seen in ((502, "html", b"<title>502 Bad Gateway</title>"),
                                   (500, "empty", b""), (503, "json", b'"statusCode":503'),
                                   (504, "upstream timed out", b"upstream timed out")):
            self.fault("status", status=status, body=body)
            got, answer, _ = self.client.ask("PATCH", self.one, PATCH_BODY)
            self.assertEqual(got, status)
            self.assertIn(seen, answer)
        self.assertFalse(self.applied())

    def test_applied_then_error(self):
        self.fault("applied_then_error")
        self.assertEqual(self.client.ask("PATCH", self.one, PATCH_BODY)[0], 502)
        self.assertTrue(self.applied())

    def test_early_answer(self):
        self.fault("early_answer")
        data = self.client.plain("PATCH", self.one, PATCH_BODY, "keep-alive")
        answer, how = self.client.raw(data[:-10])
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "))
        self.assertEqual((how, self.applied()), ("close", False))

    def test_rate_limited(self):
        for how, names in (({"retry_after": 3}, {"Retry-After": "3"}), ({"reset_in": 5}, {}),
                           ({"date": False}, {"Date": None, "X-RateLimit-Reset": None})):
            self.fault("rate_limited", **how)
            status, body, headers = self.client.ask("GET", self.one)
            self.assertEqual((status, json.loads(body)["errorCode"]), (429, "too_many_requests"))
            self.assertEqual(headers.get_all("X-RateLimit-Remaining"), ["0"])
            for name, value in names.items():
                self.assertEqual(headers[name], value)
        self.fault("rate_limited", reset_in=5)
        headers = self.client.ask("GET", self.one)[2]
        self.assertAlmostEqual(int(headers["X-RateLimit-Reset"]), self.tenant.utc_now() + 5, delta=1)

    def test_rate_limited_shapes(self):
        for shape, seen in (("oauth", b'"error_description"'), ("bare", b'"statusCode":429'),
                            ("html", b"<html>"), ("empty", b"")):
            self.fault("rate_limited", shape=shape)
            status, body, _ = self.client.ask("GET", self.one)
            self.assertEqual(status, 429)
            self.assertIn(seen, body)

    def test_expire_token(self):
        self.fault("expire_token", method="PATCH")
        self.assertEqual(self.client.ask("GET", self.one)[0], 200)
        self.assertEqual(self.client.ask("PATCH", self.one, PATCH_BODY)[0], 401)
        self.client.token = self.tenant.issue_token(*self.tenant.tokens.scopes)
        self.assertEqual(self.client.ask("PATCH", self.one, PATCH_BODY)[0], 200)

    def test_change_scopes(self):
        self.fault("change_scopes", at=2, scopes=["read:connections"])
        self.assertIn("options", self.client.json("connections/" + self.id))
        self.assertNotIn("options", self.client.json("connections/" + self.id))

    def test_token_lacks(self):
        self.fault("token_lacks", path="/oauth/token", scopes=["read:connections_options"])
        form = {"grant_type": "client_credentials", "client_id": self.tenant.client_id,
                "client_secret": self.tenant.secrets[0], "audience": self.tenant.audience}
        body = self.client.ask("POST", "/oauth/token", json.dumps(form))[1]
        answer = json.loads(body)
        self.assertNotIn("read:connections_options", answer["scope"])
        self.client.token = answer["access_token"]
        self.assertNotIn("options", self.client.json("connections/" + self.id))

    def test_edit(self):
        self.fault("edit", target=self.id, change={"by": '"another"'}, drop=["icon_url"])
        self.assertNotIn("by", self.client.json("connections/" + self.id)["options"])
        after = self.client.json("connections/" + self.id)["options"]
        self.assertEqual(after["by"], "another")
        self.assertNotIn("icon_url", after)


class Framing(FaultCase):
    """Heads and bodies in every dress. http.client reads the right ones."""

    def test_right_framings(self):
        for kind, how in (("chunked", {}), ("chunked", {"sizes": [1], "trailers": ""}),
                          ("content_length", {}), ("close_delimited", {}), ("casing", {}),
                          ("interim", {"status": 100, "count": 3})):
            self.fault(kind, **how)
            self.assertEqual(self.client.get("connections/" + self.id), (200, samples.google()),
                             kind)

    def test_chunks_as_they_are_written(self):
        self.fault("chunked", sizes=[2, 300], extension=";x", trailers="T: 1\r\n")
        answer = self.get_raw()[0]
        self.assertIn(b'\r\n\r\n2;x\r\n{"\r\n12c;x\r\n', answer)
        self.assertTrue(answer.endswith(b"\r\n0;x\r\nT: 1\r\n\r\n"))

    def test_interim(self):
        self.fault("interim", status=103, head="Link: </a>\r\n")
        self.assertTrue(self.get_raw()[0].startswith(
            b"HTTP/1.1 103 Interim\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n"))

    def test_gzipped(self):
        self.fault("gzipped")
        self.assertEqual(self.client.ask("GET", self.one)[2]["content-encoding"], "gzip")

    def test_no_content(self):
        self.fault("no_content", method="PATCH")
        self.assertEqual(self.client.ask("PATCH", self.one, PATCH_BODY)[:2], (204, b""))
        self.assertTrue(self.applied())

    def test_conflicting_lengths(self):
        size = len(samples.google())
        for style, seen in (("differ", 2), ("twice", 2), ("list", 1), ("with_chunked", 1),
                            ("negative", 1), ("plus", 1), ("hex", 1), ("overflow", 1),
                            ("word", 1)):
            self.fault("conflicting_lengths", style=style)
            answer, how = self.get_raw()
            self.assertEqual(answer.lower().count(b"\r\ncontent-length: "), seen, style)
            self.assertEqual((how, answer[-size:]), ("close", samples.google()))

    def test_heads(self):
        self.fault("oversize_head", bytes=50000)
        self.assertGreater(self.get_raw()[0].index(b"\r\n\r\n"), 50000)
        self.fault("extra_head", lines=" folded\r\n")
        self.assertIn(b"\r\n folded\r\n\r\n", self.get_raw()[0])
        self.fault("date", text="yesterday")
        self.fault("without_header", name="vary")
        headers = self.client.ask("GET", self.one)[2]
        self.assertEqual((headers["date"], headers["vary"]), ("yesterday", None))

    def test_raw_and_garbage(self):
        self.fault("raw", data=b"HTTP/1.1 20\r\n\r\n")
        self.assertEqual(self.get_raw(), (b"HTTP/1.1 20\r\n\r\n", "close"))
        self.fault("garbage")
        self.assertNotIn(b"HTTP", self.get_raw()[0])


class Documents(FaultCase):
    """Answers that are right HTTP and wrong JSON."""

    def document(self, kind, **how):
        """The body of a GET under that fault."""
        self.fault(kind, **how)
        status, body = self.client.get("connections/" + self.id)
        self.assertEqual(status, 200)
        return body

    def test_documents(self):
        self.assertIn(b"<html>", self.document("not_json"))
        self.assertEqual(self.document("body", data="[]"), b"[]")
        twice = self.document("duplicate_keys", key="options", value="{}")
        self.assertEqual(raw_json.keys(twice).count("options"), 2)
        self.assertNotIn("options", raw_json.keys(self.document("options_missing")))
        for value in ("[]", "null", '"text"'):
            changed = self.document("options_is", value=value)
            self.assertEqual(raw_json.get(changed, "options"), value.encode())
        self.assertIn(b'"strategy":7', self.document("member_is", value="7"))
        self.assertNotIn(b'"strategy"', self.document("without_member"))
        self.assertFalse(self.applied())

    def test_deep(self):
        body = self.document("deep", depth=65)
        depth = deepest = 0
        for byte in body:
            depth += (byte in b"{[") - (byte in b"}]")
            deepest = max(deepest, depth)
        self.assertEqual(deepest, 65)

    def test_huge(self):
        self.assertGreater(len(self.document("huge", bytes=300000)), 300000)


class WholeConnections(FaultCase):
    """Faults below HTTP."""

    def handshake(self):
        """How a new connection's handshake goes."""
        context = ssl.create_default_context(cafile=str(self.tenant.ca_file))
        try:
            with socket.create_connection(("127.0.0.1", self.tenant.port), 3) as sock:
                with context.wrap_socket(sock, server_hostname=self.tenant.domain):
                    return "ok"
        except ssl.SSLError as error:
            return error.reason or "eof"
        except OSError as error:
            return type(error).__name__

    def test_ends(self):
        self.fault("connection_reset", connection=1)
        self.fault("connection_closed", connection=2)
        self.fault("connection_garbage", connection=3)
        self.fault("connection_stall", connection=4, seconds=0.1)
        self.assertEqual(self.handshake(), "ConnectionResetError")
        self.assertIn(self.handshake(), ("UNEXPECTED_EOF_WHILE_READING", "ConnectionResetError",
                                         "eof"))
        self.assertEqual(self.handshake(), "WRONG_VERSION_NUMBER")
        self.assertNotEqual(self.handshake(), "ok")
        self.assertEqual(self.handshake(), "ok")
        self.assertTrue(self.tenant.settle())
        self.assertEqual((self.tenant.tcp_connections, self.tenant.handshakes), (5, 1))

    def test_cut_after_raw_bytes(self):
        self.fault("connection_cut", sent=500, times=1)
        self.assertEqual(self.handshake(), "ConnectionResetError")
        self.assertEqual(self.handshake(), "ok")
        self.assertEqual(len(self.tenant.journal.handshake_errors), 1)

    def test_refused_by_the_client_is_noted(self):
        context = ssl.create_default_context()
        with self.assertRaises(ssl.SSLError):
            with socket.create_connection(("127.0.0.1", self.tenant.port), 3) as sock:
                context.wrap_socket(sock, server_hostname=self.tenant.domain)
        self.tenant.settle()
        self.assertEqual(self.tenant.handshakes, 0)
        self.assertIn("unknown ca", self.tenant.journal.handshake_errors[0].lower())


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
                         b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", b"GET / HTTP/1.1\nHost: a\n\r\n\r\n",
                         b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"):
                answer, how = client.raw(data)
                self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), data)
                self.assertEqual(how, "close")
            self.assertEqual(len(tenant.journal.malformed), 7)

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


class Coverage(unittest.TestCase):
    """No kind of fault is left without a test."""

    def test_every_kind_is_met(self):
        source = Path(__file__).read_text(encoding="utf-8")
        for table in fault_kinds.TABLES:
            for kind, function in table.items():
                self.assertTrue(inspect.getdoc(function), kind)
                self.assertIn('"%s"' % kind, source)


if __name__ == "__main__":
    unittest.main()
