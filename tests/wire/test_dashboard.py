"""The Dashboard's word "off", and what never_on_login does beside what its name says."""

import json
import unittest

from cli import CON, SETTING, connection
from fleet import FleetTest, entry, numbered

ENTERPRISE = ("ad", "adfs", "auth0-adldap", "google-apps", "ip", "office365", "oidc", "okta",
              "pingfederate", "samlp", "sharepoint", "waad")
OTHERS = ("google-oauth2", "github", "oauth2", "custom", "sam", "okta2", "s")
ASKS = "off can mean two things for an enterprise connection: say on_first_login, or never_on_login"
WARNS = "never_on_login also keeps the connection from creating users"


class OffTest(FleetTest):
    """It is refused where it can be misunderstood, and nothing is written."""

    def test_set(self):
        for strategy in ENTERPRISE:
            with self.subTest(strategy):
                tenant, con = self.one("corp", strategy)
                result = self.expect(self.run_cli(tenant, "set", con, "off", "--json"), 3, ASKS,
                                     "; nothing written")
                self.assertEqual(result.json[0]["code"], "ambiguous_value")
                self.expect_untouched(tenant, con)
        tenant, con = self.one("corp", "samlp")
        self.expect(self.run_cli(tenant, "set", con, "off", "--dry-run"), 3, ASKS)
        self.expect(self.run_cli(tenant, "set", con, "on_first_login"), 0)
        self.expect(self.run_cli(tenant, "set", con, "off"), 0, "already; nothing written")
        self.expect(self.run_cli(tenant, "set", con, "on"), 0, "-> on_each_login")

    def test_where_it_is_clear(self):
        for strategy in OTHERS:
            with self.subTest(strategy):
                tenant, con = self.one("some", strategy)
                self.expect(self.run_cli(tenant, "set", con, "off"), 0, "-> on_first_login")

    def mixed(self):
        return self.tenant(connection("g", "google-oauth2", number=1),
                           connection("s", "samlp", number=2), connection("o", "okta", number=3))

    def check_document(self, document, refused):
        """plan, apply and --out refuse these numbers of the three, and only these."""
        for command in (("plan",), ("plan", "--out", str(self.folder / "plan")), ("apply",)):
            with self.subTest(document=document, command=command):
                tenant = self.mixed()
                result = self.apply(tenant, *command[1:], "--json", command=command[0],
                                    document=document)
                lines = self.lines(result)
                self.assertEqual({key for key, line in lines.items()
                                  if (line["status"], line["code"]) == ("refused",
                                                                        "ambiguous_value")},
                                 {numbered(number) for number in refused})
                self.assertEqual(self.written(tenant), [
                    numbered(number) for number in (1, 2, 3)
                    if command[0] == "apply" and numbered(number) in lines
                    and number not in refused])
                if command[0] == "apply":
                    self.assertEqual(result.code, 3 if refused else 0)

    def test_documents(self):
        off = b'"%s":"off"' % SETTING.encode()
        for document, refused in (
                ({"all": True, SETTING: "off"}, (2, 3)),
                ({"all": True, SETTING: "on_first_login"}, ()),
                ({"connections": [entry("off", strategy="samlp"), entry("off", name="g"),
                                  entry(name="o")]}, (2,)),
                ({"connections": [entry("off", id=numbered(3)), entry(strategy="samlp")]}, (3,)),
                # Before and behind the key, spelled otherwise, among others.
                (b'{"connections":[{%s,"name":"g"}, {"name":"s" , %s } ,{%s,\n"id":"%s"}]}' % (
                    off, off, off, numbered(3).encode()), (2, 3)),
                (b'{"connections":[{"name":"s","%s":"on_first_login"},{"\\u006eame":"o",\t'
                 b'"\\u0073et_user_root_attributes"\n:"\\u006fff"}]}' % SETTING.encode(), (3,)),
                (b'{"except":["s"],"%s":"off","all":true,"connections":[{"name":"o","%s":'
                 b'"on_first_login"}]}' % (SETTING.encode(), SETTING.encode()), ())):
            self.check_document(document, refused)

    def test_a_plan_has_the_word_of_the_api(self):
        tenant = self.mixed()
        plan = str(self.folder / "plan")
        self.apply(tenant, "--out", plan, command="plan",
                   document={"connections": [entry(strategy="samlp")]})
        self.expect(self.run_cli(tenant, "apply", "--plan", plan), 0, "1 changed")


