"""A walk in a fresh root through what connsync promises: it only looks where it says so, it refuses what
does harm with the cure in the sentence, and it says what a value does besides.
"""

import json

from fresh import ROOT, SETTING, WANTED, Fresh
import cli
from cli import CON, connection


class LookingTest(Fresh):
    """Who only looks changes nothing."""

    def test_a_plan_of_standard_input(self):
        seen = self.see("plan", "-", stdin=json.dumps(WANTED), make=self.company, code=2,
                        says=["4 would change, 1 in sync"])
        self.fits(seen)
        self.assertEqual([tenant.writes() for tenant in self.tenants], [0, 0, 0])

    def test_set_that_only_tells(self):
        self.see("set", CON, "on_first_login", "--dry-run", make=self.company, code=2,
                 says=["on_each_login -> on_first_login, would change; nothing written"])
        self.assertEqual([tenant.writes() for tenant in self.tenants], [0, 0, 0])


class PatchTest(Fresh):
    """A file that is no patch is refused with what to do."""

    def refused(self, document, says):
        seen = self.refuses("patch", CON, self.write("patch.json", document), says=says,
                            make=self.company)
        self.assertNotIn("nothing written", seen.err, "nothing could have been")
        self.assertEqual([tenant.requests for tenant in self.tenants], [[], [], []])

    def test_the_shape_of_the_api(self):
        self.refused({"options": {SETTING: "on_first_login"}}, ['give that object alone'])

    def test_a_document(self):
        self.refused(WANTED, ["this is a connsync.json: see connsync apply"])

    def test_a_wrong_one_has_line_and_column(self):
        self.refused('{"a": 1,\n "b" 2}\n', ["patch.json: line 2, column 6: not strict JSON"])


class ValueTest(Fresh):
    """What a value does besides is said where it is named."""

    def test_never_on_login(self):
        file = self.write("never.json", {"all": True, SETTING: "never_on_login"})
        warning = "warning: never_on_login also keeps connections from creating users; it is new to 5"
        self.see("plan", file, make=self.company, code=2, says=[warning])
        self.see("apply", file, "--yes", make=self.company, says=[warning, "5 changed"])
        alone = ["never_on_login also keeps the connection from creating users"]
        self.see("set", "corp", "never_on_login", make=self.company, says=alone)
        patch = self.write("patch.json", {SETTING: "never_on_login"})
        self.see("patch", "corp", patch, "--dry-run", make=self.company, code=2, says=alone)
        self.see("help", "set", says=["never_on_login also keeps the connection from creating users"])
        self.see("help", says=["never_on_login, which also keeps it from creating users"])

    def test_no_example_has_it(self):
        """Neither what is installed nor what is deployed."""
        self.install("systemd")
        for path in (*self.root.rglob("*.json"), *self.root.glob("usr/lib/systemd/system/*"),
                     *(path for path in (ROOT / "deploy").rglob("*") if path.is_file())):
            if not path.name.endswith(".schema.json"):
                self.assertNotIn("never_on_login", path.read_text(encoding="utf-8"), path)

    def test_off_of_an_enterprise_connection(self):
        """It can mean two things; of others it means one."""
        file = self.write("off.json", {"connections": [{"name": "corp", SETTING: "off"}]})
        self.see("plan", file, make=self.enterprise, code=3,
                 says=["off can mean two things", "1 refused"])
        self.refuses("set", "corp", "off", make=self.enterprise, code=3,
                     says=["off can mean two things", "say on_first_login"])
        self.see("set", CON, "off", make=self.company, says=["on_each_login -> on_first_login"])

    def enterprise(self):
        return self.tenant(connection("corp", "samlp", number=9))


class SecretTest(Fresh):
    """A secret that others can read is told of."""

    def see_with(self, mode):
        file = self.write("secret", self.company().secrets[0], mode)
        return self.see("get", CON, "--client-secret-file", file, make=self.company, says=["on_each"],
                        env={"AUTH0_DOMAIN": self.tenants[0].domain,
                             "AUTH0_CLIENT_ID": self.tenants[0].client_id})

    def test_modes(self):
        for mode, told in ((0o644, True), (0o640, False), (0o600, False)):
            for text in self.see_with(mode).everywhere:
                self.assertEqual("others may read or change the secret in secret: chmod 600" in text,
                                 told, oct(mode))

    def test_in_a_document(self):
        tenant = self.company()
        self.write("connsync.json", {**WANTED, "client_id": tenant.client_id,
                                     "client_secret": tenant.secrets[0]}, 0o644)
        self.see("plan", make=self.company, code=2, env={"AUTH0_DOMAIN": tenant.domain},
                 says=["connsync.json: chmod 600", "4 would change"])

    def test_the_units_hand_it_over(self):
        """So that nobody has to let others read it."""
        self.install("systemd")
        for name in ("connsync", "connsync@", "connsync-apply"):
            unit = (self.root / "usr/lib/systemd/system" / (name + ".service")).read_text("utf-8")
            self.assertRegex(unit, r"(?m)^LoadCredential=client_secret:/etc/connsync/")
            self.assertIn("%d/client_secret", unit)

    def test_it_is_nowhere_on_a_command_line(self):
        seen = self.refuses("get", CON, "--client-secret", "hunter2",
                            says=["every user of the machine could read the secret",
                                  "--client-secret-file FILE or AUTH0_CLIENT_SECRET"])
        self.assertNotIn("hunter2", seen.err)


if __name__ == "__main__":
    cli.main()
