"""Runs the flow with the heap trapped: it must finish the update without one call of a
heap function from the opening of the agent to its close."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tenant import Tenant  # noqa: E402

CONNECTION = b'{"id":"con_heap","options":{"a":[1,{"b":null}]},"strategy":"oidc","name":"heap"}'
EXIT_TRAPPED = 99


def run(program, tenant, value, **extra):
    """One `set` under the trap."""
    environment = dict(os.environ, **extra, **tenant.environment(credentials=True))
    return subprocess.run([program, "set", "heap", value, *tenant.arguments()],
                          env=environment, capture_output=True, timeout=60, check=False)


def main():
    program = sys.argv[1]
    with Tenant() as tenant:
        tenant.add(CONNECTION)
        shown = run(program, tenant, "off", CONNSYNC_HEAP_TRAP_TEST="1")
        if shown.returncode != EXIT_TRAPPED:
            sys.exit("the trap does not work: exit %d" % shown.returncode)
        done = run(program, tenant, "off")
        if done.returncode != 0 or tenant.methods() != ["POST", "GET", "PATCH", "GET"]:
            sys.exit("exit %d, %s: %s" % (done.returncode, tenant.methods(), done.stderr.decode()))
    print("token, read, write, verify: no heap function was called")


if __name__ == "__main__":
    main()
