"""Counts the instructions of `connsync set` by chain and by what is trusted, and what it has resident.

    instructions.py LAUNCHER NAME=PROGRAM... [--hold] [--write docs/performance.md]

LAUNCHER is `peak`. A row is one change that is read, written and read back, from the program's
start to its end, with a token at hand: the server shows its certificate and its intermediate over
TLS 1.3, with keys of the kinds named, and trusted is their root alone, or the machine's bundle with
the root behind it. valgrind counts, so that what else the machine does changes nothing; the random
numbers of a handshake make a hundredth of a difference.

"Again" goes on from the session of the run before; the others keep none.

--hold fails where a change with the bundle costs more than LIMITS, which a release's program for
x86-64 does not; --write puts the table into a text, in place of that which is there.
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

from memory import CONNECTION, KEEPS_NOTHING, SKIPPED, measure as measure_memory  # noqa: E402
from tenant import Tenant  # noqa: E402
from tenant.pki import CA_EXTENSIONS, LEAF_EXTENSIONS, Workshop, names  # noqa: E402
from tenant.service import DOMAIN  # noqa: E402

BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
RUNS = 7
# The kinds of the root's, the intermediate's and the server's key.
CHAINS = {"P-256": ("p256", "p256", "p256"), "RSA-2048": ("rsa2048", "rsa2048", "rsa2048"),
          "P-384": ("p384", "p384", "p256")}
ROOT, ALL, AGAIN = "its root", "the bundle", "the bundle, again"
# Millions, with the bundle: what a release for x86-64 takes, and a little, for bundles differ.
LIMITS = {"P-256": 48, "RSA-2048": 22, "P-384": 70}
LIMIT_AGAIN = 16
MARKS = ("<!-- instructions: begin -->\n", "<!-- instructions: end -->\n")


def make_chain(folder, kinds):
    """(chain, key, root) below `folder`."""
    shop = Workshop(folder)
    root = shop.issue("root", shop.key(kinds[0], 1), extensions=CA_EXTENSIONS,
                      subject="/O=connsync tests/CN=root")
    between = shop.issue("between", shop.key(kinds[1], 2), root, extensions=CA_EXTENSIONS,
                         subject="/O=connsync tests/CN=intermediate")
    end = shop.issue("end", shop.key(kinds[2], 3), between, subject="/CN=" + DOMAIN,
                     extensions=LEAF_EXTENSIONS + (names(DOMAIN),))
    return shop.chain("chain", end, between), end.key, root.path


def count(command, environment):
    """Instructions of one run, in millions."""
    run = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no",
                          "--cachegrind-out-file=/dev/null", *command],
                         env=dict(os.environ, **environment), capture_output=True, text=True,
                         timeout=300, check=False)
    found = re.search(r"I +refs: +([\d,]+)", run.stderr)
    if run.returncode != 0 or found is None:
        sys.exit("%s ended with %d:\n%s" % (command[0], run.returncode, run.stderr))
    return int(found.group(1).replace(",", "")) / 1e6


def measure(launcher, programs, kinds, folder):
    """{(trusted, name): (millions of instructions, kilobytes)} for one chain."""
    chain, key, root = make_chain(folder, kinds)
    both = folder / "bundle.pem"
    both.write_bytes(BUNDLE.read_bytes() + root.read_bytes())
    wanted = itertools.cycle(("on_first_login", "on_each_login"))
    found = {}
    with Tenant(certificate=chain, key=key, tls="1.3") as tenant:
        tenant.add(CONNECTION)
        alone = {**tenant.environment(), **KEEPS_NOTHING}
        for (trusted, path), (name, program) in itertools.product(
                ((ROOT, root), (ALL, both), (AGAIN, both)), programs.items()):
            environment = alone if trusted != AGAIN else {
                **alone, "XDG_CACHE_HOME": str(folder / name)}

            def arguments():
                return ["set", "con_peak", next(wanted), "--ca-file", path, *tenant.arguments()]
            resident = min(measure_memory(launcher, program, environment, *arguments())[1]
                           for _ in range(RUNS))
            found[trusted, name] = (count([program, *arguments()], environment), resident)
    return found


def table_of(found, programs):
    """The lines of a table: instructions and memory by chain and by what is trusted."""
    heads = ["%s: M instructions | KB" % name for name in programs]
    lines = ["| chain | trusted | %s |" % " | ".join(heads), "|---|---|%s" % ("---:|" * 2 * len(heads))]
    for (chain, rows), trusted in itertools.product(found.items(), (ROOT, ALL, AGAIN)):
        cells = ["%.1f | %d" % rows[trusted, name] for name in programs]
        lines.append("| %s | %s | %s |" % (chain, trusted, " | ".join(cells)))
    return lines


def write(path, lines, marks=MARKS):
    """Puts the table between the marks of a text."""
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(marks[0])
    behind = rest.split(marks[1])[1]
    path.write_text(before + marks[0] + "\n".join(lines) + "\n" + marks[1] + behind,
                    encoding="utf-8")


def main(arguments):
    """The command line."""
    hold = "--hold" in arguments
    text = arguments[arguments.index("--write") + 1] if "--write" in arguments else None
    words = [word for word in arguments if word not in ("--hold", "--write", text)]
    launcher, programs = words[0], dict(word.split("=", 1) for word in words[1:])
    if shutil.which("valgrind") is None or not BUNDLE.exists():
        print("skipped: valgrind and %s are needed" % BUNDLE)
        return SKIPPED
    found = {}
    for chain, kinds in CHAINS.items():
        with tempfile.TemporaryDirectory() as name:
            found[chain] = measure(launcher, programs, kinds, pathlib.Path(name))
    lines = table_of(found, programs)
    print("\n".join(lines))
    if text:
        write(pathlib.Path(text), lines, MARKS)
    if not hold:
        return 0
    slow = ["%s, %s: more than %d M" % (chain, name, LIMITS[chain]) for chain in found
            for name in programs if found[chain][ALL, name][0] > LIMITS[chain]]
    slow += ["%s, again, %s: more than %d M" % (chain, name, LIMIT_AGAIN) for chain in found
             for name in programs if found[chain][AGAIN, name][0] > LIMIT_AGAIN]
    print("\n".join(slow))
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
