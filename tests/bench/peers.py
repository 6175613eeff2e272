"""Processor time of `connsync set` beside that of curl and jq, as ratios of one run.

    peers.py NAME=PROGRAM... [--rounds N] [--write docs/performance.md]

curl reads the connection, jq changes the one member, curl writes it: what a script does, which reads
nothing again and compares nothing. Both sides trust the machine's bundle with the chain's root behind
it, over TLS 1.3 and the loopback; they run by turns, and of each the median of N rounds (15) counts, in
user and system time of all their processes. "Again" goes on from the session of the run before.
Nothing is judged.
"""

import itertools
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from instructions import BUNDLE, CHAINS, make_chain, write  # noqa: E402
from memory import CONNECTION, KEEPS_NOTHING, SKIPPED  # noqa: E402
from tenant import Tenant  # noqa: E402
from tenant.service import DOMAIN  # noqa: E402

ROUNDS = 15
MARKS = ("<!-- peers: begin -->\n", "<!-- peers: end -->\n")
URL = "https://%s/api/v2/connections/con_peak" % DOMAIN
SCRIPT = """set -e
curl -sS $OPTIONS -H "Authorization: Bearer $TOKEN" "$URL" |
    jq -c --arg to "$1" '{options: (.options + {set_user_root_attributes: $to})}' |
    curl -sS $OPTIONS -X PATCH -H "Authorization: Bearer $TOKEN" \\
        -H 'Content-Type: application/json' --data-binary @- "$URL"
"""


def spent(command, environment):
    """Seconds of processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(programs, kinds, folder, rounds):
    """{column: how many times as much curl and jq take} for one chain."""
    chain, key, root = make_chain(folder, kinds)
    both = folder / "bundle.pem"
    both.write_bytes(BUNDLE.read_bytes() + root.read_bytes())
    wanted = itertools.cycle(("on_first_login", "on_each_login"))  # each run has something to write
    times = {}
    with Tenant(certificate=chain, key=key, tls="1.3") as tenant:
        tenant.add(CONNECTION)
        options = "--cacert %s --connect-to %s:443:127.0.0.1:%d" % (both, DOMAIN, tenant.port)
        script = {"PATH": os.environ["PATH"], "TOKEN": tenant.token, "URL": URL,
                  "OPTIONS": options}
        ours = {**tenant.environment(), **KEEPS_NOTHING, "PATH": os.environ["PATH"]}
        runs = {"curl": lambda value: (["sh", "-c", SCRIPT, "sh", value], script)}
        for name, program in programs.items():
            command = [program, "set", "con_peak"]
            rest = ["--ca-file", str(both), *tenant.arguments()]
            kept = {**ours, "XDG_CACHE_HOME": str(folder / name)}
            runs[name] = lambda value, c=command, r=rest: ([*c, value, *r], ours)
            runs[name + ", again"] = lambda value, c=command, r=rest, e=kept: ([*c, value, *r], e)
        for number in range(rounds + 1):
            for name, run in runs.items():
                seconds = spent(*run(next(wanted)))
                if number > 0:  # the first keeps a session, and finds files that nobody has read
                    times.setdefault(name, []).append(seconds)
    middle = {name: statistics.median(found) for name, found in times.items()}
    return {name: middle["curl"] / value for name, value in middle.items() if name != "curl"}


def main(arguments):
    """The command line."""
    text = arguments[arguments.index("--write") + 1] if "--write" in arguments else None
    rounds = arguments[arguments.index("--rounds") + 1] if "--rounds" in arguments else ROUNDS
    programs = dict(word.split("=", 1) for word in arguments if "=" in word)
    if not BUNDLE.exists() or not shutil.which("curl") or not shutil.which("jq"):
        print("skipped: curl, jq and %s are needed" % BUNDLE)
        return SKIPPED
    lines = []
    for chain, kinds in CHAINS.items():
        with tempfile.TemporaryDirectory() as name:
            found = measure(programs, kinds, pathlib.Path(name), int(rounds))
        if not lines:
            lines += ["| chain | %s |" % " | ".join(found), "|---|" + "---:|" * len(found)]
        lines.append("| %s | %s |" % (chain, " | ".join("%.1f" % ratio
                                                        for ratio in found.values())))
    print("\n".join(lines))
    if text:
        write(pathlib.Path(text), lines, MARKS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
