"""Every file of a release is listed, rightly summed, and told of in the bill of materials."""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "static"))

import dist  # noqa: E402
from dist import BOARDS, DIST, MACHINES, NAME, SOURCE, shipped_sources  # noqa: E402
from limits import SIZE_LIMITS  # noqa: E402

SCHEMAS = SOURCE / ".cache" / "cyclonedx" / "package" / "res" / "schema"
# What a document must have, for machines that have no schema: RFC-like names of CycloneDX.
COMPONENT_KEYS = {"type", "bom-ref", "name", "version", "hashes", "licenses"}


def sums():
    lines = (DIST / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return dict(reversed(line.split("  ", 1)) for line in lines)


def bill():
    return json.loads((DIST / (NAME + ".cdx.json")).read_text(encoding="utf-8"))


class SumsTest(unittest.TestCase):
    """SHA256SUMS"""

    def test_all_files_are_listed(self):
        signature = {"SHA256SUMS.minisig"} if dist.PUBLIC_KEY.exists() else set()
        self.assertEqual(set(sums()) | {"SHA256SUMS"} | signature,
                         {path.name for path in DIST.iterdir()})

    def test_the_signature(self):
        if not dist.PUBLIC_KEY.exists():
            self.skipTest("there is no minisign; tools/setup --all installs it")
        verify = ["minisign", "-V", "-q", "-p", dist.PUBLIC_KEY, "-x", DIST / "SHA256SUMS.minisig"]
        subprocess.run([*verify, "-m", DIST / "SHA256SUMS"], check=True)
        with tempfile.NamedTemporaryFile() as other:
            other.write((DIST / "SHA256SUMS").read_bytes().replace(b"0", b"1", 1))
            other.flush()
            self.assertNotEqual(subprocess.run([*verify, "-m", other.name], check=False,
                                               stderr=subprocess.DEVNULL).returncode, 0)

    def test_the_program_names_the_commit(self):
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=SOURCE, stdout=subprocess.PIPE,
                              text=True, check=True).stdout.strip()
        told = json.loads(subprocess.run([DIST / (NAME + "-linux-x86_64"), "--version", "--json"],
                                         stdout=subprocess.PIPE, check=True).stdout)
        self.assertEqual((told["version"], told["commit"]), (dist.VERSION, head))

    def test_the_sums_are_right(self):
        for name, listed in sums().items():
            self.assertEqual(hashlib.sha256((DIST / name).read_bytes()).hexdigest(), listed, name)

    def test_nothing_is_missing(self):
        wanted = {"NOTICE", "LICENSE", NAME + ".tar.gz", NAME + "-oci.tar", NAME + ".cdx.json",
                  NAME + ".intoto.json"}
        for machine in MACHINES.values():
            wanted |= {"%s-linux-%s" % (NAME, machine), "%s-linux-%s.debug" % (NAME, machine)}
        for board in BOARDS:
            wanted |= {"%s-%s.%s" % (NAME, board, kind) for kind in ("bin", "hex", "elf")}
        self.assertEqual(wanted - set(sums()), set())
        self.assertEqual(len([name for name in sums() if name.endswith(".deb")]), 3)

    def test_programs_are_small(self):
        """With the public trust anchors, as they are downloaded."""
        for machine, limit in SIZE_LIMITS.items():
            size = (DIST / ("%s-linux-%s" % (NAME, machine))).stat().st_size
            print("%s-linux-%s: %d of %d bytes" % (NAME, machine, size, limit))
            self.assertLessEqual(size, limit, machine)


class ProvenanceTest(unittest.TestCase):
    """The in-toto statement"""

    def test_it_is_of_these_files(self):
        path = DIST / (NAME + ".intoto.json")
        found = json.loads(path.read_text(encoding="utf-8"))
        digests = {one["name"]: one["digest"]["sha256"] for one in found["subject"]}
        self.assertEqual({**digests, path.name: sums()[path.name]}, sums())


class SourceTest(unittest.TestCase):
    """The source archive"""

    def test_it_is_the_commit(self):
        listed = subprocess.run(["git", "ls-tree", "-r", "-z", "--name-only", "HEAD"], cwd=SOURCE,
                                stdout=subprocess.PIPE, text=True, check=True).stdout
        with tarfile.open(DIST / (NAME + ".tar.gz")) as archive:
            names = {entry.name for entry in archive if entry.isfile()}
            note = archive.extractfile(NAME + "/cmake/commit-date").read().decode().split()
        self.assertEqual(names, {"%s/%s" % (NAME, name) for name in listed.split("\0") if name})
        head = subprocess.run(["git", "log", "-1", "--format=%ct %H"], cwd=SOURCE,
                              stdout=subprocess.PIPE, text=True, check=True).stdout
        self.assertEqual(note, head.split())


class BillTest(unittest.TestCase):
    """The bill of materials"""

    def setUp(self):
        self.bill = bill()
        self.components = {item["bom-ref"]: item for item in self.bill["components"]}

    def test_the_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("there is no python3-jsonschema; tools/setup --all installs it")
        file = SCHEMAS / "bom-1.5.SNAPSHOT.schema.json"
        if not file.exists():
            self.skipTest("there is no schema; tools/setup --all gets it where there is npm")
        schema = json.loads(file.read_text(encoding="utf-8"))
        others = {json.loads(path.read_text(encoding="utf-8"))["$id"]:
                  json.loads(path.read_text(encoding="utf-8"))
                  for path in SCHEMAS.glob("*.schema.json")}
        resolver = jsonschema.RefResolver(schema["$id"], schema, others)
        validator = jsonschema.Draft7Validator(schema, resolver=resolver)
        self.assertEqual([error.message for error in validator.iter_errors(self.bill)], [])
        self.assertTrue(list(validator.iter_errors({**self.bill, "components": [{}]})))

    def test_the_form(self):
        self.assertEqual((self.bill["bomFormat"], self.bill["specVersion"]), ("CycloneDX", "1.5"))
        self.assertRegex(self.bill["serialNumber"], r"^urn:uuid:[0-9a-f-]{36}$")
        for component in self.components.values():
            self.assertLessEqual(COMPONENT_KEYS, set(component), component["name"])
            for digest in component["hashes"]:
                self.assertRegex(digest["content"], r"^[0-9a-f]{64}$")

    def test_every_artefact_is_in_it(self):
        told = {name: item["hashes"][0]["content"] for name, item in self.components.items()
                if name.startswith("connsync")}
        made = {name: digest for name, digest in sums().items()
                if re.match(re.escape(NAME) + "-|.*\\.deb$", name) and not name.endswith(".debug")}
        self.assertEqual(told, made)

    def test_every_source_is_in_it(self):
        for name in shipped_sources():
            self.assertIn(name, self.components)
            self.assertIn(self.components[name]["version"], self.components[name]["purl"]
                          .replace("_", "."))

    def test_what_is_in_what(self):
        depends = {item["ref"]: set(item["dependsOn"]) for item in self.bill["dependencies"]}
        self.assertEqual(depends["%s-linux-aarch64" % NAME],
                         {"mbedtls", "jsmn", "musl", "libgcc (AArch64)"})
        self.assertEqual(depends["%s-lm3s6965evb.bin" % NAME],
                         {"mbedtls", "jsmn", "lwip", "newlib", "libgcc (Cortex-M)"})
        self.assertEqual(set().union(*depends.values()) - set(self.components), set())


if __name__ == "__main__":
    dist.main()
