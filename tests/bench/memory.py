"""Prints the peak resident memory of `connsync set` and of a program start alone.

The kernel maps pages of shared libraries around those that are used, more or fewer from
run to run: the least of several runs is what the program itself needs.
"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tenant import Tenant  # noqa: E402

RUNS = 5
CONNECTION = b'{"id":"con_peak","options":{"a":[1,{"b":null}]},"strategy":"oidc","name":"peak"}'


def peak_kb(launcher, program, environment, *arguments):
    """The most kilobytes that one run had resident."""
    run = subprocess.run([launcher, program, *arguments], env=dict(os.environ, **environment),
                         capture_output=True, timeout=60, check=True)
    return int(run.stdout.split()[-1])


def main():
    launcher, program, limit_kb = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with Tenant() as tenant:
        tenant.add(CONNECTION)
        wanted = iter(("off", "on") * RUNS)
        whole = min(peak_kb(launcher, program, tenant.environment(), "set", "con_peak",
                            next(wanted), *tenant.arguments()) for _ in range(RUNS))
    start = min(peak_kb(launcher, program, {}, "--version") for _ in range(RUNS))
    print("peak resident memory: set %d KB, of which loading the program takes %d KB"
          % (whole, start))
    if whole > limit_kb:
        sys.exit("more than %d KB" % limit_kb)


if __name__ == "__main__":
    main()
