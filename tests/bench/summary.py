"""The first table of docs/performance.md: what matters of the others, which it is read from.

It is written after they are, and `check()` holds it to them: a table of another form than the scripts
write, or a figure that was changed by hand, is found.
"""

import re

import builds
import tables

BEFORE = builds.BEFORE
ALL, AGAIN, ROOT = "the bundle", "the bundle, again", "its root"
CURL, PYTHON = "curl + jq", "python"
WIRE = {"connsync set, again: token and session kept": "token and session kept",
        "connsync set, again, with early data": "the same, with early data"}
# Name: columns of keys.
TABLES = {"instructions": 2, "peers": 3, "wire": 1, "document": 1, "json": 1, "board": 1,
          "board phases": 1, "board functions": 1, "fleet": 1,
          "parallel": 1}
WANTED_INSTRUCTIONS = {"P-256": 48, "P-384": 70, "RSA-2048": 22}
WANTED_TIMES = {"P-256": 15, "P-384": 12, "RSA-2048": 20}
WANTED_BOARD = {"P-256": 79, "RSA-2048": 34}


def number(text):
    """The first in a cell."""
    return float(re.match(r"-?[\d.]+", str(text)).group())


def ratio(ours, others):
    """Ours as a part of others'; nothing where there are none."""
    if others is None:
        return ""
    part = number(ours) / number(others)
    return "1/%.1f" % (1 / part) if 0 < part < 0.5 else "%.2f" % part


def row(wanted, before, now, curl=None, python=None):
    """The cells of a row."""
    return {"wanted": wanted, BEFORE: "" if before is None else before, "now": now,
            "of %s's" % BEFORE: ratio(now, before), "of curl and jq's": ratio(now, curl),
            "of python's": ratio(now, python)}


def instruction_rows(found):
    """Of a run, by chain."""
    for chain in dict.fromkeys(chain for chain, _ in found["instructions"]):
        peers = [found["peers"][chain, ALL, who]["M instructions"] for who in (CURL, PYTHON)]
        wanted = WANTED_INSTRUCTIONS.get(chain)
        for trusted, limit in ((ALL, wanted), (AGAIN, 16)):
            cells = found["instructions"][chain, trusted]
            yield "M instructions, %s%s" % (chain, ", again" * (trusted == AGAIN)), row(
                "at most %d" % limit if limit else "", cells.get(BEFORE + ": M instructions"),
                cells["dynamic: M instructions"], *peers)


def time_rows(found):
    """Processor time: only what it is of others' is known."""
    for chain in dict.fromkeys(chain for chain, _, _ in found["peers"]):
        curl, python = (found["peers"][chain, ALL, who] for who in (CURL, PYTHON))
        before, now = curl.get("CPU / " + BEFORE), curl["CPU / dynamic"]
        wanted = WANTED_TIMES.get(chain)
        yield "processor time, " + chain, {
            **row("1/%d of curl and jq's" % wanted if wanted else "", None, ""),
            "now": "", "of %s's" % BEFORE: ratio(before, now) if before else "",
            "of curl and jq's": ratio(1, now), "of python's": ratio(1, python["CPU / dynamic"])}


def memory_rows(found):
    """Of the static program."""
    cells = found["instructions"]
    for trusted, wanted in ((ALL, 500), (ROOT, 480)):
        name = "KB, static, " + trusted
        yield name, row("at most %d" % wanted, cells["P-256", trusted].get(BEFORE + ", static: KB"),
                        cells["P-256", trusted]["static: KB"],
                        *(found["peers"]["P-256", trusted, who]["KB"] for who in (CURL, PYTHON)))


def wire_rows(found):
    """What one waits for."""
    wire = {key: cells for (key,), cells in found["wire"].items()}
    before = wire.get("connsync, %s: set, token at hand" % BEFORE, {})
    for name, words in WIRE.items():
        for column, wanted in (("round trips", "4" if "early" in name else "5"),
                               ("50 ms: takes", "")) if name in wire else ():
            what = "round trips" if column == "round trips" else "waiting, 50 ms a round trip"
            yield "%s, %s" % (what, words), row(wanted, before.get(column), wire[name][column],
                                               wire[CURL][column], wire[PYTHON][column])


def other_rows(found):
    """Large documents, boards and fleets."""
    large = {key: cells["M instructions"] for (key,), cells in found["document"].items()}
    yield "M instructions, 900 KB", row("0.65 of %s's" % BEFORE, large.get(BEFORE), large["dynamic"],
                                        large[CURL], large[PYTHON])
    board = {key: cells for (key,), cells in found["board"].items()}
    for chain, wanted in WANTED_BOARD.items():
        for which, limit in (("first cycle", wanted), ("each further", 28)):
            yield "board, M instructions, %s, %s" % (chain, which), row(
                "at most %d" % limit, board[chain].get("%s: %s" % (BEFORE, which)),
                board[chain]["now: " + which])
    (largest,), cells = list(found["fleet"].items())[-1]
    drifting = int(cells["out of sync"])
    yield "requests for %s connections, %d drifting" % (largest, drifting), row(
        str(int(largest) // 50 + 3 * drifting + 1), None, cells["requests"])
    yield "growth of memory to that from 10, static", row("under 5 %", None, cells["static: growth"])
    yield "time with `--parallel 8`, of one's, 20 ms a round trip", row(
        "at most 0.25", None, found["parallel"]["8",]["of one's"])


def rows():
    """The table's, from the page."""
    found = {name: tables.read(name, keys) for name, keys in TABLES.items()}
    made = {}
    for part in (instruction_rows, time_rows, memory_rows, wire_rows, other_rows):
        made.update(((name,), cells) for name, cells in part(found))
    return made


def write():
    """Into the page."""
    tables.write("summary", ["what"], rows())


def check():
    """0 if the page has what its tables sum up to."""
    try:
        is_right = tables.holds("summary", ["what"], rows())
    except (KeyError, ValueError, AttributeError, IndexError) as error:
        print("docs/performance.md does not have the tables that tools/bench writes: %r" % error)
        return 1
    if not is_right:
        print("the first table of docs/performance.md is not what the others say: run tools/bench --write")
        return 1
    return 0
