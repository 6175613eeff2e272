"""deploy/gitlab-component: what GitLab's format asks of it, and the scripts of its jobs in bash, against
the fake tenant and a stand-in for GitLab's API."""

import hashlib
import json
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from reader import yaml
from stage import ROOT, StageTest
import cli
from cli import SETTING
from comments import Comments
from tenant import pki

TEMPLATE = ROOT / "deploy/gitlab-component/templates/connsync.yml"
HEAD, JOBS = re.split(r"^---\n", TEMPLATE.read_text(encoding="utf-8"), flags=re.M)
INPUTS = yaml.safe_load(HEAD)["spec"]["inputs"]
INPUT = re.compile(r"\$\[\[ inputs\.([\w-]+) \]\]")
TOKEN = "glpat-MARKERofTheProject01234"
OURS, SOMEBODY = {"id": 99, "username": "project_12_bot"}, {"id": 7, "username": "somebody"}
MARKER = "<!-- connsync plan: connsync.json -->\n"
JOB = {"extends", "stage", "image", "resource_group", "interruptible", "timeout", "variables",
       "before_script", "script", "after_script", "rules", "needs", "allow_failure", "artifacts"}


def filled(**given):
    """The jobs, as GitLab sees them once each input has its value."""
    values = {name: given.get(name, one.get("default", "")) for name, one in INPUTS.items()}
    text = INPUT.sub(lambda name: {True: "true", False: "false"}.get(values[name[1]],
                                                                     values[name[1]]), JOBS)
    jobs = yaml.safe_load(text)
    return {name: {**jobs.get(one.get("extends"), {}), **one} for name, one in jobs.items()}


class FormTest(unittest.TestCase):
    """The file, without a pipeline."""

    def test_inputs(self):
        for name, one in INPUTS.items():
            self.assertLessEqual(set(one), {"description", "default", "options", "regex", "type"})
            self.assertIn("description", one, name)
        self.assertEqual({name for name, one in INPUTS.items() if "default" not in one},
                         {"program", "sha256"})
        self.assertEqual(set(INPUT.findall(JOBS)), set(INPUTS), "each is used, and is there")

    def test_no_input_is_pasted_into_a_script(self):
        for job in yaml.safe_load(JOBS).values():
            for part in ("before_script", "script", "after_script"):
                self.assertIsNone(INPUT.search("\n".join(job.get(part, []))))

    def test_jobs(self):
        jobs = filled(job="roots")
        self.assertEqual(list(jobs), [".roots", "roots plan", "roots apply"])
        for job in jobs.values():
            self.assertLessEqual(set(job), JOB)
        self.assertEqual(jobs["roots apply"]["needs"], ["roots plan"])
        self.assertIn("connsync-plan.json", jobs["roots plan"]["artifacts"]["paths"])

    def test_apply_waits_for_somebody(self):
        """Unless it is told not to; and it is for the default branch alone."""
        for told, first in (("manual", '"manual" == "automatic"'),
                            ("automatic", '"automatic" == "automatic"')):
            at_once, by_hand = filled(apply=told)["connsync apply"]["rules"]
            branch = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"
            self.assertEqual(at_once, {"if": "%s && %s" % (branch, first)})
            self.assertEqual(by_hand, {"if": branch, "when": "manual", "allow_failure": True})

    @unittest.skipUnless(shutil.which("shellcheck"), "there is no shellcheck")
    def test_scripts(self):
        for job in filled().values():
            for part in ("before_script", "script", "after_script"):
                subprocess.run(["shellcheck", "--shell=bash", "-"], text=True, check=True,
                               input="\n".join(job.get(part, [])))


