"""Prints what `connsync watch` has resident after it has put right tenants of different sizes, each
with a tenth of its connections out of sync, and how many requests it made.

    fleet_memory.py NAME=PROGRAM... [--ends] [--write]

The memory must be the same within five in a hundred; the requests are one for a token, one for each
fifty connections, and three for each that is out of sync. --ends looks at the smallest and the largest
tenant only.

The peak that a process is charged with is a count that the kernel keeps per processor and
adds up now and then: it is 100 KB off either way. So the pages are counted exactly, in a process
that still runs; the program gives none back before it ends but for the texts of a connection in hand.
Pages of files are mapped by the kernel in pieces, more or fewer from run to run: what grows is judged
by the program's own.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from measuring import SKIPPED, Tenant, parser, programs_of, show
from watching import wait_for_run

SIZES = (10, 100, 1000, 10000)
RUNS = {10: 3, 100: 3, 1000: 3, 10000: 1}
TOLERANCE = 0.05
PAGE = 50
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


def expected_requests(size):
    """A token, the pages of the list, and a read, a write and a read of each that drifts."""
    return 1 + -(-size // PAGE) + 3 * (size // 10)


def measure(program, size, folder):
    """(all kilobytes resident, its own, requests) of one run."""
    status = folder / "status.json"
    status.unlink(missing_ok=True)
    with Tenant() as tenant:
        for number in range(1, size + 1):
            tenant.add(connection(number))
        environment = dict(os.environ, **tenant.environment(credentials=True))
        with subprocess.Popen(
                [program, "watch", str(folder / "connsync.json"), "--status-file", str(status),
                 "--no-token-cache", *tenant.arguments()], env=environment,
                stdout=subprocess.DEVNULL) as process:
            if not wait_for_run(process, status) or tenant.writes() != size // 10:
                process.kill()
                sys.exit("%d writes with %d connections" % (tenant.writes(), size))
            found = resident_kb(process)
            process.terminate()
        requests = len(tenant.requests)
    if requests != expected_requests(size):
        sys.exit("%d requests with %d connections" % (requests, size))
    return *found, requests


def measure_sizes(name, program, sizes, folder):
    """{size: (all kilobytes, its own, requests)}, of several runs the least; whether it grows."""
    found = {}
    for size in sizes:
        runs = [measure(program, size, folder) for _ in range(RUNS[size])]
        found[size] = tuple(map(min, zip(*runs)))
        growth = growth_of(found, size)
        print("%s, %d connections: %d KB resident, of which its own %d KB, growth %.1f %%; %d "
              "requests" % (name, size, *found[size][:2], 100 * growth, found[size][2]))
        if abs(growth) > TOLERANCE:
            sys.exit("more than %d %%" % (100 * TOLERANCE))
    return found


def growth_of(found, size):
    """The program's own, as a part of all that it has with the smallest tenant."""
    least = found[min(found)]
    return (found[size][1] - least[1]) / least[0]


def rows_of(found):
    """The table's, by size."""
    rows = {}
    for size in next(iter(found.values())):
        cells = rows["%d" % size,] = {"out of sync": size // 10, "requests": expected_requests(size)}
        for name, sizes in found.items():
            cells[name + ": KB"] = sizes[size][0]
            cells[name + ": growth"] = "%.1f %%" % (100 * growth_of(sizes, size))
    return rows


def main():
    """The command line."""
    line = parser(__doc__)
    line.add_argument("--ends", action="store_true", help="the smallest and the largest tenant only")
    options = line.parse_args()
    sizes = (SIZES[0], SIZES[-1]) if options.ends else SIZES
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "connsync.json").write_text(json.dumps(FILE), encoding="utf-8")
        found = {name: measure_sizes(name, program, sizes, folder)
                 for name, program in programs_of(options).items()}
    show("fleet", ["connections"], rows_of(found), options)


if __name__ == "__main__":
    main()
