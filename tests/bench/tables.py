"""The tables of docs/performance.md: each stands between two marks with its name, and is written by a
script and read by those that sum up and draw.

    write("fleet", ["connections"], {("10",): {"KB": "500"}})
    read("fleet", 1) == {("10",): {"KB": "500"}}
"""

import pathlib

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/performance.md"


def marks(name):
    """The lines around a table."""
    return tuple("<!-- %s: %s -->\n" % (name, which) for which in ("begin", "end"))


def lines_of(keys, rows):
    """A table in Markdown: of the columns, those named in `keys` are texts and say what a row is of."""
    heads = list(next(iter(rows.values())))
    lines = ["| %s |" % " | ".join([*keys, *heads]), "|" + "---|" * len(keys) + "---:|" * len(heads)]
    return lines + ["| %s |" % " | ".join([*key, *map(str, cells.values())]) for key, cells in rows.items()]


def replaced(text, name, lines):
    """The text with these lines between the marks."""
    begin, end = marks(name)
    before, rest = text.split(begin)
    return before + begin + "\n".join(lines) + "\n" + end + rest.split(end)[1]


def write(name, keys, rows, page=PAGE):
    """Puts a table into its place."""
    page.write_text(replaced(page.read_text(encoding="utf-8"), name, lines_of(keys, rows)),
                    encoding="utf-8")


def read(name, keys, page=PAGE):
    """{words of the first `keys` columns: {column: text}}, in order."""
    begin, end = marks(name)
    lines = page.read_text(encoding="utf-8").split(begin)[1].split(end)[0].splitlines()
    heads, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    for row in rows:
        if len(row) != len(heads):
            raise ValueError("%s: %d cells, and %d columns" % (name, len(row), len(heads)))
    return {tuple(row[:keys]): dict(zip(heads[keys:], row[keys:])) for row in rows}
