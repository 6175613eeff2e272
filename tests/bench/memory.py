"""Prints the peak resident memory of `connsync set` and of a program start alone, and the
processor time of the latter.

    memory.py PROGRAM LIMIT_KB [anonymous]

The kernel maps pages of shared libraries around those that are used, by as much as 150 KB more or
fewer from run to run: where there are any, the limit is for what came from no file. Of several runs
the least counts.
"""

import sys

from measuring import ROOT, SKIPPED, bench, resident, spent

RUNS = 12


def main():
    program, limit_kb = sys.argv[1], int(sys.argv[2])
    held = "anonymous" if "anonymous" in sys.argv[3:] else "resident"
    with bench("P-256") as one:
        runs = [resident(one.set_command(program, ROOT), one.environment()) for _ in range(RUNS)]
    whole = dict(zip(("resident", "anonymous"), map(min, zip(*runs))))
    start = [program, "--version"]
    print("peak resident memory: set %d KB, %d KB of it from no file; loading the program takes %d KB"
          % (whole["resident"], whole["anonymous"], min(resident(start, {})[0] for _ in range(RUNS))))
    print("processor time of --version: %.2f ms" % (1000 * min(spent(start, {}) for _ in range(RUNS))))
    if min(whole.values()) < 0:
        print("only root may look into the memory of the program")
        sys.exit(SKIPPED)
    if whole[held] > limit_kb:
        sys.exit("more than %d KB %s" % (limit_kb, held))


if __name__ == "__main__":
    main()
