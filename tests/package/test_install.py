"""What cmake --install leaves behind, and programs of others that are built with it.

The environment says what is installed: CONNSYNC_BUILD (a build without sanitizers).
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
sys.path.insert(0, str(ROOT / "tests/lint"))
from source_rules import INSTALLED  # noqa: E402

BUILD = Path(os.environ["CONNSYNC_BUILD"])
SETTINGS = os.environ.get("CONNSYNC_SETTINGS", "").splitlines()
PROGRAM = {"bin/connsync", "share/man/man1/connsync.1", "share/man/man5/connsync.json.5",
           "share/bash-completion/completions/connsync",
           "share/zsh/site-functions/_connsync", "share/fish/vendor_completions.d/connsync.fish"}
# Named one by one: whoever reads connsync's output by them must find them again.
SCHEMAS = {"share/connsync/schemas/%s.schema.json" % name for name in (
    "backup", "code", "connsync", "finding", "line", "log", "plan", "provenance", "status",
    "version", "watch-status")}
LICENCES = {"share/doc/connsync/" + name for name in ("LICENSE", "LICENSE.jsmn",
                                                      "LICENSE.mbedtls")}
UNITS = {"lib/systemd/system/" + name for name in (
    "connsync.service", "connsync@.service", "connsync-apply.service", "connsync-apply.timer")}
# What each program of tests/consumer prints.
CONSUMERS = {"agent_c": "name_not_resolved", "agent_cpp": "name_not_resolved",
             "posix_c": "cancelled", "posix_cpp": "cancelled"}


def run(*command, env=None, **more):
    """Its output; a failure shows all of it."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          env=dict(os.environ, **(env or {})), **more)
    if done.returncode != 0:
        raise AssertionError("%s\n%s" % (" ".join(map(str, command)), done.stdout))
    return done.stdout


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")
            if not path.is_dir()}


def install(stage, prefix, *components):
    """Into DESTDIR `stage`; the folder that stands for the prefix."""
    for component in components:
        run("cmake", "--install", BUILD, "--prefix", prefix, "--component", component,
            env={"DESTDIR": str(stage)})
    return stage / prefix.lstrip("/")


