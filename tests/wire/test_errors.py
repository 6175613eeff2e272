"""Errors of the service, of the network and of the user: exit code, one line, no harm done."""

import socket
import time
import unittest

import cli
from cli import Fault, WireTest, connection

CON = "con_%016d" % 1


class ErrorTest(WireTest):
    """run_with() runs one `set` against a tenant with one connection and some faults."""

    def run_with(self, *faults, command=("set", CON, "off"), timeout=20, **how):
        tenant, _ = self.one(**how)
        tenant.faults += faults
        result = self.run_cli(tenant, *command, "--timeout", str(timeout), "--json")
        for fault in faults:
            self.assertGreater(fault.fired, 0, "%r never met a request" % fault)
        return tenant, result

    def fails(self, exit_code, code, *faults, texts=(), wrote=False, **how):
        """It ends with that exit code and code word; untouched unless `wrote`."""
        tenant, result = self.run_with(*faults, **how)
        self.expect(result, exit_code, *texts)
        line = result.json[0]
        self.assertEqual((line["status"], line["code"]), ("failed", code), line)
        self.assertIn(line["message"], result.message)
        if not wrote:
            self.assertEqual(tenant.writes(), 0)
        return tenant, result

    def recovers(self, *faults, writes=1, **how):
        """It ends as wanted all the same, with so many writes."""
        tenant, result = self.run_with(*faults, **how)
        self.expect(result, 0)
        self.assertEqual(result.json[0]["status"], "changed")
        self.expect_set(tenant, CON, "on_first_login", writes)
        return tenant, result


    def all_recover(self, faults):
        """recovers() for each single fault, several at a time."""
        self.all_of(self.recovers, list(faults))

    def all_fail(self, exit_code, code, faults):
        """fails() for each single fault, several at a time."""
        self.all_of(lambda fault: self.fails(exit_code, code, fault), list(faults))


