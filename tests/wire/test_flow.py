"""The main job: what goes over the wire, and what becomes of the connection."""

import itertools
import tempfile
from pathlib import Path

import cli
from cli import SETTING, Fault, WireTest, connection, raw_json


class SetTest(WireTest):
    """set: exactly GET, PATCH, GET, and every other byte as it was."""

    def check_set(self, tenant, key, word, value, connection_id):
        result = self.expect(self.run_cli(tenant, "set", key, word), 0, "-> " + value)
        self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"])
        self.assertEqual((tenant.tcp_connections, tenant.handshakes), (1, 1))
        self.expect_set(tenant, connection_id, value)
        return result

    def test_by_id(self):
        tenant, con = self.one()
        result = self.check_set(tenant, con, "on_first_login", "on_first_login", con)
        self.assertEqual(result.out, "google-oauth2 (%s): on_each_login -> on_first_login; "
                         "6 other options verified unchanged\n" % con)

    def test_by_name(self):
        tenant, con = self.one()
        tenant.add(connection("other", number=2))
        self.check_set(tenant, "google-oauth2", "off", "on_first_login", con)

    def test_the_requests(self):
        tenant, con = self.one()
        self.check_set(tenant, con, "never_on_login", "never_on_login", con)
        read, write, again = tenant.requests
        self.assertEqual(read.path, "/api/v2/connections/" + con)
        # What is read, what is compared beside `options`, and nothing else.
        self.assertEqual(read.query["fields"], [
            "id,name,strategy,display_name,options,is_domain_connection,show_as_button,realms,"
            "metadata,authentication,connected_accounts,cross_app_access_requesting_app,"
            "cross_app_access_resource_app"])
        self.assertEqual((write.path, write.query), (read.path, {}))
        self.assertEqual(write.header("Content-Type"), "application/json")
        self.assertEqual(again.target, read.target)
        for request in tenant.requests:
            self.assertEqual(request.header("Host"), tenant.domain)
            self.assertEqual(request.header("Accept-Encoding"), "identity")
            self.assertIn("connsync", request.header("User-Agent"))
        self.assertEqual(raw_json.keys(write.body), ["options"])

    def test_present_member_is_replaced_in_its_place(self):
        for first, last in (("on_each_login", "never_on_login"),
                            ("never_on_login", "on_each_login")):
            options = b'"a":1, "%s" :\t"%s" , "z":2' % (SETTING.encode(), first.encode())
            tenant, con = self.one(options=options)
            self.check_set(tenant, con, last, last, con)
            tenant.close()

    def test_absent_member_is_inserted(self):
        for options in (b"", b" ", b'"a":1', b'\n "a" : [ 1 , 2 ]\n', b'"":""'):
            with self.subTest(options):
                tenant, con = self.one(options=options)
                self.check_set(tenant, con, "off", "on_first_login", con)
                tenant.close()

    def test_null_and_unknown_values_are_replaced(self):
        for value in (b"null", b'"sometimes"'):
            tenant, con = self.one(options=b'"%s":%s,"a":1' % (SETTING.encode(), value))
            self.check_set(tenant, con, "off", "on_first_login", con)
            tenant.close()

    def test_escaped_key_is_the_same_member(self):
        tenant, con = self.one(options=b'"set_user_root_\\u0061ttributes":"on_each_login","a":1')
        self.check_set(tenant, con, "off", "on_first_login", con)

    def test_already_so_is_one_read(self):
        for first, word in (("on_first_login", "off"), (None, "on"), ("on_each_login", "on")):
            tenant, con = self.one(setting=first)
            result = self.expect(self.run_cli(tenant, "set", con, word), 0, "nothing written")
            self.assertIn("already", result.out)
            self.assertEqual(tenant.methods(), ["GET"])
            tenant.close()

    def test_second_run_writes_nothing(self):
        tenant, con = self.one()
        self.expect(self.run_cli(tenant, "set", con, "off"), 0)
        tenant.reset()
        self.expect(self.run_cli(tenant, "set", con, "off"), 0, "already; nothing written")
        self.assertEqual(tenant.methods(), ["GET"])

    def test_display_name_is_kept(self):
        for spelling in (b'"Sign in with MARK"', b'"\\u00c4 \\"B\\" \\/"', b'""'):
            tenant, con = self.one(extra=b'"display_name":' + spelling + b",")
            self.check_set(tenant, con, "off", "on_first_login", con)
            self.assertEqual(tenant.raw_member(con, "display_name"), spelling)
            tenant.close()

    def test_every_byte_of_odd_options(self):
        odd = ('"d":1,"d":2,"\\u0000":"\\ud83d\\ude00","lone":"\\ud800",'
               '"big":123456789012345678901234567890.0e-5,'
               '"\u20ac":{"%s":"inner"},"s":" {\\"%s\\":\\"x\\"} ","t":[[],{},[{}],null,true]'
               % (SETTING, SETTING)).encode()
        tenant, con = self.one(options=odd)
        self.check_set(tenant, con, "off", "on_first_login", con)

    def test_large_document(self):
        options = b",".join(b'"m%d":"%s"' % (i, b"MARKER--" * 12) for i in range(8000))
        tenant, con = self.one(options=options)
        self.check_set(tenant, con, "off", "on_first_login", con)

    def test_depth_up_to_the_limit(self):
        nested = b"[" * 62 + b"]" * 62
        tenant, con = self.one(options=b'"deep":' + nested)
        self.check_set(tenant, con, "off", "on_first_login", con)

    def test_custom_database_without_import(self):
        tenant, con = self.one(strategy="auth0", options=b'"enabledDatabaseCustomization":true,'
                               b'"import_mode":false,"configuration":{}')
        self.check_set(tenant, con, "never_on_login", "never_on_login", con)


