"""Errors of the service and of the way to it: exit code, one line, no harm done."""

import socket
import time

import cli
from cli import CON, Fault, FaultTest, WireTest, connection


class StatusTest(FaultTest):
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
        for body in ("empty", '{"message":"no"}'):
            self.fails(4, "forbidden", Fault("status", method="GET", status=403, body=body))

    def test_404(self):
        tenant, _ = self.one()
        for key in ("con_nothing", "nothing"):
            result = self.run_cli(tenant, "set", key, "off", "--json")
            self.expect(result, 5, key, "no such connection")
            self.assertEqual(result.json[0]["code"], "no_such_connection")
        self.fails(5, "no_such_connection", Fault("status", method="PATCH", status=404,
                                                  body="json"))

    def test_other_refusals_by_the_service(self):
        def check(case):
            status, body = case
            fault = Fault("status", method="PATCH", status=status, body=body)
            code = "web_page" if body == "html" else "rejected"
            tenant, _ = self.fails(1, code, fault, texts=("HTTP %d" % status,))
            self.assertEqual(tenant.methods(), ["GET", "PATCH"])

        self.all_of(check, [(status, body) for status in (400, 402, 405, 409, 413, 415, 422)
                            for body in ("html", "empty", "json")])

    def test_error_texts_do_not_reach_the_output(self):
        body = '{"statusCode":400,"errorCode":"MARKER secret text","message":"MARKER-text"}'
        self.more_secrets.append("MARKER")
        self.fails(1, "rejected", Fault("status", method="PATCH", status=400, body=body))

    def test_an_earlier_error_is_not_told(self):
        body = '{"statusCode":503,"errorCode":"overloaded"}'
        first = Fault("status", method="GET", status=503, body=body)
        then = Fault("reset_before", method="GET", occurrence=2, times=None)
        _, result = self.fails(1, "connection_reset", first, then)
        self.assertNotIn(b"HTTP 503", result.raw)
        self.assertNotIn(b"overloaded", result.raw)

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
        self.assertLess(result.seconds, 4 * self.slowness + self.slack)

    def test_applied_all_the_same(self):
        tenant, _ = self.recovers(Fault("applied_then_error", method="PATCH"))
        self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"])

    def test_writes_that_never_succeed(self):
        fault = Fault("status", method="PATCH", status=500, times=None)
        tenant, result = self.run_with(fault, timeout=2)
        self.assertEqual(result.code, 1, result.raw)
        self.assertEqual(tenant.writes(), 0)

    def test_token_endpoint(self):
        for status, body, exit_code, code in ((500, "html", 0, "ok"), (429, "html", 0, "ok"),
                                              (403, "json", 4, None), (403, "empty", 4, None)):
            tenant, con = self.one()
            tenant.faults.append(Fault("status", method="POST", status=status, body=body))
            result = self.run_cli(tenant, "set", con, "off", "--json",
                                  env=tenant.environment(credentials=True))
            self.assertEqual(result.code, exit_code, result.raw)
            self.assertEqual(result.json[0]["code"], code or "client_credentials")
            tenant.close()


class RateLimitTest(FaultTest):
    """429: waited out inside the time-out, and said at once when that cannot be."""

    def paused(self, lowest, highest, fault, **how):
        tenant, result = self.recovers(fault, **how)
        self.assertGreaterEqual(result.seconds, lowest)
        self.assertLess(result.seconds, highest * self.slowness + self.slack)
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
            self.assertLess(result.seconds, 3.5 * self.slowness + self.slack)

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
            self.assertLess(result.seconds, 4 * self.slowness + self.slack)

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
            self.assertLess(result.seconds, 2 * self.slowness + self.slack)

    def test_limit_that_never_ends(self):
        fault = Fault("rate_limited", method="GET", date=False, times=None)
        _, result = self.fails(6, "rate_limited", fault, timeout=2)
        self.assertLess(result.seconds, 4 * self.slowness + self.slack)

    def test_after_the_write_it_is_unverified(self):
        fault = Fault("rate_limited", method="GET", occurrence=2, retry_after=60)
        self.fails(1, "unverified", fault, wrote=True, texts=("rate limit",))

    def test_real_bucket(self):
        tenant = self.tenant(connection(), burst=2, refill=1.0)
        self.expect(self.run_cli(tenant, "set", CON, "off"), 0)
        self.expect_set(tenant, CON, "on_first_login")
        self.assertEqual(tenant.methods().count("PATCH"), 1)


class ReachTest(WireTest):
    """No tenant there, or another one."""

    def reach(self, domain, *arguments, timeout=30):
        """A job that has long to end: what these tests expect happens by itself, however busy the
        machine is."""
        env = {"AUTH0_DOMAIN": domain, "AUTH0_API_TOKEN": "MARKER-token"}
        self.more_secrets.append("MARKER-token")
        return self.run_cli(None, "get", "x", "--timeout", "%d" % timeout, "--json",
                            *arguments, env=env)

    def test_refused_port(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            result = self.expect(self.reach("localhost:%d" % port), 1, "no connection",
                                 "port %d" % port, cli.REFUSED)
        self.assertEqual(result.json[0]["code"], "connect_failed")

    def test_unknown_name(self):
        """One that no name can be: every resolver says so itself, without a network as well."""
        name = "n" * 64 + ".invalid"
        result = self.expect(self.reach(name), 1, name)
        self.assertEqual(result.json[0]["code"], "name_not_resolved")

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
            result = self.reach("localhost:%d" % silent.getsockname()[1], timeout=self.slowness)
            self.assertEqual((result.code, result.json[0]["code"]), (1, "timeout"))
            self.assertLess(time.monotonic() - started, 2.5 * self.slowness + self.slack)


if __name__ == "__main__":
    cli.main()
