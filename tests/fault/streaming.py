"""A peer that is never slower than the program: a turn of it ends all the same, so that deadlines
are looked at, and a signal ends the job with what has been received by then."""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tenant import Fault, Tenant  # noqa: E402

CONNECTION = b'{"id":"con_0000000000000001","options":{"a":"%s"},"strategy":"oidc","name":"long"}'
# The answer comes in some hundred records.
VALUE = b"x" * 100_000
RECORD = 800
# RECEIVES_MAX of core/tls/mbedtls/session.c
BOUND = 32
SIGNAL_AT = 60


def run(program, tenant, **extra):
    """`get`, and with what it ended; the most receives in a turn, those after the signal."""
    tenant.faults.append(Fault("drip", method="GET", ms=0, size=RECORD))
    with tempfile.NamedTemporaryFile() as log:
        environment = dict(os.environ, CONNSYNC_FAULT_LOG=log.name, **tenant.environment(), **extra)
        ended = subprocess.run([program, "get", "con_0000000000000001", "--json",
                                *tenant.arguments()],
                               env=environment, capture_output=True, timeout=60, check=False)
        most, after = (int(count) for count in log.read().split())
    return ended, most, after


def main():
    program = sys.argv[1]
    with Tenant() as tenant:
        tenant.add(CONNECTION % VALUE)
        ended, most, _ = run(program, tenant)
        if ended.returncode != 0:
            sys.exit("get: exit %d: %s" % (ended.returncode, ended.stderr.decode()))
        stopped, most_stopped, after = run(program, tenant, CONNSYNC_SIGNAL_AT=str(SIGNAL_AT))
    print("%d receives in a turn; %d after the signal, exit %d" % (
        most, after, stopped.returncode))
    if max(most, most_stopped) > BOUND or most < BOUND:
        sys.exit("a turn has %d receives at the most" % BOUND)
    if stopped.returncode != 1 or b"cancelled" not in stopped.stdout or after > BOUND:
        sys.exit("the signal did not end it: %s" % stopped.stderr.decode())


if __name__ == "__main__":
    main()
