"""Prints the peak resident memory of `connsync set` and of a program start alone, and the
processor time of the latter.

    memory.py LAUNCHER PROGRAM LIMIT_KB [anonymous]

The kernel maps pages of shared libraries around those that are used, by as much as 150 KB more or
fewer from run to run: where there are any, the limit is for what came from no file. Of several runs
the least counts.
"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tenant import Tenant  # noqa: E402

RUNS = 12
SKIPPED = 77
# Each run is alike: none leaves a session or a token for the next.
KEEPS_NOTHING = {"HOME": "", "XDG_CACHE_HOME": ""}
CONNECTION = b'{"id":"con_peak","options":{"a":[1,{"b":null}]},"strategy":"oidc","name":"peak"}'


def measure(launcher, program, environment, *arguments):
    """(microseconds of processor time, most kilobytes resident, those from no file) of one run."""
    run = subprocess.run([launcher, program, *arguments], env=dict(os.environ, **environment),
                         capture_output=True, timeout=60, check=True)
    return tuple(int(word) for word in run.stdout.split()[-3:])


def main():
    launcher, program, limit_kb = sys.argv[1], sys.argv[2], int(sys.argv[3])
    held = "anonymous" if "anonymous" in sys.argv[4:] else "resident"
    with Tenant() as tenant:
        tenant.add(CONNECTION)
        wanted = iter(("on_first_login", "on_each_login") * RUNS)
        runs = [measure(launcher, program, {**tenant.environment(), **KEEPS_NOTHING}, "set", "con_peak",
                        next(wanted), *tenant.arguments())[1:] for _ in range(RUNS)]
        whole = dict(zip(("resident", "anonymous"), map(min, zip(*runs))))
    starts = [measure(launcher, program, {}, "--version") for _ in range(RUNS)]
    print("peak resident memory: set %d KB, %d KB of it from no file; loading the program takes %d KB"
          % (whole["resident"], whole["anonymous"], min(start[1] for start in starts)))
    print("processor time of --version: %.2f ms" % (min(start[0] for start in starts) / 1000))
    if min(whole.values()) < 0:
        print("only root may look into the memory of the program")
        sys.exit(SKIPPED)
    if whole[held] > limit_kb:
        sys.exit("more than %d KB %s" % (limit_kb, held))


if __name__ == "__main__":
    main()
