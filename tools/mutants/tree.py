"""The copy of the sources that has the mutants in it, its build, and the tests that run with it.

All of it is under build/mutants. A file that stays as it was keeps its date, so that a build after a change
of one file compiles that one. Each file has a range of numbers of its own for the same reason.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from . import sites

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build/mutants"
COPY = BUILD / "tree"
OBJECTS = BUILD / "build"
NUMBERS = 3000  # for each file
LWIP = ("resolver", "time_client", "datagram", "connection")
COPIED = ("CMakeLists.txt", "boards", "cmake", "completions", "config", "core", "deploy", "docs", "man",
          "platform", "port", "schemas", "tests", "LICENSE", "NOTICE", "README.md", "CHANGELOG.md", "examples")
FLAGS = "-O1 -w"
# What is quick enough, by name: of the longer ones a form with fewer steps.
TESTS = re.compile(r"test_.*|fuzz_.*_seeds|merge_sweep|fault_interleave_set|"
                   r"streaming|heap_trap")
TARGETS = re.compile(r"test_.*|fuzz_.*_replay|merge_tool|interleave|agents|connsync(-faulty|-streaming|"
                     r"-heapless)?|credential_tool")
# These take long: they are for what none of the others reaches.
SLOW = re.compile(r"fault_interleave_(patch|restore)|"
                  r"wire_(flow|errors|certificates|early_data|list|refusals|sessions)")
# These do not link what has mutants, or take most of their time for something else.
LEFT_OUT = re.compile(r"test_(posix_.*|anchors_.*|roots|queue|names|token_cache|"
                      r"lwip_lm3s6965|lwip_lan9118)")


def files():
    """The sources that have mutants, in order."""
    core = [path for path in (ROOT / "core").rglob("*.c") if not path.name.startswith("library_4")]
    config = list((ROOT / "config").glob("*.c"))
    lwip = [ROOT / f"platform/lwip/{name}.c" for name in LWIP]
    return sorted(path.relative_to(ROOT).as_posix() for path in core + config + lwip)


def copy():
    """Copies what is needed; what is the same stays untouched."""
    COPY.mkdir(parents=True, exist_ok=True)
    changed = set(files())
    for name in COPIED:
        source = ROOT / name
        for path in [source] if source.is_file() else [p for p in source.rglob("*") if p.is_file()]:
            relative = path.relative_to(ROOT)
            is_mutated = relative.as_posix() in changed and (COPY / relative).exists()
            if "__pycache__" not in relative.parts and not is_mutated:
                put(COPY / relative, path.read_bytes(), path.stat().st_mode)
    cache = COPY / ".cache"
    if not cache.exists() and (ROOT / ".cache").exists():
        cache.symlink_to(ROOT / ".cache", target_is_directory=True)


def put(path, content, mode):
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)


def run(words, **more):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **more)
    if done.returncode != 0:
        sys.stderr.write(done.stdout[-6000:])
        raise SystemExit(f"tools/mutate: {' '.join(map(str, words[:4]))} ... failed")
    return done.stdout


def configure():
    run(["cmake", "-S", COPY, "-B", OBJECTS, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
         f"-DCMAKE_C_FLAGS_DEBUG={FLAGS}", "-DCONNSYNC_BUILD_TESTS=ON", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"])


def arguments(objects=OBJECTS, top=COPY):
    """What each file beneath the folder is compiled with in a build, for clang to read the original alike."""
    found = {}
    for entry in json.loads((objects / "compile_commands.json").read_text()):
        path = Path(entry["file"])
        if top in path.parents:
            words = entry["command"].split()
            kept = []
            for at, word in enumerate(words):
                if word.startswith(("-D", "-I", "-std")):
                    word = word.replace('\\"', '"').replace("\\(", "(").replace("\\)", ")")
                    kept.append(word.replace(str(top), str(ROOT)))
                elif word == "-isystem":
                    kept += [word, words[at + 1]]
            found.setdefault(path.relative_to(top).as_posix(), kept)
    return found


def mutate(names, known=None):
    """Reads the files and gives all of their mutants with the changed text of each."""
    known = known or arguments()
    mutants = []
    texts = {}
    for place, name in enumerate(files()):
        if name in names:
            file = sites.File(ROOT / name, name, known[name], 1 + place * NUMBERS)
            texts[name] = file.render()
            if len(file.mutants) >= NUMBERS:
                raise SystemExit(f"{name}: more mutants than numbers")
            mutants += file.mutants
    return mutants, texts


def write(texts):
    for name, text in texts.items():
        put(COPY / name, text.encode(), 0o644)
    count = 1 + len(files()) * NUMBERS
    put(COPY / "core/base/mutant.h", (HERE / "mutant.h").read_bytes(), 0o644)
    source = f"#define CS_MUTANTS {count}\n".encode() + (HERE / "mutant.c").read_bytes()
    # The network of boards does not link the core; of two in libraries the first is taken.
    for folder in ("core/base", "platform/lwip"):
        put(COPY / folder / "mutant.c", source, 0o644)
    return count


def targets():
    listed = run(["ninja", "-C", OBJECTS, "-t", "targets", "all"])
    names = {Path(path).name for path in re.findall(r"^(\S+): (?!\S*COMPILER)\S", listed, re.MULTILINE)}
    return sorted(name for name in names
                  if TARGETS.fullmatch(name) and "." not in name and not LEFT_OUT.fullmatch(name))


def compile_all(names=None):
    run(["nice", "-n", "10", "ninja", "-C", OBJECTS, *(names or targets())])


def shorter(name, words):
    """The words of a sweep, with fewer steps of each."""
    return [*words[:-2], "2", words[-1]] if name.startswith("fault_interleave") else words


def tests(slow):
    """{name: (words, folder, environment, whether it is slow)} of the tests that can be run."""
    listed = json.loads(run(["ctest", "--test-dir", OBJECTS, "--show-only=json-v1"]))
    found = {}
    for test in listed["tests"]:
        name = test["name"]
        is_slow = SLOW.fullmatch(name) is not None
        if "command" not in test or LEFT_OUT.fullmatch(name) or not (
                TESTS.fullmatch(name) or (slow and is_slow)):
            continue
        properties = {one["name"]: one["value"] for one in test.get("properties", [])}
        environment = dict(one.split("=", 1) for one in properties.get("ENVIRONMENT", []))
        found[name] = (shorter(name, test["command"]), properties.get("WORKING_DIRECTORY", str(OBJECTS)), environment,
                       is_slow)
    return found
