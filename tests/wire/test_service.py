"""What is told of an answer that is no success: whose it is, and why, and never what it quotes."""

import json

import cli
from cli import CON, Fault, FaultTest, connection

PAGE = ("<!DOCTYPE html>\n<html><head><title>Attention Required! | Edge</title></head><body>"
        "check its scopes MARKER-of-the-page</body></html>")
# What would send somebody to the token, the client or the connection.
WRONG_WAYS = ("check its scopes", "check the id", "get a new one", "see connsync list",
              "the service ", "check the domain", "strict JSON")


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


if __name__ == "__main__":
    cli.main()
