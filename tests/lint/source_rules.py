"""Checks the rules of the house that can be read off the source text.

    source_rules.py ROOT

 - core/ includes the core, the port, the libraries behind it, and those headers of
   the C library that a compiler brings without an operating system;
 - mbedTLS is known to core/tls* alone, jsmn to core/json* alone;
 - port/ includes nothing of core/ or platform/, and core/ nothing of platform/;
 - no header of ours includes itself by a detour;
 - core/ and port/ do not call the heap;
 - platform/posix prints with no conversion that platform/posix/libc/posix_format.c does not know;
 - nothing is left to be done later.

Status: 0 all kept, 1 broken.
"""

import pathlib
import re
import sys

FREESTANDING = {"stdint.h", "stddef.h", "stdbool.h", "stdarg.h", "string.h", "limits.h"}
LAYERS = ("core", "config", "port", "platform", "boards")
# What each layer may include of ours. Arrows run one way.
MAY_INCLUDE = {
    "port": {"port"},
    "core": {"core", "port"},
    "config": {"config", "core", "port"},
    "platform": {"platform", "config", "core", "port"},
    "boards": {"boards", "platform", "config", "core", "port"},
}
# The rooms of the core that may see a library, by the beginning of their names.
LIBRARY_ROOMS = {"mbedtls/": "tls", "psa/": "tls", "jsmn.h": "json"}
HEAP_CALL = re.compile(r"\b(malloc|calloc|realloc|free|strdup|strndup|alloca)\s*\(")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
COMMENT_OR_TEXT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.DOTALL)
TEXT = re.compile(r'"((?:\\.|[^"\\\n])*)"')
PERCENT = re.compile(r"%%|%[0-9A-F]{2}")  # itself, or the octet of a URL
CONVERSION = re.compile(r"%(?!%)([^a-zA-Z%]*(?:hh|h|ll|l|j|z|t)?)(.)")
KNOWN_CONVERSION = re.compile(r"[-0]*[\d*]*(?:\.[\d*]*)?(?:hh|h|ll|l|j|z|t)?[diuxXcs]")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")


def blank_out(match):
    """Line numbers stay right when comments go."""
    return "\n" * match.group().count("\n") or " "


class Source:
    """One C file of ours."""

    def __init__(self, root, path):
        self.name = path.relative_to(root).as_posix()
        self.layer = self.name.split("/", 1)[0]
        self.stem = path.stem
        self.text = path.read_text()
        self.includes = [(self.line_of(match.start()), match[1] == "<", match[2])
                         for match in INCLUDE.finditer(self.text)]

    def line_of(self, position):
        return self.text.count("\n", 0, position) + 1


def read_sources(root):
    sources = {}
    for layer in LAYERS:
        for path in sorted((root / layer).rglob("*.[ch]")):
            source = Source(root, path)
            sources[source.name] = source
    return sources


def find_header(name, source, sources):
    """The file of ours that an include means: a path from the root, or a neighbour, or
    one of the headers that a consumer may name without a folder."""
    neighbour = str(pathlib.PurePosixPath(source.name).parent / name)
    for candidate in (name, neighbour, f"core/{name}", f"port/{name}", f"port/mbedtls/{name}",
                      f"platform/posix/network/{name}"):
        if candidate in sources:
            return candidate
    return None


def layer_faults(source, sources):
    for line, _, name in source.includes:
        header = find_header(name, source, sources)
        layer = header.split("/", 1)[0] if header else name.split("/", 1)[0]
        if layer in LAYERS and layer not in MAY_INCLUDE[source.layer]:
            yield f"{source.name}:{line}: {source.layer}/ must not include {header or name}"


def library_room(name):
    for prefix, room in LIBRARY_ROOMS.items():
        if name.startswith(prefix):
            return room
    return None


def core_include_faults(source, sources):
    for line, _, name in source.includes:
        if name in FREESTANDING or find_header(name, source, sources):
            continue
        room = library_room(name)
        if room is None:
            yield f"{source.name}:{line}: core/ must not include {name}: no part of the core"
        elif not source.stem.startswith(room):
            yield f"{source.name}:{line}: only core/{room}* may include {name}"


def heap_faults(source):
    code = COMMENT_OR_TEXT.sub(blank_out, source.text)
    for match in HEAP_CALL.finditer(code):
        line = code.count("\n", 0, match.start()) + 1
        yield f"{source.name}:{line}: {source.layer}/ must not call {match[1]}()"


def unfinished_faults(source):
    for match in UNFINISHED.finditer(source.text):
        yield f"{source.name}:{source.line_of(match.start())}: {match[1]} is left"


def format_faults(source):
    """The static programs have a printf() that knows what we print, and no more."""
    for text in TEXT.finditer(source.text):
        for found in CONVERSION.finditer(PERCENT.sub("", text[1])):
            if not KNOWN_CONVERSION.fullmatch(found[1] + found[2]):
                line = source.line_of(text.start())
                yield f"{source.name}:{line}: {found[0]} is not known to posix_format.c"


def find_cycle(graph):
    """A list of headers each of which includes the next, the last being the first; or
    None. Headers that include nothing unresolved are taken away until none is left."""
    rest = {name: set(targets) for name, targets in graph.items()}
    while True:
        done = {name for name, targets in rest.items() if not targets & rest.keys()}
        if not done:
            break
        for name in done:
            del rest[name]
    if not rest:
        return None
    path = [min(rest)]
    while path.count(path[-1]) == 1:
        path.append(min(rest[path[-1]] & rest.keys()))
    return path[path.index(path[-1]):]


def cycle_faults(sources):
    graph = {}
    for source in sources.values():
        targets = {find_header(name, source, sources) for _, _, name in source.includes}
        graph[source.name] = targets - {None}
    cycle = find_cycle(graph)
    if cycle:
        yield "headers include each other in a circle: " + " -> ".join(cycle)


def find_faults(root):
    sources = read_sources(root)
    faults = list(cycle_faults(sources))
    for source in sources.values():
        faults += layer_faults(source, sources)
        faults += unfinished_faults(source)
        if source.name.startswith("platform/posix/") and source.name.endswith(".c"):
            faults += format_faults(source)
        if source.layer in ("core", "port"):
            faults += heap_faults(source)
        if source.layer == "core":
            faults += core_include_faults(source, sources)
    return faults, len(sources)


def main(root):
    faults, count = find_faults(root)
    for fault in faults:
        print(fault)
    print(f"{count} files looked at, {len(faults)} faults")
    return 1 if faults or not count else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
