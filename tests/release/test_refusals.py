"""What the scripts of a release refuse: one line that says what to do, and nothing made."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["CONNSYNC_SOURCE_DIR"])


def run(*command, cwd):
    return subprocess.run(list(map(str, command)), cwd=cwd, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)


class RefusalTest(unittest.TestCase):
    """In a clone of its own, which may be spoilt."""

    def setUp(self):
        if not (SOURCE / ".git").exists():
            self.skipTest("this is no clone, and a release is made of a commit")
        self.folder = Path(tempfile.mkdtemp(prefix="cs-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.clone = self.folder / "clone"
        subprocess.run(["git", "clone", "-q", "--shared", SOURCE, self.clone], check=True)

    def git(self, *arguments):
        subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e@example.com", *arguments],
                       cwd=self.clone, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def refused(self, code, words, *command):
        result = run(*command, cwd=self.clone)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertIn(words, result.stderr)
        self.assertFalse((self.clone / "dist").exists())
        return result

    def test_a_tag_that_is_not_checked_out(self):
        self.refused(1, "v9.9.9 is not the tag", "tools/release", "v9.9.9")
        self.git("tag", "v0.1.0")
        self.git("commit", "-q", "--allow-empty", "-m", "later")
        self.refused(1, "git checkout v0.1.0", "tools/release", "v0.1.0")

    def test_a_tag_of_another_version(self):
        self.git("tag", "v9.9.9")
        self.refused(1, "not 9.9.9", "tools/release", "v9.9.9")

    def test_changes_that_no_commit_has(self):
        version = (self.clone / "CMakeLists.txt").read_text(encoding="utf-8")
        version = version.split("project(connsync VERSION ", 1)[1].split()[0]
        self.git("tag", "v" + version)
        (self.clone / "README.md").write_text("changed")
        self.refused(1, "has changes", "tools/release", "v" + version)

    def test_a_folder_that_is_not_empty(self):
        (self.folder / "full").mkdir()
        (self.folder / "full" / "file").write_text("")
        self.refused(1, "is not empty", "tools/release", "--output", self.folder / "full")

    def test_usage(self):
        self.refused(64, "unknown option", "tools/release", "--wrong")
        self.refused(64, "amd64|arm64|arm", "tools/build-static", "mips", self.folder / "program")
        result = self.refused(2, "is there already", "tools/image", self.folder)
        self.assertEqual(result.stdout, "")


if __name__ == "__main__":
    unittest.main()