class OtherAnswersTest(WireTest):
    """A service that answers in another order, later, with more or with less."""

    def test_members_in_another_order(self):
        for order in ("reverse", "deep"):
            tenant, con = self.one(options=b'"o":{"a":1,"b":{"c":2,"d":3}},"l":[{"x":1,"y":2}]')
            tenant.faults.append(Fault("edit", method="PATCH", target=con))
            tenant.behave(reorder=order)
            self.expect(self.run_cli(tenant, "set", con, "off"), 0, "2 other options verified")
            self.assertEqual(tenant.writes(), 1)
            tenant.close()

    def test_white_space_everywhere(self):
        tenant, con = self.one()
        tenant.behave(spaced=True)
        self.expect(self.run_cli(tenant, "set", con, "off"), 0)
        self.expect_set(tenant, con, "on_first_login")

    def test_members_that_the_service_adds_are_noted(self):
        tenant, con = self.one()
        tenant.behave(derive={"new_one": b'"MARKER-new"', "new_two": b"2"})
        self.expect(self.run_cli(tenant, "set", con, "off"), 0,
                    "6 other options verified unchanged", "2 added by the service")

    def test_derived_members_may_change(self):
        tenant, con = self.one(options=b'"thumbprints":["MARKER-1"],"a":1')
        tenant.behave(derive={"thumbprints": b'["MARKER-2"]'})
        result = self.expect(self.run_cli(tenant, "set", con, "off"), 0, "1 recomputed")
        self.assertEqual(result.out.splitlines()[1:], ['derived\t"thumbprints"'])
        tenant.behave(derive={"thumbprints": b'["MARKER-3"]'})
        line = self.expect(self.run_cli(tenant, "set", con, "on", "--json"), 0).json[0]
        self.assertEqual((line["derived"], line["status"]), (["thumbprints"], "changed"))
        # The same value once more: nothing to name.
        line = self.expect(self.run_cli(tenant, "set", con, "off", "--json"), 0).json[0]
        self.assertNotIn("derived", line)
        result = self.expect(self.run_cli(tenant, "set", con, "on"), 0)
        self.assertEqual(len(result.out.splitlines()), 1)
        # A failure that has another reason names them, too.
        tenant.behave(derive={"thumbprints": b'["MARKER-4"]'}, drop=("a",))
        line = self.expect(self.run_cli(tenant, "set", con, "off", "--json"), 7).json[0]
        self.assertEqual((line["derived"], line["code"]), (["thumbprints"], "verify_loss"))
        self.assertNotIn("lost", line)

    def test_derived_members_may_not_vanish(self):
        tenant, con = self.one(options=b'"thumbprints":["MARKER-1"],"a":1')
        tenant.behave(drop=("thumbprints",))
        self.expect(self.run_cli(tenant, "set", con, "off"), 7, "1 lost")

    def test_derived_members_may_not_be_emptied(self):
        full = {"cert": b'"MARKER-c"', "certs": b'["MARKER-c"]', "thumbprints": b'["MARKER-1"]',
                "admin_access_token": b'"MARKER-t"', "oidc_metadata": b'{"issuer":"MARKER-i"}'}
        for name, value in full.items():
            for empty in (b"null", b'""', b"[]", b"{}"):
                with self.subTest((name, empty)):
                    tenant, con = self.one(options=b'"%s":%s,"a":1' % (name.encode(), value))
                    tenant.behave(change={name: empty})
                    result = self.expect(self.run_cli(tenant, "set", con, "off", "--changes"), 7,
                                         "1 lost, 0 changed")
                    self.assertEqual(result.out, 'lost\t"%s"\n' % name)
                    tenant.close()

    def check_loss(self, words, **behaviour):
        tenant, con = self.one()
        tenant.behave(**behaviour)
        result = self.expect(self.run_cli(tenant, "set", con, "off", "--json"), 7, *words)
        self.assertEqual((result.json[0]["status"], result.json[0]["code"]),
                         ("failed", "verify_loss"))
        self.assertNotIn("nothing written", result.message)

    def test_lost_member(self):
        self.check_loss(("1 lost", "0 changed", "5 equal"), drop=("client_secret",))

    def test_changed_member(self):
        self.check_loss(("0 lost", "1 changed", "5 equal"), change={"n": b"151"})

    def test_another_spelling_is_no_change(self):
        tenant, con = self.one()
        tenant.behave(change={"n": b"150", "e": b'"\xc3\xa9/\\u004dARKER"'})
        self.expect(self.run_cli(tenant, "set", con, "off"), 0, "6 other options verified")

    def test_changed_inside(self):
        self.check_loss(("1 changed",), change={"scope": b'["profile","email"]'})

    def test_setting_ignored(self):
        for behaviour in ("ignore_setting", "ignore_patch"):
            tenant, con = self.one()
            tenant.behave(**{behaviour: True})
            result = self.expect(self.run_cli(tenant, "set", con, "off", "--json"), 7,
                                 "setting did not change")
            self.assertEqual(result.json[0]["code"], "not_applied")
            self.assertEqual(tenant.methods().count("PATCH"), 1)
            tenant.close()

    def test_stale_reads_are_read_again(self):
        tenant, con = self.one()
        tenant.behave(stale_reads=2)
        self.expect(self.run_cli(tenant, "set", con, "off"), 0, "-> on_first_login")
        self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET", "GET", "GET"])
        self.expect_set(tenant, con, "on_first_login")

    def test_somebody_else_in_between_is_no_loss_of_ours_but_reported(self):
        tenant, con = self.one()
        tenant.faults.append(Fault("edit", method="PATCH", target=con, change={"n": "7"}))
        self.expect(self.run_cli(tenant, "set", con, "off"), 7, "1 changed")


