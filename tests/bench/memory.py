"""Prints the peak resident memory of `connsync set` and of a program start alone, and the
processor time of the latter.

The kernel maps pages of shared libraries around those that are used, more or fewer from
run to run: the least of several runs is what the program itself needs.
"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tenant import Tenant  # noqa: E402

RUNS = 12
SKIPPED = 77
CONNECTION = b'{"id":"con_peak","options":{"a":[1,{"b":null}]},"strategy":"oidc","name":"peak"}'


def measure(launcher, program, environment, *arguments):
    """(microseconds of processor time, most kilobytes resident) of one run."""
    run = subprocess.run([launcher, program, *arguments], env=dict(os.environ, **environment),
                         capture_output=True, timeout=60, check=True)
    return tuple(int(word) for word in run.stdout.split()[-2:])


def main():
    launcher, program, limit_kb = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with Tenant() as tenant:
        tenant.add(CONNECTION)
        wanted = iter(("on_first_login", "on_each_login") * RUNS)
        whole = min(measure(launcher, program, tenant.environment(), "set", "con_peak",
                            next(wanted), *tenant.arguments())[1] for _ in range(RUNS))
    starts = [measure(launcher, program, {}, "--version") for _ in range(RUNS)]
    print("peak resident memory: set %d KB, of which loading the program takes %d KB"
          % (whole, min(kilobytes for _, kilobytes in starts)))
    print("processor time of --version: %.2f ms" % (min(time for time, _ in starts) / 1000))
    if whole < 0:
        print("only root may look into the memory of the program")
        sys.exit(SKIPPED)
    if whole > limit_kb:
        sys.exit("more than %d KB" % limit_kb)


if __name__ == "__main__":
    main()
