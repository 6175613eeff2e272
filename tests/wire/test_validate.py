"""validate: every fault of a connsync.json without a tenant, and what plan would say of a list."""

import cli
from cli import SETTING, connection, raw_json
from fleet import FleetTest, entry

LINES = '{"connections":[\n  {"name":"a","%s":"x"},\n  {"nmae":"b"}\n]}' % SETTING


class ValidateTest(FleetTest):
    """Without a tenant: whatever it would ask would fail."""

    def validate(self, document, *arguments, code=0, **how):
        path = self.write(document, apart=True)
        result = self.run_cli(None, "validate", path, *arguments, **how)
        self.assertEqual(result.code, code, result.raw)
        return path, result

    def test_valid(self):
        path, result = self.validate({"all": True, SETTING: "off"})
        self.assertEqual(result.out, "")
        self.assertEqual(result.message, "%s: valid, 0 entries beside all others" % path)
        result = self.run_cli(None, "validate", "-", stdin=b'{"all":true,"%s":"on"}' %
                              SETTING.encode())
        self.assertEqual(result.code, 0, result.raw)

    def test_all_faults_at_once(self):
        path, result = self.validate(LINES.encode(), code=64)
        self.assertEqual(result.out.splitlines(), [
            "%s:2:15: connections[0].%s: must be on_each_login, on_first_login or never_on_login"
            % (path, SETTING),
            '%s:3:4: connections[1]: unknown member "nmae"' % path])
        self.assertEqual(result.message, "%s is not valid: 2 faults" % path)
        _, result = self.validate(LINES.encode(), "--json", code=64)
        self.assertEqual([(line["line"], line["column"], line["error"]) for line in result.json],
                         [(2, 15, 11), (3, 4, 3)])

    def test_the_schema_of_an_editor(self):
        """It is passed over as apply does; what stands behind it is told where it stands."""
        for schema in (b'{"$schema":"x","all":true,"%s":"off"}', b'{"all":true,"%s":"off",\n"$schema":"x"}'):
            path, result = self.validate(schema % SETTING.encode())
            self.assertIn("valid, 0 entries beside all others", result.message)
        path, result = self.validate(b'{"$schema"\n:\r\n"x"\n,\n"bogus":1, "$schema":"y", "all":true,'
                                     b'\n "%s":"x"}' % SETTING.encode(), code=64)
        self.assertEqual(result.out.splitlines(), [
            '%s:5:1: the document: unknown member "bogus"' % path,
            '%s:5:12: the document: unknown member "$schema"' % path,
            "%s:6:2: %s: must be on_each_login, on_first_login or never_on_login" % (path, SETTING)])
        _, result = self.validate(b'{"$schema":1,"connections":[{"name":"a","$schema":"x","%s":"on"}]}'
                                  % SETTING.encode(), "--json", code=64)
        self.assertEqual([line["column"] for line in result.json], [2, 41])

    def test_what_is_no_json(self):
        path, result = self.validate(b'{"all":\ntrue,,}', code=64)
        self.assertEqual(result.out, "%s:2:6: not strict JSON (RFC 8259)\n" % path)

    def test_no_value_is_repeated(self):
        self.more_secrets.append("MARKER-token")
        self.validate({"token": "MARKER-token", "client_id": "c", "client_secret": "MARKER-token",
                       "all": 1}, code=64)

    def test_no_file(self):
        result = self.run_cli(None, "validate", str(self.folder / "none.json"))
        self.assertEqual(result.code, 64)
        self.assertIn("cannot read the file", result.message)

    def test_options_of_others(self):
        for words in (["validate", "--domain", "t.example"], ["validate", "--dry-run"],
                      ["list", "--listing", "x"], ["validate", "a", "b"]):
            self.assertEqual(self.run_cli(None, *words, verbose=False).code, 64, words)


