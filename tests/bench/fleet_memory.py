"""Prints what `connsync watch` has resident after it has put right tenants of different sizes, each
with a tenth of its connections out of sync, and how many requests it made.

    fleet_memory.py NAME=PROGRAM... [--ends] [--write docs/performance.md]

The memory must be the same within five in a hundred; the requests are one for a token, one for each
fifty connections, and three for each that is out of sync. --ends looks at the smallest and the largest
tenant only, --write puts the table into a text, in place of that which is there.

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

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tenant import Tenant  # noqa: E402
from instructions import write  # noqa: E402
from watching import wait_for_run  # noqa: E402

SIZES = (10, 100, 1000, 10000)
SKIPPED = 77
RUNS = {10: 3, 100: 3, 1000: 3, 10000: 1}
TOLERANCE = 0.05
PAGE = 50
MARKS = ("<!-- fleet: begin -->\n", "<!-- fleet: end -->\n")
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
                 "--no-token-cache", *tenant.arguments()], env=environment, stdout=subprocess.DEVNULL) as process:
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


def table_of(found):
    """The lines of a table, by size."""
    lines = ["| connections | out of sync | requests | %s |" % " | ".join(
        "%s: KB | growth" % name for name in found)]
    lines.append("|---:|---:|---:|%s" % ("---:|" * 2 * len(found)))
    for size in next(iter(found.values())):
        cells = ["%d | %.1f %%" % (rows[size][0], 100 * growth_of(rows, size))
                 for rows in found.values()]
        lines.append("| %d | %d | %d | %s |" % (size, size // 10, expected_requests(size),
                                               " | ".join(cells)))
    return lines


def main(arguments):
    """The command line."""
    text = arguments[arguments.index("--write") + 1] if "--write" in arguments else None
    programs = dict(word.split("=", 1) for word in arguments if "=" in word)
    sizes = (SIZES[0], SIZES[-1]) if "--ends" in arguments else SIZES
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "connsync.json").write_text(json.dumps(FILE), encoding="utf-8")
        found = {name: measure_sizes(name, program, sizes, folder)
                 for name, program in programs.items()}
    if text:
        write(pathlib.Path(text), table_of(found), MARKS)


if __name__ == "__main__":
    main(sys.argv[1:])
