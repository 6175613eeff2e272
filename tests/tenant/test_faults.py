"""Faults meet the requests they are meant for, and end or slow connections as they say."""

import http.client
import inspect
import socket
import ssl
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tenant import Fault, fault_kinds, samples  # noqa: E402
from tenant.client_for_tests import FaultCase, PATCH_BODY  # noqa: E402


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
        self.assertTrue(self.tenant.settle())
        self.assertEqual(len(self.tenant.journal.handshake_errors), 1)

    def test_refused_by_the_client_is_noted(self):
        context = ssl.create_default_context()
        with self.assertRaises(ssl.SSLError):
            with socket.create_connection(("127.0.0.1", self.tenant.port), 3) as sock:
                context.wrap_socket(sock, server_hostname=self.tenant.domain)
        self.tenant.settle()
        self.assertEqual(self.tenant.handshakes, 0)
        self.assertIn("unknown ca", self.tenant.journal.handshake_errors[0].lower())

    def test_a_certificate_is_demanded_later(self):
        self.fault("demand_certificates", at=1)
        self.assertEqual(self.client.ask("GET", self.one)[0], 200)
        self.handshake()  # the client of TLS 1.3 does not know yet how it went
        self.client.close()
        self.assertTrue(self.tenant.settle())
        self.assertIn("did not return a certificate", self.tenant.journal.handshake_errors[0])


class Coverage(unittest.TestCase):
    """No kind of fault is left without a test."""

    def test_every_kind_is_met(self):
        here = Path(__file__).resolve().parent
        source = "".join((here / name).read_text(encoding="utf-8")
                         for name in ("test_faults.py", "test_faulty_answers.py"))
        for table in fault_kinds.TABLES:
            for kind, function in table.items():
                self.assertTrue(inspect.getdoc(function), kind)
                self.assertIn('"%s"' % kind, source)


if __name__ == "__main__":
    unittest.main()