class PipelineTest(StageTest):
    """run_job() runs one as a runner does: two shells, one after the other."""

    def setUp(self):
        super().setUp()
        mine = pki.throw_away(self.box.domain)
        self.forge = Comments(mine.chain, mine.key, ("PRIVATE-TOKEN", TOKEN), OURS)
        self.addCleanup(self.forge.close)
        self.more_secrets.append(TOKEN)
        self.environment = {
            "AUTH0_CLIENT_ID": self.box.client_id, "AUTH0_CLIENT_SECRET": self.box.secrets[0],
            "CI_API_V4_URL": self.forge.url + "/api/v4", "CI_PROJECT_ID": "12",
            "CI_MERGE_REQUEST_IID": "3", "CI_COMMIT_SHA": "0123456789abcdef",
            "CI_JOB_URL": "https://gitlab.example/job/1", "CONNSYNC_NOTE_TOKEN": TOKEN,
            "CURL_CA_BUNDLE": str(mine.root)}
        self.program = Path(self.put_program(), "connsync")
        self.write_document({"all": True, SETTING: "on_first_login"})

    def shell(self, lines, env):
        process = subprocess.Popen(
            ["bash", "-eo", "pipefail", "-c", "\n".join(lines)], cwd=self.folder,
            env=cli.environment(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        return self.finish(process)

    def run_job(self, name, env=None, **given):
        """(exit code, what was printed, exit code of what comes after)."""
        sha256 = hashlib.sha256(self.program.read_bytes()).hexdigest()
        job = filled(**{"program": str(self.program), "sha256": sha256, **given})[name]
        env = {**self.environment, **job["variables"], **(env or {})}
        result = self.shell(job["before_script"] + job["script"], env)
        after = self.shell(job.get("after_script", []), env)
        return result.code, result.out + result.err + after.out + after.err, after.code

    def test_plan_then_apply_what_was_shown(self):
        drift = filled()["connsync plan"]["allow_failure"]["exit_codes"]
        code, printed, after = self.run_job("connsync plan")
        self.assertEqual((code, after, self.box.writes()), (drift, 0, 0), printed)
        self.assertIn("1 would change, 1 in sync", printed)
        report = filled()["connsync plan"]["artifacts"]["reports"]["terraform"]
        self.assertEqual(json.loads((self.folder / report).read_text()),
                         {"create": 0, "update": 1, "delete": 0})
        code, printed, _ = self.run_job("connsync apply", arguments="--max-rps 50 -v")
        self.assertEqual((code, self.box.writes()), (0, 1), printed)
        self.assertEqual(self.run_job("connsync plan")[0], 0)
        self.assertEqual(self.forge.requests, [], "nobody asked for a note")

    def test_what_has_changed_since_is_refused(self):
        self.run_job("connsync plan")
        self.box.store.connections[cli.CON].put("options", b'{"n":7}')
        code, printed, _ = self.run_job("connsync apply")
        self.assertEqual((code, self.box.writes()), (3, 0), printed)

    def test_refusals(self):
        for code, how in ((1, {"sha256": "0" * 64}), (1, {"program": "absent"}),
                          (4, {"env": {"AUTH0_CLIENT_SECRET": "wrong"}})):
            for name in ("connsync plan", "connsync apply"):
                (self.folder / "connsync-program").unlink(missing_ok=True)
                found, printed, _ = self.run_job(name, **how)
                self.assertEqual(found, 64 if how.get("env") and "apply" in name else code, printed)
        self.assertEqual(self.box.writes(), 0)

    def test_a_note(self):
        """One, whatever others wrote and however much; a plan that failed takes its place."""
        for number in range(120):
            self.forge.add("note %d" % number, SOMEBODY)
        self.forge.add(MARKER + "all is well", SOMEBODY)
        for env, told in ((None, "1 would change, 1 in sync"),
                          ({"AUTH0_CLIENT_SECRET": "wrong"}, "### connsync plan: failed")):
            code, printed, after = self.run_job("connsync plan", env, note=True)
            self.assertEqual((code, after), (4 if env else 2, 0), printed)
            self.assertEqual(len(self.forge.shown), 122)
            self.assertTrue(self.forge.texts()[-1].startswith(MARKER), self.forge.texts()[-1])
            self.assertIn(told, self.forge.texts()[-1])
        self.assertEqual(self.forge.texts()[-2], MARKER + "all is well")

    def test_no_note(self):
        """Without a list no second one is written; the plan's exit code is what it was."""
        self.forge.fails = "GET"
        self.assertEqual(self.run_job("connsync plan", note=True)[0], 2)
        self.forge.fails = None
        self.assertEqual(self.run_job("connsync plan", {"CONNSYNC_NOTE_TOKEN": "wrong"},
                                      note=True)[0], 2)
        self.assertEqual(self.run_job("connsync plan", {"CI_MERGE_REQUEST_IID": ""},
                                      note=True)[::2], (2, 0))
        self.assertEqual(self.forge.shown, [])


if __name__ == "__main__":
    cli.main()
