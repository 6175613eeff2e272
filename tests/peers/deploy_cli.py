"""Runs auth0-deploy-cli against the fake tenant, and holds what docs/ say of it to what it does.

    deploy_cli.py NODE_MODULES

NODE_MODULES is where npm has installed it. Each row of the table in docs/switching.md is a connection of one tenant
whose setting connsync has changed, and an entry of one file; the recipes there are taken from the
page. deploy-cli.sh installs it and calls this.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from tenant import pki, server  # noqa: E402
from tenant.service import Tenant  # noqa: E402
from wider_tenant import Wider  # noqa: E402

HERE = Path(__file__).resolve().parent
MODULES = Path(sys.argv.pop(1)).resolve()
PAGE = (ROOT / "docs/switching.md").read_text(encoding="utf-8")
SETTING = "set_user_root_attributes"
# What each connection has beside the setting. The number is more than a double holds.
OTHERS = {"client_id": "the-client", "client_secret": "SECRET-one", "app_secret": "SECRET-two",
          "scope": ["email"], "serial": 12345678901234567890}
# One of the tenant's, as connsync left it.
TENANTS, FILES = "on_first_login", "never_on_login"
# Node does not see that a connection was closed while it compiles schemas.
server.IDLE_LIMIT = 600


def connection(number, name, strategy="google-oauth2", more=()):
    """The tenant's text of a connection with OTHERS and the setting."""
    options = {**OTHERS, **dict(more), SETTING: TENANTS}
    return json.dumps({"id": "con_%016d" % number, "name": name, "strategy": strategy,
                       "options": options}, separators=(",", ":")).encode()


def entry(name, **members):
    """The file's entry for one."""
    return {"name": name, "strategy": "google-oauth2", **members}


def recipe(name):
    """The settings with that member which the page's part about this program shows."""
    part = PAGE.split("\n## Deploy CLI\n", 1)[1].split("\n## ", 1)[0]
    found, = (one for one in map(json.loads, re.findall(r"^```json\n(.*?)^```$", part, re.M | re.S))
              if name in one)
    return found


ROWS = {
    "all, without the setting": entry("row-1", options=OTHERS),
    "all, with the setting": entry("row-2", options={**OTHERS, SETTING: FILES}),
    "no options": entry("row-3"),
    "empty options": entry("row-4", options={}),
    "the setting alone": entry("row-5", options={SETTING: TENANTS}),
}


