"""What the scripts of a release refuse: one line that says what to do, and nothing made."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import dist
from dist import SOURCE

NEEDED = ("cmake", "ninja", "make", "x86_64-linux-gnu-gcc", "aarch64-linux-gnu-gcc",
          "arm-linux-gnueabihf-gcc", "arm-none-eabi-gcc", "scdoc", "dpkg-deb")


def run(*command, cwd, **environment):
    return subprocess.run(list(map(str, command)), cwd=cwd, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False,
                          env={**os.environ, **environment})


class RefusalTest(unittest.TestCase):
    """In a clone of its own, which may be spoilt."""

    def setUp(self):
        if not (SOURCE / ".git").exists():
            self.skipTest("this is no clone, and a release is made of a commit")
        self.folder = Path(tempfile.mkdtemp(prefix="cs-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.clone = self.folder / "clone"
        subprocess.run(["git", "clone", "-q", "--shared", SOURCE, self.clone], check=True)
        # The scripts as they are here, whether that is committed or not.
        for name in ("cmake", "tools"):
            shutil.copytree(SOURCE / name, self.clone / name, dirs_exist_ok=True)
        self.git("add", "cmake", "tools")
        self.git("commit", "-q", "--allow-empty", "-m", "as it is here")

    def git(self, *arguments):
        subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e@example.com", *arguments],
                       cwd=self.clone, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def refused(self, code, words, *command, **environment):
        result = run(*command, cwd=self.clone, **environment)
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

    def test_a_key_in_the_tree(self):
        """It would be in the next commit, or in an archive of the folder."""
        if shutil.which("minisign") is None:
            self.skipTest("there is no minisign; tools/setup --all installs it")
        (self.clone / "secret").write_text("")
        self.refused(1, "lies in this tree", "tools/release", "--sign", "secret")
        self.refused(1, "cannot read the key", "tools/release", "--sign", "nowhere")
        self.refused(64, "needs a key", "tools/release", "--sign")

    def tag(self, *arguments):
        return run("tools/release", "--tag", *arguments, cwd=self.clone,
                   GIT_COMMITTER_NAME="n", GIT_COMMITTER_EMAIL="e@example.com")

    def test_tags(self):
        """A tag needs the version, a dated section of the changelog, and a folder without changes."""
        name = "v" + dist.VERSION
        log = self.clone / "CHANGELOG.md"
        log.write_text("## [Unreleased]\n")
        self.git("add", "CHANGELOG.md")
        self.git("commit", "-q", "--allow-empty", "-m", "nothing is dated")
        for code, words, *tag in ((64, "the name of the tag"), (1, "is " + name, "v9.9.9"),
                                  (1, "YEAR-MONTH-DAY", name)):
            result = self.tag(*tag)
            self.assertEqual(result.returncode, code, result.stderr)
            self.assertIn(words, result.stderr)
        log.write_text("## [%s] - 2026-12-01\n" % dist.VERSION)
        self.assertIn("has changes", self.tag(name).stderr)
        self.git("commit", "-q", "-a", "-m", "it is dated")
        self.assertEqual(self.tag(name).returncode, 0)
        kind = run("git", "cat-file", "-t", name, cwd=self.clone).stdout
        self.assertEqual(kind.strip(), "tag")
        self.assertIn("already", self.tag(name).stderr)

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

    def test_a_program_that_is_not_there(self):
        """Before anything is built."""
        programs = self.folder / "programs"
        programs.mkdir()
        for folder in ("/usr/local/bin", "/usr/bin", "/bin"):
            for path in Path(folder).glob("*"):
                link = programs / path.name
                if path.name != "arm-none-eabi-gcc" and not link.is_symlink():
                    link.symlink_to(path)
        self.refused(1, "there is no arm-none-eabi-gcc; tools/setup --all installs it",
                     "tools/release", PATH=str(programs))

    def test_an_early_end_leaves_nothing(self):
        """Not in the folder that is named, which is the caller's, nor among temporary files."""
        programs, temporary = self.folder / "programs", self.folder / "temporary"
        for folder in (programs, temporary):
            folder.mkdir()
        for name in NEEDED:
            stub = programs / name
            stub.write_text("#!/bin/sh\necho stub: $0 >&2\nexit 3\n", encoding="ascii")
            stub.chmod(0o755)
        result = self.refused(3, "stub: ", self.clone / "tools/release", "--output", "mine",
                              PATH="%s:%s" % (programs, os.environ["PATH"]), TMPDIR=str(temporary))
        self.assertIn("no tag: this is the commit", result.stderr)
        self.assertFalse((self.clone / "mine").exists())
        self.assertEqual(list(temporary.iterdir()), [])

    def test_a_space_in_the_folder_of_musl(self):
        """Its own scripts would fail on it, in a log that nobody reads."""
        cache = self.folder / "a b"
        result = run("tools/build-static", "amd64", self.folder / "program", cwd=self.clone,
                     CONNSYNC_DEPS_CACHE=str(cache))
        self.assertNotEqual(result.returncode, 0)
        self.assertRegex(result.stderr, r"has a\s+space(.|\n)*export CONNSYNC_DEPS_CACHE=FOLDER")
        self.assertFalse(cache.exists())

    def test_where_a_named_folder_is(self):
        """Where the caller is, as everywhere else."""
        (self.folder / "mine").mkdir()
        (self.folder / "mine" / "file").touch()
        result = run(self.clone / "tools/release", "--output", "mine", cwd=self.folder)
        self.assertIn("%s/mine is not empty" % self.folder, result.stderr)

    def test_changes_are_left_out_and_said_to_be(self):
        (self.clone / "README.md").write_text("changed")
        self.refused(1, "they are left out", "tools/release", "--output", "tools")

    def test_usage(self):
        # As a pipeline calls it whose variable is not set.
        self.refused(64, "the tag is empty", "tools/release", "")
        self.refused(64, "one tag is enough", "tools/release", "v0.1.0", "v0.2.0")
        self.refused(64, "unknown option", "tools/release", "--wrong")
        self.refused(64, "amd64|arm64|arm|riscv64|mips|mipsel", "tools/build-static", "sparc", self.folder / "program")
        result = self.refused(2, "is there already", "tools/image", self.folder)
        self.assertEqual(result.stdout, "")


if __name__ == "__main__":
    dist.run()
