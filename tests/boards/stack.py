"""The worst case of the call stack in our own code, from what GCC tells of each function,
and the proof that nothing of ours calls itself.

    stack.py BUILD_FOLDER [--json] [--limit BYTES]

A board's build writes a .ci file beside each object: the functions, their frames, their
calls (-fcallgraph-info). This joins them, leaves out what the linker left out, and
follows every path from the start of the program and from each interrupt. Frames of the
libraries count nothing here, their stack is measured (tests/boards), but the paths
through them into our callbacks are followed. mbedTLS is a library for this: it is the
one that is optimised as a whole at the link, which keeps the names that we call.

What the compiler cannot know is in two tables below: where a call through a pointer
leads, and which functions of ours a library calls. They are checked: a pointer that is
called and is not in the table, or a function that nobody seems to call, is an error.

Status: 0 bounded, 1 not: recursion, a frame of unknown size, an entry that is missing in
a table, or more than --limit bytes.
"""

import argparse
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
OWN_TARGETS = ("connsync_core", "connsync_config", "connsync_lwip", "connsync_board",
               "connsync_firmware")

# Where a call through a pointer leads, by the name that is called in the source.
PORT = "platform/lwip/lwip_port.c"
SET = "core/agent/operation_set.c"
POINTERS = {
    "connect": [f"{PORT}:port_connect"],
    "send": [f"{PORT}:port_send"],
    "recv": [f"{PORT}:port_recv"],
    "close": [f"{PORT}:port_close"],
    "monotonic_ms": [f"{PORT}:port_monotonic_ms"],
    "utc_seconds": [f"{PORT}:port_utc_seconds"],
    "entropy": [f"{PORT}:port_entropy"],
    "is_derived": ["cs_auth0_is_derived"],
    "attend": ["cs_network_attend"],
    "allocate": ["core/tls/mbedtls/library.c:world_allocate"],
    "release": ["core/tls/mbedtls/library.c:world_release"],
    "random": ["core/tls/mbedtls/library_3.c:draw"],
    "set": ["memset"],
    "now_ms": ["core/tls/mbedtls/library.c:world_now_ms"],
    "resume": ["core/agent/kept_session.c:resume"],
    **{name: [f"core/tls/mbedtls/resumption.c:{name}"]
       for name in ("offer", "settle", "abandon", "take", "forget")},
    # A board's jobs set the value, and nothing else.
    "is_valid": [f"{SET}:is_valid"],
    "judge": ["cs_write_judge"],
    "is_done": [f"{SET}:is_done"],
    "make_body": [f"{SET}:make_body"],
    # What a board links nothing of, or does not ask for: other operations ...
    **dict.fromkeys(("next", "write_target", "ask_for_less", "want", "fate_of_changed",
                     "visit", "observer"), ()),
    # ... what is beside `options` as a whole, a client's keys, tokens and certificate, and what is
    # told of chains; pacing; more fields of answers, and dates in them.
    **dict.fromkeys(("size", "differences", "has_proof", "identify", "explain", "assertion",
                     "write_proof", "granted", "check_scopes", "hand_over", "take_failure", "begin",
                     "wait_ms", "answer", "parse_date", "find", "field", "failed",
                     "refine", "certified", "kept", "anchors", "another", "begin_early"), ()),
    "input": ["ethernet_input"],
    "goes_before": ["config/desired_find.c:goes_before", "core/agent/comparison.c:goes_before"],
    "swap": ["config/desired_find.c:swap", "core/agent/comparison.c:swap"],
}

# What a library may call before it returns; the first pattern that fits its function.
MEMORY = ["cs_mbedtls_calloc", "cs_mbedtls_free"]
SEED = "cs_tls_world_entropy"
RANDOM = [SEED, "mbedtls_psa_external_get_random"]
TRANSMIT = ["platform/lwip/network.c:send_frame", "cs_lwip_random", "sys_now",
            "cs_lwip_assertion_failed"]
RECEIVE = ["platform/lwip/connection.c:on_connected", "platform/lwip/connection.c:on_received",
           "platform/lwip/connection.c:on_error", "platform/lwip/resolver.c:on_message",
           "platform/lwip/time_client.c:on_message",
           "dns_init", "dns_tmr", "dns_setserver", "dhcp_set_ntp_servers"]
