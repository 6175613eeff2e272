"""A folder in which an example runs as it is written.

`connsync` and `build/release/connsync` call the program under test, led to the tenant of the test;
programs that would build for minutes or need a cluster, and those in tools/, have stand-ins, which
look at whether what they are told exists. Each of them notes how it ended.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROXY = "proxy.example.com:3128"
STAND_INS = ("cmake", "ctest", "kubectl", "ansible-playbook")

# A watch is ended when it has done its first round. A proxy of the examples is one of the test.
PROGRAM = """#!/bin/bash
[[ ${HTTPS_PROXY-} ]] && export HTTPS_PROXY=${HTTPS_PROXY/PROXY_NAME/PROXY_ADDRESS}
command=$1
case $command in
    flash-image | validate | --*) PROGRAM "$@" ;;
    watch)
        status=$(sed -n 's/.*--status-file \\([^ ]*\\).*/\\1/p' <<<"$*")
        more=()
        [[ $status ]] || more=(--status-file status.json)
        PROGRAM "$@" TENANT ${more[@]+"${more[@]}"} &
        until grep -qs waiting "${status:-status.json}"; do
            kill -0 $! 2>/dev/null || break
            sleep 0.02
        done
        kill -TERM $!
        wait $!
        ;;
    *) PROGRAM "$@" TENANT ;;
esac
code=$?
echo "connsync $command $code" >>NOTES
exit $code
"""

STAND_IN = """#!/bin/bash
PYTHON STAND_IN ROOT NAME "$@"
code=$?
echo "NAME - $code" >>NOTES
exit $code
"""

# A program that is not there is noted too, by its name or by its path.
MISSING = """command_not_found_handle() { echo "$1 - 127" >>NOTES; return 127; }
trap '[[ $? -ne 127 ]] || echo "$BASH_COMMAND - 127" | sed "s/ .* - / - /" >>NOTES' ERR
"""


class Sandbox:
    """One folder. `tenant` and `proxy` are those of the test."""

    def __init__(self, root, program, tenant, document, proxy=None):
        self.root, self.program, self.tenant, self.proxy = root, program, tenant, proxy
        self.folder = Path(tempfile.mkdtemp(prefix="connsync-docs-"))
        self.notes = self.folder / ".notes"
        self.notes.touch()
        own = self._filled(PROGRAM)
        self._script("bin/connsync", own)
        self._script("build/release/connsync", own)
        for name in STAND_INS:
            self._script("bin/" + name, self._filled(STAND_IN, name))
        for path in (root / "tools").iterdir():
            name = "tools/" + path.name
            self._script(name, self._filled(STAND_IN, name))
        for place in (".", "tenants/one", "tenants/two"):
            path = self.folder / place / "connsync.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(document), encoding="utf-8")
        for place in ("kept", "backups"):
            (self.folder / place).mkdir()
        (self.folder / "patch.json").write_text('{"icon_url":null}', encoding="utf-8")
        (self.folder / "token").write_text(tenant.token + "\n", encoding="utf-8")

    def remove(self):
        """Takes it away."""
        shutil.rmtree(self.folder, True)

    def _filled(self, text, name=""):
        text = text.replace("NAME ", name + " ")
        values = {"PROXY_NAME": PROXY, "PROXY_ADDRESS": self.proxy.address if self.proxy else "none",
                  "STAND_IN": str(Path(__file__).with_name("stand_in.py")), "ROOT": self.root,
                  "PROGRAM": self.program, "PYTHON": sys.executable, "NOTES": str(self.notes)}
        text = text.replace("TENANT", " ".join(map(shlex.quote, self.tenant.arguments())))
        for key, value in values.items():
            text = text.replace(key, value if key.startswith("PROXY") else shlex.quote(str(value)))
        return text

    def _script(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def start(self, text, env, stdin):
        """A shell with the text."""
        text = MISSING.replace("NOTES", shlex.quote(str(self.notes))) + text
        return subprocess.Popen(
            ["bash", "-c", text], cwd=self.folder, stdin=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=dict(env, PATH="%s/bin:%s" % (self.folder, env["PATH"])))

    def ends(self):
        """[(program, command, exit code)] since the last call."""
        lines = self.notes.read_text(encoding="utf-8").splitlines()
        self.notes.write_text("", encoding="utf-8")
        return [(name, command, int(code)) for name, command, code in map(str.split, lines)]


def syntax(text):
    """What bash has to say against the text; nothing if it is right."""
    return subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True,
                          check=False, env={"PATH": os.environ["PATH"]}).stderr
