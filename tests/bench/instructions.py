"""Counts the instructions of `connsync set` by chain and by what is trusted, and what it has resident.

    instructions.py NAME=PROGRAM... [--hold] [--write]

A row is one change that is read, written and read back, from the program's start to its end, with a
token at hand: the server shows its certificate and its intermediate over TLS 1.3, with keys of the
kinds named, and trusted is their root alone, or the machine's bundle with the root behind it. valgrind
counts, so that what else the machine does changes nothing; the random numbers of a handshake make a
hundredth of a difference.

"Again" goes on from the session of the run before; the others keep none.

--hold looks at what has a limit alone, and fails where a change with the bundle costs more than LIMITS,
which a release's program for x86-64 does not.
"""

import itertools
import shutil
import sys

from measuring import (ALL, BUNDLE, CHAINS, ROOT, SKIPPED, bench, count, parser, programs_of, resident,
                       say, show)

RUNS = 5
AGAIN = "the bundle, again"
# Millions, with the bundle: what a release for x86-64 takes, and a little, for bundles differ.
LIMITS = {"P-256": 48, "RSA-2048": 22, "P-384": 70, "RSA-4096": 24}
LIMIT_AGAIN = 16


def measure(chain, programs, hold):
    """{trusted: {name: (millions of instructions, kilobytes)}}"""
    found, kinds = {}, (ALL, AGAIN) if hold else (ROOT, ALL, AGAIN)
    with bench(chain) as one:
        for trusted, (name, program) in itertools.product(kinds, programs.items()):
            environment = one.environment(name if trusted == AGAIN else None)
            anchors = ALL if trusted == AGAIN else trusted
            kilobytes = min(resident(one.set_command(program, anchors), environment)[0]
                            for _ in range(1 if hold else RUNS))
            millions = count(one.set_command(program, anchors), environment)
            found.setdefault(trusted, {})[name] = millions, kilobytes
    return found


def rows_of(found):
    """The table's: instructions and memory by chain and by what is trusted."""
    rows = {}
    for (chain, trusted), programs in found.items():
        cells = rows[chain, trusted] = {}
        for name, (millions, kilobytes) in programs.items():
            cells[name + ": M instructions"] = "%.1f" % millions
            cells[name + ": KB"] = kilobytes
    return rows


def main():
    """The command line."""
    options = parser(__doc__).parse_args()
    if shutil.which("valgrind") is None or not BUNDLE.exists():
        print("skipped: valgrind and %s are needed" % BUNDLE)
        return SKIPPED
    found = {}
    for chain in CHAINS:
        say("instructions, " + chain)
        found.update(((chain, trusted), programs)
                     for trusted, programs in measure(chain, programs_of(options), options.hold).items())
    show("instructions", ["chain", "trusted"], rows_of(found), options)
    slow = ["%s, %s, %s: more than %d M" % (chain, trusted, name, limit)
            for (chain, trusted), programs in found.items() if options.hold
            for limit in (LIMIT_AGAIN if trusted == AGAIN else LIMITS[chain],)
            for name, (millions, _) in programs.items() if millions > limit]
    print("\n".join(slow))
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