LIBRARIES = (
    (r"mbedtls_ssl_(handshake|read|write|close_notify)", [
        *MEMORY, *RANDOM, "cs_tls_port_send", "cs_tls_port_recv",
        "cs_tls_find_issuers", "cs_tls_verify", "mbedtls_ms_time"]),
    (r"psa_", [*MEMORY, *RANDOM]),
    (r"mbedtls_", [*MEMORY, SEED]),
    (r"(ethernet_input|sys_check_timeouts|lwip_init)$", [*TRANSMIT, *RECEIVE]),
    (r"netif_add$", ["platform/lwip/network.c:prepare_netif"]),
    (r"tcp_abort$", [*TRANSMIT, "platform/lwip/connection.c:on_error"]),
    (r"(tcp|udp|dhcp|netif|etharp)_", TRANSMIT),
)

# Where the processor begins. Of the exceptions only one runs at a time, but for the
# watchdog's and a fault, which may come on top of another.
START = ["board_reset"]
INTERRUPTS = ["board_tick", "board_nic_interrupt"]
LAST_RESORTS = ["boards/common/watchdog.c:watchdog_bites", "boards/common/fault.c:report_fault"]
# Entered by the vector table, and by their assembler code alone.
NAKED = ["board_fault", "board_watchdog_interrupt"]
# Eight words that the processor pushes, and one to align them.
EXCEPTION_FRAME = 36

NODE = re.compile(r'^node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE = re.compile(r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"(?: label: "([^"]*)")?')
FRAME = re.compile(r"\\n(\d+) bytes \((\w[\w,]*)\)")
CALLEE = re.compile(r"[\w.\[\]>-]*?\b(\w+)\s*\(")
# A function's section in a map, and the file it is of.
SECTION = re.compile(r"^ \.text\.(?:startup\.)?([\w.]+)\s+0x[0-9a-f]+\s+0x[0-9a-f]+ (\S+)$",
                     re.MULTILINE)
SOURCE = re.compile(r"(\w+\.c)\.obj\)?$")
CLONE = re.compile(r"\.(constprop|isra|part|cold)(\.\d+)*")
INDIRECT = "__indirect_call"


class Graph:
    """Functions of ours with their frames, and who calls whom."""

    def __init__(self):
        self.frames = {}
        self.calls = {}
        self.faults = []

    def read(self, path, build_folder):
        for line in path.read_text().splitlines():
            node, edge = NODE.match(line), EDGE.match(line)
            if node:
                self.add_node(short_name(node[1], build_folder), node[2])
            elif edge:
                source = short_name(edge[1], build_folder)
                self.calls.setdefault(source, set()).update(
                    self.targets(short_name(edge[2], build_folder), edge[3], build_folder))

    def add_node(self, name, label):
        frame = FRAME.search(label)
        if frame is None:
            return  # somebody else's, or another file's
        if frame[2] != "static":
            self.faults.append(f"{name}: its frame has no fixed size ({frame[2]})")
        self.frames[name] = max(int(frame[1]), self.frames.get(name, 0))

    def targets(self, target, place, build_folder):
        if target != INDIRECT:
            return {target}
        callee = called_name(place, build_folder)
        if callee not in POINTERS:
            self.faults.append(f"{place}: a call through '{callee}', which is not in POINTERS")
            return set()
        return set(POINTERS[callee])

    def callees(self, name):
        found = set(self.calls.get(name, ()))
        if name not in self.frames:
            for pattern, callbacks in LIBRARIES:
                if re.match(pattern, name):
                    found.update(callbacks)
                    break
        return sorted(found)


def source_path(text, build_folder):
    path = pathlib.Path(text)
    path = path if path.is_absolute() else build_folder / path
    path = path.resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


def short_name(title, build_folder):
    """`core/tls/mbedtls/session.c:port_send` for a static function, `cs_tls_read` for any other."""
    title = CLONE.sub("", title)
    path, colon, name = title.rpartition(":")
    return f"{source_path(path, build_folder)}:{name}" if colon else name


def called_name(place, build_folder):
    """The name that is called at FILE:LINE:COLUMN, which is a call through a pointer."""
    path, line, column = place.rsplit(":", 2)
    source = ROOT / source_path(path, build_folder)
    text = source.read_text().splitlines()[int(line) - 1][int(column) - 1:]
    found = CALLEE.match(text)
    return found[1] if found else text


