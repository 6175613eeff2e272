"""Who may look into the process: nobody but root, and no core file is left."""

import os
import pathlib
import re
import resource
import subprocess
import time

import cli
from cli import WireTest

# root without its capabilities is a user like any other.
AS_A_USER = ["setpriv", "--bounding-set", "-all"] if os.geteuid() == 0 else []
PATIENCE = 20.0


def may_look(process):
    """May another process of the same user read the environment block, and so the memory?"""
    looked = subprocess.run([*AS_A_USER, "cat", "/proc/%d/environ" % process.pid],
                            capture_output=True, check=False)
    return looked.returncode == 0


def allow_core_files():
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def core_limit(process):
    text = pathlib.Path("/proc/%d/limits" % process.pid).read_text(encoding="ascii")
    return re.search(r"Max core file size +(\S+)", text).group(1)


class MemoryTest(WireTest):
    """The program waits for a token on standard input, long before it is ready to connect."""

    def becomes(self, wanted, look, process):
        limit = time.monotonic() + PATIENCE * self.slowness
        while look(process) != wanted and time.monotonic() < limit:
            time.sleep(0.05)
        return look(process) == wanted

    def test_nobody_may_look_and_no_core_file_is_left(self):
        process = subprocess.Popen(
            [*AS_A_USER, cli.binary(), "get", "one", "--token-file", "-", "--domain", "tenant.test"],
            env=cli.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, preexec_fn=allow_core_files)
        self.addCleanup(self.finish, process, stdin=b"")
        # Once it is there, it is the program that is looked at.
        self.assertTrue(self.becomes("0", core_limit, process), core_limit(process))
        self.assertTrue(self.becomes(False, may_look, process), "its memory may be read")
        # That is not so of any process: what was tried works.
        with subprocess.Popen([*AS_A_USER, "sleep", "60"]) as other:
            self.assertTrue(self.becomes(True, may_look, other))
            other.kill()


if __name__ == "__main__":
    cli.main()
