"""Where the third-party sources are not at hand, the build says what to do; and that works, in
the very folder in which it was said. Nothing is fetched."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
CACHE = Path(dict(line.split("=", 1) for line in os.environ["CONNSYNC_SETTINGS"].splitlines())
             ["-DCONNSYNC_DEPS_CACHE"])


class DependenciesTest(unittest.TestCase):
    """A build folder that was configured without them."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="connsync-deps-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        # A space in its name, since people have that.
        self.empty = self.folder / "an empty one"
        if not list(CACHE.glob("mbedtls-*/")):
            self.skipTest("the cache has no sources: they came from elsewhere")
        done = self.configure("-DCONNSYNC_BUILD_TESTS=OFF", "-DCONNSYNC_DEPS_FETCH=OFF",
                              CONNSYNC_DEPS_CACHE=self.empty)
        self.assertEqual(done.returncode, 1)
        for words in ("mbedtls 3.6.7", "-DCONNSYNC_MBEDTLS_DIR=FOLDER", "-DCONNSYNC_DEPS_DIR=FOLDER",
                      "export CONNSYNC_DEPS_DIR=FOLDER", "export CONNSYNC_DEPS_CACHE=FOLDER"):
            self.assertIn(words, done.stderr)

    def configure(self, *settings, **environment):
        others = {key: value for key, value in os.environ.items()
                  if key not in ("CONNSYNC_DEPS_DIR", "CONNSYNC_DEPS_CACHE")}
        environment = {key: str(value) for key, value in environment.items()}
        return subprocess.run(["cmake", "--preset", "release", "-B", self.folder / "build",
                               *settings], cwd=ROOT, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False,
                              env={**others, **environment})

    def check(self, folder, *settings, **environment):
        """Configured, with a tree in this folder; and so it stays without a word of it."""
        for done in (self.configure(*settings, **environment), self.configure()):
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("connsync: mbedtls is %s/mbedtls-" % folder, done.stdout)

    def test_another_cache_by_the_environment(self):
        self.check(CACHE, CONNSYNC_DEPS_CACHE=CACHE)

    def test_a_folder_by_the_environment(self):
        self.check(CACHE, CONNSYNC_DEPS_DIR=CACHE)

    def test_what_is_given_comes_before_the_environment(self):
        self.check(CACHE, "-DCONNSYNC_DEPS_CACHE=%s" % CACHE, CONNSYNC_DEPS_CACHE=self.empty)


if __name__ == "__main__":
    unittest.main()
