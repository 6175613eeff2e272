"""tools/provenance, on a few files: a statement that its schema takes, the same each time."""

import hashlib
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import dist
from dist import SOURCE

try:
    import jsonschema
except ImportError:
    jsonschema = None


class ProvenanceTest(unittest.TestCase):
    """In a folder that stands for a release."""

    @classmethod
    def setUpClass(cls):
        if not (SOURCE / ".git").exists():
            raise unittest.SkipTest("this is no clone, and a release is made of a commit")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        (cls.folder / "one").write_bytes(b"1")
        bill = subprocess.run([SOURCE / "tools/sbom"], stdout=subprocess.PIPE, check=True).stdout
        (cls.folder / (dist.NAME + ".cdx.json")).write_bytes(bill)

    def statement(self, *arguments):
        return subprocess.run([SOURCE / "tools/provenance", *arguments, self.folder],
                              stdout=subprocess.PIPE, check=True).stdout

    def test_what_it_says(self):
        found = json.loads(self.statement("--tag", "v1"))
        self.assertEqual([one["name"] for one in found["subject"]], [dist.NAME + ".cdx.json", "one"])
        self.assertEqual(found["subject"][1]["digest"], {"sha256": hashlib.sha256(b"1").hexdigest()})
        definition = found["predicate"]["buildDefinition"]
        self.assertEqual(definition["externalParameters"]["tag"], "v1")
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=SOURCE, stdout=subprocess.PIPE,
                              text=True, check=True).stdout.strip()
        commit, *sources = definition["resolvedDependencies"]
        self.assertEqual(commit["digest"], {"gitCommit": head})
        self.assertTrue(any("mbedtls" in one["uri"] for one in sources))

    def test_it_is_the_same_each_time(self):
        self.assertEqual(self.statement(), self.statement())

    @unittest.skipIf(jsonschema is None, "there is no python3-jsonschema; tools/setup --all has it")
    def test_its_schema(self):
        schema = json.loads((SOURCE / "schemas/provenance.schema.json").read_text(encoding="utf-8"))
        validator = jsonschema.Draft202012Validator(schema)
        for arguments in ((), ("--tag", "v1")):
            validator.validate(json.loads(self.statement(*arguments)))
        spoilt = json.loads(self.statement())
        spoilt["subject"][0]["digest"] = {"sha256": "0"}
        self.assertFalse(validator.is_valid(spoilt))


if __name__ == "__main__":
    dist.run()
