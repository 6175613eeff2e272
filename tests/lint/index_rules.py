"""Holds the index of questions in docs/design.md to what is in the tree.

    index_rules.py ROOT

The table between the lines <!-- index: begin --> and <!-- index: end --> has a question and a
place in each row: a link to a file, and a function, type or constant that the file defines.

Status: 0 each place is there, 1 one is not, or the table is too short to be of use.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from source_tree import without_comments  # noqa: E402

BEGIN, END = "<!-- index: begin -->", "<!-- index: end -->"
ROW = re.compile(r"^\| (?P<question>[^|]+\?) \| (?P<places>[^|]+) \|$")
PLACE = re.compile(r"\[`?(?P<shown>[^\]`]+)`?\]\(\.\./(?P<file>[^)]+)\) `(?P<name>\w+)(?:\(\))?`")
ROWS_MIN = 20


def defines(text, name):
    """Whether C text has a definition of a function, a tag, a constant or a table."""
    code = without_comments(text)
    patterns = (rf"^[A-Za-z_][\w \t*]*?\b{name}\([^;{{]*\)\s*\{{", rf"^(?:struct|enum) {name} \{{",
                rf"^#define {name}\b", rf"^[A-Za-z_][\w \t*]*\b{name}\[.*\] = ")
    return any(re.search(pattern, code, re.MULTILINE) for pattern in patterns)


def row_faults(root, line):
    row = ROW.match(line)
    places = list(PLACE.finditer(row["places"])) if row else []
    if not places or PLACE.sub("", row["places"]).strip(" ,;"):
        yield f"not a question and its places: {line}"
    for place in places:
        path = root / place["file"]
        if place["shown"] != place["file"]:
            yield f"{place['shown']} leads to {place['file']}"
        if not path.is_file():
            yield f"there is no {place['file']}: {row['question']}"
        elif not defines(path.read_text(encoding="utf-8"), place["name"]):
            yield f"{place['file']} does not define {place['name']}: {row['question']}"


def find_faults(root):
    text = (root / "docs" / "design.md").read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        return [f"docs/design.md must have {BEGIN} and {END} once"], 0
    lines = text.split(BEGIN)[1].split(END)[0].strip().splitlines()
    if lines[:2] != ["| question | where |", "|---|---|"]:
        return ["the index must begin with | question | where |"], 0
    rows = lines[2:]
    faults = [fault for line in rows for fault in row_faults(root, line)]
    if len(rows) < ROWS_MIN:
        faults.append(f"{len(rows)} questions, {ROWS_MIN} at least")
    return faults, len(rows)


def main(root):
    faults, count = find_faults(root)
    for fault in faults:
        print(fault)
    print(f"{count} questions looked at, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
