"""The comment that deploy/github-action writes on a pull request, against a stand-in for GitHub's API."""

import json
import subprocess
import unittest

from action import FOLDER, ActionRun
import cli
from comments import Comments
from cli import connection
from tenant import pki

TOKEN = "ghs_MARKERtokenOfTheJob0123456789"
OURS = {"id": 41898282, "login": "github-actions[bot]"}
SOMEBODY = {"id": 7, "login": "somebody"}
COMMIT = "0123456789abcdef0123456789abcdef01234567"
MARKER = "<!-- connsync plan: connsync.json -->\n"
PULL_REQUEST = {"pull_request": {"number": 12, "head": {"sha": COMMIT}}}
SYNCED = b'{"client_id":"MARKER-id","%s":"on_first_login"}' % cli.SETTING.encode()
ALL = 330


class CommentTest(ActionRun):
    """comment() is a use of the action with the comment asked for."""

    def setUp(self):
        super().setUp()
        mine = pki.throw_away(self.box.domain)
        self.forge = Comments(mine.chain, mine.key, ("Authorization", "Bearer " + TOKEN), OURS)
        self.addCleanup(self.forge.close)
        self.more_secrets.append(TOKEN)
        self.event(PULL_REQUEST)
        self.runner = {
            "GITHUB_API_URL": self.forge.url, "GITHUB_REPOSITORY": "owner/some.repo",
            "GITHUB_SERVER_URL": "https://github.example", "GITHUB_RUN_ID": "4711",
            "GITHUB_EVENT_PATH": str(self.folder / "event.json")}

    def event(self, told):
        (self.folder / "event.json").write_text(json.dumps(told), encoding="utf-8")

    def comment(self, **inputs):
        return self.act(**{"comment": "true", "token": TOKEN, **inputs})

    def test_one_comment_that_is_written_anew(self):
        """Whatever else was said in between, and however many pages of it there are."""
        self.assertEqual(self.comment()[0], 0)
        text, = self.forge.texts()
        self.assertTrue(text.startswith(MARKER + "### connsync plan: "), text)
        self.assertIn("1 would change, 1 in sync", text)
        self.assertIn("Of commit %s, in [this run](https://github.example/owner/some.repo/actions/"
                      "runs/4711)" % COMMIT, text)
        self.forge.shown[:0] = [{"id": n, "body": None, "user": SOMEBODY} for n in range(250)]
        self.box.store.connections[cli.CON].put("options", SYNCED)
        self.assertEqual(self.comment()[0], 0)
        self.assertEqual(len(self.forge.shown), 251)
        self.assertIn("2 in sync", self.forge.texts()[-1])
        self.assertEqual(self.box.writes(), 0)

    def test_whose(self):
        """Not one with the hidden line that somebody else wrote, who could change it later."""
        self.forge.add(MARKER + "all is well", SOMEBODY)
        self.forge.add("as connsync says: " + MARKER, OURS)
        self.comment()
        self.assertEqual(len(self.forge.shown), 3)
        self.assertEqual(self.forge.texts()[0], MARKER + "all is well")
        self.comment(**{"comment-author": SOMEBODY["login"]})
        self.assertIn("### connsync plan", self.forge.texts()[0])

    def test_nobody_asked(self):
        self.act(token=TOKEN)
        self.comment(run="apply", plan="absent.json")
        self.event({"ref": "refs/heads/main"})
        self.assertIn("not the run of a pull request", self.comment()[1])
        self.assertEqual(self.forge.requests, [])

    def test_a_plan_that_failed(self):
        """It takes the place of the one that was shown, and its exit code stays."""
        self.comment()
        for code, inputs in ((4, {"client-secret": "wrong"}), (1, {"sha256": "0" * 64})):
            self.assertEqual(self.comment(**inputs)[0], code)
            text, = self.forge.texts()
            self.assertIn("### connsync plan: failed", text)
            self.assertNotIn("would change", text)

    def test_it_never_fails_a_plan(self):
        """And where the list cannot be had, no second comment is written."""
        for method in ("GET", "POST"):
            self.forge.fails = method
            code, printed, drift = self.comment()
            self.assertEqual((code, drift), (0, "true"), printed)
            self.assertIn("::warning::the plan could not be shown", printed)
        self.forge.fails = None
        for how in ({"token": "wrong"}, {"token": ""}):
            code, printed, drift = self.comment(run="plan-and-apply", **how)
            self.assertEqual(code, 0, printed)
            self.assertIn("::warning::the plan could not be shown", printed)
        self.assertEqual((self.forge.shown, self.box.writes()), ([], 1))
        self.assertNotIn(("PATCH", "/repos/owner/some.repo/issues/comments/"), self.forge.requests)

    def test_a_long_plan(self):
        """Cut between two rows, with how many are not there, and the counts."""
        for number in range(3, ALL + 3):
            self.box.add(connection("\u63a5\u7d9a" * 20 + str(number), number=number))
        code, printed, _ = self.comment()
        self.assertEqual(code, 0, printed)
        text, = self.forge.texts()
        rows = [line for line in text.splitlines() if line.startswith("| \u63a5")]
        cut = int(text.split("the other ")[1].split(" lines")[0])
        self.assertGreater(len(text.encode()), 50000)
        self.assertTrue(all(row.endswith(" |") for row in rows))
        self.assertIn(len(rows) + cut, range(ALL, ALL + 4))
        self.assertIn("%d would change, 1 in sync" % (ALL + 1), text)
        self.assertIn("%d would change" % (ALL + 1), self.summary.read_text(encoding="utf-8"))

    def test_the_hidden_line_stays_one(self):
        """Whatever the file is called."""
        name = "a --> b.json"
        (self.folder / "connsync.json").rename(self.folder / name)
        self.comment(file=name)
        self.comment(file=name)
        text, = self.forge.texts()
        self.assertTrue(text.startswith("<!-- connsync plan: a_____b.json -->\n"), text)

    def test_script(self):
        subprocess.run(["shellcheck", FOLDER / "comment.sh"], check=True)


if __name__ == "__main__":
    cli.main()
