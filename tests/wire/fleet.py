"""What the tests of plan, apply and watch share: many connections, and a file that names them."""

import json
import os
import tempfile
from pathlib import Path

from cli import SETTING, WireTest, connection
from tenant import raw_json

ALL_OFF = {"all": True, SETTING: "on_first_login"}


def entry(value="on_first_login", **key):
    """One entry of the file: entry("on", name="okta")."""
    return {**key, SETTING: value}


def numbered(number):
    """The id that connection(number=...) gives."""
    return "con_%016d" % number


class FleetTest(WireTest):
    """Each test has a folder, which is the program's working directory."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, document, name="connsync.json", apart=False):
        """Writes the document: a value to be spelled, or its bytes. The file's path."""
        folder = Path(tempfile.mkdtemp(dir=self.folder)) if apart else self.folder
        path = folder / name
        path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
        return str(path)

    def many(self, count, out_of_sync, options=None, **how):
        """A tenant with so many connections; those with these numbers are out of sync."""
        tenant = self.tenant(**how)
        out_of_sync = set(out_of_sync)
        for number in range(1, count + 1):
            tenant.add(connection("conn-%d" % number, "samlp", options=options, number=number,
                                  setting=None if number in out_of_sync else "on_first_login"))
        return tenant

    def apply(self, tenant, *arguments, document=ALL_OFF, command="apply", **how):
        """Runs apply (or another) on the document."""
        path = self.write(document, apart=True)
        return self.run_cli(tenant, command, path, *arguments, **how)

    def lines(self, result):
        """What --json said, by id."""
        found = {line["id"]: line for line in result.json}
        self.assertEqual(len(found), len(result.json), "a connection has two lines")
        return found

    def codes(self, result):
        """Status and code of each connection that is not in sync."""
        return {key: (line["status"], line["code"]) for key, line in self.lines(result).items()
                if (line["status"], line["code"]) != ("unchanged", "ok")}

    def is_as_wanted(self, tenant, connection_id, value="on_first_login"):
        """The setting has the value, and every other byte is as it was."""
        first, last = tenant.history(connection_id)[0], tenant.raw_options(connection_id)
        self.assertEqual(raw_json.get(last, SETTING), b'"%s"' % value.encode())
        self.assertEqual(raw_json.without(last, SETTING), raw_json.without(first, SETTING))

    def written(self, tenant):
        """The ids that were written, in order."""
        return [request.path.rsplit("/", 1)[-1] for request in tenant.requests
                if request.method == "PATCH"]

    def clean(self, tenant):
        """Nothing has been asked for yet."""
        tenant.reset()
        tenant.bucket.refused = 0
        tenant.bucket.lowest_remaining = tenant.bucket.burst


def pages(tenant):
    """How many pages of the list were given."""
    return sum("take" in request.query and request.status == 200 for request in tenant.requests)


def count_of(tenant, method):
    """How many requests there were with this method."""
    return tenant.methods().count(method)


def json_of(path):
    """A file's JSON."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def leftovers(folder):
    """Temporary files that should have gone."""
    return [name for name in os.listdir(folder) if name.count(".") > 1]