class StatusTest(ErrorTest):
    """Answers that are no success."""

    def test_401(self):
        for method in ("GET", "PATCH"):
            self.fails(4, "unauthorized", Fault("expire_token", method=method),
                       texts=("token was not accepted", "HTTP 401"))

    def test_wrong_token(self):
        tenant, con = self.one()
        env = tenant.environment("MARKER.not.a.token")
        self.more_secrets.append("MARKER.not.a.token")
        self.expect(self.run_cli(tenant, "set", con, "off", env=env), 4, "HTTP 401")

    def test_token_expires_before_the_verification(self):
        fault = Fault("expire_token", method="GET", occurrence=2)
        self.fails(1, "unverified", fault, wrote=True, texts=("could not be verified",))

    def test_403_names_the_scope(self):
        every = {"read:connections", "read:connections_options", "update:connections",
                 "update:connections_options"}
        for scope in ("read:connections", "update:connections", "update:connections_options"):
            tenant, con = self.one()
            env = tenant.environment(tenant.issue_token(*(every - {scope})))
            result = self.run_cli(tenant, "set", con, "off", "--json", env=env)
            self.expect(result, 4, "(%s)" % scope, "HTTP 403")
            self.assertEqual(result.json[0]["code"], "insufficient_scope")
            self.assertEqual(tenant.writes(), 0)
            tenant.close()

    def test_403_without_a_scope(self):
        for body in ("html", "empty", '{"message":"no"}'):
            self.fails(4, "forbidden", Fault("status", method="GET", status=403, body=body))

    def test_404(self):
        tenant, _ = self.one()
        for key in ("con_nothing", "nothing"):
            result = self.run_cli(tenant, "set", key, "off", "--json")
            self.expect(result, 5, key, "no such connection")
            self.assertEqual(result.json[0]["code"], "no_such_connection")
        self.fails(5, "no_such_connection", Fault("status", method="PATCH", status=404))

    def test_other_refusals_by_the_service(self):
        def check(case):
            status, body = case
            fault = Fault("status", method="PATCH", status=status, body=body)
            tenant, _ = self.fails(1, "rejected", fault, texts=("HTTP %d" % status,))
            self.assertEqual(tenant.methods(), ["GET", "PATCH"])

        self.all_of(check, [(status, body) for status in (400, 402, 405, 409, 413, 415, 422)
                            for body in ("html", "empty", "json")])

    def test_error_texts_do_not_reach_the_output(self):
        body = '{"statusCode":400,"errorCode":"MARKER secret text","message":"MARKER-text"}'
        self.more_secrets.append("MARKER")
        self.fails(1, "rejected", Fault("status", method="PATCH", status=400, body=body))

    def test_redirect(self):
        for status in (301, 302, 304, 307, 308):
            faults = (Fault("status", method="GET", status=status, body="empty"),
                      Fault("header", method="GET", name="Location", value="https://evil.test/"))
            self.fails(1, "rejected", *faults)

    def test_204(self):
        fault = Fault("no_content", method="GET")
        _, result = self.run_with(fault)
        self.assertIn(result.code, (1, 3))
        self.recovers(Fault("no_content", method="PATCH"))

    def test_server_errors_pass(self):
        self.all_recover(Fault("status", method="GET", status=status, body=body)
                         for status in (500, 502, 503, 504)
                         for body in ("html", "empty", "json"))
        for method, occurrence in (("PATCH", 1), ("GET", 2)):
            fault = Fault("status", method=method, occurrence=occurrence, status=502)
            tenant, _ = self.recovers(fault)
            self.assertEqual(tenant.tcp_connections, 1)

    def test_server_errors_that_last(self):
        fault = Fault("status", method="GET", status=503, times=None)
        _, result = self.fails(1, "server_error", fault, timeout=2, texts=("HTTP 503",))
        self.assertLess(result.seconds, 4)

    def test_applied_all_the_same(self):
        tenant, _ = self.recovers(Fault("applied_then_error", method="PATCH"))
        self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"])

    def test_writes_that_never_succeed(self):
        fault = Fault("status", method="PATCH", status=500, times=None)
        tenant, result = self.run_with(fault, timeout=2)
        self.assertEqual(result.code, 1, result.raw)
        self.assertEqual(tenant.writes(), 0)

    def test_token_endpoint(self):
        for status, exit_code, code in ((500, 0, "ok"), (429, 0, "ok"), (403, 4, None)):
            tenant, con = self.one()
            tenant.faults.append(Fault("status", method="POST", status=status))
            result = self.run_cli(tenant, "set", con, "off", "--json",
                                  env=tenant.environment(credentials=True))
            self.assertEqual(result.code, exit_code, result.raw)
            self.assertEqual(result.json[0]["code"], code or "client_credentials")
            tenant.close()


class RateLimitTest(ErrorTest):
    """429: waited out inside the time-out, and said at once when that cannot be."""

    def paused(self, lowest, highest, fault, **how):
        tenant, result = self.recovers(fault, **how)
        self.assertGreaterEqual(result.seconds, lowest)
        self.assertLess(result.seconds, highest)
        return tenant

    def test_retry_after(self):
        self.paused(1.0, 2.5, Fault("rate_limited", method="GET", retry_after=1))

    def test_reset_by_the_answers_own_date(self):
        def check(offset):
            tenant, con = self.one()
            tenant.clock_offset = offset
            tenant.faults.append(Fault("rate_limited", method="GET", reset_in=1))
            result = self.expect(self.run_cli(tenant, "set", con, "off"), 0)
            self.assertGreaterEqual(result.seconds, 1.0)
            self.assertLess(result.seconds, 3.5)

        self.all_of(check, (0, -86400, 86400))

    def test_retry_after_comes_first(self):
        self.paused(0.0, 2.5, Fault("rate_limited", method="GET", retry_after=1, reset_in=60))

    def test_neither(self):
        for shape in ("management", "bare", "html", "empty"):
            fault = Fault("rate_limited", method="GET", shape=shape, date=False)
            self.paused(0.2, 1.5, fault)

    def test_nonsense(self):
        def check(value):
            fault = Fault("rate_limited", method="GET", retry_after=value)
            _, result = self.run_with(fault, timeout=3)
            self.assertIn(result.code, (0, 6), result.raw)
            self.assertLess(result.seconds, 4)

        self.all_of(check, ("-5", "soon", "1e3", "", "99999999999999999999", "1.5"))

    def test_on_the_write_and_after_it(self):
        tenant = self.paused(1.0, 2.8, Fault("rate_limited", method="PATCH", retry_after=1))
        self.assertEqual(tenant.methods().count("PATCH"), 2)
        fault = Fault("rate_limited", method="GET", occurrence=2, retry_after=1)
        self.assertEqual(self.paused(1.0, 2.8, fault).methods().count("PATCH"), 1)

    def test_beyond_the_time_out_is_said_at_once(self):
        for parameters in ({"retry_after": 30}, {"reset_in": 30}):
            fault = Fault("rate_limited", method="GET", **parameters)
            _, result = self.fails(6, "rate_limited", fault, texts=("rate limit", "3"))
            self.assertLess(result.seconds, 2)

    def test_limit_that_never_ends(self):
        fault = Fault("rate_limited", method="GET", date=False, times=None)
        _, result = self.fails(6, "rate_limited", fault, timeout=2)
        self.assertLess(result.seconds, 4)

    def test_after_the_write_it_is_unverified(self):
        fault = Fault("rate_limited", method="GET", occurrence=2, retry_after=60)
        self.fails(1, "unverified", fault, wrote=True, texts=("rate limit",))

    def test_real_bucket(self):
        tenant = self.tenant(connection(), burst=2, refill=1.0)
        self.expect(self.run_cli(tenant, "set", CON, "off"), 0)
        self.expect_set(tenant, CON, "on_first_login")
        self.assertEqual(tenant.methods().count("PATCH"), 1)