class WarningTest(FleetTest):
    """Who sets never_on_login in another value's place is told what it does."""

    def test_set(self):
        tenant, con = self.one()
        for words, code in ((("--dry-run",), 2), ((), 0)):
            result = self.expect(self.run_cli(tenant, "set", con, "never_on_login", *words,
                                              verbose=False), code)
            self.assertEqual(result.err, "connsync: warning: google-oauth2 (%s): %s\n" % (con, WARNS))
        result = self.expect(self.run_cli(tenant, "set", con, "never_on_login", verbose=False), 0)
        self.assertEqual(result.err, "")

    def test_json(self):
        tenant, con = self.one()
        words = ("set", con, "never_on_login", "--json")
        self.assertEqual(self.run_cli(tenant, *words).json[0]["warning"], WARNS)
        self.assertNotIn("warning", self.run_cli(tenant, *words).json[0])
        self.assertNotIn("warning", self.run_cli(tenant, "set", con, "on", "--json").json[0])
        self.assertNotIn("warning", self.run_cli(tenant, "get", con, "--json").json[0])
        result = self.run_cli(tenant, *words, "--log-format", "json", verbose=False)
        self.assertEqual(json.loads(result.err)["level"], "warning")

    def test_patch(self):
        tenant, _ = self.one()
        never = b' {"scope":[],"%s":"never_on_login"}' % SETTING.encode()
        for words, code, warned in ((("--dry-run",), 2, True), ((), 0, True), (("--dry-run",), 0, False)):
            result = self.run_cli(tenant, "patch", CON, "-", *words, verbose=False, stdin=never)
            self.assertEqual((result.code, WARNS in result.err), (code, warned), result.err)
        for patch in (b'{"scope":["a"]}', never.replace(b"[]", b'["b"]')):
            result = self.run_cli(tenant, "patch", CON, "-", "--dry-run", verbose=False, stdin=patch)
            self.assertEqual((result.code, result.err), (2, ""), "it is there already")

    def test_restore(self):
        """A backup that would bring it back."""
        tenant, con = self.one(setting="never_on_login")
        self.run_cli(tenant, "set", con, "on", "--backup", str(self.folder))
        backup, = self.folder.glob("con_*.json")
        for words, code in ((("--dry-run",), 2), ((), 0)):
            result = self.run_cli(tenant, "restore", str(backup), *words, verbose=False)
            self.assertEqual((result.code, WARNS in result.err), (code, True), result.err)

    def test_fleets(self):
        document = {"all": True, SETTING: "never_on_login"}
        told = ("connsync: warning: never_on_login also keeps connections from creating users; it is "
                "new to %d\n")
        tenant = self.tenant(*[connection("c-%d" % number, "samlp", value, number=number)
                               for number, value in enumerate((None, "on_first_login",
                                                               "never_on_login"), 1)])
        for words in (("plan",), ("plan", "--out", str(self.folder / "plan")), ("apply", "--dry-run"),
                      ("apply", "--plan", str(self.folder / "plan"), "--dry-run")):
            result = self.apply(tenant, *words[1:], command=words[0], document=document,
                                verbose=False)
            self.assertEqual((result.code, result.err), (2, told % 2), words)
        lines = self.lines(self.apply(tenant, "--json", command="plan", document=document))
        self.assertEqual({key for key, line in lines.items() if line.get("warning") == WARNS},
                         {numbered(1), numbered(2)})
        lines = self.lines(self.apply(tenant, "--json", document=document))
        self.assertEqual({key for key, line in lines.items() if line.get("warning") == WARNS},
                         {numbered(1), numbered(2)})
        self.assertEqual(self.apply(tenant, document=document, verbose=False).err, "")


if __name__ == "__main__":
    unittest.main()
