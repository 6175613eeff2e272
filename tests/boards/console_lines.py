"""What the lines of a board's console mean."""

import re
from dataclasses import dataclass, field

_CYCLE = re.compile(r"cycle (\d+): (\d+) unchanged, (\d+) changed, (\d+) refused, (\d+) failed; "
                    r"next in (\d+) s")
_MEMORY = re.compile(r"memory: ")
_MARK = re.compile(r"^(?:memory: )?(?P<what>[a-z ]+?) (?P<most>\d+) of (?P<size>\d+)"
                   r"(?: bytes)?(?: at most)?(?:, now (?P<now>\d+))?$")
CYCLE = _CYCLE.pattern


@dataclass
class Mark:
    """The use of one kind of memory: the most ever, of how much, and now (None: not said)."""

    most: int
    size: int
    now: int = None


@dataclass
class Cycle:
    """One round over all connections: its counts, its lines, its memory."""

    number: int
    unchanged: int
    changed: int
    refused: int
    failed: int
    next_s: int
    lines: list = field(default_factory=list)
    memory: dict = field(default_factory=dict)

    @property
    def counts(self):
        """(unchanged, changed, refused, failed)"""
        return self.unchanged, self.changed, self.refused, self.failed

    def line_of(self, name):
        """The one line about a connection, by the id or name that the configuration has."""
        found = [line for line in self.lines if re.match(re.escape(name) + r"(?: \(|:)", line)
                 or "(%s):" % name in line]
        if len(found) != 1:
            raise AssertionError("%d lines about %s: %r" % (len(found), name, self.lines))
        return found[0]


def cycle(line, lines=()):
    """A cycle from its last line, and the lines before it."""
    match = _CYCLE.search(line)
    return Cycle(*(int(text) for text in match.groups()), list(lines))


def memory(line):
    """{kind: Mark} from a line about memory; empty from any other."""
    if not _MEMORY.match(line):
        return {}
    marks = {}
    for part in line.split("; "):
        match = _MARK.match(part)
        if match is None:
            raise AssertionError("not a mark of memory: %r in %r" % (part, line))
        now = match["now"]
        marks[match["what"]] = Mark(int(match["most"]), int(match["size"]),
                                    None if now is None else int(now))
    return marks