class BrokenConnectionTest(ErrorTest):
    """Connections that end or falter at any point: settled by reading, written once."""

    REQUESTS = (("GET", 1), ("PATCH", 1), ("GET", 2))

    def each_request(self, kind, **parameters):
        """The fault at each of the three requests in turn."""
        return [Fault(kind, method=method, occurrence=occurrence, **parameters)
                for method, occurrence in self.REQUESTS]

    def test_no_effect_and_no_answer(self):
        self.all_recover(self.each_request("reset_before") + self.each_request("close_before")
                         + [Fault("reset_mid_request", method="PATCH")])

    def test_lost_answer(self):
        def check(fault):
            tenant, _ = self.recovers(fault)
            self.assertEqual(tenant.methods().count("PATCH"), 1)

        self.all_of(check, self.each_request("reset_after") + self.each_request("close_after"))

    def test_lost_answer_is_settled_by_reading(self):
        tenant, result = self.recovers(Fault("close_after", method="PATCH", end="fin"))
        self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"])
        self.assertEqual(result.json[0]["requests"], 3)

    def test_lost_answer_and_nothing_after_it(self):
        tenant, con = self.one()
        tenant.faults += [Fault("close_after", method="PATCH"),
                          Fault("close_before", method="GET", occurrence=2, times=None)]
        result = self.run_cli(tenant, "set", con, "off", "--timeout", "2", "--json")
        self.expect(result, 1, "could not be verified")
        self.assertEqual(result.json[0]["code"], "unverified")
        self.assertNotIn("nothing written", result.message)

    def test_cut(self):
        self.all_recover(
            fault for sent in (0, 1, 200, 700)
            for level, end in (("http", "notify"), ("http", "reset"), ("tls", "fin"))
            for fault in self.each_request("cut", bytes=sent, level=level, end=end))

    def test_broken_record(self):
        """An alert in the middle of a record: the record is no longer authentic."""
        for fault in self.each_request("cut", bytes=1, level="tls"):
            tenant, result = self.run_with(fault)
            self.assertIn(result.json[0]["code"], ("ok", "tls_failed", "unverified"), result.raw)
            self.assertEqual(result.json[0]["code"] == "tls_failed",
                             "PATCH" not in tenant.methods())

    def test_broken_record_of_the_writes_answer_is_settled(self):
        self.recovers(Fault("cut", method="PATCH", bytes=1, level="tls"))

    def test_cut_of_a_body_that_ends_with_the_connection(self):
        tenant, con = self.one()
        tenant.faults += [Fault("close_delimited", method="GET", end="fin"),
                          Fault("cut", method="GET", bytes=500, end="fin")]
        self.expect(self.run_cli(tenant, "set", con, "off"), 0)
        self.expect_set(tenant, con, "on_first_login")

    def test_drip(self):
        self.recovers(Fault("drip", ms=0, size=1, times=None))
        self.recovers(Fault("drip", ms=1, size=7, level="tls", times=None))

    def test_short_stall(self):
        self.all_recover(self.each_request("stall", seconds=0.3, after=50))

    def test_stall_before_the_write(self):
        _, result = self.fails(1, "timeout", Fault("stall", method="GET", seconds=6), timeout=1,
                               texts=("no answer in time", "--timeout"))
        self.assertLess(result.seconds, 2.5)

    def test_stall_of_the_writes_answer(self):
        _, result = self.fails(1, "unverified", Fault("hang", method="PATCH", seconds=6),
                               timeout=1, wrote=True, texts=("no answer in time",))
        self.assertLess(result.seconds, 2.5)

    def test_slow_answer_cannot_outlast_the_time_out(self):
        _, result = self.fails(1, "timeout", Fault("drip", ms=50, size=1, method="GET"),
                               timeout=1)
        self.assertLess(result.seconds, 2.5)

    def test_close_after_each_answer(self):
        tenant, result = self.recovers(Fault("connection_close", times=None))
        self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"])
        self.assertEqual(tenant.handshakes, 3)
        tenant, _ = self.recovers(Fault("close_delimited", times=None))
        self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"])

    def test_silent_close(self):
        def check(case):
            end, milliseconds = case
            self.recovers(Fault("silent_close", end=end, ms=milliseconds, times=None), timeout=6)

        self.all_of(check, [(end, milliseconds) for end in ("notify", "fin", "reset")
                            for milliseconds in (0, 30)], 2)

    def test_connections_that_never_were(self):
        self.all_recover([Fault("connection_reset"), Fault("connection_closed")]
                         + [Fault("connection_cut", sent=sent, end=end)
                            for sent in (10, 500, 1500) for end in ("reset", "fin")])

    def test_handshake_that_stalls(self):
        _, result = self.run_with(Fault("connection_stall", seconds=6), timeout=1)
        self.assertEqual((result.code, result.json[0]["code"]), (1, "timeout"))
        self.assertLess(result.seconds, 2.5)

    def test_no_tls_at_all(self):
        fault = Fault("connection_garbage", times=None)
        tenant, con = self.one()
        tenant.faults.append(fault)
        result = self.run_cli(tenant, "set", con, "off", "--json", "--timeout", "5")
        self.expect(result, 8)
        self.assertEqual(result.json[0]["code"], "tls_failed")


