"""The Dockerfile makes what tools/image makes, with the commands that a release runs."""

import json
import os
import re
import shlex
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["CONNSYNC_SOURCE_DIR"])
# Labels that depend on the commit, which the Dockerfile does not know.
OF_THE_COMMIT = {"org.opencontainers.image.created", "org.opencontainers.image.revision"}


def instructions():
    """(instruction, its words or list) of the Dockerfile, lines joined."""
    text = (SOURCE / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, rest = line.split(None, 1)
            yield name, json.loads(rest) if rest.startswith("[") else rest.strip()


def image_config():
    """What tools/image writes as the settings of an image."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "program"
        program.write_bytes(b"program")
        command = [SOURCE / "tools" / "image", Path(folder) / "image"]
        for name in ("amd64", "arm64", "arm"):
            command += ["--program", "%s=%s" % (name, program)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"})
        for blob in Path(folder, "image", "blobs", "sha256").iterdir():
            if blob.read_bytes().startswith(b"{"):
                document = json.loads(blob.read_bytes())
                if "rootfs" in document:
                    return document["config"]
    raise AssertionError("no settings among the blobs")


class DockerfileTest(unittest.TestCase):
    """Read, since no engine is at hand."""

    def setUp(self):
        self.all = list(instructions())
        last = max(i for i, (name, _) in enumerate(self.all) if name == "FROM")
        self.build, self.final = self.all[:last], self.all[last:]

    def values(self, stage, name):
        return [rest for key, rest in stage if key == name]

    def test_the_image_is_the_same(self):
        config = image_config()
        self.assertEqual(self.values(self.final, "FROM"), ["scratch"])
        self.assertEqual(self.values(self.final, "USER"), [config["User"]])
        self.assertEqual(self.values(self.final, "WORKDIR"), [config["WorkingDir"]])
        self.assertEqual(self.values(self.final, "ENTRYPOINT"), [config["Entrypoint"]])
        self.assertEqual(self.values(self.final, "CMD"), [config["Cmd"]])
        labels = dict(word.split("=", 1) for text in self.values(self.final, "LABEL")
                      for word in shlex.split(text))
        self.assertEqual(labels, {key: value for key, value in config["Labels"].items()
                                  if key not in OF_THE_COMMIT})

    def test_one_file_is_in_it(self):
        (copy,) = self.values(self.final, "COPY")
        self.assertRegex(copy, r"^--from=build \S+ /connsync$")
        self.assertNotIn("RUN", [name for name, _ in self.final])
        built = copy.split()[1]
        self.assertIn('tools/build-static "$TARGETARCH" ' + built, self.values(self.build, "RUN"))

    def test_its_commands_are_those_of_a_release(self):
        release = (SOURCE / "tools" / "release").read_text(encoding="utf-8")
        for command in self.values(self.build, "RUN"):
            script = command.split()[0]
            self.assertTrue(os.access(SOURCE / script, os.X_OK), script)
            if script != "tools/setup":
                self.assertIn(script + " ", release)
        usage = subprocess.run([SOURCE / "tools" / "setup", "--help"], stdout=subprocess.PIPE,
                               text=True, check=True).stdout
        for option in re.findall(r"--\w+", " ".join(self.values(self.build, "RUN"))):
            self.assertIn(option, usage)

    def test_secrets_and_builds_of_the_machine_stay_out(self):
        ignored = (SOURCE / ".dockerignore").read_text(encoding="utf-8").split()
        self.assertLessEqual({".git", ".cache", "build", "dist"}, set(ignored))


if __name__ == "__main__":
    unittest.main()
