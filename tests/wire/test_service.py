"""What is told of an answer that is no success: whose it is, and why, and never what it quotes."""

import base64
import json
import os
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cli
from cli import CON, Fault, FaultTest, WireTest, connection, raw_json
from tenant import samples
from tenant.oauth import SCOPES

PAGE = ("<!DOCTYPE html>\n<html><head><title>Attention Required! | Edge</title></head><body>"
        "check its scopes MARKER-of-the-page</body></html>")
# What would send somebody to the token, the client or the connection.
WRONG_WAYS = ("check its scopes", "check the id", "get a new one", "see connsync list",
              "the service ", "check the domain", "strict JSON")


DIRECTORY = Path(os.environ.get("CONNSYNC_FIXTURES") or
                 Path(__file__).resolve().parents[3] / "shared/fixtures/connections")
FILES = sorted(DIRECTORY.glob("*.json"))[::3] if DIRECTORY.is_dir() else []


class PageTest(FaultTest):
    """A page in place of JSON is an edge's or a firewall's."""

    def setUp(self):
        super().setUp()
        self.more_secrets.append("MARKER-of-the-page")

    def page(self, method, status, body=PAGE, *more, credentials=False, command=("set", CON, "off")):
        tenant, _ = self.one()
        tenant.faults += [Fault("status", method=method, status=status, body=body, times=None), *more]
        env = tenant.environment(credentials=credentials)
        result = self.run_cli(tenant, *command, "--json", env=env)
        self.assertEqual(tenant.writes(), 0)
        self.assertEqual((result.code, result.json[0]["code"]), (1, "web_page"), result.raw)
        self.assertEqual(tenant.methods().count(method), 1, "what does not pass is asked once")
        message = result.json[0]["message"]
        self.assertIn("is a web page, not the API's", message)
        self.assertIn("nothing written", message)
        self.assertIn("HTTP %d" % status, message)
        for words in WRONG_WAYS:
            self.assertNotIn(words, message)
        self.assertIn(message, result.message)
        return message

    def test_whatever_the_request_and_the_status(self):
        def check(case):
            method, status = case
            self.page(method, status, credentials=method == "POST")

        self.all_of(check, [*((method, status) for method in ("GET", "PATCH", "POST")
                              for status in (302, 400, 401, 403, 404, 413)),
                            ("GET", 200), ("POST", 200)])

    def test_pages_of_other_spellings(self):
        bodies = ("\r\n\t <html>", "\ufeff<html>", "<?xml version='1.0'?><Error/>",
                  "error code: 1020", "RBAC: access denied", "<")
        self.all_of(lambda body: self.page("GET", 403, body), bodies)

    def test_json_is_no_page(self):
        for body in (' {"message":"<html>"}', '["<html>"]', '"<html>"', ""):
            tenant, con = self.one()
            tenant.faults.append(Fault("status", method="GET", status=403, body=body))
            result = self.run_cli(tenant, "get", con, "--json")
            self.assertEqual((result.code, result.json[0]["code"]), (4, "forbidden"), body)

    def test_who_sent_it(self):
        def check(case):
            fields, told = case
            more = [Fault("header", method="GET", name=name, value=value, times=None)
                    for name, value in fields]
            message = self.page("GET", 403, PAGE, *more)
            self.assertTrue(message.endswith(told), message)

        ray = "8f0c12ab34cd56ef-FRA"
        self.all_of(check, [
            ([("Server", "cloudflare"), ("Cf-Ray", ray)], "(cloudflare, cf-ray %s)" % ray),
            ([("Server", "nginx/1.24.0 (Ubuntu)"), ("Cf-Ray", "")], "(nginx)"),
            ([("Server", "MARKER-of-the-page"), ("Cf-Ray", "a b")], "(HTTP 403)"),
            ([("Cf-Ray", "x" * 64)], "(cf-ray %s)" % ("x" * 64)),
            ([("Cf-Ray", "x" * 65), ("X-Request-Id", "req-1.2_3")], "(x-request-id req-1.2_3)"),
            ([("Cf-Ray", "<script>"), ("Server", "squid/" + "9" * 3000)], "(squid)")])

    def test_a_page_of_what_may_pass(self):
        """It is tried again as ever, and whose it was is told in the end."""
        fault = Fault("status", method="GET", status=502, body="html", times=None)
        tenant, result = self.fails(1, "server_error", fault, timeout=2,
                                    texts=("HTTP 502", "is a web page, not the API's", "cf-ray "))
        self.assertGreater(len(tenant.methods()), 1)

    def test_a_page_before_is_not_told(self):
        first = Fault("status", method="GET", status=503, body="html")
        then = Fault("status", method="GET", occurrence=2, status=404, body="json")
        _, result = self.fails(5, "no_such_connection", first, then)
        self.assertNotIn("web page", result.message)

    def test_after_the_write(self):
        """Behind an acknowledged write it is what prevented the verification."""
        fault = Fault("status", method="GET", occurrence=2, status=403, body=PAGE, times=None)
        _, result = self.fails(1, "unverified", fault, wrote=True,
                               texts=("could not be verified", "is a web page", "HTTP 403"))
        self.assertNotIn("nothing written", result.message)
        self.assertEqual(result.message.count("web page"), 1)

    def test_many_connections(self):
        """Pages in a row end a run, as a network that is gone does."""
        tenant = self.tenant(*(connection("c%d" % n, number=n) for n in range(1, 8)))
        tenant.faults.append(Fault("status", method="PATCH", status=403, body=PAGE, times=None))
        result = self.run_cli(tenant, "apply", "-", stdin=json.dumps(
            {"all": True, "set_user_root_attributes": "off"}).encode())
        self.assertEqual(result.code, 1, result.raw)
        self.assertEqual(tenant.methods().count("PATCH"), 3)
        self.assertIn("4 connections were not tried after that: web_page", result.err)


