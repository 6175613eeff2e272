"""The table of the proofs in docs/assurance.md: written by tools/prove --write, and held to the rows."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import marked  # noqa: E402

NAME, PAGE = "proofs", "docs/assurance.md"


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
    marked.write(root / PAGE, NAME, table(proofs, left, lambda name: "%.0f" % max(1, seconds[name])))


def find_faults(root, proofs, left):
    """Whether the page's table is that of the rows, whatever its seconds are."""
    try:
        text = marked.inside((root / PAGE).read_text(encoding="utf-8"), NAME)
    except (OSError, ValueError) as error:
        return ["%s has no table of the proofs: %s" % (PAGE, error)]
    shown = re.sub(r" \d+ \|$", " ? |", text.strip(), flags=re.MULTILINE)
    return [] if shown == "\n".join(table(proofs, left, lambda name: "?")) else [
        "%s has another table than the rows make: tools/prove --write" % PAGE]
