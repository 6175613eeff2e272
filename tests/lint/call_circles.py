"""Proves from the symbols of the object files that no two files call each other in a circle.

    call_circles.py NM ROOT PLACE...

Each PLACE is a build folder, or a file that lists objects, one a line. Looked at are those
whose sources lie in core/, config/, port/, platform/ and boards/ of ROOT. The builds must be
without link-time optimisation of ours, and without sanitizers, which add symbols of their own.

A file needs another if it refers to a symbol that the other defines for all. So two static
functions that are named alike are no arrow, a header that is included for its types is none,
and an address in a table is one. A symbol that several files define (main, or the forms
of one function of which a link takes one) is an arrow to each of them.

Status: 0 no circle, 1 circles, each named with its files and the symbols that close it.
"""

import collections
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from source_tree import LAYERS, components  # noqa: E402

# .../connsync_core.dir/core/json/json.c.o; a target of the tests climbs out of its folder first.
OURS = re.compile(r"\.dir/(?:\./|__/)*((?:%s)/.*\.c)\.(?:o|obj)$" % "|".join(LAYERS))
# nm's letters: U refers, capitals and weak ones define. (A lower case t, d, b or r is static.)
REFERS, DEFINES = set("U"), set("TDBRGSCVWvwui")
LINE = re.compile(r"^(\S+): (\S+) (\S)\b", re.MULTILINE)


def source_of(path, root):
    """core/json/json.c for an object made of it; None for those of others."""
    found = OURS.search(str(path))
    # lwIP has a folder named core/ too.
    return found[1] if found and (root / found[1]).exists() else None


def objects_of(root, places):
    """{object: source}; a source may be compiled for several targets."""
    paths = []
    for place in map(pathlib.Path, places):
        paths += sorted(place.rglob("*.o*")) if place.is_dir() else place.read_text().split("\n")
    sources = {str(path): source_of(path, root) for path in paths}
    return {path: source for path, source in sources.items() if source}


def read_symbols(nm, paths):
    """(path, symbol, letter) of each symbol of the objects."""
    listing = subprocess.run([nm, "-A", "-P", *paths], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    return LINE.findall(listing)


def arrows_of(symbols, source_of_path):
    """{(caller, callee): symbols}"""
    definers, referrers = collections.defaultdict(set), collections.defaultdict(set)
    for path, symbol, letter in symbols:
        table = referrers if letter in REFERS else definers if letter in DEFINES else None
        if table is not None:
            table[symbol].add(source_of_path[path])
    arrows = collections.defaultdict(set)
    for symbol, callers in referrers.items():
        for callee in definers.get(symbol, ()):
            for caller in callers - {callee}:
                arrows[caller, callee].add(symbol)
    return arrows


def find_circles(arrows):
    graph = collections.defaultdict(set)
    for caller, callee in arrows:
        graph[caller].add(callee)
    return components(graph)


def describe(circle, arrows):
    yield f"{len(circle)} files call each other in a circle: {', '.join(circle)}"
    for caller in circle:
        for callee in circle:
            if (caller, callee) in arrows:
                yield f"    {caller} -> {callee}: {', '.join(sorted(arrows[caller, callee]))}"


def main(nm, root, *places):
    source_of_path = objects_of(pathlib.Path(root), places)
    if not source_of_path:
        print("no object of ours")
        return 1
    arrows = arrows_of(read_symbols(nm, sorted(source_of_path)), source_of_path)
    circles = find_circles(arrows)
    for circle in circles:
        print("\n".join(describe(circle, arrows)))
    print(f"{len(set(source_of_path.values()))} files, {len(arrows)} arrows, {len(circles)} circles")
    return 1 if circles else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
