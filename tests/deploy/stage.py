"""What the tests of examples share: the way to the other tests' modules, a folder with a tenant, and
the program under its plain name, led to that."""

import json
import os
import shlex
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "wire")]

import cli  # noqa: E402

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
# Commands and options that ask nothing of a tenant.
LOCAL = ("flash-image", "--version", "--help")


def put_program(folder, program, tenant):
    """A `connsync` in the folder that calls the program, and adds where the tenant is. Everything
    else is as the example says: domain, credentials, arguments. Returns the folder's path."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "connsync"
    words = " ".join(shlex.quote(word) for word in tenant.arguments())
    program = shlex.quote(program)
    path.write_text("#!/bin/sh\ncase $1 in %s) exec %s \"$@\" ;; esac\nexec %s \"$@\" %s\n"
                    % (" | ".join(LOCAL), program, program, words), encoding="ascii")
    os.chmod(path, 0o755)
    return str(folder)


class StageTest(cli.WireTest):
    """Each test has a folder and a tenant with two connections, of which `corp` has this value."""

    corp = "on_first_login"

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.box = self.tenant(cli.connection(),
                               cli.connection("corp", "samlp", self.corp, number=2))

    def put_program(self):
        """The folder that the program is in."""
        return put_program(self.folder / "bin", cli.binary(), self.box)

    def write_document(self, document):
        """A connsync.json for the tenant."""
        text = json.dumps(dict(document, domain=self.box.domain))
        (self.folder / "connsync.json").write_text(text, encoding="utf-8")
