"""What others spend on one change, beside `connsync set`: instructions, memory, and processor time as
ratios of one run.

    peers.py NAME=PROGRAM... [--rounds N] [--write]

curl reads the connection, jq changes the one member, curl writes it: what a script does, which reads
nothing again and compares nothing. A script of Python does all of it over one connection. All trust
the chain's root, or the machine's bundle with it, over TLS 1.3 and the loopback; they run by turns, and
of each the median of N rounds (5) counts, in user and system time of all its processes. Memory is that
of the largest process at its end. "Again" goes on from the session of the run before. Nothing is judged.
"""

import os
import pathlib
import shutil
import statistics
import sys

from builds import BEFORE
from measuring import (ALL, BUNDLE, CHAINS, DOMAIN, ROOT, SKIPPED, VALUES, bench, count, parser,
                       programs_of, resident, say, show, spent)

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS = 5
# Chains that are measured with their root alone as well.
ALONE = ("P-256", "RSA-2048")
CURL, PYTHON = "curl + jq", "python"
SCRIPT = """set -e
curl -sS $OPTIONS -H "Authorization: Bearer $TOKEN" "$URL" |
    jq -c --arg to "$1" '{options: (.options + {set_user_root_attributes: $to})}' |
    curl -sS $OPTIONS -X PATCH -H "Authorization: Bearer $TOKEN" \\
        -H 'Content-Type: application/json' --data-binary @- "$URL"
[ -z "$AGAIN" ] || curl -sS $OPTIONS -H "Authorization: Bearer $TOKEN" "$URL" |
    jq -e --arg to "$1" '.options.set_user_root_attributes == $to' >/dev/null
"""


def curl_options(one, trusted):
    """As words for a shell."""
    return "--cacert %s --connect-to %s:443:%s" % (one.anchors[trusted], DOMAIN, one.address)


def command_of(peer, one, trusted, again=""):
    """(command, environment) of one change by a peer."""
    url = "https://%s/api/v2/connections/%s" % (DOMAIN, one.id)
    known = {"PATH": os.environ["PATH"], "TOKEN": one.tenant.token}
    if peer == CURL:
        return (["sh", "-c", SCRIPT, "sh", next(VALUES)],
                {**known, "URL": url, "OPTIONS": curl_options(one, trusted), "AGAIN": again})
    return (["/usr/bin/python3", HERE / "python_peer.py", DOMAIN, *one.address.rsplit(":", 1),
             one.anchors[trusted], one.id, next(VALUES)], known)


def memory_of(peer, one, trusted):
    """Kilobytes of its largest process."""
    command, environment = command_of(peer, one, trusted)
    if peer == CURL:
        command = ["curl", "-sS", *curl_options(one, trusted).split(), environment["URL"]]
    return resident([shutil.which(command[0]), *command[1:]], environment)[0]


def times_of(one, trusted, programs, rounds):
    """{peer, or program, or (program, "again"): seconds}"""
    runs = {peer: lambda p=peer: command_of(p, one, trusted) for peer in (CURL, PYTHON)}
    for name, program in programs.items():
        runs[name] = lambda p=program: (one.set_command(p, trusted), one.environment())
        if name != BEFORE:  # which keeps none
            runs[name, "again"] = lambda p=program, n=name: (one.set_command(p, trusted),
                                                             one.environment(n + trusted))
    times = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, make in runs.items():
            seconds = spent(*make())
            if number > 0:  # the first keeps a session, and finds files that nobody has read
                times[name].append(seconds)
    return {name: statistics.median(found) for name, found in times.items()}


def rows_of(chain, programs, rounds):
    """{(chain, trusted, peer): cells}"""
    rows = {}
    with bench(chain) as one:
        for trusted in (ROOT, ALL) if chain in ALONE else (ALL,):
            times = times_of(one, trusted, programs, rounds)
            for peer in (CURL, PYTHON):
                cells = {"M instructions": "%.0f" % count(*command_of(peer, one, trusted)),
                         "KB": memory_of(peer, one, trusted)}
                for name in programs:
                    cells["CPU / " + name] = "%.1f" % (times[peer] / times[name])
                    if name != BEFORE:
                        cells["CPU / %s, again" % name] = "%.1f" % (times[peer] / times[name, "again"])
                rows[chain, trusted, peer] = cells
    return rows


def main():
    """The command line."""
    line = parser(__doc__)
    line.add_argument("--rounds", type=int, default=ROUNDS)
    line.add_argument("--chains", nargs="+", default=list(CHAINS))
    options = line.parse_args()
    if not BUNDLE.exists() or not all(map(shutil.which, ("curl", "jq", "valgrind"))):
        print("skipped: curl, jq, valgrind and %s are needed" % BUNDLE)
        return SKIPPED
    rows = {}
    for chain in options.chains:
        say("peers, " + chain)
        rows.update(rows_of(chain, programs_of(options), options.rounds))
    show("peers", ["chain", "trusted", "who"], rows, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
