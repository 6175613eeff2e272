"""What came of the samples: sums by file, survivors, and the mutants that are judged to be no change."""

import collections

from . import runs, tree

FOLDER = tree.ROOT / "tests/mutants"
JUDGED = FOLDER / "equivalent.txt"
PAGE = FOLDER / "results.md"
GOAL = 95  # of 100
HEAD = """# What the mutants showed

Written by `tools/mutate --write` from its runs; not to be changed by hand. A mutant is one small step away
from the sources; it is killed if a test of the quick ones fails with it. Judged: it changes nothing that
anybody could see, for the reason in [equivalent.txt](equivalent.txt). A survivor below is neither. Of
a sample that is not run to its end the rest is the harder part: its rate is too high.
"""


def read_judged():
    """{identity: reason}"""
    judged = {}
    if JUDGED.exists():
        for line in JUDGED.read_text().splitlines():
            if line and not line.startswith("#"):
                name, reason = line.rsplit("\t", 1)
                judged[name] = reason
    return judged


def check(names_of):
    """Whether each judged mutant is one of the sources. `names_of` finds those of the named files."""
    judged = read_judged()
    known = {runs.identity(mutant) for mutant in names_of({name.split("\t", 1)[0] for name in judged})}
    faults = [name for name, reason in judged.items() if name not in known or len(reason) < 10]
    for name in faults:
        print("judged, and not in the sources, or without a reason:", name.replace("\t", " | "))
    print(f"{len(judged)} judged mutants, {len(faults)} faults")
    return 1 if faults else 0


class Sum:
    """What became of a sample."""

    def __init__(self, chosen):
        results = runs.read_results()
        judged = read_judged()
        self.files = collections.defaultdict(collections.Counter)
        self.survivors = []
        self.size = len(chosen)
        self.seconds = 0
        for mutant in chosen:
            name = runs.identity(mutant)
            counts = self.files[mutant.file]
            if name not in results:
                continue
            outcome, _, seconds = results[name]
            self.seconds += seconds
            counts["run"] += 1
            if outcome == "killed":
                counts["killed"] += 1
            elif name in judged:
                counts["judged"] += 1
            else:
                counts["left"] += 1
                self.survivors.append((mutant, outcome))
        self.whole = sum(self.files.values(), collections.Counter())

    def rate(self):
        """Of 100 that are not judged, how many were killed."""
        return 100 * self.whole["killed"] / max(1, self.whole["run"] - self.whole["judged"])

    def line(self):
        whole = self.whole
        return (f"{whole['run']} of {self.size} run, {whole['killed']} killed, {whole['judged']} judged, "
                f"{whole['left']} left: {self.rate():.1f} % of those not judged are killed")


def summarise(chosen, say):
    found = Sum(chosen)
    for name, counts in sorted(found.files.items()):
        say(f"{name}: {counts['killed']} of {counts['run']}, {counts['judged']} judged, {counts['left']} left")
    say(found.line())
    return 0 if found.rate() >= GOAL else 1


def shown(mutant, outcome):
    after = " ".join(mutant.after.split()) or "nothing"
    note = "" if outcome == "survived" else ", which no quick test reaches"
    return f"- {mutant.function}, {mutant.kind}: `{mutant.text}` becomes `{after}`{note}"


def write(samples, total):
    sums = {seed: Sum(chosen) for seed, chosen in samples.items()}
    # What two samples share says nothing of the one that was not run.
    sums = {seed: found for seed, found in sums.items() if found.whole["run"] > found.size / 2}
    lines = [HEAD, f"There are {total:,} in all. Of each file a sample in proportion:", ""]
    lines += [f"- seed {seed}: {found.line()}, in {found.seconds / 3600:.1f} hours of one process."
              for seed, found in sums.items()]
    lines += ["", "| file | " + " | ".join(f"seed {seed}: run | killed | judged | left" for seed in sums) + " |",
              "|---|" + "---:|" * 4 * len(sums)]
    for name in sorted(set().union(*(found.files for found in sums.values()))):
        cells = [str(found.files[name][what]) for found in sums.values()
                 for what in ("run", "killed", "judged", "left")]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    for seed, found in sums.items():
        lines += ["", f"## Survivors of seed {seed}"]
        last = None
        for mutant, outcome in sorted(found.survivors, key=lambda one: one[0].number):
            if mutant.file != last:
                last = mutant.file
                lines += ["", f"{last}:", ""]
            lines.append(shown(mutant, outcome))
    PAGE.write_text("\n".join(lines) + "\n")
    return 0
