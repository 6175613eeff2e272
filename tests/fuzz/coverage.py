"""How much of core/base, core/json and core/http the seeds alone reach: what `tools/fuzz --coverage` prints.

Lines and branches are clang's. What is reached in no run is listed in unreached.txt, each with why, and
nothing else may be there: neither what is not listed, nor what is reached after all or is not in the file.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import packing

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/fuzz-coverage"
LIST = packing.HERE / "unreached.txt"
FOLDERS = ("core/base", "core/json", "core/http")
LINES_MIN, BRANCHES_MIN = 95.0, 90.0
FLAGS = "-O1 -g -fprofile-instr-generate -fcoverage-mapping"
# Of a segment and of a branch, as llvm-cov exports them.
LINE, COUNT, HAS_COUNT, IS_REGION = 0, 2, 3, 4
TRUE, FALSE = 4, 5


def tool(name):
    """clang's own, whose version is that of what it wrote."""
    for path in (name + "-14", name):
        if shutil.which(path):
            return path
    sys.exit("there is no %s: it comes with clang (package llvm)" % name)


def build():
    """The programs, by target."""
    subprocess.run(["cmake", "-G", "Ninja", "-S", ROOT, "-B", BUILD, "-DCMAKE_C_COMPILER=clang",
                    "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_C_FLAGS_RELEASE=" + FLAGS,
                    "-DCONNSYNC_BUILD_TESTS=ON"], check=True, stdout=subprocess.DEVNULL)
    names = ["fuzz_%s_replay" % target for target in packing.targets()]
    subprocess.run(["cmake", "--build", BUILD, "--target", *names], check=True, stdout=subprocess.DEVNULL)
    return {name: BUILD / "tests/fuzz" / ("fuzz_%s_replay" % name) for name in packing.targets()}


def run(programs):
    """Each over its seeds; the merged profile."""
    profiles = []
    for target, program in programs.items():
        profiles.append(BUILD / (target + ".profraw"))
        inputs = [*sorted((packing.SEEDS / target).glob("*")),
                  *(path for path in [packing.packed_file(target)] if path.is_file())]
        subprocess.run([program, *inputs], check=True,
                       env={**os.environ, "LLVM_PROFILE_FILE": str(profiles[-1])})
    merged = BUILD / "all.profdata"
    subprocess.run([tool("llvm-profdata"), "merge", "-o", merged, *profiles], check=True)
    return merged


def export(programs, profile):
    """{file: what llvm-cov says of it}"""
    first, *others = programs.values()
    objects = [word for program in others for word in ("-object", program)]
    text = subprocess.run([tool("llvm-cov"), "export", "-instr-profile", profile, first, *objects],
                          check=True, capture_output=True, text=True).stdout
    found = {}
    for row in json.loads(text)["data"][0]["files"]:
        name = row["filename"]
        for folder in FOLDERS:
            if "/" + folder + "/" in "/" + name:
                found[folder + "/" + name.rsplit("/", 1)[1]] = row
    return found


def missed_lines(row):
    """The numbers of lines that no run reached, where a region of them begins."""
    return {segment[LINE] for segment in row["segments"]
            if segment[HAS_COUNT] and segment[IS_REGION] and segment[COUNT] == 0}


def missed_branches(row):
    """The numbers of lines with a condition that was never true, or never false."""
    counts = {}
    for branch in row["branches"]:
        place = tuple(branch[:4])
        true, false = counts.get(place, (0, 0))
        counts[place] = (true + branch[TRUE], false + branch[FALSE])
    return {place[0] for place, both in counts.items() if 0 in both}


def judge(found):
    """[(file, line's text)] of all that is missed."""
    missed = set()
    for name, row in found.items():
        texts = (ROOT / name).read_text("utf-8").splitlines()
        for number in missed_lines(row) | missed_branches(row):
            while texts[number - 1].strip() == "{":  # of a function: its head
                number -= 1
            missed.add((name, texts[number - 1].strip()))
    return missed


def listed():
    """{(file, line's text): why}"""
    rows = {}
    for line in LIST.read_text("utf-8").splitlines() if LIST.is_file() else ():
        if line and not line.startswith("#"):
            name, text, why = (part.strip() for part in line.split(" ## "))
            rows[name, text] = why
    return rows


def share(found, kind):
    covered = sum(row["summary"][kind]["covered"] for row in found.values())
    count = sum(row["summary"][kind]["count"] for row in found.values())
    return covered, count, 100.0 * covered / count


def measure():
    """{folder: {kind: (covered, count, share)}}, and what is missed."""
    programs = build()
    found = export(programs, run(programs))
    shares = {folder: {kind: share({name: row for name, row in found.items() if name.startswith(folder)},
                                   kind) for kind in ("lines", "branches")} for folder in FOLDERS}
    return shares, judge(found)


def main():
    shares, missed = measure()
    known = listed()
    faults = 0
    for folder, kinds in shares.items():
        print("%-10s %s" % (folder, ", ".join("%d of %d %s (%.1f %%)" % (*kinds[kind][:2], kind, kinds[kind][2])
                                              for kind in kinds)))
        faults += kinds["lines"][2] <= LINES_MIN or kinds["branches"][2] <= BRANCHES_MIN
    for name, text in sorted(missed - known.keys()):
        print("not reached, and not in unreached.txt: %s: %s" % (name, text))
    for name, text in sorted(known.keys() - missed):
        print("in unreached.txt, and reached or gone: %s: %s" % (name, text))
    return 1 if faults or missed ^ known.keys() else 0


if __name__ == "__main__":
    sys.exit(main())