class ReasonTest(FaultTest):
    """Why the service does not take a body, in words that quote nothing."""

    def reason(self, message, command=("set", CON, "off"), status=400, stdin=None, method="PATCH",
               **more):
        tenant, _ = self.one()
        body = json.dumps({"statusCode": status, "error": "Bad Request", "message": message,
                           **more})
        tenant.faults.append(Fault("status", method=method, status=status, body=body, times=None))
        env = tenant.environment(credentials=method == "POST")
        result = self.run_cli(tenant, *command, "--json", stdin=stdin, env=env)
        self.assertEqual(tenant.writes(), 0)
        told = result.json[0]["message"]
        self.assertIn(told, result.message)
        return result, told

    def test_of_a_set(self):
        for status in (400, 409, 422):
            result, told = self.reason(
                "Payload validation error: 'String is too long (5000 chars), maximum 4096: "
                "MARKER-secret' on property options.MARKER-id.icon_url", status=status,
                errorCode="invalid_body")
            self.assertEqual((result.code, result.json[0]["code"]), (1, "rejected"))
            self.assertIn("(HTTP %d, invalid_body); its words: payload validation error string is "
                          "too long ... chars maximum ... on property options ..." % status, told)

    def test_of_a_patch(self):
        """Of its members' names those are told that the message has, at whatever depth."""
        patch = b'{"icon_url":"MARKER-secret","upstream_params":{"login-hint":{"value":"x"}}}'
        result, told = self.reason(
            "options.upstream_params.login-hint must be of type object, not MARKER-secret; "
            "other_member is unknown", ("patch", CON, "-"), stdin=patch)
        self.assertEqual(result.code, 1)
        self.assertIn("its words: options upstream_params login-hint must be of type object not "
                      "... is unknown", told)

    def test_of_a_token(self):
        """What it is about, of all that is to be checked."""
        tenant, con = self.one()
        for body, words in (
                ({"error": "access_denied", "error_description":
                  "Client is not authorized to access \"MARKER-secret\". You need a grant"},
                 "(HTTP 403, access_denied); its words: client is not authorized to access ... "
                 "grant"),
                ({"error": "MARKER-secret", "error_description": "MARKER-secret"}, "(HTTP 403)")):
            tenant.faults[:] = [Fault("status", method="POST", status=403, body=json.dumps(body))]
            result = self.run_cli(tenant, "get", con, env=tenant.environment(credentials=True))
            self.expect(result, 4, "no token for these client credentials")
            self.assertTrue(result.message.endswith(words), result.message)

    def test_codes(self):
        """One of the service's is told, and a plain word of anybody's is not."""
        for code, told in (("operation_not_supported", True), ("MARKERsecret", False)):
            self.more_secrets.append("MARKERsecret")
            _, message = self.reason("", errorCode=code)
            self.assertEqual(code in message, told, message)

    def test_many(self):
        """Each connection of a run has the reason of its own."""
        tenant = self.tenant(connection("a", number=1), connection("b", number=2))
        for number, word in ((1, "domain"), (2, "metadata")):
            tenant.faults.append(Fault("status", method="PATCH", occurrence=number,
                                       status=400, body=json.dumps(
                                           {"message": "options.%s is required" % word})))
        result = self.run_cli(tenant, "apply", "-", "--json", stdin=json.dumps(
            {"all": True, "set_user_root_attributes": "off"}).encode())
        told = [line["message"].split("words: ")[1] for line in result.json if "id" in line]
        self.assertEqual(told, ["options domain is required", "options metadata is required"])

    @unittest.skipUnless(FILES, "no fixtures: set CONNSYNC_FIXTURES")
    def test_no_value_of_a_real_connection(self):
        """The service quotes all of `options`, as they are, and as a text: nothing of it is told but
        names of the patch. Every string in `options` is searched for."""
        # A value that stands in a name of the patch may be told.
        values = {text for path in FILES for text in raw_json.strings(path.read_bytes())
                  if len(text) >= cli.SHORTEST_SECRET}

        def check(path):
            tenant = self.tenant()
            con = tenant.add(path.read_bytes().strip())
            options = tenant.raw_options(con).decode()
            quoted = " must ".join((options, json.dumps(options), options.replace('"', "'")))
            members = json.loads(options)
            patch = json.dumps({**{name: None for name in members
                                   if not any(value in name for value in values)},
                                "MARKER": 1})
            tenant.faults.append(Fault(
                "status", method="PATCH", status=400, times=None, body=json.dumps(
                    {"message": quoted[:600], "errorCode": "invalid_body"})))
            result = self.run_cli(tenant, "patch", con, "-", "--allow-encrypted-configuration",
                                  stdin=patch.encode())
            if "HTTP 400" in result.err:
                return 1
            self.assertIn(result.code, (2, 3), result.raw)
            return 0

        with ThreadPoolExecutor(4) as pool:
            self.assertGreater(sum(pool.map(check, FILES)), len(FILES) // 2)


class ScopeTest(WireTest):
    """All scopes that are missing are named at once, also where nothing would be written."""

    READING = ("read:connections", "read:connections_options")
    WRITING = "update:connections, update:connections_options"
    ALL = "read:connections, read:connections_options, " + WRITING
    LATER = "a write would be rejected: the token lacks "
    UNKNOWN = "whether the token may write is not known"

    def run_with(self, scopes, *arguments, opaque=False, stdin=None):
        """(tenant, result): with a token of these scopes, one that tells them or not."""
        tenant, con = self.one()
        token = tenant.issue_token(*scopes)
        if opaque:
            tenant.tokens.issued["MARKER-opaque"] = tenant.tokens.issued[token]
            token = "MARKER-opaque"
        env = tenant.environment(token)
        return tenant, self.run_cli(tenant, *(con if word == CON else word for word in arguments),
                                    env=env, stdin=stdin)

    FILE = json.dumps({"all": True, "set_user_root_attributes": "off"}).encode()
    COMMANDS = ((("set", CON, "off", "--dry-run"), None),
                (("patch", CON, "-", "--dry-run"), b'{"icon_url":"x"}'),
                (("plan", "-"), FILE), (("apply", "-", "--dry-run"), FILE))

    def test_before_a_write(self):
        """What only reads tells that writing would fail, by what the token says of itself."""
        def check(case):
            arguments, stdin = case
            for scopes, opaque, told in ((self.READING, False, self.LATER + self.WRITING),
                                         (SCOPES, False, None),
                                         (self.READING, True, self.UNKNOWN)):
                _, result = self.run_with(scopes, *arguments, opaque=opaque, stdin=stdin)
                self.expect(result, 2)
                self.assertEqual([words for words in (self.LATER + self.WRITING, self.UNKNOWN)
                                  if words in result.err], [told] if told else [], result.err)

        self.all_of(check, self.COMMANDS)

    def test_tokens_that_are_granted(self):
        """The same by what was granted, then by what was kept of that."""
        with tempfile.TemporaryDirectory() as home:
            tenant, con = self.one()
            tenant.tokens.scopes = self.READING
            env = {**tenant.environment(credentials=True), "XDG_CACHE_HOME": home}
            for _ in range(2):
                result = self.run_cli(tenant, "set", con, "off", "--dry-run", env=env)
                self.expect(result, 2)
                self.assertIn(self.LATER + self.WRITING, result.err)
            self.assertEqual(tenant.methods(), ["POST", "GET", "GET"])

    def test_none_at_all(self):
        """What is granted is refused with all that a write will need."""
        def check(case):
            arguments, stdin = case
            tenant, con = self.one()
            tenant.tokens.scopes = ("read:users",)
            result = self.run_cli(tenant, *(con if word == CON else word for word in arguments),
                                  env=tenant.environment(credentials=True), stdin=stdin)
            self.expect(result, 4, "(%s)" % self.ALL)
            self.assertEqual(tenant.methods(), ["POST"])

        self.all_of(check, self.COMMANDS)
        tenant, con = self.one()
        tenant.tokens.scopes = ("read:users",)
        self.expect(self.run_cli(tenant, "get", con, env=tenant.environment(credentials=True)), 4,
                    "(read:connections, read:connections_options)")

    def test_what_the_service_names_is_not_all(self):
        _, result = self.run_with((), "set", CON, "off")
        self.expect(result, 4, "(%s) (HTTP 403" % self.ALL)
        _, result = self.run_with(self.READING, "set", CON, "off")
        self.expect(result, 4, "(%s) (HTTP 403" % self.WRITING)
        _, result = self.run_with((), "list")
        self.expect(result, 4, "(read:connections, read:connections_options) (HTTP 403")
        _, result = self.run_with((), "plan", "-", stdin=self.FILE)
        self.assertIn("(%s) (HTTP 403" % self.ALL, result.err)

    def test_of_a_token_that_tells_nothing(self):
        _, result = self.run_with((), "set", CON, "off", opaque=True)
        self.expect(result, 4, "(read:connections) (HTTP 403", "its other scopes are not known")

    def test_where_it_is_not_the_scopes(self):
        tenant, con = self.one()
        tenant.faults.append(Fault("status", method="GET", status=403, body='{"message":"no"}'))
        self.expect(self.run_cli(tenant, "get", con), 4, "something else forbids it")

    def test_tokens_that_are_almost_jwts(self):
        """They are opaque: used as they are, and never printed."""
        def check(token):
            tenant, con = self.one()
            self.more_secrets.append(token)
            tenant.tokens.issued[token] = tenant.tokens.issued[tenant.token]
            result = self.run_cli(tenant, "set", con, "off", "--dry-run",
                                  env=tenant.environment(token))
            self.expect(result, 2)
            self.assertIn(self.UNKNOWN, result.err)

        claims = (b"{", b"[]", b'{"scope":7}', b'{"scope":"a', b"\xff",
                  b'{"permissions":["read:connections"]}')
        self.all_of(check, ["MARKER.", "MARKER..", ".MARKER", "MARKER.!!!!.x", "MARKER." + "A" * 7000]
                    + ["MARKER%d.%s.sig" % (n, base64.urlsafe_b64encode(text).decode().rstrip("="))
                       for n, text in enumerate(claims)])


class ThisYearTest(FaultTest):
    """What has changed with the service in 2026."""

    def test_metadata_that_is_too_large_today(self):
        """A write that sends back what is there is turned down for it: by whatever writes, with
        the reason, and nothing has changed."""
        for strategy in ("oidc", "adfs", "samlp"):
            tenant = self.tenant(connection("x", strategy))
            tenant.behave(CON, fetched=5000000)
            result = self.run_cli(tenant, "set", CON, "on_first_login", "--json")
            self.assertEqual((result.code, result.json[0]["code"]), (1, "rejected"), result.raw)
            self.assertIn("(HTTP 422, invalid_body); its words: connection metadata exceeds the "
                          "maximum size of ...", result.json[0]["message"])
            self.expect(self.run_cli(tenant, "patch", CON, "-", stdin=b'{"icon_url":"x"}'), 1,
                        "its words: connection metadata exceeds the maximum size")
            self.assertEqual(tenant.writes(), 0)

    def test_strategies_and_members_that_are_new(self):
        """The service decides on what connsync does not know; all of it goes back as it came."""
        tenant = self.tenant(*(samples.tools(number) for number in range(9)))
        result = self.run_cli(tenant, "apply", "-", stdin=json.dumps(
            {"connections": [{"strategy": name, "set_user_root_attributes": "off"}
                             for name in samples.TOOL_STRATEGIES]}).encode())
        self.assertEqual(result.code, 0, result.raw)
        for con in tenant.store.connections:
            self.expect_set(tenant, con, "on_first_login", 9)
            self.assertEqual(tenant.raw_member(con, "cross_app_access_resource_app"),
                             b'{"status":"enabled"}')


if __name__ == "__main__":
    cli.main()
