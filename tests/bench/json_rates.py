"""How fast documents of 1 MB are checked, patched and digested, beside simdjson and Python's json.

    json_rates.py BENCH_JSON [--write]

BENCH_JSON writes its documents into files, and the others read them: simdjson, where the distribution's
library (libsimdjson-dev) and a compiler are there, parses and finds two members; Python parses. "All"
is what the agent does: check, find and splice. MB/s, each the best of several runs of one process: what
else the machine does moves them, so look at how they compare.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import builds
from measuring import parser, say, show

SOURCE = pathlib.Path(__file__).resolve().parent / "simdjson_peer.cpp"
RUNS = 5


def simdjson_rates(paths):
    """Of each file, or nothing."""
    program = builds.FOLDER / "simdjson_peer"
    program.parent.mkdir(parents=True, exist_ok=True)
    compiler = shutil.which("c++")
    if compiler is None or subprocess.run(
            [compiler, "-O2", "-std=c++17", SOURCE, "-o", program, "-lsimdjson"],
            capture_output=True, check=False).returncode != 0:
        say("json: there is no simdjson; libsimdjson-dev has it")
        return None
    return subprocess.run([program, *paths], capture_output=True, check=True,
                          text=True).stdout.split()


def python_rate(path):
    """Of one file."""
    text, best = path.read_bytes(), 1e9
    for _ in range(RUNS):
        begun = time.monotonic()
        json.loads(text)
        best = min(best, time.monotonic() - begun)
    return "%.0f" % (len(text) / best / 1e6)


def main():
    """The command line."""
    options = parser(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as name:
        said = subprocess.run([*options.programs, name], capture_output=True, check=True, text=True)
        heads, *rows = [line.split() for line in said.stdout.split("\n\n")[0].splitlines()[1:]]
        rows = [row for row in (dict(zip(heads, line)) for line in rows) if int(row["bytes"]) > 100_000]
        paths = [pathlib.Path(name) / (row["document"] + ".json") for row in rows]
        others = simdjson_rates(paths)
        found = {}
        for number, (row, path) in enumerate(zip(rows, paths)):
            cells = found[row["document"],] = {"check": row["check"], "all": row["all"],
                                               "digest": row["digest"]}
            if others is not None:
                cells["simdjson"] = others[number]
            cells["python"] = python_rate(path)
    show("json", ["document"], found, options)


if __name__ == "__main__":
    sys.exit(main())
