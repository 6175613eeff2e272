"""Two builds of bench_json beside each other, as ratios.

    compare.py OLD NEW [ROUNDS]

OLD and NEW are bench_json programs, of another commit's build and of this one. They run by
turns, so that what else the machine does weighs on both alike, and of each figure the best of
all rounds counts. Printed is NEW / OLD for each document that both have; nothing is judged.
"""

import pathlib
import subprocess
import sys

ROUNDS = 5


def measure(program):
    """{document: {column: MB/s}} of one run."""
    output = subprocess.run([program], stdout=subprocess.PIPE, check=True, text=True).stdout
    lines = output.split("\n\n")[0].splitlines()
    columns = lines[1].split()
    rows = [dict(zip(columns, line.split())) for line in lines[2:]]
    return {row["document"]: {name: float(row[name]) for name in columns[3:]} for row in rows}


def best_of(runs):
    best = {}
    for run in runs:
        for document, figures in run.items():
            row = best.setdefault(document, dict.fromkeys(figures, 0.0))
            for name, figure in figures.items():
                row[name] = max(row[name], figure)
    return best


def main(arguments):
    if len(arguments) not in (2, 3):
        print(__doc__)
        return 64
    programs = [pathlib.Path(argument).resolve() for argument in arguments[:2]]
    runs = ([], [])
    for _ in range(int(arguments[2]) if len(arguments) == 3 else ROUNDS):
        for program, mine in zip(programs, runs):
            mine.append(measure(program))
    old, new = map(best_of, runs)
    print(f"{'document':<12}{'check':>8}{'all':>8}{'digest':>8}   all, MB/s")
    for document in (name for name in new if name in old):
        ratios = [new[document][name] / old[document][name] for name in ("check", "all", "digest")]
        print(f"{document:<12}" + "".join(f"{ratio:>8.2f}" for ratio in ratios)
              + f"   {old[document]['all']:.0f} -> {new[document]['all']:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
