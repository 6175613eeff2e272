"""Lists what has to be proved, and holds the rows of proofs.toml to it.

What has to be proved are the functions, static ones too, that take bytes or hand them on: those of the
files below that have a parameter with an address in it. `tools/prove` runs the proofs.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from source_tree import without_comments  # noqa: E402

HERE = ROOT / "tests/proofs"
# Folders, of which every file counts, and files.
WHERE = ("core/base", "core/json", "core/http", "core/tls/der.c", "core/tls/tls_name.c",
         "config/flash_image.c", "platform/lwip/resolver.c", "platform/lwip/time_client.c")
DEFINITION = re.compile(r"^[A-Za-z_][\w \t*]*?\b(\w+)\(([^;{}]*)\)\n\{", re.MULTILINE)
# Types that are, or have in them, an address.
ADDRESS = re.compile(r"\*|\[|\bplace\b|\bstruct (cs_slice|cs_der_item|cs_digest_walk)\b")
# Of all that has to be proved, how much may be left to other means.
LEFT_AT_MOST = 0.10


def files():
    for where in WHERE:
        path = ROOT / where
        yield from sorted(path.glob("*.[ch]")) if path.is_dir() else [path]


def wanted():
    """{"file:function"} of what has to be proved."""
    found = set()
    for path in files():
        code = without_comments(path.read_text(encoding="utf-8"))
        found |= {"%s:%s" % (path.relative_to(ROOT), name)
                  for name, parameters in DEFINITION.findall(code) if ADDRESS.search(parameters)}
    return found


class Proof:
    """A row of proofs.toml."""

    def __init__(self, name, row):
        self.name = name
        self.harness = row["in"]
        self.says = row["says"]
        self.bound = row["bound"]
        self.covers = [name if ":" in name else "%s:%s" % (row["of"], name) for name in row["covers"]]
        self.sources = row.get("with", [])
        self.defines = row.get("defines", {})
        self.unwind = row["unwind"]
        self.loops = row.get("loops", {})
        self.stand_ins = row.get("stand_ins", {})
        self.options = row.get("options", [])
        self.quick = row.get("quick", False)
        self.defect = [row["of"], *row["defect"]] if len(row["defect"]) == 2 else row["defect"]


def read_rows():
    """({name: Proof}, {"file:function": reason})"""
    with open(HERE / "proofs.toml", "rb") as file:
        rows = tomllib.load(file)
    return ({name: Proof(name, row) for name, row in rows["proof"].items()}, rows.get("left", {}))


def row_faults(proof):
    """What is wrong with one row, whatever the others are."""
    harness = HERE / proof.harness
    if not harness.is_file() or ("void prove_%s(void)\n" % proof.name) not in harness.read_text():
        yield "%s: there is no prove_%s() in %s" % (proof.name, proof.name, proof.harness)
    place, old, new = proof.defect
    if (ROOT / place).read_text(encoding="utf-8").count(old) != 1 or old == new:
        yield "%s: its defect does not stand once in %s: %s" % (proof.name, place, old)


def harness_faults(proofs):
    named = {(proof.harness, proof.name) for proof in proofs.values()}
    for harness in HERE.glob("*.c"):
        for name in re.findall(r"^void prove_(\w+)\(void\)\n", harness.read_text(), re.MULTILINE):
            if (harness.name, name) not in named:
                yield "%s: prove_%s() has no row" % (harness.name, name)


def find_faults(proofs, left):
    todo = wanted()
    covered = {name for proof in proofs.values() for name in proof.covers}
    for proof in proofs.values():
        yield from row_faults(proof)
    yield from harness_faults(proofs)
    for name in sorted(todo - covered - set(left)):
        yield "%s has no proof, and no reason for that" % name
    for name in sorted((covered | set(left)) - todo):
        yield "%s is in a row, and is none of what has to be proved" % name
    for name in sorted(covered & set(left)):
        yield "%s is proved, and left" % name
    if len(left) > LEFT_AT_MOST * len(todo):
        yield "%d of %d functions are left, %d %% at most" % (len(left), len(todo), 100 * LEFT_AT_MOST)