def read_linked(map_path):
    """The functions that the linker kept: the name of each, and with its file's before it."""
    text = map_path.read_text()
    text = text[text.index("Linker script and memory map"):]
    linked = set()
    for name, place in SECTION.findall(text):
        plain = CLONE.sub("", name)
        source = SOURCE.search(place)
        linked |= {plain, f"{source[1]}:{plain}"} if source else {plain}
    return linked


def is_linked(name, linked):
    """A static function is told from another of its name by its file."""
    path, colon, function = name.rpartition(":")
    return (f"{path.rpartition('/')[2]}:{function}" if colon else function) in linked


def graph_files(build_folder):
    """The .ci files, but those of sources that have gone since the folder was first built."""
    for target in OWN_TARGETS:
        objects = build_folder / "CMakeFiles" / f"{target}.dir"
        for path in sorted(objects.glob("**/*.ci")):
            source = path.relative_to(objects).with_suffix("")
            if (ROOT / source).exists() or (build_folder / source).exists():
                yield path


def read_graph(build_folder):
    graph = Graph()
    paths = list(graph_files(build_folder))
    for path in paths:
        graph.read(path, build_folder)
    linked = read_linked(build_folder / "connsync.map")
    for name in list(graph.frames):
        if not is_linked(name, linked):
            del graph.frames[name]
            graph.calls.pop(name, None)
    return graph, len(paths)


def deepest(graph, start, known, path):
    """(bytes, path) of the deepest way down from `start`. `known` keeps results; `path` is
    the way here, by which recursion is seen."""
    if start in known:
        return known[start]
    if start in path:
        circle = path[path.index(start):] + [start]
        graph.faults.append("recursion: " + " -> ".join(circle))
        return 0, []
    best = (0, [])
    for callee in graph.callees(start):
        best = max(best, deepest(graph, callee, known, path + [start]), key=lambda way: way[0])
    frame = graph.frames.get(start, 0)
    known[start] = (best[0] + frame, [(start, frame)] + best[1])
    return known[start]


def missing_faults(graph, known):
    """Functions of ours that were linked and that no path reaches."""
    for name in sorted(graph.frames):
        if name not in known and name not in NAKED:
            yield f"{name}: nobody calls it; is it a callback that the tables should have?"


def table_faults(graph):
    """Entries of the tables that name what is not there any more."""
    callbacks = {name for names in POINTERS.values() for name in names}
    callbacks |= {name for _, names in LIBRARIES for name in names}
    own = {name for name in callbacks if ":" in name}
    for name in sorted(own - graph.frames.keys()):
        yield f"{name}: is in a table, and not in the firmware"


def analyse(build_folder):
    graph, count = read_graph(build_folder)
    known = {}
    ways = {"program": [deepest(graph, name, known, []) for name in START],
            "interrupt": [deepest(graph, name, known, []) for name in INTERRUPTS],
            "last resort": [deepest(graph, name, known, []) for name in LAST_RESORTS]}
    graph.faults += list(missing_faults(graph, known))
    graph.faults += list(table_faults(graph))
    worst = {name: max(found, key=lambda way: way[0]) for name, found in ways.items()}
    return graph, worst, count


def print_ways(worst, total):
    for name, (size, path) in worst.items():
        print(f"{name}: {size} bytes")
        for function, frame in path:
            print(f"  {frame:5}  {function}")
    print(f"together, with the processor's own frames: {total} bytes")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build_folder", type=pathlib.Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    graph, worst, count = analyse(options.build_folder.resolve())
    total = sum(size for size, _ in worst.values()) + 2 * EXCEPTION_FRAME
    if options.limit is not None and total > options.limit:
        graph.faults.append(f"{total} bytes are more than the limit of {options.limit}")
    if options.json:
        print(json.dumps({"functions": len(graph.frames), "total": total,
                          **{name: size for name, (size, _) in worst.items()}}))
    else:
        print_ways(worst, total)
    for fault in dict.fromkeys(graph.faults):
        print(f"stack: {fault}", file=sys.stderr)
    if not count:
        print(f"stack: no .ci files in {options.build_folder}", file=sys.stderr)
    return 1 if graph.faults or not count else 0


if __name__ == "__main__":
    sys.exit(main())