class HttpTest(ErrorTest):
    """Odd but right HTTP is understood, wrong HTTP is refused."""

    def test_odd_but_right(self):
        faults = [("chunked", {}), ("chunked", {"sizes": (1,)}), ("content_length", {}),
                  ("chunked", {"extension": "", "trailers": "A: b\r\nContent-Length: 3\r\n"}),
                  ("interim", {}), ("interim", {"status": 103, "count": 5,
                                                "head": "Link: </x>\r\n"}),
                  ("casing", {"style": "odd"}), ("casing", {"style": "upper"}),
                  ("casing", {"style": "lower"}), ("without_header", {"name": "Date"}),
                  ("date", {"text": "yesterday"}), ("extra_head", {"lines": "X: \t a \t\r\nY:\r\n"}),
                  ("close_delimited", {}), ("header", {"name": "Content-Type", "value": "x/y"})]
        self.all_recover(Fault(kind, times=None, **parameters) for kind, parameters in faults)

    def test_every_framing_and_casing(self):
        for framing in ("chunked", "length", "close"):
            for casing in ("lower", "upper", "odd"):
                tenant = self.tenant(connection(), framing=framing, casing=casing)
                self.expect(self.run_cli(tenant, "set", CON, "off"), 0)
                self.expect_set(tenant, CON, "on_first_login")
                tenant.close()

    def test_gzip(self):
        self.fails(1, "http_content_encoding", Fault("gzipped", method="GET"),
                   texts=("compressed",))

    def test_conflicting_lengths(self):
        self.all_fail(1, "http_syntax", [
            Fault("conflicting_lengths", method="GET", style=style)
            for style in ("differ", "twice", "list", "with_chunked", "negative", "plus", "hex",
                          "overflow", "word")])

    def test_bad_heads(self):
        self.all_fail(1, "http_syntax", [
            Fault("extra_head", method="GET", lines=lines)
            for lines in ("X : 1\r\n", " folded\r\n", "X: a\x00b\r\n", "X: a\rb\r\n",
                          "X: a\nY: b\r\n", "no colon\r\n", ": 1\r\n", "X: 1\n")])

    def test_bad_status_lines_and_chunks(self):
        chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for data in ("HTTP/1.1 2OO OK\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
                     "ICY 200 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1 099 X\r\n\r\n",
                     chunked + "g\r\n", chunked + "-1\r\n", chunked + " 5\r\n{}\r\n",
                     chunked + "0x2\r\n{}\r\n0\r\n\r\n", chunked + "2\r\n{}X\r\n0\r\n\r\n",
                     chunked + "fffffffffffffffff\r\n", chunked + "2\n{}\r\n0\r\n\r\n",
                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                     "HTTP/1.1 101 Switching Protocols\r\n\r\n"):
            with self.subTest(data[-40:]):
                tenant, result = self.run_with(Fault("raw", method="GET", data=data))
                self.assertEqual(result.code, 1, result.raw)
                self.assertIn(result.json[0]["code"], ("http_syntax", "http_content_encoding"))
                self.assertEqual(tenant.writes(), 0)

    def test_garbage(self):
        self.fails(1, "http_syntax", Fault("garbage", method="GET"))

    def test_oversize_head(self):
        for size in (100000, 10000000):
            tenant, result = self.run_with(Fault("oversize_head", method="GET", bytes=size))
            self.assertIn((result.code, result.json[0]["code"]),
                          ((1, "http_syntax"), (1, "http_too_large")))
            self.assertEqual(tenant.writes(), 0)

    def test_endless_interim_answers(self):
        _, result = self.run_with(Fault("interim", method="GET", count=100000), timeout=5)
        self.assertIn(result.code, (0, 1))

    def test_answers_to_the_write_are_settled_by_reading(self):
        for kind in ("gzipped", "garbage", "huge"):
            with self.subTest(kind):
                tenant, result = self.run_with(Fault(kind, method="PATCH"))
                self.assertIn(result.json[0]["code"], ("ok", "unverified"), result.raw)
                self.assertEqual(tenant.methods().count("PATCH"), 1)
                if result.code == 0:
                    self.expect_set(tenant, CON, "on_first_login")

    def test_body_of_the_writes_answer_does_not_matter(self):
        for data in ("", "{", "<html>", "[]"):
            self.recovers(Fault("body", method="PATCH", data=data))


