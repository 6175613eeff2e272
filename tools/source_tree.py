"""The C files of the project as the scripts see them: folders, includes, code without comments.

Used by the rules of tests/lint, by tools/draw-architecture, and by what counts lines and
bytes by folder. It judges nothing.
"""

import pathlib
import re

LAYERS = ("core", "config", "port", "platform", "boards")
# Folders whose headers are named without a folder: by consumers, or by the files of a board.
SHORT_NAMES = ("core", "port", "port/mbedtls", "platform/posix/network", "platform/lwip")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def blank_out(match):
    """Line numbers stay right when comments go."""
    return "\n" * match.group().count("\n") or " "


def without_comments(text):
    """The text with each comment made blank; texts and characters stay."""
    return TOKEN.sub(lambda match: blank_out(match) if match[0].startswith("/") else match[0],
                     text)


def code_lines(text):
    """How many lines have code on them."""
    return sum(1 for line in without_comments(text).splitlines() if line.strip())


def folder_of(name):
    """core/json for core/json/json.c"""
    return name.rpartition("/")[0]


class Source:
    """One C file: its name from the root of the tree, its text, and what it includes as
    (line, whether in angle brackets, name)."""

    def __init__(self, root, path):
        self.name = path.relative_to(root).as_posix()
        self.folder = folder_of(self.name)
        self.layer = self.name.split("/", 1)[0]
        self.text = path.read_text(encoding="utf-8")
        self.includes = [(self.line_of(match.start()), match[1] == "<", match[2])
                         for match in INCLUDE.finditer(self.text)]

    def line_of(self, position):
        return self.text.count("\n", 0, position) + 1


def read_sources(root, layers=LAYERS):
    """{name: Source} of every .c and .h in the layers' folders."""
    root = pathlib.Path(root)
    return {source.name: source for layer in layers
            for source in (Source(root, path)
                           for path in sorted((root / layer).rglob("*.[ch]")))}


def find_header(name, source, sources):
    """The file of ours that an include means: a path from the root, a neighbour, or one of
    those with a short name; None for a header of the system or of a library."""
    candidates = [name, f"{source.folder}/{name}", *(f"{folder}/{name}" for folder in SHORT_NAMES)]
    # Each board has one: what boards/common must know of it.
    if name == "device.h":
        candidates += sorted(other for other in sources if other.endswith("/device.h"))
    return next((candidate for candidate in candidates if candidate in sources), None)


def include_arrows(sources):
    """Pairs of a file and a header of ours that it includes, as (file, line, header)."""
    for source in sources.values():
        for line, _, name in source.includes:
            header = find_header(name, source, sources)
            if header:
                yield source.name, line, header


def components(graph):
    """The circles of a graph {node: targets}: each a sorted list of two nodes or more that
    all reach each other (Tarjan's algorithm, with a stack of its own)."""
    number, low, on_stack, stack, found = {}, {}, set(), [], []
    for root in sorted(graph):
        work = [] if root in number else [(root, None)]
        while work:
            node, rest = work.pop()
            if rest is None:
                number[node] = low[node] = len(number)
                stack.append(node)
                on_stack.add(node)
                rest = iter(sorted(graph.get(node, ())))
            for target in rest:
                if target not in number:
                    work += [(node, rest), (target, None)]
                    break
                if target in on_stack:
                    low[node] = min(low[node], low[target])
            else:
                if work:
                    caller = work[-1][0]
                    low[caller] = min(low[caller], low[node])
                if low[node] == number[node]:
                    members = []
                    while not members or members[-1] != node:
                        members.append(stack.pop())
                    on_stack -= set(members)
                    if len(members) > 1:
                        found.append(sorted(members))
    return sorted(found)
