"""The tables of docs/performance.md: each stands between two marks with its name, and is written by a
script and read by those that sum up and draw.

    write("fleet", ["connections"], {("10",): {"KB": "500"}})
    read("fleet", 1) == {("10",): {"KB": "500"}}
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import marked  # noqa: E402

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/performance.md"


def lines_of(keys, rows):
    """A table in Markdown: of the columns, those named in `keys` are texts and say what a row is of."""
    heads = list(next(iter(rows.values())))
    lines = ["| %s |" % " | ".join([*keys, *heads]), "|" + "---|" * len(keys) + "---:|" * len(heads)]
    return lines + ["| %s |" % " | ".join([*key, *map(str, cells.values())]) for key, cells in rows.items()]


def write(name, keys, rows, page=PAGE):
    """Puts a table into its place."""
    marked.write(page, name, lines_of(keys, rows))


def holds(name, keys, rows, page=PAGE):
    """Is that what stands in its place?"""
    return marked.inside(page.read_text(encoding="utf-8"), name).splitlines() == lines_of(keys, rows)


def read(name, keys, page=PAGE):
    """{words of the first `keys` columns: {column: text}}, in order."""
    lines = marked.inside(page.read_text(encoding="utf-8"), name).splitlines()
    heads, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    for row in rows:
        if len(row) != len(heads):
            raise ValueError("%s: %d cells, and %d columns" % (name, len(row), len(heads)))
    return {tuple(row[:keys]): dict(zip(heads[keys:], row[keys:])) for row in rows}
