"""Counts the instructions of `connsync set` with a document of 900 KB, by what they are for.

    document.py NAME=PROGRAM... [--hold] [--write docs/performance.md]

A row is one change that is read, written and read back, with a token at hand, over TLS 1.3 with a
chain of RSA-2048 and its root: the handshake is a small share. valgrind counts; a function is told
by its name, so that the programs must have theirs.

--hold fails where a program needs more than LIMIT, which a release's for x86-64 does not; --write
puts the table into a text, in place of that which is there.
"""

import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from instructions import CHAINS, make_chain, write  # noqa: E402
from memory import KEEPS_NOTHING, SKIPPED  # noqa: E402
from tenant import Tenant  # noqa: E402

SIZE = 900_000
LIMIT = 180  # millions
MARKS = ("<!-- document: begin -->\n", "<!-- document: end -->\n")
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


def profile(command, environment, folder):
    """{function: instructions} of one run."""
    out = folder / "profile"
    run = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=%s" % out, *command],
                         env=dict(os.environ, **environment), capture_output=True, text=True,
                         timeout=300, check=False)
    if run.returncode != 0:
        sys.exit("%s ended with %d:\n%s" % (command[0], run.returncode, run.stderr))
    told = subprocess.run(["callgrind_annotate", "--threshold=100", "--auto=no", out],
                          capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^ *([\d,]+) \([ \d.]+%\)  \S*?:(\S+)", told, re.MULTILINE)
    return {name: int(count.replace(",", "")) for count, name in found}


def phases_of(functions):
    """{phase: millions of instructions}"""
    sums = dict.fromkeys(PHASES, 0)
    for name, count in functions.items():
        sums[next(phase for phase, words in PHASES.items() if re.search(words, name))] += count
    return {phase: count / 1e6 for phase, count in sums.items()}


def measure(programs):
    """{name: {phase: millions}}"""
    wanted = itertools.cycle(("on_first_login", "on_each_login"))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        chain, key, root = make_chain(folder, CHAINS["RSA-2048"])
        with Tenant(certificate=chain, key=key, tls="1.3") as tenant:
            tenant.add(make_document())
            return {name: phases_of(profile([program, "set", "con_large", next(wanted), "--ca-file",
                                             root, *tenant.arguments()],
                                            {**tenant.environment(), **KEEPS_NOTHING}, folder))
                    for name, program in programs.items()}


def table_of(found):
    """The lines of a table."""
    lines = ["| program | M instructions | %s |" % " | ".join(PHASES),
             "|---|---:|%s" % ("---:|" * len(PHASES))]
    for name, phases in found.items():
        total = sum(phases.values())
        shares = ("%.1f (%.0f %%)" % (count, 100 * count / total) for count in phases.values())
        lines.append("| %s | %.1f | %s |" % (name, total, " | ".join(shares)))
    return lines


def main(arguments):
    """The command line."""
    hold = "--hold" in arguments
    text = arguments[arguments.index("--write") + 1] if "--write" in arguments else None
    programs = dict(word.split("=", 1) for word in arguments
                    if word not in ("--hold", "--write", text))
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is needed")
        return SKIPPED
    found = measure(programs)
    lines = table_of(found)
    print("\n".join(lines))
    if text:
        write(pathlib.Path(text), lines, MARKS)
    slow = [name for name in found if hold and sum(found[name].values()) > LIMIT]
    for name in slow:
        print("%s: more than %d M" % (name, LIMIT))
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
