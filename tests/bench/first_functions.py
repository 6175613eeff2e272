"""Says which functions a change runs, for the linker to put them beside each other.

    first_functions.py PROGRAM MAP [--write cmake/toolchains/first_functions.ld]

PROGRAM is a static one, MAP what the linker wrote about it (connsync.map). The kernel maps a program
by pieces of 64 KB, of which none that is not run need be in memory: the functions of a change lie in
the first few where this list is a part of the linker's script. A name that no program has does no
harm, nor does one that is missing; --write is for when bench_static comes near its limit.

valgrind notes the addresses of three changes with each kind of chain: with a root, with a bundle, and
once more, with a token and a session at hand.
"""

import bisect
import pathlib
import re
import sys

from measuring import ALL, CHAINS, ROOT, bench, run

# What the compiler puts behind the name of a function that it has changed, and moves parts of aside.
CHANGED = re.compile(r"\.(constprop|isra|part|lto_priv|cold)\b.*")
# Ends the program, which valgrind does not see the end of.
LAST = ".text._Exit"
HEAD = """\
/* The functions that a change runs, which lie beside each other: the others' pages stay in the file.
   Written by tests/bench/first_functions.py. */
"""


def functions(link_map):
    """Sorted [(address, end, name of its section)] of what can be run."""
    text = pathlib.Path(link_map).read_text(encoding="utf-8")
    found = re.findall(r"^ (\.text\.\S+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) ", text, re.MULTILINE)
    spans = [(int(begin, 16), int(size, 16), name) for name, begin, size in found]
    return sorted((begin, begin + size, name) for begin, size, name in spans if begin and size)


def addresses(command, environment, folder):
    """The addresses of all instructions of one run."""
    out = folder / "callgrind.out"
    run(["valgrind", "--tool=callgrind", "--dump-instr=yes", "--compress-pos=no",
         "--callgrind-out-file=%s" % out, *command], environment)
    return {int(found, 16) for found in
            re.findall(r"^(0x[0-9a-f]+) ", out.read_text(encoding="utf-8"), re.MULTILINE)}


def run_of_chain(program, chain):
    """The addresses of three changes with one chain."""
    with bench(chain) as one:
        return set().union(*(
            addresses(one.set_command(program, trusted), one.environment(cache, credentials=True),
                      one.folder)
            for trusted, cache in ((ROOT, None), (ALL, "kept"), (ALL, "kept"))))


def sections_run(found, known):
    """The names of the sections at the addresses, without what the compiler added."""
    starts = [entry[0] for entry in known]
    names = set()
    missed = 0
    for address in found:
        begin, end, name = known[bisect.bisect_right(starts, address) - 1]
        if begin <= address < end:
            names.add(CHANGED.sub("", name))
        else:
            missed += 1
    if missed * 10 > len(found):
        sys.exit("%d of %d addresses are in no function: another map?" % (missed, len(found)))
    return names


def main(arguments):
    """The command line."""
    program, link_map = arguments[:2]
    found = set().union(*(run_of_chain(program, chain) for chain in CHAINS))
    names = sorted(sections_run(found, functions(link_map)) | {LAST})
    lines = ["*(%s %s.*)" % (name, name) for name in names]
    print("%d functions" % len(lines))
    if arguments[2:3] == ["--write"]:
        pathlib.Path(arguments[3]).write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
