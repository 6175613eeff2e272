"""Runs the steps of deploy/github-action one after the other, as a runner does, in a folder of its own,
against the fake tenant.
"""

import hashlib
import re
import subprocess
from pathlib import Path

from reader import load
from stage import ROOT, StageTest
import cli
from cli import SETTING
from tenant import pki

FOLDER = ROOT / "deploy" / "github-action"
ACTION = load(FOLDER / "action.yml")
STEPS = ACTION["runs"]["steps"]
EXPRESSION = re.compile(r"\$\{\{ ([^}]+) \}\}")
NAME = re.compile(r"(?:inputs|steps)[.][\w.-]+")
EVERY = {"all": True, SETTING: "off"}


class ActionRun(StageTest):
    """act() is a use of the action."""

    runner = {}
    """What the runner says of the repository and of the event."""

    def setUp(self):
        super().setUp()
        self.program = Path(self.put_program())
        self.write_document(EVERY)
        self.summary = self.folder / "summary"

    def sha256(self):
        return hashlib.sha256((self.program / "connsync").read_bytes()).hexdigest()

    def step(self, step, values):
        """Runs it, if its condition is met, with what it writes to its outputs."""
        condition = NAME.sub(lambda name: repr(values.get(name[0], "")), step.get("if", "True"))
        for theirs, ours in (("&&", "and"), ("||", "or"), ("always()", "True")):
            condition = condition.replace(theirs, ours)
        if not eval(condition):  # noqa: S307
            return None
        output = self.folder / "output"
        output.write_text("", encoding="utf-8")
        env = {key: EXPRESSION.sub(lambda name: values.get(name[1], ""), value)
               for key, value in step["env"].items()}
        process = subprocess.Popen(
            [step["shell"], "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=cli.environment({
                **env, **self.runner, "GITHUB_ACTION_PATH": str(FOLDER),
                "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(self.summary),
                "RUNNER_TEMP": str(self.folder),
                "CURL_CA_BUNDLE": str(pki.throw_away(self.box.domain).root)}))
        result = self.finish(process)
        for line in output.read_text(encoding="utf-8").splitlines():
            key, value = line.split("=", 1)
            values["steps.%s.outputs.%s" % (step.get("id"), key)] = value
        return result

    def act(self, **inputs):
        """(exit code, all that was printed, drift) of the whole of it."""
        given = {"program": str(self.program), "sha256": self.sha256(),
                 "client-id": self.box.client_id, "client-secret": self.box.secrets[0], **inputs}
        values = {"inputs." + name: given.get(name, one.get("default", ""))
                  for name, one in ACTION["inputs"].items()}
        printed, code = "", 0
        for step in STEPS:
            if code != 0 and "always()" not in step.get("if", ""):
                continue
            result = self.step(step, values)
            if result is not None:
                printed += result.out + result.err
                code = code or result.code
        return code, printed, None if code else values.get("steps.plan.outputs.drift")
