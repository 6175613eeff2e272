"""Runs the steps of deploy/github-action one after the other, as a runner does, in a folder of its own,
against the fake tenant.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
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
from tenant import pki  # noqa: E402

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
FOLDER = ROOT / "deploy" / "github-action"
ACTION = yaml.safe_load((FOLDER / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]
EXPRESSION = re.compile(r"\$\{\{ ([^}]+) \}\}")
NAME = re.compile(r"(?:inputs|steps)[.][\w.-]+")
EVERY = {"all": True, SETTING: "off"}


class ActionRun(WireTest):
    """act() is a use of the action."""

    runner = {}
    """What the runner says of the repository and of the event."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.box = self.tenant(connection(), connection("corp", "samlp", "on_first_login",
                                                        number=2))
        self.program = Path(stage.put_program(self.folder / "bin", cli.binary(), self.box))
        text = json.dumps(dict(EVERY, domain=self.box.domain))
        (self.folder / "connsync.json").write_text(text, encoding="utf-8")
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
