"""Completions as a person has them: a shell on a terminal of its own, a line, and the tab key.

What bash and zsh make of a line is read by having them run it: the key after the tab goes to its
beginning and puts a function there that prints its words. fish tells without a terminal.
"""

import os
import pty
import re
import select
import shlex
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
FOLDER = ROOT / "completions"
# What zsh finds out about its functions takes it a second each time.
DUMP = tempfile.TemporaryDirectory(prefix="connsync-zsh-")
# On a busy machine a shell may take long to begin.
PATIENCE = 30 * float(os.environ.get("CONNSYNC_SLOWNESS") or 1)
SHOW = "show() { printf '<%s>' \"$@\"; echo '<end>'; }\n"
BASH = "set +o history\nsource FOLDER/connsync.bash\n" + SHOW
ZSH = ("bindkey -e; LISTMAX=100000; fpath=(FOLDER $fpath); autoload -U compinit; compinit -u -d $DUMP\n"
       + SHOW)
# What is offered goes to a file, by a function in the place of compadd; what becomes of a line may be
# something else then.
SPY = ("compadd() { local -a found; builtin compadd -O found \"$@\"; print -rl -- $found >>$OFFERED;"
       " builtin compadd \"$@\"; }\n")
SHELLS = {"bash": (["bash", "--norc", "--noprofile", "-i"], BASH),
          "zsh": (["zsh", "-f", "-i"], ZSH), "zsh that tells": (["zsh", "-f", "-i"], ZSH + SPY)}


class Terminal:
    """bash or zsh in a folder, where a zsh that tells also writes what it offers."""

    def __init__(self, shell, folder, environment):
        command, script = SHELLS[shell]
        self.offered_file = Path(folder) / ".offered"
        setup = Path(folder) / ".setup"
        setup.write_text(script.replace("FOLDER", shlex.quote(str(FOLDER))), encoding="utf-8")
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, {**environment, "TERM": "vt100", "PS1": "", "PS2": "",
                                             "DUMP": DUMP.name + "/dump",
                                             "OFFERED": str(self.offered_file)})
        self.text = ""
        self.send(". %s\r" % setup)
        self.words("connsync begin", tab="")

    def close(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.terminal)

    def send(self, text):
        os.write(self.terminal, text.encode())

    def words(self, line, tab="\t"):
        """The words of the line after the tab key."""
        self.send(line + tab + "\x01show \r")
        end = time.monotonic() + PATIENCE
        while (found := re.search(r"<connsync>.*?<end>", self.text, re.S)) is None:
            if not select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError("%r: no answer, but %r" % (line, self.text))
            self.text += os.read(self.terminal, 65536).decode("utf-8", "replace")
        self.text = self.text[found.end():]
        return re.findall(r"<(.*?)>", found[0])[:-1]

    def offered(self, line):
        """All that a zsh that tells offers for the line."""
        self.offered_file.write_text("", encoding="utf-8")
        self.words(line)
        return self.offered_file.read_text(encoding="utf-8").split()


def run(command, folder, environment):
    return subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", check=True)


def in_bash(line, folder, environment):
    """What the function of bash offers for the words of a line, of which the last is begun."""
    script = ('source %s; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _connsync; '
              'printf "%%s\\n" ${COMPREPLY[@]+"${COMPREPLY[@]}"}' % (FOLDER / "connsync.bash"))
    done = run(["bash", "-c", script, "-", *line], folder, environment)
    return done.stdout.split(), done.stderr


def in_fish(line, folder, environment):
    """(what fish offers, its description), and its errors."""
    script = 'source %s; complete -C "$argv[1]"' % shlex.quote(str(FOLDER / "connsync.fish"))
    done = run(["fish", "-N", "-c", script, line], folder, environment)
    return [tuple(row.split("\t", 1)) for row in done.stdout.splitlines()], done.stderr
