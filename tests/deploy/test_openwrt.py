"""deploy/openwrt: what its recipe installs, and its service, with stand-ins for OpenWrt's make files, for
UCI and for procd. What procd would start is started, against the fake tenant."""

import hashlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from stage import ROOT, StageTest
import cli
from cli import SETTING
from watching import wait_for_run

RECIPE = ROOT / "deploy" / "openwrt"
STAND_IN = Path(__file__).resolve().parent / "openwrt"
INSTALLED = {"usr/bin/connsync": 0o755, "etc/init.d/connsync": 0o755,
             "etc/config/connsync": 0o600, "etc/hotplug.d/ntp/90-connsync": 0o644}
TWO = """config watch 'main'
	option enabled '1'
	option file '{folder}/connsync.json'
	option client_secret_file '{folder}/secret'
	list argument '--leave'
	list argument '5'

config watch 'off'
	option enabled '0'

config watch 'key'
	option enabled '1'
	option private_key '/etc/connsync/key.pem'
"""


class RecipeTest(unittest.TestCase):
    """The Makefile, with make itself."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="connsync-openwrt-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.program = self.folder / "connsync-mips"
        self.program.write_bytes(b"\x7fELF\x01\x02 a program")

    def make(self, goal, sha256=None):
        sha256 = sha256 or hashlib.sha256(self.program.read_bytes()).hexdigest()
        return subprocess.run(
            ["make", "-s", "-C", RECIPE, goal, "TOPDIR=%s" % STAND_IN,
             "BUILD_DIR=%s" % (self.folder / "build"), "STAGE=%s" % (self.folder / "stage"),
             "CONNSYNC_PROGRAM=%s" % self.program, "CONNSYNC_SHA256=" + sha256],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)

    def test_install(self):
        done = self.make("all")
        self.assertEqual(done.returncode, 0, done.stdout)
        stage_folder = self.folder / "stage"
        found = {path.relative_to(stage_folder).as_posix(): path.stat().st_mode & 0o777
                 for path in stage_folder.rglob("*") if path.is_file()}
        self.assertEqual(found, INSTALLED)
        self.assertTrue((stage_folder / "etc/connsync").is_dir())
        self.assertEqual((stage_folder / "usr/bin/connsync").read_bytes(),
                         self.program.read_bytes())

    def test_another_program_is_refused(self):
        done = self.make("all", "0" * 64)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("is not CONNSYNC_SHA256", done.stdout)
        self.assertFalse((self.folder / "stage").exists())

    def test_what_menus_are_told(self):
        text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
        version = re.search(r"project\(connsync VERSION ([0-9.]+)", text)[1]
        told = self.make("info").stdout
        self.assertIn("connsync %s-1 Apache-2.0\nnet/Network: Keeps" % version, told)
        self.assertIn("user connsync:connsync", told)
        self.assertIn("conffiles /etc/config/connsync /etc/connsync/", told)
        for line in told.splitlines():
            self.assertLessEqual(len(line), 100)


class ServiceTest(StageTest):
    """act() calls the init script as OpenWrt's shell would."""

    def setUp(self):
        super().setUp()
        self.program = self.put_program() + "/connsync"
        text = (RECIPE / "files/connsync.init").read_text(encoding="utf-8")
        for theirs, ours in (("=/usr/bin/connsync", self.program),
                             ("=/var/run/connsync", str(self.folder / "run"))):
            self.assertIn(theirs, text)
            text = text.replace(theirs, "=" + ours)
        (self.folder / "init").write_text(text, encoding="utf-8")

    def act(self, action, config=TWO):
        """What procd is told, in order: (of what, word)."""
        (self.folder / "connsync").write_text(config.format(folder=self.folder), encoding="utf-8")
        done = subprocess.run(
            ["dash", STAND_IN / "rc.common", self.folder / "init", action], check=True,
            env={"PATH": "/usr/bin:/bin", "UCI_FOLDER": str(self.folder)}, text=True,
            stdout=subprocess.PIPE)
        return [tuple(line.split("\t")) for line in done.stdout.splitlines()]

    def instances(self, told):
        """name -> {of what: words}."""
        found, now = {}, None
        for of_what, word in told:
            if of_what == "instance":
                now = found.setdefault(word, {})
            elif now is not None:
                now.setdefault(of_what, []).append(word)
        return found

    def test_start(self):
        told = self.act("start")
        self.assertIn(("trigger", "connsync"), told)
        found = self.instances(told)
        self.assertEqual(list(found), ["main", "key"], "what is not enabled is not there")
        for name, credential, more in (
                ("main", ["--client-secret-file", "%s/secret" % self.folder], ["--leave", "5"]),
                ("key", ["--private-key", "/etc/connsync/key.pem"], [])):
            file = str(self.folder / "connsync.json") if name == "main" else \
                "/etc/connsync/connsync.json"
            self.assertEqual(found[name]["command"], [
                self.program, "watch", file, "--status-file",
                "%s/run/%s.json" % (self.folder, name), *credential, *more])
            self.assertEqual((found[name]["user"], found[name]["no_new_privs"]),
                             (["connsync"], ["1"]))
            self.assertIn("closed", found[name])

    def test_the_example_starts_nothing(self):
        text = (RECIPE / "files/connsync.config").read_text(encoding="utf-8")
        self.assertEqual(self.instances(self.act("start", text)), {})
        told = self.instances(self.act("start", text.replace("enabled '0'", "enabled '1'")))
        self.assertEqual(told["main"]["command"][-2:], ["--leave", "5"])

    def test_renew(self):
        self.assertEqual(self.act("renew")[-1], ("signal", "connsync"))

    def test_the_service_runs(self):
        """Started as procd is told to, it applies the file; a signal makes it begin again."""
        (self.folder / "secret").write_text(self.box.secrets[0], encoding="utf-8")
        (self.folder / "secret").chmod(0o600)
        self.write_document({"client_id": self.box.client_id, "all": True,
                             SETTING: "on_first_login"})
        main = self.instances(self.act("start"))["main"]
        self.assertEqual((self.folder / "run").stat().st_mode & 0o777, 0o700)
        process = subprocess.Popen(main["command"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=cli.environment(dict([*map(self.split, main["env"])])))
        self.addCleanup(process.kill)
        status = self.folder / "run" / "main.json"
        self.assertTrue(wait_for_run(process, status))
        process.send_signal(signal.SIGHUP)
        self.assertTrue(wait_for_run(process, status, 2))
        process.terminate()
        result = self.finish(process)
        self.assertEqual((result.code, self.box.writes()), (0, 1), result.err)
        self.assertEqual(len([one for one in self.box.requests if one.method == "POST"]), 1,
                         "one token, which is kept")

    @staticmethod
    def split(word):
        return word.split("=", 1)


class ScriptTest(unittest.TestCase):
    """What a shell's linter says of it all."""

    @unittest.skipUnless(shutil.which("shellcheck"), "there is no shellcheck")
    def test_scripts(self):
        subprocess.run(["shellcheck", RECIPE / "files/connsync.init", STAND_IN / "rc.common",
                        RECIPE / "files/connsync.hotplug"], check=True)

    def test_the_time(self):
        """Only a clock that was put right makes a new run."""
        text = (RECIPE / "files/connsync.hotplug").read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            init = Path(folder, "init")
            init.write_text("#!/bin/sh\necho $1\n", encoding="ascii")
            init.chmod(0o755)
            text = text.replace("/etc/init.d/connsync", str(init))
            for action, said in (("step", "enabled\nrenew\n"), ("stratum", ""), ("periodic", "")):
                done = subprocess.run(["dash", "-c", text], env={"ACTION": action}, text=True,
                                      stdout=subprocess.PIPE, check=False)
                self.assertEqual(done.stdout, said)


if __name__ == "__main__":
    cli.main()
