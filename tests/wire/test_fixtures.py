"""Real shapes of connections through the whole flow: byte-exact, or refused for a stated reason.

The files are one connection each, as JSON. They are found in the directory that
CONNSYNC_FIXTURES names, or beside the repository; without them the tests skip.
"""

import collections
import json
import os
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cli
from cli import SETTING, WireTest, raw_json

DIRECTORY = Path(os.environ.get("CONNSYNC_FIXTURES") or
                 Path(__file__).resolve().parents[3] / "shared/fixtures/connections")
# A slow program gets a part of them.
FILES = sorted(DIRECTORY.glob("*.json"))[::int(cli.SLOWNESS)] if DIRECTORY.is_dir() else []
WANTED = "never_on_login"
# The reasons of docs/design.md that a real shape may be refused for.
REASONS = {"missing_options", "options_not_object", "passwordless", "strategy",
           "encrypted_configuration", "duplicate_member", "unknown_value"}


@unittest.skipUnless(FILES, "no fixtures in %s: set CONNSYNC_FIXTURES" % DIRECTORY)
class FixtureTest(WireTest):
    """Each file alone in a tenant of its own."""

    def through(self, path):
        """What came of one file: "changed", "already", or the code word of the refusal."""
        tenant = self.tenant()
        con = tenant.add(path.read_bytes().strip())
        before = list(tenant.store.connections[con].members)
        result = self.run_cli(tenant, "set", con, WANTED, "--json")
        line = result.json[0]
        # Each file is in the message of its own failure.
        if result.code == 3:
            self.assertIn(line["code"], REASONS, path.name)
            self.assertIn("nothing written", result.message, path.name)
            self.assertEqual(tenant.store.connections[con].members, before, path.name)
            self.expect_untouched(tenant, con)
            return line["code"]
        self.assertEqual(result.code, 0, "%s: %s" % (path.name, result.raw))
        if line["status"] == "unchanged":
            self.expect_untouched(tenant, con)
            return "already"
        self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"], path.name)
        self.expect_set(tenant, con, WANTED)
        self.expect_rest(tenant.store.connections[con].members, before, path.name)
        return "changed"

    def expect_rest(self, after, before, name):
        """All top-level members but `options` are as they were."""
        self.assertEqual([item for item in after if item[0] != "options"],
                         [item for item in before if item[0] != "options"], name)

    def test_every_file(self):
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(self.through, FILES))
        counts = collections.Counter(found)
        passed = counts["changed"] + counts["already"]
        refused = {code: count for code, count in sorted(counts.items()) if code in REASONS}
        print("%d files: %d passed (%d had the value already), refused %s, lost 0"
              % (len(FILES), passed, counts["already"], refused))
        self.assertEqual(passed + sum(refused.values()), len(FILES))
        self.assertGreater(passed, len(FILES) // 2)

    def in_and_out(self, path):
        """A member that one patch adds and another removes: every byte is as before."""
        tenant = self.tenant()
        con = tenant.add(path.read_bytes().strip())
        before = list(tenant.store.connections[con].members)
        first = raw_json.members(tenant.raw_options(con) or b"{}")
        # The last member of an object that is there already, if there is one, and one beside it.
        inside = next((m.key for m in first if raw_json.kind(m.value) == "object"
                       and m.key != "configuration"), "connsync_test_object")
        patch = {"connsync_test": {"a": [1.50, None], "b": {}}, inside: {"connsync_test": "x"}}
        out = {"connsync_test": None, inside: {"connsync_test": None}}
        if inside == "connsync_test_object":
            out[inside] = None
        results = [self.run_cli(tenant, "patch", con, "-", "--json", "--restore", "--changes",
                                stdin=json.dumps(one).encode()) for one in (patch, out)]
        codes = {result.code for result in results}
        self.assertIn(codes, ({0}, {3}), "%s: %s" % (path.name, [r.raw for r in results]))
        self.assertEqual(tenant.store.connections[con].members, before, path.name)
        if codes == {0}:
            self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"] * 2, path.name)
            middle = tenant.history(con)[1]
            self.assertEqual(raw_json.keys(raw_json.get(middle, "connsync_test")), ["a", "b"])
        return codes.pop()

    def test_patched_in_and_out_again(self):
        with ThreadPoolExecutor(2) as pool:
            codes = collections.Counter(pool.map(self.in_and_out, FILES))
        print("%d files patched and back byte for byte, %d refused" % (codes[0], codes[3]))
        self.assertGreater(codes[0], len(FILES) // 2)

    def test_list_of_all(self):
        tenant = self.tenant()
        for path in FILES:
            tenant.add(path.read_bytes().strip())
        result = self.run_cli(tenant, "list", "--json")
        ids = [line["id"] for line in result.json]
        if result.code == 0:
            self.assertEqual(ids, list(tenant.store.connections))
        else:  # a file without `options` ends the list with that reason
            self.expect(result, 3, "options")

    def test_the_settings_found(self):
        """What `get` says is what the file holds."""
        for path in FILES[::12]:
            options = raw_json.get(path.read_bytes(), "options")
            if options is None or raw_json.kind(options) != b"{":
                continue
            value = raw_json.get(options, SETTING) or b'"on_each_login"'
            tenant = self.tenant()
            con = tenant.add(path.read_bytes().strip())
            result = self.expect(self.run_cli(tenant, "get", con), 0)
            self.assertEqual(result.out, raw_json.text(value) + "\n", path.name)
            tenant.close()


if __name__ == "__main__":
    cli.main()
