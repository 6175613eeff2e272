"""Where the third-party sources are not at hand, the build says what to do; and that works, in
the very folder in which it was said. Nothing is fetched."""

import os
import re
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


class VersionsTest(unittest.TestCase):
    """A tree of mbedTLS of a version that must not be used is refused with the reason. The trees
    are ours, with another number in them."""

    REGRESSION = "TLS 1.2 only and an RSA key"
    EMPTY_KEYS = "TF-PSA-Crypto #807"

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="connsync-versions-"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def tree(self, version, whole=False):
        tree = self.folder / ("mbedtls-" + version)
        header = Path("include/mbedtls/build_info.h")
        if whole:
            trees = list(CACHE.glob("mbedtls-3.6.*/"))
            if not trees:
                self.skipTest("the cache has no sources: they came from elsewhere")
            shutil.copytree(trees[0], tree)
            text = (tree / header).read_text()
            text = re.sub(r'(MBEDTLS_VERSION_STRING +)"[0-9.]+"', r'\1"%s"' % version, text)
        else:
            (tree / header.parent).mkdir(parents=True)
            text = '#define MBEDTLS_VERSION_STRING         "%s"\n' % version
        (tree / header).write_text(text)
        return tree

    def release_of_4(self, version):
        """As a release of 4.x has its folders, with nothing in the files: what the build takes
        shows, and nothing can be compiled."""
        tree = self.tree(version)
        for name in ("LICENSE", "library/ssl_tls.c", "tf-psa-crypto/core/psa_crypto.c",
                     "tf-psa-crypto/dispatch/psa_crypto_driver_wrappers.h",
                     "tf-psa-crypto/drivers/builtin/src/aes.c", "tf-psa-crypto/utilities/oid.c"):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).touch()
        return tree

    def configure(self, tree, *settings):
        return subprocess.run(
            ["cmake", "--preset", "release", "-B", self.folder / "build",
             "-DCONNSYNC_MBEDTLS_DIR=%s" % tree, "-DCONNSYNC_DEPS_CACHE=%s" % CACHE,
             "-DCONNSYNC_BUILD_TESTS=OFF", "-DCONNSYNC_DEPS_FETCH=OFF", *settings],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)

    def check(self, version, *reasons, settings=()):
        done = self.configure(self.tree(version), *settings)
        # CMake breaks its lines where it likes.
        words = " ".join(done.stderr.split())
        self.assertEqual(done.returncode, 1, words)
        self.assertIn("mbedtls %s, and that is refused" % version, words)
        for reason in reasons:
            self.assertIn(reason, words)

    def test_versions_refused_by_name(self):
        self.check("3.6.6", self.REGRESSION, "CVE-2026-25832")
        self.check("4.0.0", self.EMPTY_KEYS, "CVE-2026-25833", "CVE-2026-25834", "CVE-2026-49300")
        self.check("4.0.1", self.EMPTY_KEYS)
        self.check("4.1.0", self.REGRESSION, self.EMPTY_KEYS, "CVE-2026-49300")
        self.check("4.1.1", "CVE-2026-25832")

    def test_versions_that_nobody_knows(self):
        for version in ("3.6.5", "5.0.0"):
            done = self.configure(self.tree(version), "-DCONNSYNC_MBEDTLS_UNSAFE_VERSION=ON")
            words = " ".join(done.stderr.split())
            self.assertEqual(done.returncode, 1, words)
            self.assertIn("wanted: 3.6.7 or later, below 3.7; or 4.1.2 or later, below 5", words)

    def check_4(self, done):
        """Configured with the files for 4.x, and with none for 3.6."""
        self.assertEqual(done.returncode, 0, done.stderr)
        rules = (self.folder / "build/build.ninja").read_text()
        for taken in ("core/tls/mbedtls/library_4.c", "core/tls/mbedtls/library_4_keys.c",
                      "port/mbedtls/mbedtls_psa_4.c", "library/ssl_tls.c",
                      "tf-psa-crypto/core/psa_crypto.c", "tf-psa-crypto/utilities/oid.c",
                      "MBEDTLS_CONFIG_FILE=\\\"connsync_mbedtls4_config.h",
                      "TF_PSA_CRYPTO_CONFIG_FILE=\\\"connsync_mbedtls4_config.h"):
            self.assertIn(taken, rules)
        for left in ("library_3", "mbedtls_psa_3", "connsync_mbedtls_config.h",
                     "CONNSYNC_TLS_TRIM "):
            self.assertNotIn(left, rules)
        return rules

    def test_a_folder_of_4(self):
        for version in ("4.1.2", "4.2.0"):
            done = self.configure(self.release_of_4(version))
            self.assertNotIn("UNSAFE", self.check_4(done))

    def test_a_trial_of_4(self):
        tree = self.release_of_4("4.1.0")
        self.assertEqual(self.configure(tree).returncode, 1)
        done = self.configure(tree, "-DCONNSYNC_MBEDTLS_UNSAFE_VERSION=ON")
        self.assertIn("(UNSAFE,", self.check_4(done))

    def test_4_that_is_no_release(self):
        done = self.configure(self.tree("4.1.2"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("is no release of mbedTLS", " ".join(done.stderr.split()))

    def test_4_is_taken_only_from_a_folder_that_is_named(self):
        self.release_of_4("4.1.2")
        done = self.configure("", "-DCONNSYNC_DEPS_DIR=%s" % self.folder)
        self.assertIn("no accepted mbedtls in %s" % self.folder, " ".join(done.stderr.split()))

    def test_a_trial_shows_itself(self):
        tree = self.tree("3.6.6", whole=True)
        self.assertEqual(self.configure(tree).returncode, 1)
        done = self.configure(tree, "-DCONNSYNC_MBEDTLS_UNSAFE_VERSION=ON")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("for a trial only", " ".join(done.stderr.split()))
        notes = (self.folder / "build/build.ninja").read_text()
        self.assertIn("(UNSAFE,", notes)
        self.assertNotIn("CONNSYNC_TLS_TRIM ", notes)


class SeriesTest(unittest.TestCase):
    """What differs between 3.6 and 4.x is declared once and done for each. Where no tree of 4.x is
    at hand, nobody compiles the files for it: this shows that they are whole, not that they
    work."""

    FOLDERS = ("core/tls/mbedtls", "port/mbedtls")

    def test_each_series_defines_what_is_declared(self):
        declared = set()
        for header in ("core/tls/mbedtls/library.h", "port/mbedtls/mbedtls_psa.h"):
            declared |= set(re.findall(r"^\w[\w ]*?[ *](cs_(?:library|mbedtls_psa)_\w+)\(",
                                       (ROOT / header).read_text(), re.MULTILINE))
        self.assertGreaterEqual(len(declared), 9)
        shared = self.defined("library.c")
        for series in "34":
            here = self.defined("*_%s.c" % series, "*_%s_*.c" % series)
            self.assertEqual(declared - shared - here, set(), "mbedTLS %s" % series)
            self.assertEqual(here & shared, set())

    def defined(self, *patterns):
        texts = [path.read_text() for folder in self.FOLDERS for pattern in patterns
                 for path in (ROOT / folder).glob(pattern)]
        return {name for text in texts
                for name in re.findall(r"^\w[\w ]*?[ *](cs_\w+)\([^;{]*?\)\n\{", text, re.MULTILINE)}


if __name__ == "__main__":
    unittest.main()
