"""get, list, --json, --dry-run, and the ways to name a tenant and a connection."""

import socket
import time
import unittest

import cli
from cli import Fault, WireTest, connection

JSON_MEMBERS = ["id", "name", "strategy", "before", "after", "status", "code", "message",
                "requests"]


class ReadTest(WireTest):
    """get, list, --json, --dry-run."""

    def test_get(self):
        for setting in (None,) + cli.VALUES:
            tenant, con = self.one(setting=setting)
            for key in (con, "google-oauth2"):
                result = self.expect(self.run_cli(tenant, "get", key), 0)
                self.assertEqual(result.out, (setting or "on_each_login") + "\n")
            tenant.close()

    def test_get_says_unknown_of_a_new_value(self):
        tenant, con = self.one(setting="on_full_moon_only")
        self.assertEqual(self.expect(self.run_cli(tenant, "get", con), 0).out, "unknown\n")

    def test_get_without_the_scope_for_options(self):
        tenant, con = self.one()
        env = tenant.environment(token=tenant.issue_token("read:connections"))
        self.expect(self.run_cli(tenant, "get", con, env=env), 3, "read:connections_options")

    def test_get_of_a_connection_that_cannot_carry_it(self):
        tenant, con = self.one("sms", "sms")
        self.expect(self.run_cli(tenant, "get", con), 0, "on_each_login")

    def test_json_of_set(self):
        tenant, con = self.one()
        expected = {"id": con, "name": "google-oauth2", "strategy": "google-oauth2",
                    "before": "on_each_login", "after": "on_first_login", "status": "changed",
                    "code": "ok", "message": "", "requests": 3}
        line = self.expect(self.run_cli(tenant, "set", con, "off", "--json"), 0).json[0]
        # Of a write, what it is found by in the tenant's log comes before the last member.
        self.assertEqual(list(line), [*JSON_MEMBERS[:-1], "correlation_id", JSON_MEMBERS[-1]])
        write = [request for request in tenant.requests if request.method == "PATCH"][0]
        self.assertEqual(line.pop("correlation_id"), write.header("x-correlation-id"))
        self.assertEqual(line, expected)
        result = self.expect(self.run_cli(tenant, "set", con, "off", "--json"), 0)
        expected.update(before="on_first_login", status="unchanged", requests=1)
        self.assertEqual(result.json, [expected])

    def test_json_of_get_and_of_failure(self):
        tenant, con = self.one(setting="never_on_login")
        line = self.expect(self.run_cli(tenant, "get", con, "--json"), 0).json[0]
        self.assertEqual((list(line), line["before"], line["status"]),
                         (JSON_MEMBERS, "never_on_login", "unchanged"))
        result = self.expect(self.run_cli(tenant, "set", "nobody", "off", "--json"), 5)
        line = result.json[0]
        self.assertEqual((list(line), line["status"], line["code"]),
                         (JSON_MEMBERS, "failed", "no_such_connection"))
        self.assertIn(line["message"], result.message)

    def test_json_escapes(self):
        name = b'a\\"\\\\\\u001b[31m\\u0007\\u007f\\u2028\xc3\xa4\\u009b2J\xc2\x85\xc2\xa0'
        tenant = self.tenant(b'{"id":"con_1","name":"%s","strategy":"oidc","options":{}}' % name)
        result = self.expect(self.run_cli(tenant, "list", "--json"), 0)
        self.assertEqual(result.json[0]["name"], 'a"\\\x1b[31m\x07\x7f\u2028\u00e4\u009b2J\u0085\u00a0')
        result = self.expect(self.run_cli(tenant, "list"), 0)
        self.assertNotRegex(result.out, "[\x00-\x08\x0b-\x1f\x7f-\x9f]")
        self.assertIn("\u2028\u00e4??2J??\u00a0", result.out)
        result = self.expect(self.run_cli(tenant, "set", "con_1", "on_first_login"), 0)
        self.assertNotRegex(result.out, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")

    def test_dry_run(self):
        tenant, con = self.one()
        result = self.expect(self.run_cli(tenant, "set", con, "off", "--dry-run"), 2,
                             "on_each_login", "would change; nothing written")
        self.assertEqual(tenant.methods(), ["GET"])
        result = self.run_cli(tenant, "set", con, "off", "--dry-run", "--json")
        self.assertEqual((result.code, result.json[0]["status"]), (2, "would_change"))
        self.expect(self.run_cli(tenant, "set", con, "on", "--dry-run"), 0, "already")
        self.expect_untouched(tenant, con)

    def test_list(self):
        tenant = self.tenant(connection("a", "oidc", number=1),
                             connection("b", "samlp", "never_on_login", number=2),
                             connection("s", "sms", number=3))
        result = self.expect(self.run_cli(tenant, "list"), 0)
        self.assertEqual(result.out, "con_0000000000000001\toidc\ton_each_login\ta\n"
                                     "con_0000000000000002\tsamlp\tnever_on_login\tb\n"
                                     "con_0000000000000003\tsms\ton_each_login\ts\n")
        self.assertEqual(tenant.methods(), ["GET"])

    def test_list_of_nothing(self):
        tenant = self.tenant()
        self.assertEqual(self.expect(self.run_cli(tenant, "list"), 0).out, "")

    def test_list_of_many_pages(self):
        tenant = self.tenant(*(connection("c%d" % n, number=n) for n in range(123)))
        result = self.expect(self.run_cli(tenant, "list", "--json"), 0)
        self.assertEqual([line["name"] for line in result.json], ["c%d" % n for n in range(123)])
        self.assertEqual([list(line) for line in result.json], [JSON_MEMBERS] * 123)
        self.assertEqual(tenant.methods(), ["GET"] * 3)
        self.assertEqual((tenant.tcp_connections, tenant.handshakes), (1, 1))

    def test_list_in_the_other_shapes(self):
        one = connection()
        for shape in (b"[%s]", b'{"connections":[%s]}', b'{"total":1,"connections":[%s]}',
                      b'{"connections":[%s],"next":null}', b'{"connections":[%s],"next":""}'):
            with self.subTest(shape):
                tenant = self.tenant()
                tenant.faults.append(Fault("body", method="GET", data=shape % one, times=None))
                self.expect(self.run_cli(tenant, "list"), 0, "google-oauth2")
                self.expect(self.run_cli(tenant, "get", "google-oauth2"), 0, "on_each_login")
                tenant.close()

    def test_list_that_never_ends(self):
        tenant = self.tenant()
        page = b'{"next":"again","connections":[]}'
        tenant.faults.append(Fault("body", method="GET", data=page, times=None))
        result = self.run_cli(tenant, "list", "--timeout", "2")
        self.assertEqual(result.code, 1, result.raw)
        self.assertLess(result.seconds, 5 * self.slowness + self.slack)

    def test_list_whose_pages_are_too_large_asks_for_smaller_ones(self):
        big = b'"x":"%s"' % (b"MARKER--" * 40000)
        tenant = self.tenant(*(connection("c%d" % n, number=n, options=big) for n in range(30)))
        result = self.expect(self.run_cli(tenant, "list"), 0)
        self.assertEqual(len(result.out.splitlines()), 30)

    def test_list_without_the_scope_for_options(self):
        tenant, _ = self.one()
        env = tenant.environment(token=tenant.issue_token("read:connections"))
        self.expect(self.run_cli(tenant, "list", env=env), 3, "read:connections_options")


def addresses_of(host):
    """What the system's resolver says."""
    return {found[4][0] for found in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}


class AddressTest(WireTest):
    """Ways to name the tenant."""

    def test_domain_forms(self):
        tenant, con = self.one()
        name = tenant.domain
        for form in (name, "https://" + name, "https://" + name + "/", name + "/", name + ".",
                     name.upper(), "https://" + name + ":443/"):
            with self.subTest(form):
                env = {**tenant.environment(), "AUTH0_DOMAIN": form}
                self.expect(self.run_cli(tenant, "get", con, env=env), 0)
                self.expect(self.run_cli(tenant, "get", con, "--domain", form), 0)

    def test_custom_port(self):
        tenant = self.tenant(connection(), domain="localhost")
        where = "localhost:%d" % tenant.port
        env = {"AUTH0_DOMAIN": where, "AUTH0_API_TOKEN": tenant.token,
               "SSL_CERT_FILE": str(tenant.ca_file)}
        self.expect(self.run_cli(None, "set", "google-oauth2", "off", env=env), 0)
        self.assertEqual({r.header("Host") for r in tenant.requests}, {where})

    def test_custom_port_with_client_credentials(self):
        tenant = self.tenant(connection(), domain="localhost")
        env = {**tenant.environment(credentials=True),
               "AUTH0_DOMAIN": "https://localhost:%d/" % tenant.port,
               "SSL_CERT_FILE": str(tenant.ca_file)}
        self.expect(self.run_cli(None, "get", "google-oauth2", env=env), 0)

    def test_literal_addresses(self):
        for host, form in (("127.0.0.1", "127.0.0.1:%d"), ("::1", "[::1]:%d")):
            with self.subTest(host):
                tenant = self.tenant(connection(), domain=host, host=host)
                env = {"AUTH0_DOMAIN": form % tenant.port, "AUTH0_API_TOKEN": tenant.token}
                result = self.run_cli(None, "get", "google-oauth2", "--ca-file",
                                      str(tenant.ca_file), env=env)
                self.expect(result, 0)
                self.assertEqual(tenant.requests[0].header("Host"), form % tenant.port)
                tenant.close()

    @unittest.skipUnless({"127.0.0.1", "::1"} <= addresses_of("localhost"),
                         "localhost has not both addresses here")
    def test_the_next_address_is_tried(self):
        tenant = self.tenant(connection(), domain="localhost", host="::1")
        env = {"AUTH0_DOMAIN": "localhost:%d" % tenant.port, "AUTH0_API_TOKEN": tenant.token,
               "SSL_CERT_FILE": str(tenant.ca_file)}
        started = time.monotonic()
        self.expect(self.run_cli(None, "get", "google-oauth2", env=env), 0)
        self.assertLess(time.monotonic() - started, 5)

    def test_names_that_need_encoding(self):
        for name in ("a b", "a&b=c?d#e", "100%", "\u00fcber", "a+b", "con-1"):
            with self.subTest(name):
                tenant, con = self.one(name)
                self.expect(self.run_cli(tenant, "set", name, "off"), 0, name)
                self.expect_set(tenant, con, "on_first_login")
                tenant.close()

    def test_ids_that_need_encoding(self):
        tenant, con = self.one()
        for key in ("con_a/../b", "con_a?b", "con_a#b", "con_%41", "con_ \u00e4"):
            self.expect(self.run_cli(tenant, "set", key, "off"), 5)
        self.assertEqual(set(tenant.methods()), {"GET"})
        self.expect_untouched(tenant, con)


if __name__ == "__main__":
    cli.main()
