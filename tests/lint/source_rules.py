"""Checks the rules of the house that can be read off the source text.

    source_rules.py ROOT

 - a folder includes what its row in MAY_INCLUDE names: arrows run one way, none upwards,
   and the folders have no circle;
 - no header of ours includes itself by a detour;
 - core/ includes the core, the port, the libraries behind it, and those headers of
   the C library that a compiler brings without an operating system;
 - mbedTLS and PSA are named in core/tls/mbedtls and port/mbedtls, jsmn in core/json;
 - core/ has few conditional directives: what a board does not use lies in files of its own;
 - no folder has more C files than a reader takes in at once;
 - each file begins with what it is for, tests, scripts and build files too;
 - what an installed header declares begins with connsync_, and nothing else does;
 - core/ and port/ do not call the heap;
 - platform/posix prints with no conversion that platform/posix/libc/posix_format.c does not know;
 - nothing is left to be done later.

Status: 0 all kept, 1 broken.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from source_tree import (  # noqa: E402
    blank_out, components, find_header, folder_of, include_arrows, read_sources, without_comments)

FREESTANDING = {"stdint.h", "stddef.h", "stdbool.h", "stdarg.h", "string.h", "limits.h"}
# What each folder may include of ours, besides itself. A row may name a folder that has only
# rows before it: so there can be no circle.
MAY_INCLUDE = {
    "port": (),
    "port/mbedtls": ("port",),
    "core/base": (),
    "core/json": ("core/base",),
    "core/http": ("core/base",),
    "core/tls": ("port", "core/base"),
    "core/tls/mbedtls": ("port", "port/mbedtls", "core/base", "core/tls"),
    # The public header.
    "core": ("port", "core/base"),
    "core/auth0": ("core", "core/base", "core/json", "core/http"),
    "core/agent": ("port", "core", "core/base", "core/json", "core/http", "core/tls", "core/auth0"),
    "config": ("core", "core/base", "core/json", "core/auth0"),
    "platform/posix/libc": ("core/base",),
    "platform/posix/network": ("port", "core/base", "core/tls"),
    "platform/posix/credentials": ("port", "core", "core/base", "core/tls"),
    "platform/posix/cli/base": (
        "core/base", "core/json", "core/tls", "config", "platform/posix/network"),
    "platform/posix/cli/options": (
        "core", "core/base", "config", "platform/posix/network", "platform/posix/credentials",
        "platform/posix/cli/base"),
    "platform/posix/cli/job": (
        "port", "core", "core/base", "core/json", "core/tls", "core/auth0", "core/agent", "config",
        "platform/posix/network", "platform/posix/cli/base", "platform/posix/cli/options"),
    "platform/posix/cli/fleet": (
        "core", "core/base", "core/json", "config", "platform/posix/cli/base",
        "platform/posix/cli/options", "platform/posix/cli/job"),
    "platform/posix/cli/check": (
        "core", "core/base", "core/json", "core/tls", "core/auth0", "config", "platform/posix/network",
        "platform/posix/cli/base", "platform/posix/cli/options", "platform/posix/cli/job",
        "platform/posix/cli/fleet"),
    "platform/posix/cli": (
        "port", "core/base", "core/tls", "config", "platform/posix/network", "platform/posix/cli/base",
        "platform/posix/cli/options", "platform/posix/cli/job", "platform/posix/cli/fleet",
        "platform/posix/cli/check"),
    "platform/lwip": ("port", "core", "core/base", "config"),
    "platform/lwip/arch": (),
    "boards/common": ("core/base", "core/tls", "platform/lwip"),
    "boards/*": ("platform/lwip", "boards/common"),
}
# device.h is a board's part of boards/common: what that must know of the processor.
LENT = ("boards/common", re.compile(r"boards/[^/]+/device\.h"))
# Where a library may be included and its names spelled.
LIBRARIES = (("mbedTLS", ("core/tls/mbedtls", "port/mbedtls"), ("mbedtls/", "psa/"),
              re.compile(r"\b(?:mbedtls_|psa_|MBEDTLS_|PSA_)\w+")),
             ("jsmn", ("core/json",), ("jsmn.h",), re.compile(r"\bjsmn_\w+|\bJSMN_\w+")))
# What an embedder may use: the installed headers, and beside them what a board's maker and the
# roots' script write against in the tree.
INSTALLED = ("core/connsync.h", "core/base/session.h", "core/base/status.h", "port/connsync_port.h",
             *(f"platform/posix/network/posix_{name}.h" for name in ("port", "proxy", "anchors")))
PUBLIC = (*INSTALLED, "platform/lwip/connsync_board.h", "port/trust_anchors.h")
DECLARATION = re.compile(
    r"\b(?:struct|union|enum)[ \t\n]+((?:connsync|cs)_\w+)(?=\s*[{;])"
    r"|\b((?:connsync|cs)_\w+)(?=\s*\()"
    r"|\bextern\b[^;]*?\b((?:connsync|cs)_\w+)(?=[^;(]*;)"
    r"|^[ \t]*#[ \t]*define[ \t]+((?:CONNSYNC|CS)_(?!\w*_H[ \t]*$)\w+)", re.MULTILINE)
ENUMERATORS = re.compile(r"\benum\b[^{};()]*\{([^}]*)\}")
ENUMERATOR = re.compile(r"\b((?:CONNSYNC|CS)_\w+)\s*(?==|,|$)")
TAG = re.compile(r"\bstruct[ \n]+(connsync_\w+)")
FILES_MAX = 16
DIRECTIVES_MAX = 5
HEAP_CALL = re.compile(r"\b(malloc|calloc|realloc|free|strdup|strndup|alloca)\s*\(")
TEXT = re.compile(r'"((?:\\.|[^"\\\n])*)"')
# The first comment of a file, or its docstring, behind what starts it.
COMMENT = re.compile(r"\s*(?:#![^\n]*\n)?\s*(?:/\*.*?\*/|(?://[^\n]*\s*)+|(?:#[ \t\n][^\n]*\n?)+"
                     r'|""".*?""")', re.DOTALL)
# Where else than in the layers' folders texts begin with what they are for, and which do.
OTHER_FOLDERS = ("tests", "cmake", "tools", "examples", ".ci", "findings")
OTHER_SUFFIXES = (".c", ".h", ".cpp", ".py", ".cmake", ".sh", ".mjs", ".yml", "")
NO_TEXTS = re.compile(r"tests/fuzz/seeds/.*|cmake/commit-date|.*/__pycache__/.*")
CONDITIONAL = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b[ \t]*(.*)$", re.MULTILINE)
PERCENT = re.compile(r"%%|%[0-9A-F]{2}")  # itself, or the octet of a URL
CONVERSION = re.compile(r"%(?!%)([^a-zA-Z%]*(?:hh|h|ll|l|j|z|t)?)(.)")
KNOWN_CONVERSION = re.compile(r"[-0]*[\d*]*(?:\.[\d*]*)?(?:hh|h|ll|l|j|z|t)?[diuxXcs]")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")


def row_of(folder):
    """The row of MAY_INCLUDE that a folder has: its own, or that of its parent with a star."""
    if folder in MAY_INCLUDE:
        return folder
    star = folder_of(folder) + "/*"
    return star if star in MAY_INCLUDE else None


def table_faults(table):
    """The table itself has no circle: each row names rows before it."""
    before = set()
    for folder, targets in table.items():
        for target in targets:
            if target not in before:
                yield f"the table of arrows: {folder} names {target}, which has no row before it"
        before.add(folder)


def is_lent(folder, header):
    return folder == LENT[0] and LENT[1].fullmatch(header) is not None


def arrow_faults(sources):
    for name, line, header in include_arrows(sources):
        folder, target = folder_of(name), folder_of(header)
        row = row_of(folder)
        if row and target not in (folder, *MAY_INCLUDE[row]) and not is_lent(folder, header):
            yield f"{name}:{line}: {folder}/ must not include {header}"


def row_faults(sources):
    for folder in sorted({source.folder for source in sources.values()}):
        if row_of(folder) is None:
            yield f"{folder}/ has no row in MAY_INCLUDE of tests/lint/source_rules.py"


def folder_circle_faults(sources):
    """By what is included, whatever the table allows."""
    graph = {source.folder: set() for source in sources.values()}
    for name, _, header in include_arrows(sources):
        if not is_lent(folder_of(name), header):
            graph[folder_of(name)].add(folder_of(header))
    for circle in components(graph):
        yield "folders include each other in a circle: " + ", ".join(circle)


def header_circle_faults(sources):
    graph = {name: set() for name in sources}
    for name, _, header in include_arrows(sources):
        graph[name].add(header)
    for circle in components(graph):
        yield "headers include each other in a circle: " + ", ".join(circle)


def core_include_faults(source, sources):
    libraries = tuple(prefix for _, _, prefixes, _ in LIBRARIES for prefix in prefixes)
    for line, _, name in source.includes:
        if name in FREESTANDING or name.startswith(libraries) or find_header(name, source, sources):
            continue
        yield f"{source.name}:{line}: core/ must not include {name}: no part of the core"


def library_faults(source):
    """Names in comments do no harm: they explain."""
    code = TEXT.sub(blank_out, without_comments(source.text))
    for library, folders, prefixes, names in LIBRARIES:
        if source.folder in folders:
            continue
        for line, _, name in source.includes:
            if name.startswith(prefixes):
                yield f"{source.name}:{line}: only {folders[0]}/ may include {name}"
        for match in names.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            yield f"{source.name}:{line}: only {folders[0]}/ may name {library}: {match[0]}"


def conditionals(source):
    """(line, directive) of each condition but the include guard and the brackets for C++."""
    depth_of_others = []
    for match in CONDITIONAL.finditer(without_comments(source.text)):
        word, rest = match[1], match[2].strip()
        if word.startswith("if"):
            is_guard = word == "ifndef" and re.fullmatch(r"CONNSYNC_(\w+_)?H", rest)
            counted = not (is_guard or rest == "__cplusplus")
            depth_of_others.append(counted)
        else:
            counted = word == "elif" and depth_of_others[-1:] == [True]
            if word == "endif" and depth_of_others:
                depth_of_others.pop()
        if counted:
            yield source.text.count("\n", 0, match.start()) + 1, match[0].strip()


def conditional_faults(sources):
    found = [f"{source.name}:{line}: {directive}" for source in sources.values()
             if source.layer == "core" for line, directive in conditionals(source)]
    if len(found) > DIRECTIVES_MAX:
        yield (f"core/ has {len(found)} conditional directives, {DIRECTIVES_MAX} are allowed: "
               + "; ".join(found))


def folder_size_faults(sources):
    counts = {}
    for source in sources.values():
        if source.name.endswith(".c"):
            counts[source.folder] = counts.get(source.folder, 0) + 1
    for folder, count in counts.items():
        if count > FILES_MAX:
            yield f"{folder}/ has {count} .c files, {FILES_MAX} are allowed"


def purpose_faults(name, text):
    comment = COMMENT.match(text)
    if not comment or len(re.findall(r"[A-Za-z]{2,}", comment[0])) < 4:
        yield f"{name}:1: the file does not begin with what it is for"


def other_purpose_faults(root):
    """Of what is no C file of the layers: tests, scripts, build files."""
    paths = [root / "CMakeLists.txt"]
    paths += [path for folder in OTHER_FOLDERS for path in sorted((root / folder).rglob("*"))]
    for path in paths:
        name = path.relative_to(root).as_posix()
        if (path.is_file() and not NO_TEXTS.fullmatch(name)
                and (path.suffix in OTHER_SUFFIXES or path.name == "CMakeLists.txt")):
            yield from purpose_faults(name, path.read_text(encoding="utf-8"))


def outside_of_braces(code):
    """The code without what stands in braces; those of extern "C" do not count."""
    depth, kept = 0, []
    for character in re.sub(r'extern\s*"C"\s*\{', "", code):
        depth = max(0, depth - (character == "}"))
        if depth == 0 or character == "\n" or (depth == 1 and character == "{"):
            kept.append(character)
        depth += character == "{"
        if depth == 1 and character == "{":
            kept.append(character)
    return "".join(kept)


def declared_names(source):
    """(line, name) of each function, tag, macro and enumerator that the file declares with a
    prefix of ours; but no macro that the build may set."""
    code = without_comments(source.text)
    outside = outside_of_braces(code)
    for match in DECLARATION.finditer(outside):
        name = match[match.lastindex]
        if not re.search(rf"#\s*ifndef\s+{name}\b", code):
            yield outside.count("\n", 0, match.start(match.lastindex)) + 1, name
    for match in ENUMERATORS.finditer(code):
        for name in ENUMERATOR.finditer(match[1]):
            yield code.count("\n", 0, match.start(1) + name.start()) + 1, name[1]


def prefix_faults(sources):
    """Installed headers have the prefix connsync_, and what only our own files use has cs_."""
    headers = [sources[name] for name in PUBLIC if name in sources]
    public = {name for header in headers for _, name in declared_names(header)}
    # What such a header keeps opaque is defined elsewhere.
    public.update(name for header in headers for name in TAG.findall(header.text))
    for source in sources.values():
        for line, name in declared_names(source):
            is_ours = name.lower().startswith("cs_")
            if source.name in PUBLIC and is_ours:
                yield f"{source.name}:{line}: {name} is public and does not begin with connsync_"
            elif not is_ours and name not in public:
                yield f"{source.name}:{line}: {name} is in no installed header, and begins with connsync_"


def heap_faults(source):
    code = TEXT.sub(blank_out, without_comments(source.text))
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


def file_faults(source, sources):
    """What is wrong with one file on its own."""
    yield from unfinished_faults(source)
    yield from purpose_faults(source.name, source.text)
    yield from library_faults(source)
    if source.name.startswith("platform/posix/") and source.name.endswith(".c"):
        yield from format_faults(source)
    if source.layer in ("core", "port"):
        yield from heap_faults(source)
    if source.layer == "core":
        yield from core_include_faults(source, sources)


def find_faults(root):
    sources = read_sources(root)
    faults = [*table_faults(MAY_INCLUDE), *row_faults(sources), *arrow_faults(sources),
              *folder_circle_faults(sources), *header_circle_faults(sources),
              *conditional_faults(sources), *folder_size_faults(sources), *prefix_faults(sources),
              *other_purpose_faults(root)]
    for source in sources.values():
        faults += file_faults(source, sources)
    return faults, len(sources)


def main(root):
    faults, count = find_faults(root)
    for fault in faults:
        print(fault)
    print(f"{count} files looked at, {len(faults)} faults")
    return 1 if faults or not count else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
