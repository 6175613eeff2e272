"""A walk with the installed program through those who deploy it. Who asks Ansible to look, with
connsync_mode=plan or with --check, sees what would change in the tenant, and changes nothing on the host;
GitHub's runner shows a plan and applies that one. All that these do is tests/deploy's.
"""

import shutil
import sys
import unittest

from fresh import HERE, SETTING, WANTED, Fresh

sys.path[:0] = [str(HERE.parent / "deploy")]
import cli  # noqa: E402
from action import ActionRun  # noqa: E402
from role import RoleRun  # noqa: E402
from stage import put_program  # noqa: E402

UNIT = {"connsync_unit_files": ["connsync.service"], "connsync_enabled_units": ["connsync.service"]}
PLAN = dict(UNIT, connsync_mode="plan")


@unittest.skipUnless(shutil.which("ansible-playbook"),
                     "there is no ansible-playbook; tools/setup --all installs it")
class AnsibleTest(RoleRun, Fresh):
    """On a terminal of 80 and of 200 columns, and in a pipe."""

    def play(self, *arguments, more=(), **how):
        return super().play(*arguments, more={"connsync_program": str(self.program), **dict(more)}, **how)

    def looks(self, files, numbers, *arguments, says, width, more):
        """A run that says what would change, and after which the host and the tenant are as before."""
        writes = self.box.writes()
        out = self.expect_play(numbers, *arguments, document=WANTED, more=more, width=width)
        self.assertIn(says, out)
        self.assertEqual((self.files(), list(self.folder.glob("ansible.*"))), (files, []))
        self.assertEqual(self.box.writes(), writes)

    def test_who_only_looks(self):
        """Where nothing is yet, and where something is."""
        self.looks({}, (1, 0), says="2 would change", width=80, more=PLAN)
        self.expect_play((8, 0), more=UNIT, asked=["daemon-reload", "start connsync.service",
                                                   "enable connsync.service"])
        self.assertEqual(self.box.writes(), 1)
        files, says = self.files(), "1 would change, 1 in sync"
        self.looks(files, (1, 0), says=says, width=200, more=PLAN)
        self.looks(files, (3, 0), "--check", says=says, width=80, more=UNIT)


class ActionTest(ActionRun, Fresh):
    """In a pipe, as a runner's steps are."""

    def put_program(self):
        return put_program(self.folder / "bin", str(self.program), self.box)

    def test_shows_a_plan_and_applies_that(self):
        code, printed, _ = self.act(sha256="0" * 64)
        self.assertEqual((code, self.box.requests), (1, []), printed)
        self.assertIn("nothing was run", printed)
        code, printed, drift = self.act()
        self.assertEqual((code, drift, self.box.writes()), (0, "true", 0), printed)
        summary = self.summary.read_text(encoding="utf-8")
        self.assertIn("| name | strategy |", summary)
        self.assertIn("1 would change, 1 in sync", summary)
        code, printed, _ = self.act(run="apply")
        self.assertEqual((code, self.box.writes()), (0, 1), printed)
        self.assertIn('"%s":"on_first_login"' % SETTING, self.box.raw_options(cli.CON).decode())


if __name__ == "__main__":
    cli.main()
