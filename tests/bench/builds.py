"""Builds what the benchmark measures: this tree's programs, and those of commit BEFORE beside them.

Ours are `release`, the program of the preset of that name, where other tests build it too; `static`, that
of static-x86_64, and `board`, the firmware of lm3s6965evb with the tests' roots, both in build/bench. The
others are made of the repository's own history, once. A clone without that history has none, and where a
compiler is missing there is no static program or firmware: the tables leave them out, and it is said.
"""

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build/bench"
BEFORE = "a1d8f1c"
BOARD = "lm3s6965evb"
RELEASE = ROOT / "build/release"
PEAK = os.environ.get("CONNSYNC_PEAK") or RELEASE / "tests/bench/peak"
PLUGIN = RELEASE / "tests/bench/guest_instructions.so"
PKI = FOLDER / "pki"
SKIPPED = 77


def say(words):
    """A line of progress."""
    print("bench: " + words, file=sys.stderr, flush=True)


def run(name, command, source=ROOT):
    """Whether a step was possible here. What it prints is kept in a file, and shown if it fails."""
    log = FOLDER / (name + ".log")
    log.parent.mkdir(parents=True, exist_ok=True)
    settings = {"CONNSYNC_DEPS_CACHE": str(ROOT / ".cache/connsync-deps"), **os.environ}
    with log.open("wb") as file:
        done = subprocess.run(list(map(str, command)), cwd=source, stdout=file, stderr=file, check=False,
                              env=settings)
    if done.returncode == SKIPPED:
        say(log.read_text(encoding="utf-8").splitlines()[-1])
    elif done.returncode != 0:
        sys.exit("%s ended with %d:\n%s" % (name, done.returncode,
                                            log.read_text("utf-8", "replace")[-3000:]))
    return done.returncode == 0


def build_release(source, folder, tests):
    """The program of the preset, with what the benchmark itself needs in C."""
    targets = ["connsync", *(["peak", "guest_instructions"] if tests else [])]
    name = "release" if tests else BEFORE + "-release"
    run(name, ["cmake", "--preset", "release", "-S", source, "-B", folder,
               "-DCONNSYNC_BUILD_TESTS=" + ("ON" if tests else "OFF")], source)
    run(name, ["cmake", "--build", folder, "--parallel", os.cpu_count() or 1, "--target", *targets],
        source)
    return folder / "connsync"


def build_others(source, folder, prefix):
    """{"static": its program, "board": its firmware}, those that can be had."""
    anchors, found = PKI / "anchors.pem", {}
    for kind, preset, made in (("static", "static-x86_64", "connsync"), ("board", BOARD, "connsync.elf")):
        script = source / ("tests/static" if kind == "static" else "tests/boards") / "build.py"
        if run(prefix + kind, [sys.executable, script, preset, folder / kind, anchors], source):
            found[kind] = folder / kind / made
    return found


def make_ours():
    """{kind: program} of this tree."""
    say("building this tree")
    run("pki", [sys.executable, ROOT / "tests/boards/chains.py", PKI])
    return {"release": build_release(ROOT, RELEASE, True), **build_others(ROOT, FOLDER, "")}


def make_before():
    """{kind: program} of BEFORE; empty where the history does not have it."""
    folder = FOLDER / BEFORE
    source, done = folder / "source", folder / "done"
    kinds = {"release": folder / "release/connsync", "static": folder / "static/connsync",
             "board": folder / "board/connsync.elf"}
    if not done.exists():
        known = subprocess.run(["git", "cat-file", "-e", BEFORE + "^{commit}"], cwd=ROOT, check=False,
                               capture_output=True).returncode == 0
        if not known:
            say("this clone does not reach back to %s: its columns are left out" % BEFORE)
            return {}
        say("building %s, once" % BEFORE)
        shutil.rmtree(folder, ignore_errors=True)
        source.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, check=True, capture_output=True)
        subprocess.run(["tar", "-x", "-C", source], input=archive.stdout, check=True)
        build_release(source, folder / "release", False)
        build_others(source, folder, BEFORE + "-")
        done.touch()
    return {kind: path for kind, path in kinds.items() if path.exists()}
