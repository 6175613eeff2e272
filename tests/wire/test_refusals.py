"""Every reason to refuse: its exit code, its code word, its message, and no PATCH sent."""

import re

import cli
from cli import SETTING, Fault, WireTest, connection

ENCRYPTED = (b'"enabledDatabaseCustomization":true,"configuration":'
             b'{"key":"2.0$MARKER-ciphertext"}')


class RefusalTest(WireTest):
    """Each test arranges one reason; refused() runs `set`, plain and with --json."""

    def refused(self, tenant, code, *texts, key="con_%016d" % 1, exit_code=3, env=None,
                status="refused"):
        """Runs `set` twice, and sees the same verdict in words and in --json."""
        plain = self.expect(self.run_cli(tenant, "set", key, "off", env=env), exit_code, *texts)
        self.assertEqual(plain.out, "")
        told = self.expect(self.run_cli(tenant, "set", key, "off", "--json", env=env),
                           exit_code, *texts)
        line = told.json[0]
        self.assertEqual((line["status"], line["code"]), (status, code))
        for text in texts:
            self.assertIn(text, line["message"])
        for item in tenant.store.connections:
            self.expect_untouched(tenant, item)
        self.assertEqual(set(tenant.methods()) - {"GET"}, set())
        return plain

    def with_fault(self, kind, **parameters):
        """A tenant with one ordinary connection whose every read meets the fault."""
        tenant, _ = self.one()
        tenant.faults.append(Fault(kind, method="GET", times=None, **parameters))
        return tenant


class OptionsTest(RefusalTest):
    """`options` that are not there, or not an object."""

    def test_missing_scope(self):
        tenant, _ = self.one()
        token = tenant.issue_token("read:connections", "update:connections",
                                   "update:connections_options")
        self.refused(tenant, "missing_options", "no `options`", "read:connections_options",
                     "nothing written", env=tenant.environment(token))
        self.refused(tenant, "missing_options", "read:connections_options",
                     key="google-oauth2", env=tenant.environment(token))

    def test_missing(self):
        self.refused(self.with_fault("options_missing"), "missing_options",
                     "read:connections_options", "nothing written")

    def test_not_an_object(self):
        for value in ("[]", "null", '"text"', "7", "true", '[{"a":1}]', '"{}"'):
            with self.subTest(value):
                self.refused(self.with_fault("options_is", value=value), "options_not_object",
                             "`options` is not an object", "nothing written")


class StrategyTest(RefusalTest):
    """Connections that cannot carry the setting."""

    def test_passwordless(self):
        for strategy in ("sms", "email"):
            tenant, _ = self.one(strategy, strategy)
            message = self.refused(tenant, "passwordless", "passwordless",
                                   "(strategy %s)" % strategy, "nothing written").message
            self.assertTrue(message.startswith("%s (con_" % strategy), message)

    def test_database(self):
        for options in (b"", b'"enabledDatabaseCustomization":false',
                        b'"enabledDatabaseCustomization":"true"',
                        b'"enabledDatabaseCustomization":true,"import_mode":true',
                        b'"import_mode":false'):
            with self.subTest(options):
                tenant, _ = self.one("Username-Password-Authentication", "auth0",
                                     options=options)
                self.refused(tenant, "strategy", "database connection", "nothing written")

    def test_database_that_has_the_value_already(self):
        tenant, con = self.one("db", "auth0", "on_first_login", options=b"")
        result = self.run_cli(tenant, "set", con, "off")
        self.assertIn(result.code, (0, 3))
        self.expect_untouched(tenant, con)


class ConfigurationTest(RefusalTest):
    """`options.configuration`: ciphertext that a write might encrypt once more."""

    def test_encrypted(self):
        tenant, _ = self.one("db", "auth0", options=ENCRYPTED)
        self.refused(tenant, "encrypted_configuration", "`options.configuration`",
                     "--allow-encrypted-configuration", "nothing written")

    def test_encrypted_and_told_to_go_on(self):
        tenant, con = self.one("db", "auth0", options=ENCRYPTED)
        self.expect(self.run_cli(tenant, "set", con, "off", "--allow-encrypted-configuration"), 0)
        self.expect_set(tenant, con, "on_first_login")

    def test_not_an_object(self):
        for value in (b'["MARKER-1"]', b'"2.0$MARKER-text"'):
            with self.subTest(value):
                tenant, _ = self.one("db", "auth0", options=b'"enabledDatabaseCustomization":true,'
                                     b'"configuration":' + value)
                self.refused(tenant, "encrypted_configuration", "nothing written")

    def test_empty_or_null(self):
        for value in (b"{}", b"null", b"{ }"):
            with self.subTest(value):
                tenant, con = self.one("db", "auth0",
                                       options=b'"enabledDatabaseCustomization":true,'
                                       b'"configuration":' + value)
                self.expect(self.run_cli(tenant, "set", con, "off"), 0)
                self.expect_set(tenant, con, "on_first_login")