class InstallTest(unittest.TestCase):
    """A folder that goes away."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="connsync-install-"))
        self.addCleanup(shutil.rmtree, self.folder, True)


class TreeTest(InstallTest):
    """Which files there are, and what is in them."""

    def test_program(self):
        prefix = install(self.folder, "/usr", "program")
        self.assertEqual(files(prefix), PROGRAM | SCHEMAS | LICENCES)
        for name in SCHEMAS:
            self.assertEqual((prefix / name).read_bytes(),
                             (ROOT / "schemas" / Path(name).name).read_bytes())
        self.assertIn("connsync ", run(prefix / "bin/connsync", "--version"))

    def test_units_name_the_program_of_their_prefix(self):
        for prefix in ("/usr", "/opt/connsync"):
            stage = self.folder / prefix.replace("/", "-")
            tree = install(stage, prefix, "systemd")
            self.assertEqual(files(tree), UNITS)
            for unit in UNITS - {"lib/systemd/system/connsync-apply.timer"}:
                text = (tree / unit).read_text(encoding="utf-8")
                self.assertRegex(text, r"(?m)^ExecStart=%s/bin/connsync (watch|apply) " % prefix)
                self.assertNotRegex(text, "@CONNSYNC")

    def test_development(self):
        prefix = install(self.folder, "/usr", "development")
        found = files(prefix)
        self.assertLessEqual(LICENCES, found)
        headers = {name for name in found if name.endswith(".h")}
        fronts = {"include/connsync/" + Path(name).name for name in INSTALLED
                  if not name.startswith("core/base/")}
        self.assertEqual(fronts | {"include/connsync/" + name for name in INSTALLED}, headers)
        for name in headers:
            text = (prefix / name).read_text(encoding="utf-8")
            for included in re.findall(r'#include "([^"]+)"', text):
                self.assertTrue((prefix / name).parent.joinpath(included).is_file(),
                                "%s includes %s" % (name, included))
        for name in found:
            self.assertFalse(name.startswith(("bin/", "share/man/")), name)
            if not name.endswith(".a"):
                # Archives keep the names of sources, for debuggers and nothing else.
                data = (prefix / name).read_bytes()
                self.assertNotIn(str(ROOT).encode(), data, name)
                self.assertNotIn(str(BUILD).encode(), data, name)

    def test_no_symbol_is_in_the_way_of_others(self):
        prefix = install(self.folder, "/usr", "development")
        for archive in prefix.rglob("*.a"):
            lines = run("nm", "--extern-only", "--defined-only", "--format=posix",
                        archive).splitlines()
            names = [line.split()[0] for line in lines if not line.endswith("]:")]
            self.assertGreater(len(names), 30)
            strangers = [name for name in names if not name.startswith("connsync_")]
            self.assertEqual(strangers, [])


class ConsumerTest(InstallTest):
    """tests/consumer and the example, built with what is installed, and run."""

    def consume(self, way, *settings, env=None):
        build = self.folder / "build"
        run("cmake", "-G", "Ninja", "-S", ROOT / "tests/consumer", "-B", build,
            "-DCMAKE_BUILD_TYPE=Release", "-DCONSUMER_WAY=" + way, *settings, env=env)
        run("cmake", "--build", build)
        for name, said in CONSUMERS.items():
            self.assertEqual(run(build / name).strip(), said, name)
        for name in ("posix-agent_c", "posix-agent_cpp"):
            self.try_example(build / name, "AgentTest.test_sets_one_value_and_says_so")
        return build

    def try_example(self, program, *tests):
        run(sys.executable, ROOT / "tests/example/posix_agent.py", *tests,
            env={"POSIX_AGENT": str(program)})

    def test_package(self):
        """Found in a tree that was installed below DESTDIR, and moved afterwards."""
        install(self.folder / "stage", "/usr", "development")
        moved = self.folder / "elsewhere"
        (self.folder / "stage" / "usr").rename(moved)
        build = self.consume("package", "-DCMAKE_PREFIX_PATH=%s" % moved)
        self.try_example(build / "posix-agent_c")

    def test_another_version_is_not_taken(self):
        prefix = install(self.folder / "stage", "/usr", "development")
        script = self.folder / "CMakeLists.txt"
        script.write_text("cmake_minimum_required(VERSION 3.25)\nproject(other LANGUAGES C)\n"
                          "find_package(connsync 99.0)\n"
                          "if(connsync_FOUND)\n  message(FATAL_ERROR found)\nendif()\n",
                          encoding="utf-8")
        run("cmake", "-G", "Ninja", "-S", self.folder, "-B", self.folder / "build",
            "-DCMAKE_PREFIX_PATH=%s" % prefix)

    def test_pkg_config(self):
        install(self.folder / "stage", "/usr", "development")
        moved = self.folder / "elsewhere"
        (self.folder / "stage" / "usr").rename(moved)
        pc, = moved.rglob("connsync.pc")
        self.consume("pkg-config", env={"PKG_CONFIG_PATH": str(pc.parent)})

    def test_header_with_the_prefix_alone(self):
        """<connsync/connsync.h> needs no folder but include/, as in /usr/local."""
        prefix = install(self.folder / "stage", "/usr", "development")
        library, = prefix.rglob("libconnsync.a")
        run("cc", "-std=c11", "-I", prefix / "include", ROOT / "tests/consumer/agent.c", library,
            "-Wl,--gc-sections", "-o", self.folder / "agent")
        self.assertEqual(run(self.folder / "agent").strip(), "name_not_resolved")

    def test_subdirectory(self):
        """In a build of somebody else's, which gets neither our tests nor our install rules."""
        build = self.consume("subdirectory", "-DCONSUMER_CONNSYNC=%s" % ROOT, *SETTINGS)
        run("cmake", "--install", build, "--prefix", self.folder / "nothing")
        self.assertFalse((self.folder / "nothing").exists())


if __name__ == "__main__":
    unittest.main()
