"""A walk in a fresh root through what docs/ say of others: coming from another tool, and a proxy that opens
the connection and prints JSON anew.
"""

import json
import shlex
import sys

from fresh import HERE, ROOT, SETTING, Behind, Fresh
import cli
from cli import CON, connection
from reprinter import Reprinter

sys.path.insert(0, str(HERE.parent / "docs"))
import blocks  # noqa: E402

LARGE = b'"client_id":"MARKER-id.apps","serial":12345678901234567890,"n":1.50E+2'
ROUNDED = (b'{"client_id":"MARKER-id.apps","serial":12345678901234567000,"n":150.0,"%s":"on_first_login"}'
           % SETTING.encode())
KEPT = b'{%s,"%s":"on_first_login"}' % (LARGE, SETTING.encode())


class SwitchingTest(Fresh):
    """docs/switching.md"""

    recipes = [line for block in blocks.of_markdown(ROOT, ROOT / "docs/switching.md")
               if block.kind == "sh" for line in block.text.splitlines()]

    def test_what_takes_the_place_of_the_others_calls(self):
        shows = {"set": "google-oauth2 (%s): on_each_login -> on_first_login; 6 other options verified "
                        "unchanged\n" % CON, "get": "on_each_login\n"}
        self.assertEqual(len(self.recipes), 3)
        for line in self.recipes:
            program, command, *words = shlex.split(line.replace("$ID", CON))
            self.assertEqual(program, "connsync")
            seen = self.see(command, *words, make=lambda: self.tenant(connection()))
            self.assertEqual(seen.out, shows[command])
            for rows in seen.rows.values():
                self.assertEqual(rows, seen.out.splitlines())

    def test_import_shows_no_drift(self):
        tenant = self.company()
        seen = self.see("import", make=lambda: tenant, says=['"connections": ['])
        self.write("connsync.json", seen.out)
        self.see("plan", make=lambda: tenant, says=["5 in sync"])

    def test_each_file_of_another_tool_is_given_to_it(self):
        """By tests/peers, which npm's registry is needed for: here only that it takes each."""
        taken = (ROOT / "tests/peers/deploy_cli.py").read_text(encoding="utf-8")
        recipes = [json.loads(block.text) for block in
                   blocks.of_markdown(ROOT, ROOT / "docs/switching.md") if block.kind == "json"]
        self.assertGreater(len(recipes), 1)
        for name in (name for recipe in recipes for name in recipe):
            self.assertIn(name, taken)


class ReprintTest(Behind):
    """docs/proxy.md: what "verified" means behind a proxy that prints JSON anew."""

    def rounded(self):
        tenant = self.tenant(connection(options=LARGE), tls="none")
        proxy = self.enterContext(Reprinter(tenant.domain, tenant.port))
        return self.lead(tenant, proxy.url, proxy.root)

    def as_it_is(self):
        return self.tunnelled(connection(options=LARGE))

    def test_verified_is_what_it_shows(self):
        """The same words, whether or not the number is still the one that the tenant had."""
        for make, found in ((self.rounded, ROUNDED), (self.as_it_is, KEPT)):
            self.see("set", CON, "on_first_login", make=make,
                     says=["on_each_login -> on_first_login; 3 other options verified unchanged"])
            for tenant in self.tenants[-3:]:
                self.assertEqual(tenant.raw_options(CON), found)

    def test_it_is_recognised(self):
        """By whoever does not trust its root."""
        tenant = self.rounded()
        self.lead(tenant, self.ways[tenant]["https_proxy"], self.tenant().ca_file)
        seen = self.refuses("get", CON, code=8, make=lambda: tenant,
                            says=["issued by O=Example Corp, CN=Inspection root"])
        self.assertIn("not trusted", seen.err)
        self.assertEqual(tenant.requests, [])


if __name__ == "__main__":
    cli.main()
