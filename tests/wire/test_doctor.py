"""doctor: what it finds on the way to a tenant and in its connections, with reads alone."""

import re

import cli
from cli import Fault, WireTest, connection

READS = ("read:connections", "read:connections_options")
CHECKS = ["connections", "who", "scopes", "clock", "route", "certificate", "certificate",
          "rate_limit"]
ALONE = b'"set_user_root_attributes":"on_first_login"'


def saml(number=1, setting="on_first_login", options=b""):
    """A samlp connection that works, or with these options."""
    return connection("saml-%d" % number, "samlp", setting, number=number, options=options or
                      b'"signInEndpoint":"https://idp.MARKER/sso","signingCert":"MARKER-cert"')


class DoctorTest(WireTest):
    """Each run is searched for values of options, as all are."""

    def doctor(self, tenant, *arguments, code=0, **how):
        """Its result, after nothing but reads (and at most a request for a token)."""
        result = self.run_cli(tenant, "doctor", *arguments, **how)
        self.assertEqual(result.code, code, result.raw)
        self.assertEqual(tenant.writes(), 0)
        others = [(request.method, request.path) for request in tenant.requests
                  if request.method != "GET"]
        self.assertLessEqual({method_path for method_path in others}, {("POST", "/oauth/token")})
        return result

    def found(self, result):
        """The lines of --json, by what they are about."""
        return {line["check"]: line for line in result.json}

    def test_a_healthy_tenant(self):
        tenant = self.tenant(saml(), connection(number=2), connection("s", "sms", number=3))
        result = self.doctor(tenant)
        rows = [line.split()[0] for line in result.out.splitlines()]
        self.assertEqual(rows, CHECKS)
        self.assertIn("3 looked at, 0 look damaged", result.out)
        self.assertIn("%s, at 127.0.0.1" % tenant.domain, result.out)
        self.assertRegex(result.out, r"CN=%s, issued by .*, until 20\d\d-" %
                         re.escape(tenant.domain))
        self.assertRegex(result.out, r"rate_limit +\d+ of \d+ requests left")
        self.assertNotIn("warning", result.out)

    def test_damage(self):
        """The setting alone, and without what the strategy needs; others are not named."""
        tenant = self.tenant(saml(1), connection("gone", "samlp", None, number=2, options=ALONE),
                             connection("half", "oidc", "off and on", number=3,
                                        options=b'"issuer":"https://MARKER.example"'))
        result = self.doctor(tenant, code=2)
        self.assertIn("gone (con_%016d): options hold the setting alone" % 2, result.out)
        self.assertIn("half (con_%016d): options lack client_id\n" % 3, result.out)
        self.assertIn("3 looked at, 2 look damaged", result.out)
        self.assertNotIn("saml-1", result.out)
        lines = self.doctor(tenant, "--json", code=2).json
        damaged = [line for line in lines if line["check"] == "damage"]
        self.assertEqual([(line["name"], line["alone"], line["lacks"]) for line in damaged],
                         [("gone", True, []), ("half", False, ["client_id"])])
        self.assertEqual([line["check"] for line in lines if line["check"] != "damage"], CHECKS)

    def test_the_snippet_is_found(self):
        """What the documented PATCH leaves of a connection in the tenant."""
        tenant = self.tenant()
        con = tenant.add(saml())
        self.doctor(tenant)
        tenant.store.connections[con].put("options", b"{%s}" % ALONE)
        result = self.run_cli(tenant, "doctor")
        self.assertEqual(result.code, 2, result.raw)

    def test_who_asks(self):
        tenant = self.tenant(saml())
        given = self.found(self.doctor(tenant, "--json"))["who"]["message"]
        self.assertIn("a token that was given, of client %s" % tenant.client_id, given)
        result = self.doctor(tenant, "--json", "--no-token-cache",
                             env=tenant.environment(credentials=True))
        who = self.found(result)["who"]["message"]
        self.assertIn("client %s, which proves itself with its secret" % tenant.client_id, who)
        self.assertIn("token granted", who)

    def test_scopes(self):
        tenant = self.tenant(saml())
        token = tenant.issue_token(*READS)
        result = self.doctor(tenant, "--json", env=tenant.environment(token))
        scopes = self.found(result)["scopes"]
        self.assertEqual(scopes["status"], "warning")
        self.assertIn("update:connections, update:connections_options", scopes["message"])

    def test_without_the_scope_that_it_needs(self):
        tenant = self.tenant(saml())
        token = tenant.issue_token("read:connections")
        result = self.run_cli(tenant, "doctor", env=tenant.environment(token))
        self.assertEqual(result.code, 3, result.raw)
        self.assertIn("read:connections_options", result.out + result.err)
        self.assertIn("failed: ", result.out)
        self.assertEqual(tenant.writes(), 0)

    def test_a_service_that_fails(self):
        tenant = self.tenant(saml())
        tenant.faults.append(Fault("status", status=400, times=None))
        result = self.doctor(tenant, "--timeout", "2", code=1)
        self.assertIn("the list broke off", result.out)

    def test_an_address_where_nobody_is(self):
        tenant = self.tenant(saml())
        arguments = tenant.arguments()
        arguments[arguments.index("--connect-to") + 1] = "127.0.0.1:1"
        result = self.run_cli(None, "doctor", *arguments, "--timeout", "1", "--json",
                              env=tenant.environment())
        self.assertEqual(result.code, 1, result.raw)
        found = self.found(result_without_last(result))
        self.assertEqual(found["route"]["status"], "failed")
        self.assertEqual(found["clock"]["status"], "unknown")
        self.assertNotIn("certificate", found)

    def test_one_that_cannot_be_read(self):
        """The others are looked at all the same, and the exit code tells."""
        tenant = self.tenant(saml(1), b'{"id":"con_%016d","name":"x","strategy":"samlp"}' % 2)
        result = self.doctor(tenant, code=3)
        self.assertIn("2 looked at, 0 look damaged, some could not be read", result.out)


def result_without_last(result):
    """Without the line of the failure, which is a connection's."""
    result.out = "\n".join(line for line in result.out.split("\n") if '"check"' in line)
    return result


if __name__ == "__main__":
    cli.main()
