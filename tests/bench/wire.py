"""Round trips, bytes and waiting time of one change over a wire with a set round-trip time.

    wire.py NAME=PROGRAM... [--node MODULES] [--smoke] [--write]

The last program is measured in all its ways, the others in one. Each runs by turns at each time of
ROUND_TRIPS_MS, and the median counts; of round trips and connections the least, as a machine that is
busy may hold up an answer that is already there. TLS 1.3, a chain of P-256, and trusted is the machine's
bundle with its root. Early data is taken by nginx in front of the tenant, where the program and nginx
are there. --node measures what npm has installed in a folder (tools/bench --node), and nothing else.
--smoke is a short run that fails where a change takes other round trips than EXPECTED.
"""

import pathlib
import shutil
import statistics
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "wire"))

import node_rows  # noqa: E402
import relay  # noqa: E402
import servers  # noqa: E402
import tables  # noqa: E402
from early import ACCEPTS, THROUGH  # noqa: E402
from document import make_document  # noqa: E402
from measuring import ALL, SKIPPED, bench, parser, programs_of, run, say, show  # noqa: E402
from peers import CURL, PYTHON, command_of  # noqa: E402

ROUND_TRIPS_MS = (20, 50)
RUNS = 5
PORT = 443
OURS = "connsync "
AGAIN = "set, again: token and session kept"
FIRST = "set, the first: a token is asked for"
READY = "set, token at hand"
EARLY = "set, again, with early data"
LARGE = ", 900 KB"
# nginx, which answers what comes early before the handshake has ended.
FRONT = "listen %s:%d ssl; ssl_protocols TLSv1.3; " + ACCEPTS + THROUGH
EXPECTED = {FIRST: 6, READY: 5, AGAIN: 5, EARLY: 4}


def ways_of(one, program):
    """{row: how its command is made} of the newest program."""
    def command(cache, **how):
        return one.set_command(program, ALL), one.environment(cache, **how)

    def first():
        shutil.rmtree(one.folder / "first", ignore_errors=True)
        return command("first", credentials=True)
    return {OURS + FIRST: first, OURS + READY: lambda: command(None),
            OURS + AGAIN: lambda: command("again", credentials=True)}


def measure_once(wire, make, *launcher):
    """(milliseconds, relay.Counts, the last words that are printed)"""
    command, environment = make()
    begun = time.monotonic()
    done = run([*launcher, *command], environment)
    return 1000 * (time.monotonic() - begun), wire.take(), done.stdout[-200:].split()


def measure(wire, ways, runs=RUNS, times=ROUND_TRIPS_MS):
    """{row: cells}"""
    found = {row: {length: [] for length in times} for row in ways}
    for length in times:
        wire.set_round_trip(length / 1000)
        for number in range(runs + 1):
            for row, make in ways.items():
                one = measure_once(wire, make)
                if number > 0:  # the first keeps a token and a session
                    found[row][length].append(one[:2])
    return {row: cells_of(lengths) for row, lengths in found.items()}


def cells_of(lengths):
    """The cells of a row."""
    counts = [counts for runs in lengths.values() for _, counts in runs]
    middle = {length: statistics.median(ms for ms, _ in runs) for length, runs in lengths.items()}
    cells = {"round trips": min(one.round_trips for one in counts),
             "connections": min(one.connections for one in counts),
             "bytes up": round(statistics.median(one.up for one in counts)),
             "bytes down": round(statistics.median(one.down for one in counts))}
    cells.update(("%d ms: takes" % length, "%.0f ms" % ms) for length, ms in middle.items())
    return cells


def small(wire, options):
    """The rows of a small connection."""
    programs = programs_of(options)
    *older, (name, program) = programs.items()
    with bench("P-256", host=wire.near, port=PORT) as one:
        one.address = "%s:%d" % (wire.far, PORT)
        ways = ways_of(one, program)
        if options.smoke:
            return measure(wire, ways, 2, (20,))
        for other, path in older:
            ways["connsync, %s: %s" % (other, READY)] = lambda p=path: (
                one.set_command(p, ALL), one.environment())
        ways[CURL] = lambda: command_of(CURL, one, ALL)
        ways[CURL + ", read again"] = lambda: command_of(CURL, one, ALL, "yes")
        ways[PYTHON] = lambda: command_of(PYTHON, one, ALL)
        return measure(wire, ways)


def large(wire, options):
    """The rows of a large one."""
    program = list(programs_of(options).values())[-1]
    with bench("P-256", make_document(), host=wire.near, port=PORT) as one:
        one.address = "%s:%d" % (wire.far, PORT)
        return measure(wire, {
            "connsync set, again" + LARGE: lambda: (one.set_command(program, ALL),
                                                    one.environment("again")),
            CURL + LARGE: lambda: command_of(CURL, one, ALL),
            PYTHON + LARGE: lambda: command_of(PYTHON, one, ALL)}, 3)


def knows_early_data(program):
    """Whether it has the option."""
    return b"--early-data" in run([program, "--help"], {}).stdout


def early(wire, options):
    """The row of a request that is sent with the handshake."""
    program = list(programs_of(options).values())[-1]
    if not knows_early_data(program):
        return {}
    with bench("P-256", plain=True) as one:
        front = FRONT % (wire.near, PORT, one.tenant.port)
        try:
            server = servers.Nginx(one.folder, one.certificate, one.key, front)
        except unittest.SkipTest as reason:
            say("early data: %s" % reason)
            return {}
        one.address = "%s:%d" % (wire.far, PORT)
        with server:
            return measure(wire, {OURS + EARLY: lambda: (
                one.set_command(program, ALL, "--early-data"),
                one.environment("early", credentials=True))}, 2 if options.smoke else RUNS,
                           ROUND_TRIPS_MS[:1] if options.smoke else ROUND_TRIPS_MS)


def measure_node(wire, modules):
    """The rows of Auth0's own tools."""
    with bench("P-256", host=wire.near, port=PORT) as one:
        print("\n".join(tables.lines_of(["what"], node_rows.rows(wire, one, modules, measure_once))))


def main():
    """The command line."""
    line = parser(__doc__)
    line.add_argument("--node", type=pathlib.Path)
    line.add_argument("--smoke", action="store_true")
    options = line.parse_args()
    if not options.smoke and not options.node and not all(map(shutil.which, ("curl", "jq"))):
        print("skipped: curl and jq are needed")
        return SKIPPED
    relay.enter()
    with relay.Relay(PORT) as wire:
        if options.node:
            return measure_node(wire, options.node)
        say("wire, small")
        rows = {**small(wire, options), **early(wire, options)}
        if not options.smoke:
            say("wire, large")
            rows.update(large(wire, options))
    rows = {(row,): cells for row, cells in rows.items()}
    show("wire", ["what"], rows, options)
    wrong = ["%s: %s round trips, and %d are expected" % (row, cells["round trips"], expected)
             for (row,), cells in rows.items() for way, expected in EXPECTED.items()
             if row == OURS + way and cells["round trips"] != expected]
    print("\n".join(wrong))
    return 1 if wrong and (options.smoke or options.hold) else 0


if __name__ == "__main__":
    sys.exit(main())
