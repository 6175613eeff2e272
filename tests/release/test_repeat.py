"""The source archive of a release, built in another folder with dependencies unpacked in
yet another, makes the very bytes of the release."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import dist
from dist import DIST, NAME

BOARD = "lm3s6965evb"
ARCHIVES = ("*.tar.gz", "*.tar.bz2", "*.tar.xz", "*.zip")


class RepeatTest(unittest.TestCase):
    """One other folder for all of it: its name is longer, and has nothing of the first."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="another-and-longer-name-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        archives = cls.folder / "archives"
        archives.mkdir()
        for pattern in ARCHIVES:
            for file in Path(os.environ["CONNSYNC_DEPS_CACHE"]).glob(pattern):
                shutil.copy(file, archives)
        if not any(archives.iterdir()):
            raise unittest.SkipTest("the cache has no archives: the sources came from elsewhere")
        shutil.unpack_archive(DIST / (NAME + ".tar.gz"), cls.folder)
        cls.source = cls.folder / NAME
        # Neither the folder nor the environment tells the date: the archive has to.
        cls.environment = {key: value for key, value in os.environ.items()
                           if key not in ("SOURCE_DATE_EPOCH", "CFLAGS", "DEBEMAIL", "DEBFULLNAME",
                                          "CMAKE_C_COMPILER_LAUNCHER")}
        cls.environment.update(CONNSYNC_DEPS_DIR=str(archives),
                               CONNSYNC_DEPS_CACHE=str(cls.folder / "cache"))

    def run_here(self, *command, umask=-1, **environment):
        subprocess.run(command, cwd=self.source, check=True, stdout=subprocess.DEVNULL, umask=umask,
                       env={**self.environment, **environment})

    def expect_same(self, made, released):
        self.assertTrue(made.read_bytes() == (DIST / released).read_bytes(),
                        "%s is not what the release has" % released)

    def test_a_static_program(self):
        made = self.folder / "connsync"
        self.run_here("tools/build-static", "amd64", str(made))
        self.expect_same(made, NAME + "-linux-x86_64")
        self.expect_same(made.with_suffix(".debug"), NAME + "-linux-x86_64.debug")

    def test_a_package(self):
        """Whatever the user's mask, time zone and language are; another date is another package."""
        self.run_here("tools/package-deb", "amd64", str(self.folder), umask=0o077,
                      TZ="Pacific/Auckland", LC_ALL="C.UTF-8")
        made, = self.folder.glob("*.deb")
        self.expect_same(made, made.name)
        self.run_here("tools/package-deb", "amd64", str(self.folder / "later"),
                      SOURCE_DATE_EPOCH="1800000000")
        later, = self.folder.glob("later/*.deb")
        self.assertFalse(later.read_bytes() == made.read_bytes(),
                         "SOURCE_DATE_EPOCH makes no difference")

    def test_a_firmware(self):
        self.run_here("cmake", "--preset", BOARD)
        self.run_here("cmake", "--build", "--preset", BOARD)
        made = self.source / "build" / BOARD
        for kind in ("elf", "bin", "hex"):
            self.expect_same(made / ("connsync." + kind), "%s-%s.%s" % (NAME, BOARD, kind))
        # The environment's date takes the commit's place, in a folder that is configured
        # already too.
        first = (made / "connsync.bin").read_bytes()
        self.run_here("cmake", "--preset", BOARD, SOURCE_DATE_EPOCH="1800000000")
        self.run_here("cmake", "--build", "--preset", BOARD)
        later = (made / "connsync.bin").read_bytes()
        self.assertTrue(first != later, "SOURCE_DATE_EPOCH makes no difference")


if __name__ == "__main__":
    dist.main()
