"""The table of the proofs in docs/assurance.md: written by tools/prove --write, and held to the rows."""

import re

BEGIN, END = "<!-- proofs: begin -->", "<!-- proofs: end -->"
PAGE = "docs/assurance.md"
HEADING = "# What is assured, and how\n\n## Proofs\n\n"


def functions_of(proof):
    """core/base/text.c: a, b"""
    by_file = {}
    for name in proof.covers:
        place, function = name.split(":")
        by_file.setdefault(place, []).append("`%s`" % function)
    return "; ".join("%s: %s" % (place, ", ".join(names)) for place, names in by_file.items())


def row(proof, seconds):
    return "| `%s` | %s | %s | %s | %s |" % (
        proof.name, proof.says, proof.bound, functions_of(proof), seconds)


def table(proofs, left, seconds):
    lines = ["| proof | what is proved | bound | of | s |", "|---|---|---|---|---:|"]
    lines += [row(proof, seconds(proof.name)) for proof in proofs.values()]
    lines += ["", "| without a proof | why |", "|---|---|"]
    lines += ["| `%s` | %s |" % pair for pair in sorted(left.items())]
    return lines


def write(root, proofs, left, seconds):
    """The figures are those of the run that has just ended."""
    path = root / PAGE
    text = path.read_text(encoding="utf-8") if path.is_file() else HEADING + BEGIN + "\n" + END + "\n"
    before, rest = text.split(BEGIN)
    lines = table(proofs, left, lambda name: "%.0f" % max(1, seconds[name]))
    path.write_text("\n".join([before + BEGIN, *lines, END]) + rest.split(END)[1], encoding="utf-8")


def find_faults(root, proofs, left):
    """Whether the page's table is that of the rows, whatever its seconds are."""
    path = root / PAGE
    if not path.is_file() or path.read_text(encoding="utf-8").count(BEGIN) != 1:
        return ["%s has no table of the proofs: tools/prove --write" % PAGE]
    text = path.read_text(encoding="utf-8")
    shown = re.sub(r" \d+ \|$", " ? |", text.split(BEGIN)[1].split(END)[0].strip(), flags=re.MULTILINE)
    return [] if shown == "\n".join(table(proofs, left, lambda name: "?")) else [
        "%s has another table than the rows make: tools/prove --write" % PAGE]
