"""What a connection has beside `options`: compared with the read-back like their members."""

import cli
from cli import CON, Fault, WireTest, connection, raw_json

BESIDE = {"display_name": b'"Sh\\u00f6wn"', "is_domain_connection": b"true",
          "show_as_button": b"false", "realms": b'["r"]', "metadata": b'{"a":"1","b":"2"}',
          "authentication": b'{"active":true}', "connected_accounts": b'{"active":false}',
          "cross_app_access_requesting_app": b'{"active":true}',
          "cross_app_access_resource_app": b'{"status":"enabled"}'}
EXTRA = b"".join(b'"%s":%s,' % (key.encode(), value) for key, value in BESIDE.items())
SECOND = {"method": "GET", "occurrence": 2}
LOSS = "0 added, 6 equal; 1 beside options lost or changed)"


class BesideTest(WireTest):
    """Read with every member that a write could hold, and a client that sends display_name."""

    def written(self, code, *faults, words=("set", CON, "off"), extra=EXTRA, stdin=None):
        tenant = self.tenant(connection(extra=extra))
        tenant.faults += faults
        result = self.run_cli(tenant, *words, "--json", stdin=stdin)
        self.expect(result, code)
        self.assertEqual(tenant.methods()[:3], ["GET", "PATCH", "GET"])
        return tenant, result

    def test_equal(self):
        """In another order and spelling, and with what the service has added."""
        for fault in (Fault("member_is", key="metadata", value='{"b":"\\u0032","a":"1"}', **SECOND),
                      Fault("member_is", key="display_name", value='"Sh\u00f6wn"', **SECOND),
                      Fault("without_member", method="GET", key="metadata")):
            with self.subTest(fault):
                tenant, _ = self.written(0, fault)
                self.assertEqual(raw_json.keys(tenant.requests[1].body),
                                 ["display_name", "options"])

    def test_each_that_is_changed_or_gone(self):
        def check(case):
            key, kind, words = case
            how = {"value": "7"} if kind == "member_is" else {}
            tenant, result = self.written(7, Fault(kind, key=key, **how, **SECOND), words=words,
                                          stdin=b'{"m":1}' if words[0] == "patch" else None)
            line = result.json[0]
            self.assertEqual(line["code"], "verify_loss")
            self.assertIn("; 1 beside options lost or changed)", line["message"])
            self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"])

        words = (("set", CON, "off"), ("set", "google-oauth2", "off"), ("patch", CON, "-"))
        self.all_of(check, [(key, kind, words[i % 3]) for i, (key, kind) in enumerate(
            (key, kind) for key in BESIDE for kind in ("member_is", "without_member"))])

    def test_somebody_else(self):
        """Before our write took effect it is read and kept, after it told."""
        edit = {"target": CON, "beside": {"display_name": '"Theirs"'}}
        tenant, result = self.written(7, Fault("edit", method="PATCH", **edit))
        self.assertIn(LOSS, result.message)
        self.assertEqual(tenant.raw_member(CON, "display_name"), b'"Theirs"')
        tenant = self.tenant(connection(extra=EXTRA))
        tenant.faults += [Fault("edit", method="GET", **edit), Fault("reset_before", method="PATCH")]
        self.expect(self.run_cli(tenant, "set", CON, "off"), 0)
        # The second write waits until the first cannot land on that any more.
        self.assertEqual(tenant.methods().count("PATCH"), 2)
        self.assertEqual(tenant.methods()[-2:], ["PATCH", "GET"])
        self.assertEqual(tenant.raw_member(CON, "display_name"), b'"Theirs"')

    def test_names(self):
        faults = (Fault("member_is", key="display_name", value='"x"', **SECOND),
                  Fault("without_member", key="realms", **SECOND))
        _, result = self.written(7, *faults, words=("set", CON, "off", "--changes"))
        line = result.json[0]
        self.assertEqual(line["beside_options"], ["display_name", "realms"])
        self.assertEqual((line["lost"], line["changed"], line["added"]), ([], [], []))
        tenant = self.tenant(connection(extra=EXTRA))
        tenant.faults += [Fault("member_is", key="display_name", value='"x"', **SECOND)]
        result = self.expect(self.run_cli(tenant, "set", CON, "off", "--changes"), 7)
        self.assertIn('changed\t"display_name"\tbeside options\n', result.out)

    def test_only_options_are_restored(self):
        other = Fault("member_is", key="display_name", value='"x"', **SECOND)
        words = ("set", CON, "off", "--restore")
        tenant, result = self.written(7, other, words=words)
        self.assertIn("options are as they were to be, only they can be restored", result.message)
        self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"])
        self.assertNotIn("restored", result.json[0])
        other = Fault("member_is", key="display_name", value='"x"', **SECOND)
        lost = Fault("edit", method="PATCH", target=CON, drop=("scope",))
        tenant, result = self.written(7, other, lost, words=words)
        self.assertIn("; options restored as before, and verified, but not the rest",
                      result.message)
        self.assertEqual(tenant.raw_options(CON), tenant.history(CON)[0])


if __name__ == "__main__":
    cli.main()
