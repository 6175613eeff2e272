"""connsync apply: a whole tenant is brought to what connsync.json says, and no more."""

import os
import pty
import re
import subprocess

import cli
from cli import SETTING, Fault, connection
from fleet import ALL_OFF, FleetTest, count_of, entry, numbered, pages
from tenant import samples


class SizeTest(FleetTest):
    """What a large tenant costs."""

    def test_a_thousand(self):
        drifting = range(5, 1000, 10)
        tenant = self.many(1000, drifting)
        env = dict(tenant.environment(credentials=True), XDG_CACHE_HOME=str(self.folder))
        result = self.apply(tenant, env=env)
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("100 changed, 900 in sync, 0 refused, 0 failed, 321 requests", result.out)
        self.assertEqual((count_of(tenant, "POST"), pages(tenant)), (1, 20))
        self.assertEqual(len(tenant.requests), 1 + 20 + 300)
        self.assertEqual((tenant.tcp_connections, tenant.handshakes), (1, 1))
        self.assertEqual(self.written(tenant), [numbered(number) for number in drifting])
        for number in drifting:
            self.is_as_wanted(tenant, numbered(number))
        self.assertEqual(tenant.writes(), 100)

        # The token was kept, and nothing is left to do.
        self.clean(tenant)
        result = self.apply(tenant, env=env)
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual((pages(tenant), len(tenant.requests)), (20, 20))
        self.assertIn("1000 in sync", result.out)

    def test_more_than_the_queue_holds(self):
        """Long names fill it. What is behind is kept elsewhere, and no page is listed twice."""
        for folder in (str(self.folder), "/nowhere"):
            tenant = self.tenant()
            for number in range(1, 301):
                tenant.add(connection(("n%d-" % number).ljust(128, "x"), "s" * 64, number=number,
                                      options=b'"MARKER":"MARKER-of-%d"' % number))
            result = self.apply(tenant, "--json", env={**tenant.environment(), "TMPDIR": folder})
            self.assertEqual(result.code, 0, result.err)
            self.assertEqual(self.written(tenant), [numbered(n) for n in range(1, 301)])
            self.assertEqual([line["name"][:5] for line in result.json if "id" in line][298:],
                             ["n299-", "n300-"])
            self.assertEqual((pages(tenant), len(tenant.requests)), (6, 6 + 3 * 300))
            self.assertEqual(tenant.handshakes, 1)
        self.assertEqual(list(self.folder.glob("connsync.*")), [])

    def test_pages_larger_than_the_memory(self):
        """Of a page only what is looked at is kept: 12 MB are read into 8."""
        tenant = self.many(12, [1, 7], options=b'"MARKER":"%s"' % (b"MARKER" * 160000))
        result = self.apply(tenant, "--json")
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(self.takes(tenant), [50])
        self.assertEqual(len(self.lines(result)), 12)
        self.assertEqual(tenant.writes(), 2)

    def takes(self, tenant):
        return [int(request.query["take"][0]) for request in tenant.requests
                if "take" in request.query]

    def test_pages_of_any_size(self):
        """As many connections as there may be in one, however large they are."""
        for size in (10, 2000, 20000):
            tenant = self.many(120, [], options=b'"MARKER":"%s"' % (b"x" * size))
            self.assertEqual(self.apply(tenant).code, 0)
            self.assertEqual(self.takes(tenant), [50] * 3)

    def test_a_cursor_that_cannot_be_kept(self):
        """A list that is cut short is not taken for a whole one: nothing is written."""
        for cursor in ("n" * 300, "5"):
            tenant = self.many(3, [1])
            tenant.faults.append(Fault("body", path="take",
                                       data='{"next":"%s","connections":[]}' % cursor))
            tenant.faults.append(Fault("status", path="from=", times=None, status=200,
                                       body='{"next":"%s","connections":[]}' % cursor))
            result = self.apply(tenant)
            self.expect(result, 1, "does not look like the Management API's")
            self.assertLessEqual(len(tenant.requests), 2)

    def test_a_list_without_an_end(self):
        """A cursor that came before is noticed, wherever the circle begins and however long it
        is: nothing is written, and the message says why."""
        for lead, length in ((0, 1), (3, 1), (0, 2), (1, 3), (6, 5), (2, 40)):
            for command in ("apply", "plan"):
                tenant = self.many(3, [1])
                tenant.faults.append(Fault("endless", path="take", times=None, lead=lead,
                                           length=length))
                result = self.apply(tenant, command=command)
                self.expect(result, 1, "does not look like the Management API's",
                            "a cursor of the list came back, so it has no end")
                self.assertLessEqual(len(tenant.requests), 3 * (lead + length), (lead, length))
                self.assertEqual(tenant.writes(), 0)

    def test_no_connections_of_ours(self):
        result = self.apply(self.many(3, []), document={"connections": [entry(id="con_x")]})
        self.assertEqual(result.code, 5)

    def test_no_connections(self):
        result = self.apply(self.tenant())
        self.expect(result, 0, "0 in sync, 0 refused, 0 failed, 1 request")