class ListingTest(FleetTest):
    """A list from a file, of each kind: validate says what plan says."""

    document = {"connections": [entry("off", name="one"), entry("on", strategy="okta")]}

    def setUp(self):
        super().setUp()
        self.listed = self.tenant(connection("one", number=1),
                                  connection("two", "okta", "on_first_login", number=2),
                                  connection("three", "okta", number=3),
                                  connection("four", "sms", number=4))

    def listings(self):
        """The lines of list --json, and the two forms of the API's own."""
        lines = self.run_cli(self.listed, "list", "--json").out.encode()
        array = b"[%s]" % b",".join(raw_json.build([(key, value) for _, key, value in item.members])
                                    for item in self.listed.store.connections.values())
        return [self.write(text, "listing", apart=True)
                for text in (lines, array, b' {"start":0,"connections":%s}\n' % array)]

    def rows(self, text):
        """All but the summary, which counts requests."""
        return [line for line in text.splitlines() if "request" not in line]

    def test_the_same_as_a_plan(self):
        plan = self.apply(self.listed, command="plan", document=self.document)
        self.assertEqual(plan.code, 2, plan.raw)
        lines = self.apply(self.listed, "--json", command="plan", document=self.document)
        for listing in self.listings():
            path = self.write(self.document, apart=True)
            result = self.run_cli(None, "validate", path, "--listing", listing)
            self.assertEqual(result.code, 2, result.raw)
            self.assertEqual(self.rows(result.out), self.rows(plan.out))
            self.assertIn("2 would change, 1 in sync, 0 refused, 0 failed, 1 not named by the "
                          "file, 0 requests", result.out)
            result = self.run_cli(None, "validate", path, "--listing", listing, "--json")
            self.assertEqual(result.json, [dict(line, requests=0) for line in lines.json])

    def test_lists_one_after_the_other(self):
        """Each ends with a line that sums up, which is no connection, and no end either."""
        lines = self.run_cli(self.listed, "list", "--json").out.encode()
        first, *others, summary = lines.splitlines(keepends=True)
        self.assertIn(b'"summary"', summary)
        listing = self.write(first + summary + b"".join(others) + summary, "listing", apart=True)
        path = self.write(self.document, apart=True)
        result = self.run_cli(None, "validate", path, "--listing", listing)
        self.assertEqual(result.code, 2, result.raw)
        self.assertIn("2 would change, 1 in sync, ", result.out)
        listing = self.write(summary, "listing", apart=True)
        self.assertEqual(self.run_cli(None, "validate", path, "--listing", listing).code, 5)

    def test_an_entry_without_a_connection(self):
        for listing in self.listings():
            path = self.write({"connections": [entry(name="nobody")]}, apart=True)
            result = self.run_cli(None, "validate", path, "--listing", listing)
            self.assertEqual(result.code, 5, result.raw)
            self.assertIn("connections[0].name: no connection of the tenant is meant", result.err)

    def test_what_may_not_carry_the_setting(self):
        """Of a list with options it is known; a plan says the same."""
        listing = self.listings()[1]
        path = self.write({"connections": [entry(name="four")]}, apart=True)
        result = self.run_cli(None, "validate", path, "--listing", listing)
        self.assertEqual(result.code, 3, result.raw)
        self.assertIn("refused", result.out)

    def test_what_is_no_list(self):
        path = self.write(self.document, apart=True)
        for text in (b"", b"7", b'"x"', b"{", b"[7]", b"[{}]", b'{"id":"con_1"}\n{',
                     b'{"page":1,"status":"failed"}', b'{"id":"con_1","name":1,"strategy":"x"}'):
            listing = self.write(text, "listing", apart=True)
            result = self.run_cli(None, "validate", path, "--listing", listing)
            self.assertEqual(result.code, 64, (text, result.raw))
        result = self.run_cli(None, "validate", path, "--listing", str(self.folder / "none"))
        self.assertEqual(result.code, 64, result.raw)


if __name__ == "__main__":
    cli.main()
