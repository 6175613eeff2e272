"""Counts the instructions of `connsync set` with a document of 900 KB, by what they are for.

    document.py NAME=PROGRAM... [--hold] [--write]

A row is one change that is read, written and read back, with a token at hand, over TLS 1.3 with a
chain of RSA-2048 and its root: the handshake is a small share. valgrind counts; a function is told
by its name: of programs without theirs, and of others', there is the sum.

--hold fails where a program needs more than LIMIT, which a release's for x86-64 does not.
"""

import itertools
import re
import shutil
import sys

from measuring import ROOT, SKIPPED, bench, count, parser, profile, programs_of, say, show
from peers import CURL, PYTHON, command_of

SIZE = 900_000
LIMIT = 180  # millions
# What a function is for, by the first of these that its name has.
PHASES = {
    "encryption": r"gcm|aes|cipher|aead",
    "digests": r"digest|sip|add_(string|number|plain)|cs_json_string_next",
    "checking, finding": r"check_|json_(next|walk|size)",
    "copying, wiping": r"mem(cpy|move|set)|cs_wipe",
    "all else": r"",
}
BLOCK = ('"block%d":{"mfa":{"active":true,"return_enroll_settings":true},"passwordPolicy":"good",'
         '"strategy_version":%d,"upstream_params":null,"domain_aliases":["example.com","example.org"],'
         '"customScripts":{"login":"function login(email, password, callback) {\\n  const query = '
         '\\"SELECT id FROM users WHERE email = $1\\";\\n  return callback(null, { user_id: 17 });\\n}"},'
         '"password_complexity_options":{"min_length":8},"limits":[1,2.5,-3e4,100000]}')


def make_document():
    """A connection of that size."""
    blocks = (BLOCK % (i, i) for i in itertools.count())
    some = itertools.islice(blocks, SIZE // len(BLOCK))
    return ('{"id":"con_large","options":{%s},"strategy":"oidc","name":"large"}'
            % ",".join(some)).encode()


def phases_of(functions):
    """{phase: millions of instructions}"""
    sums = dict.fromkeys(PHASES, 0)
    for name, count in functions.items():
        sums[next(phase for phase, words in PHASES.items() if re.search(words, name))] += count
    return {phase: count / 1e6 for phase, count in sums.items()}


def measure(programs, beside):
    """{name: {phase: millions}}; of what is no program of ours, or has no names, {"": millions}"""
    with bench("RSA-2048", make_document()) as one:
        found = {}
        for name, program in programs.items():
            say("document, " + name)
            command = one.set_command(program, ROOT)
            functions = profile(command, one.environment(), one.folder)
            has_names = any(function.startswith("cs_") for function in functions)
            found[name] = phases_of(functions) if has_names else {"": sum(functions.values()) / 1e6}
        for peer in (CURL, PYTHON) if beside else ():
            say("document, " + peer)
            found[peer] = {"": count(*command_of(peer, one, ROOT))}
        return found


def rows_of(found):
    """The table's."""
    rows = {}
    for name, phases in found.items():
        total = sum(phases.values())
        shares = {phase: "%.1f (%.0f %%)" % (phases[phase], 100 * phases[phase] / total)
                  if phase in phases else "" for phase in PHASES}
        rows[name,] = {"M instructions": "%.1f" % total, **shares}
    return rows


def main():
    """The command line."""
    line = parser(__doc__)
    line.add_argument("--beside", action="store_true", help="curl with jq, and Python, as well")
    options = line.parse_args()
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is needed")
        return SKIPPED
    found = measure(programs_of(options), options.beside)
    show("document", ["program"], rows_of(found), options)
    slow = [name for name in programs_of(options) if options.hold and sum(found[name].values()) > LIMIT]
    for name in slow:
        print("%s: more than %d M" % (name, LIMIT))
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
