"""Runs the tests with one mutant in force, and notes what came of it.

First each test runs with none: how long it takes, and which mutants it reaches. A mutant then meets those
that reach it alone, the quickest first, until one fails, crashes or takes several times its usual time.
"""

import concurrent.futures
import os
import signal
import subprocess
import tempfile
import time

from . import tree

RESULTS = tree.BUILD / "results.tsv"
LONGEST_S = 12  # of a test that takes part
SLOWEST_S = 60  # of one for what no other reaches
TIMES = 4
SPARE_S = 1.5
TALKS = ("wire_", "credentials_", "fault_sweep", "streaming", "fault_agents", "heap_trap", "test_lwip", "test_posix")


def run_test(test, limit, **more):
    """How a test ended: "passed", "failed", "crashed" or "late"; and after how many seconds."""
    words, folder, environment, _ = test
    begun = time.monotonic()
    # A loop without an end is not to outlive this program, however that is ended.
    words = ["prlimit", f"--cpu={int(limit) + 2}", *words]
    with tempfile.TemporaryDirectory(prefix="mutate-") as scratch:
        process = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True,
                                   env=dict(os.environ, TMPDIR=scratch, **environment, **more))
        try:
            code = process.wait(limit)
            ended = "passed" if code == 0 else "crashed" if code < 0 or code >= 128 else "failed"
        except subprocess.TimeoutExpired:
            ended = "late"
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
    return ended, time.monotonic() - begun


def learn(tests, size, say):
    """[(seconds, name, reached numbers)] of the tests that pass and are quick enough."""
    known = []
    for name, test in tests.items():
        with tempfile.NamedTemporaryFile() as marks:
            marks.truncate(size)
            longest = SLOWEST_S if test[3] else LONGEST_S
            ended, seconds = run_test(test, 2 * longest, CONNSYNC_MUTANTS_REACHED=marks.name)
            reached = {number for number, mark in enumerate(marks.read(size)) if mark and number}
        if ended != "passed" or seconds > longest:
            say(f"{name}: {ended} after {seconds:.1f} s, takes no part")
        elif reached:
            known.append((test[3], seconds, name, reached))
    known.sort(key=lambda one: one[:3])
    quick = set().union(*(one[3] for one in known if not one[0]))
    return [(seconds, name, reached - quick if is_slow else reached) for is_slow, seconds, name, reached in known]


def identity(mutant):
    return "\t".join((mutant.file, mutant.function, mutant.kind, mutant.text, str(mutant.ordinal)))


def judge(mutant, known, tests):
    """(outcome, test, seconds): "killed", "survived" or "unreached", and what killed it."""
    begun = time.monotonic()
    outcome = "unreached"
    for seconds, name, reached in known:
        if mutant.number not in reached:
            continue
        outcome = "survived"
        limit = TIMES * seconds + SPARE_S
        ended, _ = run_test(tests[name], limit, CONNSYNC_MUTANT=str(mutant.number))
        if ended == "failed" and name.startswith(TALKS):
            # What waits for others may fail for another reason: it has to do so twice.
            ended, _ = run_test(tests[name], limit, CONNSYNC_MUTANT=str(mutant.number))
        if ended != "passed":
            return "killed", f"{name} {ended}", time.monotonic() - begun
    return outcome, "", time.monotonic() - begun


def read_results():
    results = {}
    if RESULTS.exists():
        for line in RESULTS.read_text().splitlines():
            outcome, test, seconds, name = line.split("\t", 3)
            results[name] = (outcome, test, float(seconds))
    return results


def run(mutants, known, tests, options, say):
    """Judges each, and keeps the results as they come; that some of the tests do not mind one is no news."""
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool, RESULTS.open("a") as log:
        waiting = {pool.submit(judge, mutant, known, tests): mutant for mutant in mutants}
        for count, done in enumerate(concurrent.futures.as_completed(waiting), 1):
            outcome, test, seconds = done.result()
            mutant = waiting[done]
            if options.tests and outcome != "killed":
                continue
            log.write(f"{outcome}\t{test}\t{seconds:.2f}\t{identity(mutant)}\n")
            log.flush()
            if outcome != "killed":
                say(f"{outcome}: {mutant.number} {mutant.file} {mutant.function}: {mutant.kind}: "
                    f"{mutant.text[:60]} -> {mutant.after[:60]}")
            if count % 100 == 0:
                say(f"{count} of {len(waiting)} after {time.monotonic() - begun:.0f} s")
    return time.monotonic() - begun
