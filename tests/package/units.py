"""systemd's units without systemd: what a unit says, and its command as systemd would run it."""

import os
import re
import shlex
import signal
import socket
import subprocess
import time
from pathlib import Path

CONFIG = "/etc/connsync"
PATIENCE = 30
# What a unit says for them, and the folders that stand for them.
FOLDERS = {"%d": "credentials", "%t": "run", "%C": "cache"}
ENV_LINE = re.compile(r"^([A-Z_][A-Z0-9_]*)=(.*)$", re.MULTILINE)


def settings(unit):
    """key -> values in their order, of the section [Service]."""
    text = unit.read_text(encoding="utf-8").split("[Service]", 1)[1].split("\n[", 1)[0]
    found = {}
    for line in text.splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


def call_names(said):
    """set -> names of system calls, from what `systemd-analyze syscall-filter` prints."""
    listed, current = {}, None
    for line in said.splitlines():
        if line.startswith("@"):
            current = listed.setdefault(line.strip(), set())
        elif line.startswith("    ") and not line.strip().startswith("#"):
            current.add(line.strip())

    def expand(name):
        names = set()
        for member in listed[name]:
            names |= expand(member) if member.startswith("@") else {member}
        return names

    return {name: expand(name) for name in listed}


def allowed_calls(unit):
    """The system calls that the unit's filters leave."""
    said = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=True).stdout
    sets = call_names(said)
    allowed = set(sets["@default"])
    for value in settings(unit)["SystemCallFilter"]:
        names = set().union(*(sets[name] for name in value.lstrip("~").split()))
        allowed = allowed - names if value.startswith("~") else allowed | names
    return allowed


class Service:
    """One unit of an unpacked package, with folders of its own for what systemd provides."""

    def __init__(self, tree, name, folder, instance=""):
        self.tree, self.folder, self.instance = tree, folder, instance
        self.unit = tree / "usr/lib/systemd/system" / name
        self.settings = settings(self.unit)
        self.config = folder / "etc"
        for place in ("etc", *FOLDERS.values()):
            (folder / place).mkdir()
        self.calls = folder / "calls"

    def expand(self, text):
        text = text.replace(CONFIG, str(self.config)).replace("%i", self.instance)
        text = text.replace("/usr/bin/", str(self.tree / "usr/bin") + "/")
        for specifier, place in FOLDERS.items():
            text = text.replace(specifier, str(self.folder / place))
        return text

    def provide(self):
        """Credentials and folders, as the unit asks for them; its environment."""
        for credential in self.settings.get("LoadCredential", []):
            name, path = self.expand(credential).split(":")
            (self.folder / "credentials" / name).write_bytes(Path(path).read_bytes())
        for key, place in (("RuntimeDirectory", "run"), ("CacheDirectory", "cache")):
            for name in self.settings.get(key, []):
                (self.folder / place / self.expand(name)).mkdir(exist_ok=True)
        found = {"PATH": "/usr/bin:/bin"}
        for value in self.settings.get("Environment", []):
            found.update(ENV_LINE.findall(self.expand(value.strip('"'))))
        for value in self.settings.get("EnvironmentFile", []):
            path = Path(self.expand(value.lstrip("-")))
            if path.exists():
                found.update(ENV_LINE.findall(path.read_text(encoding="utf-8")))
        return found

    def start(self, traced=False):
        """ExecStart, with a socket that it can tell its state to."""
        (self.folder / "notify").unlink(missing_ok=True)
        self.receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.receiver.bind(str(self.folder / "notify"))
        self.receiver.settimeout(PATIENCE)
        environment = self.provide()
        environment.update(NOTIFY_SOCKET=str(self.folder / "notify"), WATCHDOG_USEC="400000")
        command = []
        for word in self.settings["ExecStart"][0].split():
            if word.startswith("$"):
                command += environment.get(word[1:], "").split()
            else:
                command.append(self.expand(word))
        if traced:
            # -D: the tracer is the child, so that signals reach the program itself.
            command = ["strace", "-D", "-f", "-q", "-o", self.calls, *command]
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return self

    def told(self, beginning):
        """The next message that begins so."""
        while True:
            message = self.receiver.recv(4096).decode()
            if message.startswith(beginning):
                return message

    def reload(self):
        """ExecReload."""
        words = [word.replace("$MAINPID", str(self.process.pid))
                 for word in shlex.split(self.settings["ExecReload"][0])]
        subprocess.run(words, check=True)

    def end(self, number=None):
        """(exit code, output, errors)."""
        if number is not None:
            self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err

    def close(self):
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.communicate()
        self.receiver.close()

    def calls_made(self):
        """The lines of strace, when its record is whole: it may end after the program."""
        limit = time.monotonic() + PATIENCE
        ended = re.compile(r"^%d +\+\+\+ exited" % self.process.pid, re.MULTILINE)
        while True:
            text = self.calls.read_text(encoding="utf-8", errors="replace")
            if ended.search(text):
                return [line.split(maxsplit=1)[1] for line in text.splitlines() if " " in line]
            if time.monotonic() > limit:
                raise AssertionError("strace did not end")
            time.sleep(0.01)