class DeployTest(unittest.TestCase):
    """One tenant with a connection for each row, and runs of the program."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        """The tenants share one address and one authority: the program keeps both."""
        cls.keys = pki.throw_away("localhost")
        reading, writing = os.pipe()
        cls.jobs = os.fdopen(writing, "w", encoding="utf-8")
        cls.program = subprocess.Popen(
            ["sh", "-c", 'exec node "$0" "$1" 3<&%d' % reading, HERE / "run_deploy_cli.js",
             MODULES], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, pass_fds=(reading,),
            env={"PATH": os.environ["PATH"], "NO_COLOR": "1",
                 "NODE_EXTRA_CA_CERTS": str(cls.keys.root)})
        os.close(reading)
        cls.addClassCleanup(cls.program.wait)
        cls.addClassCleanup(cls.jobs.close)

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.tenant = None
        self.serve()

    def serve(self, *raw, **how):
        """Another tenant: with these connections, or with those of ROWS."""
        if self.tenant is not None:
            self.tenant.close()
        self.tenant = tenant = Tenant("localhost", pki=self.keys, **how)
        self.addCleanup(tenant.close)
        tenant.api = Wider(tenant.store, tenant.tokens)
        raw = raw or [connection(number, one["name"]) for number, one in enumerate(ROWS.values(), 1)]
        for text in raw:
            tenant.add(text)

    def run_program(self, command, /, code=0, settings=None, **parameters):
        """What it prints; it must end with that code."""
        settings = {"AUTH0_DOMAIN": "localhost:%d" % self.tenant.port,
                    "AUTH0_CLIENT_ID": self.tenant.client_id,
                    "AUTH0_CLIENT_SECRET": self.tenant.secrets[0],
                    "AUTH0_AUDIENCE": self.tenant.audience, **(settings or {})}
        (self.folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
        parameters["config_file"] = str(self.folder / "config.json")
        self.jobs.write(json.dumps({"command": command, "parameters": parameters}) + "\n")
        self.jobs.flush()
        said = ""
        for line in self.program.stdout:
            if line.startswith("\0"):
                break
            said += line
        else:
            self.fail("it ended: " + said)
        self.assertEqual(self.tenant.journal.crashes, [])
        self.assertEqual(int(line[1:]), code, said)
        return said

    def load(self, text, settings=None, **parameters):
        """What `import` says of a file with that text; JSON is YAML too."""
        if not isinstance(text, str):
            text = json.dumps(text)
        (self.folder / "tenant.yaml").write_text(text, encoding="utf-8")
        return self.run_program("import", settings=settings,
                                input_file=str(self.folder / "tenant.yaml"), **parameters)

    def options(self, number):
        return json.loads(self.tenant.raw_options("con_%016d" % number))

    def patched(self):
        """The ids of the connections that were written to, in any order."""
        return sorted(one.path.rsplit("/", 1)[1][-1] for one in self.tenant.requests
                      if one.method == "PATCH")

    def test_1_dry_run_and_import(self):
        file = {"connections": list(ROWS.values())}
        said = self.load(file, dry_run=True)
        # Of five connections, three of which lose something, it names the one with a new value.
        self.assertEqual(re.findall(r"UPDATE\W+(row-\d)", said), ["row-2"], said)
        self.assertEqual(self.patched(), [])

        self.load(file)
        rounded = {**OTHERS, "serial": 12345678901234567000}
        self.assertEqual(self.options(1), rounded)
        self.assertEqual(self.options(2), {**rounded, SETTING: FILES})
        self.assertEqual(self.options(3), {**OTHERS, SETTING: TENANTS})
        self.assertEqual(self.options(4), {})
        self.assertEqual(self.options(5), {SETTING: TENANTS})
        self.assertEqual(self.patched(), ["1", "2", "3", "4", "5"])
        self.load(file)  # it writes again, although nothing has changed
        self.assertEqual(len(self.patched()), 10)

    def test_1_dry_run_of_what_wipes(self):
        rows = [ROWS["all, without the setting"], ROWS["empty options"], ROWS["the setting alone"]]
        self.serve(*(connection(number, one["name"]) for number, one in enumerate(rows)))
        self.assertIn("No changes detected", self.load({"connections": rows}, dry_run=True))

    def test_2_excluded_property(self):
        self.load({"connections": list(ROWS.values())}, recipe("EXCLUDED_PROPS"))
        for number in (1, 2):
            self.assertEqual({**self.options(number), "serial": OTHERS["serial"]},
                             {**OTHERS, SETTING: TENANTS})
        for number in (3, 4, 5):
            self.assertEqual(self.options(number), {SETTING: TENANTS})


    def test_3_included_connections(self):
        """It limits what is written, not what is exported."""
        only = {"AUTH0_INCLUDED_CONNECTIONS": ["row-2"]}
        self.load({"connections": list(ROWS.values())}, only)
        self.assertEqual(self.patched(), ["2"])
        exported = self.export(only)
        self.assertEqual(len(re.findall(r"^  - name: row-", exported, re.M)), 5)

    def test_4_databases(self):
        """Without `connections`, custom databases are still written to, and merged."""
        custom = {"enabledDatabaseCustomization": True, "import_mode": False,
                  "disable_self_service_change_password": True}
        self.serve(connection(1, "row-1"), connection(2, "custom", "auth0", custom))
        file = {"connections": [entry("row-1", options={})],
                "databases": [{"name": "custom", "strategy": "auth0",
                               "options": {"enabledDatabaseCustomization": True}}]}
        self.load(file, recipe("AUTH0_EXCLUDED"))
        self.assertEqual(self.patched(), [])
        self.load(file, {"AUTH0_EXCLUDED": ["connections"]})
        self.assertEqual(self.patched(), ["2"])
        self.assertEqual({**self.options(2), "serial": OTHERS["serial"]},
                         {**OTHERS, **custom, SETTING: TENANTS,
                          "disable_self_service_change_password": False})
        file["databases"][0]["options"][SETTING] = FILES
        self.load(file, {"AUTH0_EXCLUDED": ["connections"]})
        self.assertEqual(self.options(2)[SETTING], FILES)

    def test_5_keywords(self):
        """PRESERVE_KEYWORDS is of exports: an import writes what the keyword stands for."""
        options = {**OTHERS, SETTING: "##SYNC##"}
        self.load({"connections": [entry("row-1", options=options)]},
                  {"AUTH0_PRESERVE_KEYWORDS": True,
                   "AUTH0_KEYWORD_REPLACE_MAPPINGS": {"SYNC": FILES}})
        self.assertEqual(self.options(1)[SETTING], FILES)

    def test_6_without_the_scope(self):
        """It warns and writes, and what it was to keep is lost."""
        self.serve(connection(1, "row-1"), connection(2, "custom", "auth0", {
            "enabledDatabaseCustomization": True, "import_mode": False}),
            scopes=("read:connections", "update:connections", "update:connections_options"))
        said = self.load({"connections": [ROWS["all, without the setting"]], "databases": [
            {"name": "custom", "strategy": "auth0", "options": {"import_mode": False}}]},
                         recipe("EXCLUDED_PROPS"))
        self.assertIn("read:connections_options scope is required", said)
        self.assertEqual(self.patched(), ["1", "2"])
        self.assertNotIn(SETTING, self.options(1))
        self.assertEqual(set(self.options(2)) - {"disable_self_service_change_password"},
                         {"import_mode"})

    def test_7_export_and_import(self):
        """One secret is masked and then dropped, the others are in the file; numbers change."""
        more = {"twilio_token": "SECRET-three", "pattern": "##X##", "whole": 1.0}
        self.serve(connection(1, "row-1", more=more))
        exported = self.export()
        self.assertEqual(re.findall("SECRET-\\w+", exported), ["SECRET-two", "SECRET-three"])
        self.load(exported)
        wanted = {**OTHERS, **more, SETTING: TENANTS, "serial": 12345678901234567000, "whole": 1}
        del wanted["client_secret"]
        self.assertEqual({**self.options(1), "pattern": more["pattern"]}, wanted)

    def export(self, settings=None):
        """The file that `export` writes."""
        folder = self.folder / "export"
        self.run_program("export", settings={"AUTH0_INCLUDED_ONLY": ["connections"],
                                             **(settings or {})},
                         output_folder=str(folder), format="yaml")
        return (folder / "tenant.yaml").read_text(encoding="utf-8")


if __name__ == "__main__":
    unittest.main(verbosity=2)
