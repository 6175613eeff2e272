"""Prints what `connsync watch` has resident after it has put right tenants of different sizes,
each with a tenth of its connections out of sync. It must be the same within five in a hundred.

The peak that a process is charged with is a count that the kernel keeps per processor and
adds up now and then: it is 100 KB off either way. So the pages are counted exactly, in a process
that still runs; the program gives none back before it ends. Pages of files are mapped by the
kernel in pieces, more or fewer from run to run: what grows is judged by the program's own.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tenant import Tenant  # noqa: E402
from watching import wait_for_run  # noqa: E402

SIZES = (10, 100, 1000, 10000)
SKIPPED = 77
RUNS = {10: 3, 100: 3, 1000: 3, 10000: 1}
TOLERANCE = 0.05
FILE = {"all": True, "set_user_root_attributes": "on_first_login"}
IN_SYNC = b',"set_user_root_attributes":"on_first_login"'


def connection(number):
    """About as large as a plain one of a real tenant."""
    return (b'{"id":"con_%016d","name":"connection-%d","strategy":"samlp","options":{'
            b'"signInEndpoint":"https://idp.example.test/%d","signingCert":"%s","scope":["a","b"],'
            b'"debug":true%s}}' % (number, number, number, b"c" * 700,
                                   b"" if number % 10 == 5 else IN_SYNC))


def resident_kb(process):
    """(all, its own) of a process, in kilobytes."""
    try:
        text = pathlib.Path("/proc/%d/smaps_rollup" % process.pid).read_text(encoding="ascii")
    except PermissionError:
        process.kill()
        print("only root may look into the memory of the program")
        sys.exit(SKIPPED)
    found = dict(re.findall(r"(\w+): +(\d+) kB", text))
    return int(found["Rss"]), int(found["Anonymous"])


def measure(program, size, folder):
    """What one run had resident."""
    status = folder / "status.json"
    status.unlink(missing_ok=True)
    with Tenant() as tenant:
        for number in range(1, size + 1):
            tenant.add(connection(number))
        environment = dict(os.environ, **tenant.environment(credentials=True))
        with subprocess.Popen(
                [program, "watch", str(folder / "connsync.json"), "--status-file", str(status),
                 "--no-token-cache", *tenant.arguments()], env=environment, stdout=subprocess.DEVNULL) as process:
            if not wait_for_run(process, status) or tenant.writes() != size // 10:
                process.kill()
                sys.exit("%d writes with %d connections" % (tenant.writes(), size))
            found = resident_kb(process)
            process.terminate()
    return found


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "connsync.json").write_text(json.dumps(FILE), encoding="utf-8")
        found = {size: [measure(program, size, folder) for _ in range(RUNS[size])]
                 for size in SIZES}
    whole = {size: min(run[0] for run in runs) for size, runs in found.items()}
    own = {size: min(run[1] for run in runs) for size, runs in found.items()}
    base = SIZES[0]
    for size in SIZES:
        growth = (own[size] - own[base]) / whole[base]
        print("resident memory: %d connections: %d KB, of which the program's own %d KB, growth "
              "%.1f %%" % (size, whole[size], own[size], 100 * growth))
        if abs(growth) > TOLERANCE:
            sys.exit("more than %d %%" % (100 * TOLERANCE))


if __name__ == "__main__":
    main()