class CredentialsTest(WireTest):
    """Client credentials, scopes, and where secrets may come from."""

    def test_token_first_on_the_same_connection(self):
        tenant, con = self.one()
        result = self.run_cli(tenant, "set", con, "off", env=tenant.environment(credentials=True))
        self.expect(result, 0, "-> on_first_login")
        self.assertEqual(tenant.methods(), ["POST", "GET", "PATCH", "GET"])
        self.assertEqual((tenant.tcp_connections, tenant.handshakes), (1, 1))
        self.expect_set(tenant, con, "on_first_login")

    def test_a_token_that_ends_is_renewed_once(self):
        """Wherever in a job it ends: before the read, the write, the verification."""
        wanted = {("GET", 1): ["POST", "GET", "POST", "GET", "PATCH", "GET"],
                  ("PATCH", 1): ["POST", "GET", "PATCH", "POST", "GET", "PATCH", "GET"],
                  ("GET", 2): ["POST", "GET", "PATCH", "GET", "POST", "GET"]}
        for (method, occurrence), requests in wanted.items():
            with self.subTest(method=method, occurrence=occurrence):
                tenant, con = self.one()
                tenant.faults.append(Fault("expire_token", method=method, occurrence=occurrence))
                result = self.run_cli(tenant, "set", con, "off",
                                      env=tenant.environment(credentials=True))
                self.expect(result, 0, "-> on_first_login")
                self.assertEqual(tenant.methods(), requests)
                self.expect_set(tenant, con, "on_first_login")
                tenant.close()

    def test_a_token_that_ends_twice_is_given_up(self):
        tenant, con = self.one()
        tenant.faults.append(Fault("expire_token", method="GET", times=None))
        result = self.run_cli(tenant, "set", con, "off", env=tenant.environment(credentials=True))
        self.expect(result, 4, "HTTP 401")
        self.assertEqual(tenant.methods(), ["POST", "GET", "POST", "GET"])

    def run_with_secret_file(self, tenant, content):
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            return self.run_cli(tenant, "get", "con_%016d" % 1, "--client-id", tenant.client_id,
                                "--client-secret-file", file.name,
                                env={"AUTH0_DOMAIN": tenant.domain})

    def test_every_byte_of_a_secret(self):
        everything = bytes(byte for byte in range(32, 256) if byte != 127)
        printable = bytes(range(33, 127))
        tenant = self.tenant(connection(), client_secret=everything)
        env = {"AUTH0_DOMAIN": tenant.domain, "AUTH0_CLIENT_ID": tenant.client_id,
               "AUTH0_CLIENT_SECRET": everything}
        self.more_secrets += [everything, printable]
        self.expect(self.run_cli(tenant, "get", "con_%016d" % 1, env=env), 0, "on_each_login")

    def test_every_byte_of_a_secret_in_a_file(self):
        secret = bytes(byte for byte in range(32, 256) if byte != 127)
        self.more_secrets.append(secret)
        for end in (b"", b"\n", b"\r\n"):
            tenant = self.tenant(connection(), client_secret=secret)
            self.expect(self.run_with_secret_file(tenant, secret + end), 0, "on_each_login")
            tenant.close()

    def test_one_byte_secrets(self):
        for byte in b"+&=% ;\xff":
            tenant = self.tenant(connection(), client_secret=bytes([byte]))
            tenant.store.connections.clear()
            result = self.run_with_secret_file(tenant, bytes([byte]))
            self.expect(result, 5)
            self.tenants.remove(tenant)  # its secret is a byte that any message may hold
            tenant.close()

    def test_audience(self):
        tenant = self.tenant(connection(), audience="urn:my api&x=1/\u00e4")
        env = {**tenant.environment(credentials=True), "AUTH0_AUDIENCE": tenant.audience}
        self.expect(self.run_cli(tenant, "get", "google-oauth2", env=env), 0)
        self.expect(self.run_cli(tenant, "get", "google-oauth2", "--audience", "urn:wrong",
                                 env=env), 4, "access_denied")

    def test_token_file_and_standard_input(self):
        tenant, con = self.one()
        env = {"AUTH0_DOMAIN": tenant.domain, "AUTH0_API_TOKEN": "MARKER-not-this-one"}
        self.more_secrets.append("MARKER-not-this-one")
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "token"
            path.write_text(tenant.token + "\n", encoding="ascii")
            self.expect(self.run_cli(tenant, "get", con, "--token-file", str(path), env=env), 0)
        self.expect(self.run_cli(tenant, "get", con, "--token-file", "-", env=env,
                                 stdin=tenant.token.encode()), 0)

    def test_second_name_of_the_token(self):
        tenant, con = self.one()
        env = {"AUTH0_DOMAIN": tenant.domain, "AUTH0_ACCESS_TOKEN": tenant.token}
        self.expect(self.run_cli(tenant, "get", con, env=env), 0)

    def test_scopes_are_checked_before_anything_else(self):
        """Whichever of the four are missing, all of them are named."""
        def check(missing):
            tenant, con = self.one()
            tenant.faults.append(Fault("token_lacks", method="POST", scopes=missing))
            result = self.run_cli(tenant, "set", con, "off", "--json",
                                  env=tenant.environment(credentials=True))
            self.expect(result, 4, "(%s)" % ", ".join(missing))
            self.assertEqual(result.json[0]["code"], "insufficient_scope")
            self.assertEqual(tenant.methods(), ["POST"])

        scopes = ("read:connections", "read:connections_options", "update:connections",
                  "update:connections_options")
        self.all_of(check, [list(missing) for count in range(1, 5)
                            for missing in itertools.combinations(scopes, count)])

    def test_reading_needs_no_scope_for_writing(self):
        tenant, con = self.one()
        update = ["update:connections", "update:connections_options"]
        env = tenant.environment(credentials=True)
        tenant.faults.append(Fault("token_lacks", method="POST", scopes=update, times=None))
        self.expect(self.run_cli(tenant, "get", con, env=env), 0, "on_each_login")
        self.expect(self.run_cli(tenant, "list", env=env), 0, con)
        self.expect(self.run_cli(tenant, "set", con, "off", "--dry-run", env=env), 2)

    def test_token_answer_without_scope_is_no_reason_to_stop(self):
        tenant, con = self.one()
        tenant.faults.append(Fault("without_member", method="POST", key="scope"))
        self.expect(self.run_cli(tenant, "set", con, "off",
                                 env=tenant.environment(credentials=True)), 0)

    def test_wrong_secret(self):
        tenant, con = self.one()
        env = {**tenant.environment(credentials=True), "AUTH0_CLIENT_SECRET": "MARKER-wrong"}
        self.more_secrets.append("MARKER-wrong")
        self.expect(self.run_cli(tenant, "set", con, "off", env=env), 4, "client credentials")
        self.assertEqual(tenant.methods(), ["POST"])

    def test_token_answers_that_make_no_sense(self):
        for body in (b"{}", b"[]", b'{"access_token":""}', b'{"access_token":7}', b"<html>",
                     b'{"access_token":"a","access_token":"b"}', b'{"access_token":"a\\u0000b"}',
                     b'{"access_token":"MARKER\\r\\nX: y"}'):
            with self.subTest(body):
                tenant, con = self.one()
                tenant.faults.append(Fault("body", method="POST", data=body))
                result = self.run_cli(tenant, "set", con, "off",
                                      env=tenant.environment(credentials=True))
                self.assertIn(result.code, (1, 64), result.raw)
                self.assertEqual(tenant.methods(), ["POST"])
                tenant.close()

    def test_token_answer_that_is_empty(self):
        """It may have been cut short at its first byte."""
        tenant, con = self.one()
        tenant.faults.append(Fault("body", method="POST", data=b"", times=None))
        self.expect(self.run_cli(tenant, "set", con, "off",
                                 env=tenant.environment(credentials=True)), 1, "(0 bytes of it")
        self.assertEqual(tenant.methods(), ["POST"] * 3)


if __name__ == "__main__":
    cli.main()