class MatchingTest(FleetTest):
    """Only what the file names is touched."""

    def setUp(self):
        super().setUp()
        self.box = self.tenant(
            connection("google-oauth2", number=1), connection("saml-a", "samlp", number=2),
            connection("saml-b", "samlp", number=3), connection("okta", "okta", number=4))

    def becomes(self, document, **values):
        """Afterwards the four have these values, by number; the rest was not written."""
        result = self.apply(self.box, document=document)
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(sorted(self.written(self.box)),
                         sorted(numbered(int(key[1:])) for key in values))
        for key, value in values.items():
            self.is_as_wanted(self.box, numbered(int(key[1:])), value)

    def test_by_name(self):
        self.becomes({"connections": [entry(name="okta")]}, n4="on_first_login")

    def test_by_id(self):
        self.becomes({"connections": [entry("never_on_login", id=numbered(2))]},
                     n2="never_on_login")

    def test_by_strategy(self):
        self.becomes({"connections": [entry(strategy="samlp")]},
                     n2="on_first_login", n3="on_first_login")

    def test_the_closest_counts(self):
        self.becomes({"connections": [entry(strategy="samlp"), entry("on", name="saml-a"),
                                      entry("never_on_login", id=numbered(3))]},
                     n3="never_on_login")

    def test_all_except(self):
        self.becomes({**ALL_OFF, "except": ["okta", numbered(1)]},
                     n2="on_first_login", n3="on_first_login")

    def test_the_default_file(self):
        self.write({"connections": [entry(name="okta")]})
        result = self.finish(self.start_here(self.box, "apply"))
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(self.written(self.box), [numbered(4)])

    def start_here(self, tenant, *arguments):
        return subprocess.Popen([cli.binary(), *arguments, *tenant.arguments()], cwd=self.folder,
                                env=cli.environment(tenant.environment()),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def test_standard_input(self):
        result = self.run_cli(self.box, "apply", "-",
                              stdin=b'{"connections":[{"name":"okta","%s":"on_first_login"}]}'
                              % SETTING.encode())
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(self.written(self.box), [numbered(4)])

    def test_unmatched(self):
        """Each is named, nothing is written, and what would have been is told."""
        result = self.apply(self.box, "--json", document={
            "connections": [entry(name="okta"), entry(name="oktaa"), entry(id="con_none"),
                            entry(strategy="waad")]})
        self.assertEqual(result.code, 5)
        for place in ("connections[1].name", "connections[2].id", "connections[3].strategy"):
            self.assertIn(place + ": no connection of the tenant is meant by it", result.err)
        self.assertIn("3 entries match no connection", result.err)
        self.assertEqual(self.codes(result), {numbered(4): ("would_change", "unmatched")})
        self.assertEqual(self.box.methods(), ["GET"])

    def test_unmatched_exception(self):
        result = self.apply(self.box, document={**ALL_OFF, "except": ["okta", "oktaa"]})
        self.assertEqual(result.code, 5)
        self.assertIn("except[1]", result.err)
        self.assertEqual(self.box.methods(), ["GET"])

    def test_wrong_files(self):
        """What is wrong in the file itself is found before any request."""
        for document in ({"connections": [entry(name="okta"), entry("on", name="okta")]},
                         {"connections": [entry(name="okta"), entry(name="okta")]},
                         {**ALL_OFF, "except": ["okta"], "connections": [entry(name="okta")]},
                         {"connections": []}, b"[]", b"", {"connections": [entry(name="con_1")]}):
            result = self.apply(self.box, document=document)
            self.expect(result, 64, "connsync.json: ")
        self.expect(self.run_cli(self.box, "apply", "/nowhere/file"), 64, "cannot read the file")
        self.assertEqual(self.box.requests, [])


class SourcesTest(FleetTest):
    """Domain and credentials: the command line, then the file, then the environment."""

    def token_of(self, tenant):
        return {request.header("authorization") for request in tenant.requests}

    def test_all_from_the_file(self):
        tenant = self.many(2, [1])
        env = tenant.environment(credentials=True)
        self.more_secrets.append(env["AUTH0_CLIENT_SECRET"])
        result = self.apply(tenant, env={}, document={
            **ALL_OFF, "domain": tenant.domain, "client_id": env["AUTH0_CLIENT_ID"],
            "client_secret": env["AUTH0_CLIENT_SECRET"]})
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(tenant.methods(), ["POST", "GET", "GET", "PATCH", "GET"])

    def test_the_file_before_the_environment(self):
        tenant = self.many(2, [1])
        result = self.apply(tenant, env={"AUTH0_DOMAIN": "other.test", "AUTH0_API_TOKEN": "none"},
                            document={**ALL_OFF, "domain": tenant.domain, "token": tenant.token})
        self.assertEqual(result.code, 0, result.err)

    def test_the_command_line_before_the_file(self):
        tenant = self.many(2, [1])
        token = self.write(tenant.token.encode(), "token")
        result = self.apply(tenant, "--domain", tenant.domain, "--token-file", token, env={},
                            document={**ALL_OFF, "domain": "other.test", "client_id": "x",
                                      "client_secret": "MARKER-wrong"})
        self.assertEqual(result.code, 0, result.err)

    def test_an_id_here_and_a_secret_there(self):
        tenant = self.many(2, [1])
        env = tenant.environment(credentials=True)
        document = {**ALL_OFF, "client_id": env.pop("AUTH0_CLIENT_ID")}
        self.assertEqual(self.apply(tenant, env=env, document=document).code, 0)

    def test_none(self):
        self.expect(self.apply(None, env={}), 64, "no domain")
        self.expect(self.apply(None, env={"AUTH0_DOMAIN": "a.test"}), 64, "no credentials")


class RefusalTest(FleetTest):
    """Who cannot carry the setting is refused, or left alone, by how the file means it."""

    def setUp(self):
        super().setUp()
        self.sms, self.plain = "con_8sPqNc1VhL6zBtWe", "con_Ub4nLs8GtO2kZvEi"
        self.box = self.tenant(connection("ok", "samlp", number=1), samples.sms(),
                               samples.plain_database(), samples.custom_database())

    def check(self, document, code, codes):
        result = self.apply(self.box, "--json", document=document)
        self.assertEqual(result.code, code, result.err)
        changed = {key: ("changed", "ok") for key in self.written(self.box)}
        self.assertEqual(self.codes(result), {**changed, **codes})
        for key in (self.sms, self.plain):
            self.expect_nothing_at(key)
        return result

    def expect_nothing_at(self, key):
        self.assertEqual(len(self.box.history(key)), 1)
        self.assertFalse([request for request in self.box.requests if key in request.target],
                         "the list had told enough")

    def test_by_all(self):
        result = self.check(ALL_OFF, 0, {self.sms: ("unchanged", "passwordless"),
                                         self.plain: ("unchanged", "strategy")})
        self.assertIn("2 changed, 0 in sync, 0 refused, 0 failed, 2 cannot carry", result.err)

    def test_by_strategy(self):
        self.check({"connections": [entry(strategy="auth0"), entry(strategy="sms")]}, 3,
                   {self.sms: ("refused", "passwordless"), self.plain: ("unchanged", "strategy")})

    def test_by_name(self):
        result = self.check({**ALL_OFF, "connections": [
            entry(name="sms"), entry(name="Username-Password-Authentication")]}, 3,
            {self.sms: ("refused", "passwordless"), self.plain: ("refused", "strategy")})
        self.assertIn("sms (%s): passwordless connections cannot" % self.sms, result.err)
        self.assertIn("2 changed, 0 in sync, 2 refused", result.err)

    def test_as_it_is(self):
        """Nobody is refused what is so already."""
        self.check({"connections": [entry("on", name="sms")]}, 0, {})

    def test_encrypted_configuration(self):
        self.box = self.tenant(samples.encrypted_configuration())
        result = self.apply(self.box, "--json")
        self.assertEqual(result.code, 3)
        self.assertEqual(list(self.codes(result).values()), [("refused", "encrypted_configuration")])
        self.assertEqual(self.box.writes(), 0)
        result = self.apply(self.box, "--allow-encrypted-configuration")
        self.assertEqual((result.code, self.box.writes()), (0, 1), result.err)

    def test_dry_run(self):
        self.box = self.many(3, [2])
        result = self.apply(self.box, "--dry-run", "--json")
        self.assertEqual(result.code, 2)
        self.assertEqual(self.codes(result), {numbered(2): ("would_change", "ok")})
        self.assertEqual(self.box.methods(), ["GET", "GET"])


class FailureTest(FleetTest):
    """One that fails does not keep the others from their turn; the worst code counts."""

    def test_one_fails(self):
        tenant = self.many(10, range(1, 11))
        tenant.faults.append(Fault("status", method="PATCH", path=numbered(4), status=400,
                                   body="json"))
        tenant.behave(numbered(7), drop=("client_secret",))
        result = self.apply(tenant, "--json")
        self.assertEqual(result.code, 7, result.err)
        failures = {key: value for key, value in self.codes(result).items()
                    if value != ("changed", "ok")}
        self.assertEqual(failures, {numbered(4): ("failed", "rejected"),
                                    numbered(7): ("failed", "verify_loss")})
        self.assertEqual(len(self.written(tenant)), 10)
        self.assertIn("8 changed, 0 in sync, 0 refused, 2 failed", result.err)

        self.clean(tenant)
        tenant.behave(numbered(7), drop=())
        result = self.apply(tenant, "--json")
        self.assertEqual((result.code, self.written(tenant)), (0, [numbered(4)]), result.err)

    def test_scope(self):
        """What would meet all of them ends it at the first."""
        tenant = self.many(10, range(1, 11))
        token = tenant.issue_token("read:connections", "read:connections_options")
        self.more_secrets.append(token)
        result = self.apply(tenant, "--json", env=tenant.environment(token))
        self.assertEqual(result.code, 4)
        codes = [line["code"] for line in result.json]
        self.assertEqual(codes, ["insufficient_scope"] + ["not_tried"] * 9)
        self.assertEqual(tenant.methods(), ["GET", "GET", "PATCH"])
        self.assertIn("9 connections were not tried after that", result.err)

    def test_no_options_in_the_list(self):
        tenant = self.many(3, [1])
        token = tenant.issue_token("read:connections", "update:connections")
        self.more_secrets.append(token)
        result = self.apply(tenant, env=tenant.environment(token))
        self.assertEqual(result.code, 3)
        self.assertIn("read:connections_options", result.err)
        self.assertEqual(tenant.methods(), ["GET"])

    def test_the_network_goes(self):
        tenant = self.many(60, range(1, 61))
        tenant.faults.append(Fault("close_before", path="/con_", times=None))
        result = self.apply(tenant, "--json", timeout=60)
        self.assertEqual(result.code, 1, result.err)
        codes = [line["code"] for line in result.json]
        self.assertEqual(codes, ["connection_closed"] * 3 + ["not_tried"] * 57)
        self.assertEqual(tenant.writes(), 0)

    def test_the_list_breaks_off(self):
        """The second page cannot be had: nothing is written."""
        tenant = self.many(60, range(1, 61))
        tenant.faults.append(Fault("status", path="from=", status=400, body="json",
                                   times=None))
        result = self.apply(tenant)
        self.assertEqual(result.code, 1)
        self.assertEqual(tenant.writes(), 0)

    def test_what_is_told_of_a_list_that_breaks_off(self):
        """Why, and what became of those that were listed: no nought for what nobody knows."""
        for page, lines, summary in (
                ("take=", [("rejected", False)], "none was listed (rejected), 1 request"),
                ("from=", [("rejected", False)] + [("not_tried", True)] * 46,
                 "not all were listed (rejected), 4 in sync, 46 failed, 2 requests")):
            tenant = self.many(60, range(5, 61))
            tenant.faults.append(Fault("status", path=page, status=400, body="json",
                                       times=None))
            result = self.apply(tenant, "--json")
            self.assertEqual((result.code, tenant.writes()), (1, 0))
            self.assertEqual([(line["code"], "id" in line) for line in result.json
                              if line["code"] != "ok"], lines)
            self.assertIn("connsync: %s\n" % summary, result.err)
            self.assertEqual("46 connections were not tried after that" in result.err,
                             len(lines) > 1)

    def test_what_the_queue_had_no_room_for(self):
        """What ends the run leaves it: each is told, by name."""
        tenant = self.tenant(*[connection("%0128d" % number, "samlp", number=number)
                               for number in range(1, 301)])
        token = tenant.issue_token("read:connections", "read:connections_options")
        self.more_secrets.append(token)
        result = self.apply(tenant, "--json", env=tenant.environment(token))
        self.assertEqual(result.code, 4)
        self.assertIn("299 connections were not tried after that", result.err)
        self.assertIn("0 in sync, 0 refused, 300 failed, ", result.err)
        self.assertEqual([(line["name"], line["code"]) for line in result.json[1:]],
                         [("%0128d" % number, "not_tried") for number in range(2, 301)])

    def test_connections_without_an_id(self):
        """They cannot be written, so plan tells what apply would."""
        for command in ("plan", "apply"):
            tenant = self.tenant()
            tenant.faults.append(Fault("status", path="take", status=200, body=(
                '{"connections":[{"id":"","name":"","strategy":"x","options":{}}]}')))
            result = self.apply(tenant, "--json", command=command)
            self.assertEqual(result.code, 1)
            self.assertEqual([(line["code"], "name" in line) for line in result.json],
                             [("unexpected_answer", False)])
            self.assertIn("connsync: the answer does not look like", result.err)

    def test_the_token_ends(self):
        """It is renewed, and the work goes on."""
        tenant = self.many(6, range(1, 7))
        tenant.faults.append(Fault("expire_token", method="PATCH", occurrence=3))
        result = self.apply(tenant, env=tenant.environment(credentials=True))
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual((tenant.writes(), count_of(tenant, "POST")), (6, 2))


class OutputTest(FleetTest):
    """Progress on a terminal only; JSON where asked for."""

    def on_terminal(self, tenant, *arguments, command="apply"):
        """What stderr, a terminal, got."""
        here, there = pty.openpty()
        with os.fdopen(here, "rb", buffering=0) as reader:
            process = subprocess.Popen(
                [cli.binary(), command, self.write(ALL_OFF), *tenant.arguments(), *arguments],
                env=cli.environment(tenant.environment()), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=there)
            os.close(there)
            self.assertIn(b"change", process.communicate(timeout=30)[0])
            seen = b""
            try:
                while True:
                    piece = reader.read(4096)
                    if not piece:
                        break
                    seen += piece
            except OSError:
                pass  # how Linux says that the other end is closed
        return seen

    def test_progress(self):
        tenant = self.many(120, [7, 99])
        seen = self.on_terminal(tenant)
        self.assertIn(b"connections listed", seen)
        self.assertTrue(seen.endswith(b"\r\x1b[K"), seen[-80:])
        self.assertNotIn(b"\n", seen)

    def test_progress_of_a_plan(self):
        """It counts what it would change: here that is every connection."""
        seen = self.on_terminal(self.many(120, range(120)), command="plan")
        self.assertIn(b"connections listed", seen)
        self.assertNotRegex(seen, rb"to change: 0\b")

    def test_no_progress_in_json_logs(self):
        self.assertEqual(self.on_terminal(self.many(120, [7]), "--log-format", "json"), b"")

    def test_no_progress_without_a_terminal(self):
        result = self.apply(self.many(120, [7]), verbose=False)
        self.assertEqual(result.err, "")

    def test_json_logs(self):
        tenant = self.many(3, [1])
        tenant.faults.append(Fault("status", method="PATCH", status=400, body="json"))
        result = self.apply(tenant, "--log-format", "json", "--json", verbose=False)
        self.assertEqual(result.code, 1)
        logged = [cli.json.loads(line) for line in result.err.splitlines()]
        self.assertEqual([line["level"] for line in logged], ["error", "info"])
        for line in logged:
            self.assertRegex(line["time"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertIn("conn-1 (%s): the service declined" % numbered(1), logged[0]["message"])
        self.assertIn("2 in sync, 0 refused, 1 failed", logged[1]["message"])

    def test_usage_errors_in_json_logs(self):
        result = self.run_cli(None, "get", "--log-format", "json", env={}, verbose=False)
        self.assertEqual(result.code, 64)
        self.assertIn("usage", cli.json.loads(result.err)["message"])

    def test_requests_add_up(self):
        tenant = self.many(30, [3, 5])
        result = self.apply(tenant, "--json")
        self.assertEqual(sum(line["requests"] for line in result.json) + pages(tenant),
                         len(tenant.requests))
        self.assertIn("connsync: 7 requests, 1 TLS handshakes", result.err)


if __name__ == "__main__":
    cli.main()
