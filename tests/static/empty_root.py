"""A root that holds a static program, and what a test puts beside it.

The environment says which program: see test_static.py.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "wire"), str(HERE.parent / "boards")]

import chains  # noqa: E402
from cli import WireTest, connection  # noqa: E402
from machines import EMULATORS  # noqa: E402

PROGRAM = Path(os.environ["CONNSYNC_STATIC"])
MACHINE = os.environ["CONNSYNC_MACHINE"]
NOBODY = 65532
EXIT_SKIPPED = 77


def need():
    """Ends the test where there is nothing to try, or no way to."""
    if os.geteuid() != 0:
        reason = "only root can make a root of its own"
    elif not PROGRAM.exists():
        reason = "it was not built; static_build_%s says why" % MACHINE
    else:
        return
    print("skipped: " + reason)
    sys.exit(EXIT_SKIPPED)


class EmptyRoot(WireTest):
    """Runs in a root that holds the program alone (and an emulator for another processor), read
    only, as a user that the machine does not know."""

    def setUp(self):
        super().setUp()
        self.root = Path(tempfile.mkdtemp(prefix="cs-"))
        self.addCleanup(shutil.rmtree, self.root, True)
        shutil.copy(PROGRAM, self.root / "connsync")
        self.command = ["/connsync"]
        emulator = EMULATORS[MACHINE]
        if emulator:
            found = shutil.which(emulator[0])
            if found is None:
                self.skipTest("there is no %s; tools/setup --all installs it" % emulator[0])
            shutil.copy(found, self.root / "emulator")
            self.command[:0] = ["/emulator", *emulator[1:]]
        self.root.chmod(0o555)

    def enter(self):
        os.chroot(self.root)
        os.chdir("/")
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)

    def run_in_root(self, *arguments, env=None):
        process = subprocess.Popen([*self.command, *arguments], env=env or {}, cwd="/",
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, preexec_fn=self.enter)
        return self.finish(process, timeout=60)

    def put(self, name, text):
        """A file in the root, as name "etc/hosts"."""
        self.root.chmod(0o755)
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        self.root.chmod(0o555)

    def served(self, port=0):
        chain = chains.load(os.environ["CONNSYNC_PKI"], "p256")
        tenant = self.tenant(certificate=chain.certificate, key=chain.key, port=port)
        return tenant, tenant.add(connection())
