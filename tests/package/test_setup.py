"""tools/setup on machines of all kinds: one copy of it, with stand-ins for what it would change
and for what it would ask the network."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
HOST = ("bash", "sh", "env", "cat", "cmp", "cp", "dirname", "mkdir", "printf", "rm", "sed",
        "sha256sum", "tar", "touch", "gzip")
# $HERE has what the test says of the machine: packages that are missing, its architecture, the
# user. What is called is noted in $HERE/calls.
STANDINS = {
    "dpkg-query": 'grep -qx -- "${!#}" "$HERE/missing" || echo installed',
    "dpkg": 'cat "$HERE/architecture"',
    "apt-cache": 'grep -qx -- "$2" "$HERE/gone" || echo "$2 | 1 | here"',
    "apt-get": 'echo "apt-get $*" >>"$HERE/calls"; : >"$HERE/missing"',
    "id": 'cat "$HERE/user"',
    "node": "exit 1",
    "npm": """echo "npm $1" >>"$HERE/calls"
mkdir -p .cache/node/node_modules
[[ ! -e $HERE/offline ]] || exit 1
[[ $1 != pack ]] || cp "$HERE/schemas.tgz" .""",
}


class SetupTest(unittest.TestCase):
    """One machine, of root's, for amd64, with nothing missing."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="connsync-set up-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.tree, self.bin = self.folder / "tree", self.folder / "bin"
        for place in ("tree/tools", "tree/tests/deploy", "bin", "package"):
            (self.folder / place).mkdir(parents=True)
        shutil.copy(ROOT / "tools/setup", self.tree / "tools/setup")
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / "tests/deploy" / name, self.tree / "tests/deploy")
        for name in (*HOST, "grep"):
            (self.bin / name).symlink_to(shutil.which(name))
        for name, text in STANDINS.items():
            self.stand_in(self.bin / name, text)
        # That there is CBMC, which proofs want (tools/prove --get).
        self.stand_in(self.tree / "tools/prove", "[[ ! -e $HERE/offline ]]")
        for name, text in (("missing", ""), ("gone", ""), ("user", "0"), ("architecture", "amd64")):
            self.say(name, text)
        self.pack("one")

    @staticmethod
    def stand_in(path, text):
        path.write_text("#!/bin/bash\n" + text + "\n", encoding="utf-8")
        path.chmod(0o755)

    def say(self, name, text):
        (self.folder / name).write_text(text + "\n", encoding="utf-8")

    def pack(self, text):
        """A package of schemas, whose digest is the one that the script wants."""
        self.say("package/package.json", text)
        subprocess.run(["tar", "-czf", "schemas.tgz", "package"], cwd=self.folder, check=True)
        digest = subprocess.run(["sha256sum", "schemas.tgz"], cwd=self.folder, text=True,
                                stdout=subprocess.PIPE, check=True).stdout.split()[0]
        lines = (self.tree / "tools/setup").read_text(encoding="utf-8").splitlines()
        lines = ["schema_digest=" + digest if line.startswith("schema_digest=") else line
                 for line in lines]
        self.say("tree/tools/setup", "\n".join(lines))

    def run_it(self, *arguments, code=0):
        """(calls, all that was printed)."""
        self.say("calls", "")
        done = subprocess.run([self.tree / "tools/setup", *arguments], cwd=self.folder, text=True,
                              env={"PATH": str(self.bin), "HERE": str(self.folder)}, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, code, done.stdout)
        return (self.folder / "calls").read_text(encoding="utf-8").split("\n")[1:-1], done.stdout

    def test_nothing_is_missing(self):
        """Then nothing is done, and the second time nothing is asked of npm either."""
        for arguments in ((), ("--demo",), ("--demo-board",), ("--static",)):
            self.assertEqual(self.run_it(*arguments), ([], ""))
        self.assertEqual(self.run_it("--all")[0], ["npm ci", "npm pack"])
        self.assertEqual(self.run_it("--all"), ([], ""))

    def test_what_is_missing_is_installed(self):
        """From lists that are fetched first; what the distribution has not is left out."""
        self.say("missing", "cmake\nclang-tidy-14")
        self.say("gone", "clang-tidy-14")
        calls, text = self.run_it()
        self.assertEqual([call.split()[-1] for call in calls], ["update", "cmake"])
        self.assertIn("no package clang-tidy-14 here; the checks that need it are skipped", text)

    def test_neither_root_nor_sudo(self):
        """It says what is to be installed; without what only adds checks it goes on."""
        self.say("user", "1000")
        self.say("missing", "cmake")
        self.assertIn("apt-get install cmake", self.run_it("--all", code=1)[1])
        self.say("missing", "clang-tidy-14")
        calls, text = self.run_it("--all")
        self.assertIn("apt-get install  clang-tidy-14", text)
        self.assertEqual(calls, ["npm ci", "npm pack"])

    def test_npm_gets_nothing(self):
        """The checks are skipped: nothing half-made is there, and the next run tries again."""
        self.say("offline", "")
        self.assertEqual(self.run_it("--all")[1].count("cannot be got"), 3)
        self.assertFalse((self.tree / ".cache/node/node_modules").exists())
        self.assertFalse((self.tree / ".cache/cyclonedx").exists())
        (self.folder / "offline").unlink()
        self.assertEqual(self.run_it("--all")[0], ["npm ci", "npm pack"])

    def test_no_npm(self):
        """It is installed with node; where it is not to be had the checks are skipped."""
        (self.bin / "npm").unlink()
        self.say("missing", "npm")
        calls, text = self.run_it("--all")
        self.assertTrue(calls[-1].endswith(" npm"), calls)
        self.assertIn("there is no npm; the checks that need its packages are skipped", text)

    def test_another_version_of_what_npm_gets(self):
        self.run_it("--all")
        self.pack("two")
        self.assertEqual(self.run_it("--all")[0], ["npm pack"])
        self.assertEqual((self.tree / ".cache/cyclonedx/package/package.json").read_text(), "two\n")
        self.say("tree/tests/deploy/package-lock.json", "{}")
        self.assertEqual(self.run_it("--all")[0], ["npm ci"])

    def test_compilers_for_every_other_processor(self):
        always = ("arm", "riscv64", "mips", "mipsel")
        for own, others in (("amd64", {"aarch64", *always}), ("arm64", {"x86-64", *always})):
            self.say("architecture", own)
            for purpose in ("--all", "--static"):
                compilers = {"x86-64": "gcc-x86-64-linux-gnu", "aarch64": "gcc-aarch64-linux-gnu",
                             "arm": "gcc-arm-linux-gnueabihf", "riscv64": "gcc-riscv64-linux-gnu",
                             "mips": "gcc-mips-linux-gnu", "mipsel": "gcc-mipsel-linux-gnu"}
                self.say("missing", "\n".join(compilers.values()))
                install, = [call for call in self.run_it(purpose)[0] if " install " in call]
                self.assertEqual({name for name, package in compilers.items()
                                  if package in install.split()}, others)


if __name__ == "__main__":
    unittest.main()