class ReachTest(WireTest):
    """No tenant there, or another one."""

    def reach(self, domain, *arguments):
        env = {"AUTH0_DOMAIN": domain, "AUTH0_API_TOKEN": "MARKER-token"}
        self.more_secrets.append("MARKER-token")
        return self.run_cli(None, "get", "x", "--timeout", "1", "--json", *arguments, env=env)

    def test_refused_port(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            result = self.expect(self.reach("localhost:%d" % port), 1, "no connection",
                                 "port %d" % port, "refused")
        self.assertEqual(result.json[0]["code"], "connect_failed")
        self.assertLess(result.seconds, 2.5)

    def test_unknown_name(self):
        result = self.expect(self.reach("name.invalid"), 1, "name.invalid")
        self.assertEqual(result.json[0]["code"], "name_not_resolved")
        self.assertLess(result.seconds, 2.5)

    def test_wrong_domain(self):
        tenant = self.tenant(connection())
        result = self.run_cli(tenant, "get", CON, "--domain", "other.example.auth0.test", "--json")
        self.expect(result, 8, "another name")
        self.assertEqual(result.json[0]["code"], "cert_name_mismatch")
        self.assertEqual(tenant.requests, [])

    def test_tenant_that_does_not_know_the_host(self):
        tenant = self.tenant(connection())
        result = self.run_cli(tenant, "get", CON, "--domain", "localhost")
        self.assertIn(result.code, (1, 5))

    def test_silent_peer(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            started = time.monotonic()
            result = self.reach("localhost:%d" % silent.getsockname()[1])
            self.assertEqual((result.code, result.json[0]["code"]), (1, "timeout"))
            self.assertLess(time.monotonic() - started, 2.5)


if __name__ == "__main__":
    cli.main()
