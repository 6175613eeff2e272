"""Runs one proof: compiles its harness, puts the stand-ins in, and lets CBMC search for a counterexample."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import functions

ROOT = functions.ROOT
LIMIT_S = int(os.environ.get("CONNSYNC_PROVE_LIMIT_S", 300))
# What is looked for beside the harness's own assertions. The first row is what CBMC 6 does anyhow.
CHECKS = ("--bounds-check", "--pointer-check", "--pointer-primitive-check", "--div-by-zero-check",
          "--signed-overflow-check", "--undefined-shift-check", "--unwinding-assertions",
          "--pointer-overflow-check", "--no-malloc-may-fail", "--slice-formula", "--drop-unused-functions")
OLDEST = 6
# What is included of others: the variable that names the folder, and where the build puts it itself.
DEPENDENCIES = {"CONNSYNC_JSMN": "jsmn-*", "CONNSYNC_LWIP": "lwip-*"}


class Result(NamedTuple):
    fine: bool
    text: str
    seconds: float


def is_new_enough(folder):
    """Whether this folder has a CBMC that the rows were written for."""
    try:
        done = subprocess.run([folder / "cbmc", "--version"], capture_output=True, text=True,
                              check=True)
        return int(done.stdout.split(".")[0]) >= OLDEST
    except (OSError, subprocess.CalledProcessError, ValueError):
        return False


def seed(proof, folder):
    """A copy of the source with the defect, where it is found before the source itself."""
    name, old, new = proof.defect
    text = (ROOT / name).read_text(encoding="utf-8")
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def find_source(folder, name):
    return folder / name if (folder / name).is_file() else ROOT / name


def dependencies():
    """The folders of their headers."""
    for variable, pattern in DEPENDENCIES.items():
        found = [Path(os.environ[variable])] if os.environ.get(variable) else sorted(
            path for path in (ROOT / ".cache/connsync-deps").glob(pattern) if path.is_dir())
        if found:
            yield found[-1]
            yield found[-1] / "src/include"


def compile_harness(tools, proof, folder):
    """The proof as CBMC reads it."""
    program, stood_in = folder / "harness.gb", folder / "stood-in.gb"
    words = [tools / "goto-cc", "--function", "prove_" + proof.name, "-o", program, "-std=gnu11",
             "-iquote", folder, "-iquote", ROOT, "-iquote", ROOT / "tests/proofs",
             *["-I%s" % path for path in (folder, ROOT, ROOT / "platform/lwip", *dependencies())],
             *["-D%s=%s" % pair for pair in proof.defines.items()],
             ROOT / "tests/proofs" / proof.harness,
             *[find_source(folder, name) for name in proof.sources]]
    subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT)
    if not proof.stand_ins:
        return program
    words = [tools / "goto-instrument", "--drop-unused-functions"]
    if "core/base/text.c" in proof.sources:
        # goto-instrument 6.6 leaves the address of memset() there as nothing that CBMC can read.
        words += ["--remove-function-body", "cs_wipe"]
    for name, stand_in in proof.stand_ins.items():
        words += ["--replace-calls", "%s:%s" % (name, stand_in)]
    subprocess.run([*words, program, stood_in], check=True, capture_output=True, text=True)
    return stood_in


def reached(tools, program, entry):
    """The names of the functions that the harness can come to."""
    done = subprocess.run([tools / "goto-instrument", "--reachable-call-graph", program],
                          capture_output=True, text=True, check=True)
    names = re.findall(r"^(\S+) -> (\S+)$", done.stdout, re.MULTILINE)
    return {entry} | {re.sub(r"\$.*", "", name) for pair in names for name in pair}


def check(tools, proof, program, stop_early):
    loops = ",".join("%s:%d" % pair for pair in proof.loops.items())
    words = [tools / "cbmc", program, "--unwind", str(proof.unwind), *CHECKS, *proof.options,
             *(["--unwindset", loops] if loops else []), *(["--stop-on-fail"] if stop_early else [])]
    return subprocess.run(words, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def failures(output):
    lines = re.findall(r"^\[(.+?)\] (?:line \d+ )?(.*): (?:FAILURE|ERROR)$", output, re.MULTILINE)
    return "; ".join("%s: %s" % line for line in lines[:4]) or output[-400:]


def judge(tools, proof, folder, defects):
    program = compile_harness(tools, proof, folder)
    missing = {name.split(":")[1] for name in proof.covers} - reached(
        tools, program, "prove_" + proof.name)
    if missing:
        return False, "does not come to " + ", ".join(sorted(missing))
    done = check(tools, proof, program, defects)
    if defects:
        return done.returncode == 10, ("the defect is found" if done.returncode == 10 else
                                       "THE DEFECT IS NOT FOUND (status %d)" % done.returncode)
    total = re.search(r"\*\* \d+ of (\d+) failed", done.stdout)
    if done.returncode == 0 and total:
        return True, "proved, %s properties" % total[1]
    return False, "FAILED: " + failures(done.stdout + done.stderr)


def run(tools, proof, folder, defects):
    """The result of one proof, with its defect or without."""
    begun = time.monotonic()
    folder.mkdir(parents=True)
    try:
        if defects:
            seed(proof, folder)
        fine, text = judge(tools, proof, folder, defects)
    except subprocess.CalledProcessError as error:
        fine, text = False, "FAILED: %s" % (error.stderr or error.stdout)[-2000:]
    except subprocess.TimeoutExpired:
        fine, text = False, "FAILED: more than %d s" % LIMIT_S
    shutil.rmtree(folder)
    return Result(fine, text, time.monotonic() - begun)
