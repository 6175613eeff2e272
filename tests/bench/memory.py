"""Prints the peak resident memory of `connsync set` and of a program start alone."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tenant import Tenant  # noqa: E402

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
        whole = peak_kb(launcher, program, tenant.environment(), "set", "con_peak", "off",
                        *tenant.arguments())
    start = peak_kb(launcher, program, {}, "--version")
    print("peak resident memory: set %d KB, of which loading the program takes %d KB"
          % (whole, start))
    if whole > limit_kb:
        sys.exit("more than %d KB" % limit_kb)


if __name__ == "__main__":
    main()
