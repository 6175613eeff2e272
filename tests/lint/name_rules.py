"""Holds the table of test names in tests/README.md to the tests that there are.

    name_rules.py ROOT BUILD KIND [LIST]
    name_rules.py --list ROOT [BUILD...]

The table says what became of each test of a1d8f1c. BUILD is a build folder of KIND, release or
dev; names that only the other kind has are not looked for in it. Names are those of ctest, or
"FILE: FUNCTION" for one test of a program.

--list prints the names of a tree and of its build folders. LIST is a file of such lines, made in
the tree as it was: each must be there still, or have its row.

Status: 0 each name is there or has a successor or a reason, 1 one has none.
"""

import json
import pathlib
import re
import subprocess
import sys

BEGIN, END = "<!-- names: begin -->", "<!-- names: end -->"
HEAD = ["| at a1d8f1c | today | build | why |", "|---|---|---|---|"]
# What ctest knew at a1d8f1c, in both kinds of build together.
TESTS_THEN = 169
SAME, NONE = "the same", "none"
KINDS = ("both", "release", "dev")
NAMES = re.compile(r"`([^`]+)`")
C_TEST = re.compile(r"\bcmocka_unit_test(?:_\w+)?\(\s*(\w+)")
PYTHON_TEST = re.compile(r"^class (\w+)|^[ \t]+def (test_\w+)", re.MULTILINE)


def is_function(name):
    return ": " in name


def functions_of(path):
    """The tests of one program or script, as they call themselves."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".c":
        yield from C_TEST.findall(text)
    group = ""
    for new_group, name in PYTHON_TEST.findall(text) if path.suffix == ".py" else ():
        group = new_group or group
        if name:
            yield f"{group}.{name}"


def functions_in(root):
    for path in sorted((root / "tests").rglob("*.[cp]*")):
        if path.suffix not in (".c", ".cpp", ".py"):  # what an interpreter keeps of one is none
            continue
        for name in functions_of(path):
            yield f"{path.relative_to(root).as_posix()}: {name}"


def tests_of(build):
    text = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"],
                          capture_output=True, text=True, check=True).stdout
    return {test["name"] for test in json.loads(text)["tests"]}


def read_rows(text):
    """(names then, names today or SAME or NONE, kind of build, reason) of each row."""
    lines = text.split(BEGIN)[1].split(END)[0].strip().splitlines()
    if lines[:2] != HEAD:
        raise ValueError("the table of names must begin with " + HEAD[0])
    for line in lines[2:]:
        then, today, kind, why = (cell.strip() for cell in line.strip("|").split("|"))
        yield (NAMES.findall(then), today if today in (SAME, NONE) else NAMES.findall(today),
               kind, why)


def row_faults(row, there, kind_of_build):
    """What is wrong with one row, given the names that are there today."""
    then, today, kind, why = row
    what = ", ".join(then)
    if not then or not today or kind not in KINDS:
        yield f"not names, successors and a build: {row}"
    if today != SAME and not why:
        yield f"{what}: no reason is given"
    for name in then if today in (SAME, NONE) else today:
        looked_for = is_function(name) or kind in ("both", kind_of_build)
        if today == NONE and name in there:
            yield f"{name} is said to be gone, and is there"
        elif today != NONE and looked_for and name not in there:
            yield f"{name} is not there: rename it in tests/README.md, or say what became of it"


def table_faults(rows, there, kind_of_build):
    named = [name for row in rows for name in row[0]]
    tests = [name for name in named if not is_function(name)]
    if len(tests) != TESTS_THEN:
        yield f"the table has {len(tests)} tests of a1d8f1c, there were {TESTS_THEN}"
    for name in sorted({name for name in named if named.count(name) > 1}):
        yield f"{name} has two rows"
    for row in rows:
        yield from row_faults(row, there, kind_of_build)


def list_faults(names, rows, there):
    """Names of the list that are neither there nor in the table."""
    named = {name for row in rows for name in row[0]}
    for name in names:
        if name not in named and (name not in there or not is_function(name)):
            yield f"{name} was there, and has no row"


def main(root, build, kind, names=None):
    there = tests_of(build) | set(functions_in(root))
    rows = list(read_rows((root / "tests" / "README.md").read_text(encoding="utf-8")))
    faults = list(table_faults(rows, there, kind))
    if names is not None:
        faults += list_faults(pathlib.Path(names).read_text().splitlines(), rows, there)
    for fault in faults:
        print(fault)
    print(f"{sum(len(row[0]) for row in rows)} names looked at, {len(faults)} faults")
    return 1 if faults else 0


def print_list(root, *builds):
    print(*sorted(set(functions_in(root)).union(*map(tests_of, builds))), sep="\n")
    return 0


if __name__ == "__main__":
    if sys.argv[1] == "--list":
        sys.exit(print_list(pathlib.Path(sys.argv[2]).resolve(), *sys.argv[3:]))
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), *sys.argv[2:]))