class DuplicateTest(RefusalTest):
    """The very members that must be addressed, there twice."""

    def test_top_level(self):
        for key, value in (("options", "{}"), ("id", '"con_%016d"' % 1), ("name", '"other"'),
                           ("strategy", '"oidc"'), ("display_name", '"b"')):
            with self.subTest(key):
                tenant = self.tenant(connection(extra=b'"display_name":"a",'))
                tenant.faults.append(Fault("duplicate_keys", method="GET", times=None, key=key,
                                           value=value))
                self.refused(tenant, "duplicate_member", "twice", "nothing written")

    def test_escaped_spelling(self):
        tenant = self.with_fault("body", data=connection()[:-1] + b',"opt\\u0069ons":{}}')
        self.refused(tenant, "duplicate_member", "twice", "nothing written")

    def test_the_setting(self):
        name = SETTING.encode()
        for second in (name, name.replace(b"_", b"\\u005f"), b"\\u0073" + name[1:],
                       name[:-1] + b"\\u0073"):
            with self.subTest(second):
                tenant, _ = self.one(options=b'"%s":"on_each_login","x":1,"%s":"on_each_login"'
                                     % (name, second))
                self.refused(tenant, "duplicate_member", "twice", "nothing written")

    def test_configuration(self):
        tenant, _ = self.one("db", "auth0", options=b'"enabledDatabaseCustomization":true,'
                             b'"configuration":{},"configuration":{}')
        self.refused(tenant, "duplicate_member", "twice", "nothing written")

    def test_database_members(self):
        for options in (b'"enabledDatabaseCustomization":true,'
                        b'"enabledDatabaseCustomization":false',
                        b'"enabledDatabaseCustomization":true,"import_mode":false,'
                        b'"import_mode":true'):
            with self.subTest(options):
                tenant, con = self.one("db", "auth0", options=options)
                result = self.run_cli(tenant, "set", con, "off")
                self.expect(result, 3, "twice", "nothing written")
                self.expect_untouched(tenant, con)


class DocumentTest(RefusalTest):
    """Documents that are too deep, too large, or no strict JSON."""

    def test_too_deep(self):
        for depth in (65, 66, 1000, 100000):
            self.refused(self.with_fault("deep", depth=depth), "too_deep",
                         "deeper than 64 levels", "nothing written")

    def test_just_deep_enough(self):
        tenant, con = self.one()
        tenant.faults.append(Fault("deep", method="GET", depth=64))
        self.expect(self.run_cli(tenant, "set", con, "off", "--dry-run"), 2)

    def check_bytes_needed(self, message):
        """A number of bytes, where one is given, is one that somebody can act on."""
        found = re.search(r"(\d+) bytes", message)
        if found:
            self.assertGreater(int(found.group(1)), 8000000)
            self.assertLess(int(found.group(1)), 1000000000)
        return found is not None

    def test_too_large(self):
        message = self.refused(self.with_fault("huge", bytes=9000000), "too_large",
                               "larger than the memory", "nothing written").message
        self.check_bytes_needed(message)

    def test_too_large_with_a_length(self):
        tenant = self.with_fault("huge", bytes=9000000)
        tenant.faults.append(Fault("content_length", method="GET", times=None))
        message = self.refused(tenant, "too_large", "nothing written").message
        self.assertTrue(self.check_bytes_needed(message), message)

    def test_too_many_members(self):
        """Each has its digests beside the document; a value inside of one costs nothing."""
        members = ",".join('"m%d":0' % number for number in range(350000))
        tenant, _ = self.one()
        tenant.faults.append(Fault("options_is", method="GET", times=None,
                                   value="{%s}" % members))
        message = self.refused(tenant, "too_large", "nothing written").message
        self.assertTrue(self.check_bytes_needed(message), message)

    def test_not_json(self):
        good = connection()
        bodies = [good + b"{}", good + b"x",
                  good + b"\x00", b"\xef\xbb\xbf" + good, good.replace(b'"n":', b'"n":01,"m":'),
                  good.replace(b'"n":1.50E+2', b'"n":NaN'), good.replace(b",", b",,", 1),
                  good.replace(b'"empty":{}', b'"empty":{},'),
                  good.replace(b'"name"', b"'name'"), good.replace(b"{}", b"{/**/}"),
                  good.replace(b"MARKER-secret", b"MARKER\nsecret"),
                  good.replace(b"MARKER-secret", b"MARKER\\xsecret")]
        for body in bodies:
            with self.subTest(body[-40:]):
                self.refused(self.with_fault("body", data=body), "not_json", "not strict JSON",
                             "nothing written")

    def test_json_that_ends_too_early(self):
        """It was cut short: what may pass is no refusal."""
        def check(body):
            tenant = self.with_fault("body", data=body)
            self.expect(self.run_cli(tenant, "set", "con_%016d" % 1, "off"), 1,
                        "cut short; try again (%d bytes of it came)" % len(body))
            self.assertEqual(tenant.methods(), ["GET"] * 3)

        good = connection()
        self.all_of(check, (b"", b" ", b"{", good[:-1], good[:-20]))

    def test_invalid_utf8(self):
        for octets in (b"\xff", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
                       b"\xe2\x82", b"\x80"):
            body = connection().replace(b"MARKER-secret", b"MARKER" + octets)
            with self.subTest(octets):
                self.refused(self.with_fault("body", data=body), "not_json", "nothing written")

    def test_web_page_with_200(self):
        for fault in (("not_json", {}), ("status", {"status": 200, "body": "html"})):
            self.refused(self.with_fault(fault[0], **fault[1]), "web_page", "not the API's",
                         "nothing written", "HTTP 200", exit_code=1, status="failed")

    def test_json_that_is_no_connection(self):
        for body in (b"[]", b"null", b"7", b'"x"', b"{}", b'{"id":7,"name":"a","strategy":"b"}',
                     b'{"id":"con_1"}'):
            with self.subTest(body):
                tenant = self.with_fault("body", data=body)
                self.refused(tenant, "unexpected_answer", exit_code=1, status="failed")

    def test_strategy_missing_or_odd(self):
        for value in ("null", "7", '["sms"]', "{}"):
            tenant = self.with_fault("member_is", key="strategy", value=value)
            self.refused(tenant, "unexpected_answer", exit_code=1, status="failed")
        tenant = self.with_fault("without_member", key="strategy")
        self.refused(tenant, "unexpected_answer", exit_code=1, status="failed")


class NameAndValueTest(RefusalTest):
    """Several connections of one name; a setting that is no string; another's answer."""

    def test_ambiguous(self):
        tenant = self.tenant(connection("twin", number=1), connection("twin", number=2))
        self.refused(tenant, "ambiguous", "several connections", "use the id", "nothing written",
                     key="twin")

    def test_value_is_no_string(self):
        for value in (b"true", b"1", b"[]", b"{}", b'{"x":"on_first_login"}', b"false"):
            with self.subTest(value):
                tenant, _ = self.one(options=b'"%s":%s' % (SETTING.encode(), value))
                self.refused(tenant, "unknown_value", "not a string", "nothing written")

    def test_answer_about_another_connection(self):
        tenant = self.with_fault("member_is", key="id", value='"con_%016d"' % 2)
        tenant.add(connection("other", number=2))
        result = self.run_cli(tenant, "set", "con_%016d" % 1, "off")
        self.assertIn(result.code, (1, 3), result.raw)
        for item in tenant.store.connections:
            self.expect_untouched(tenant, item)

    def test_id_that_would_leave_the_path(self):
        for value in ('"../users/1"', '"con_1/../../x"', '""'):
            tenant = self.with_fault("member_is", key="id", value=value)
            result = self.run_cli(tenant, "set", "con_%016d" % 1, "off")
            self.assertNotEqual(result.code, 0)
            self.assertEqual(tenant.writes(), 0)

    def test_display_name_that_is_no_string(self):
        for value in (b"null", b"7", b"[]"):
            tenant, con = self.one(extra=b'"display_name":%s,' % value)
            self.expect(self.run_cli(tenant, "set", con, "off"), 0)
            self.expect_set(tenant, con, "on_first_login")


if __name__ == "__main__":
    cli.main()
