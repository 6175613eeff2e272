"""Replays the whole flow with one fault at every single call of the port, in turn.

After each replay the tenant's connection must be exactly as before or exactly as
wanted, and the exit code must tell the truth about which. Prints how many points
were cut and how they ended; fails when one ended otherwise.
"""

import concurrent.futures
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "wire")]

import early  # noqa: E402
from tenant import Tenant, pki  # noqa: E402

KINDS = ("would_block", "short", "reset", "eof", "lost", "stall")
KEY_STEP = 41
SERIALS = itertools.count()
CONNECTION = (b'{"id":"con_%016d","options":{"client_secret":"MARKER-secret","scope":["a","b"],'
              b'"n":1.0,"empty":{}},"strategy":"oidc","name":"sweep-%d"}')
BEFORE = b'{"client_secret":"MARKER-secret","scope":["a","b"],"n":1.0,"empty":{}}'
# What each command makes of that; what follows its connection on the command line.
WANTED = {"set": BEFORE[:-1] + b',"set_user_root_attributes":"never_on_login"}',
          "patch": b'{"client_secret":"MARKER-secret","n":7,"empty":{},"m":[null]}'}
PATCH = b'{"scope":null,"n":7,"m":[null]}'


class Replay:
    """One run of the program with one fault, and what became of the connection. Where there is a folder
    with a session, each run has a copy of its own to go on from."""

    def __init__(self, command, tenant, credentials, serial, plan):
        program, verb = command
        self.plan = plan
        identity = tenant.add(CONNECTION % (serial, serial))
        with tempfile.NamedTemporaryFile() as log, tempfile.TemporaryDirectory() as home:
            environment = dict(os.environ, CONNSYNC_FAULT=plan, CONNSYNC_FAULT_LOG=log.name,
                               **credentials)
            words = ["--no-token-cache"]
            if "XDG_CACHE_HOME" in credentials:
                words = ["--early-data"]
                shutil.copytree(credentials["XDG_CACHE_HOME"], home, dirs_exist_ok=True)
                environment["XDG_CACHE_HOME"] = home
            last = "-" if verb == "patch" else "never_on_login"
            run = subprocess.run([program, verb, identity, last, "--json", *words,
                                  *tenant.arguments()],
                                 env=environment, input=PATCH, capture_output=True,
                                 timeout=120, check=False)
            counts = log.read().split()
        self.calls, self.allocations = (int(count) for count in counts) if counts else (0, 0)
        self.exit_code = run.returncode
        self.output = run.stdout + run.stderr
        self.code = json.loads(run.stdout)["code"] if run.stdout else "nothing printed"
        self.asked = self.exit_code == 64 and any(identity in request.target
                                                  for request in tenant.requests)
        options = tenant.raw_options(identity)
        self.state = {BEFORE: "before", WANTED[verb]: "wanted"}.get(options, "otherwise")

    def is_true(self):
        """Does the exit code tell what became of the connection?"""
        if self.state == "otherwise" or b"MARKER" in self.output:
            return False
        if self.exit_code == 0:
            return self.code == "ok" and self.state == "wanted"
        # A key for which memory or entropy is missing is told as one that cannot be used.
        if self.exit_code not in (1, 3, 4, 8, 64):
            return False
        if self.exit_code == 64:
            return not self.asked and (b"no random bytes" in self.output
                                       or b"too little memory" in self.output)
        return self.code == "unverified" or self.state == "before"


def plans(whole, call_step, memory_step):
    """Every fault at every point of a run that had none, and a little beyond it. With a step, each
    kind has points of its own."""
    for place, kind in enumerate(KINDS):
        for point in range(1 + place % call_step, whole.calls + 3, call_step):
            yield "%s:%d" % (kind, point)
    for point in range(1, whole.allocations + 1, memory_step):
        yield "memory:%d" % point


def private_key(tenant):
    """The environment of a client with a private key, which the tenant knows."""
    with tempfile.NamedTemporaryFile("w+") as file:
        file.write(pki.run("genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt",
                           "rsa_keygen_bits:2048"))
        file.flush()
        tenant.trust_key(pki.run("pkey", "-in", file.name, "-pubout").encode())
        file.seek(0)
        environment = tenant.environment(credentials=True)
        del environment["AUTH0_CLIENT_SECRET"]
        return dict(environment, AUTH0_CLIENT_ASSERTION_PRIVATE_KEY=file.read())


def sweep(command, tenant, credentials, *steps):
    """A run without a fault, and one with each fault in turn."""
    whole = Replay(command, tenant, credentials, next(SERIALS), "count:0")
    if whole.exit_code != 0 or whole.state != "wanted" or whole.calls < 20:
        sys.exit("the run without a fault failed: %s" % whole.output.decode())
    with concurrent.futures.ThreadPoolExecutor(max_workers=3) as pool:
        replays = list(pool.map(
            lambda plan: Replay(command, tenant, credentials, next(SERIALS), plan),
            plans(whole, *steps)))
    for replay in replays:
        if not replay.is_true():
            print("%s: exit %d (%s), connection %s: %s" % (
                replay.plan, replay.exit_code, replay.code, replay.state,
                replay.output.decode(errors="replace").strip()))
    # A lack of memory, time or entropy must never look like a bad certificate.
    codes = {replay.code for replay in replays}
    if not {"memory", "time_unknown", "no_entropy"} <= codes or "cert_untrusted" in codes:
        sys.exit("the codes seen were %s" % sorted(codes))
    states = [replay.state for replay in replays]
    false = sum(not replay.is_true() for replay in replays)
    print("%d port calls and %d arena requests; %d faults injected: %d ended as before, "
          "%d as wanted, %d otherwise; %d exit codes untrue" % (
              whole.calls, whole.allocations, len(replays), states.count("before"),
              states.count("wanted"), states.count("otherwise"), false))
    return false == 0 and "otherwise" not in states


def sweep_early(command, *steps):
    """The same with a first read that goes with the hello."""
    with tempfile.TemporaryDirectory() as place, early.front(pathlib.Path(place)) as served:
        kept = pathlib.Path(place) / "kept"
        credentials = dict(served.tenant.environment(), XDG_CACHE_HOME=str(kept))
        identity = served.tenant.add(CONNECTION % (0, 0))
        subprocess.run([command[0], "get", identity, *served.tenant.arguments()], check=True,
                       env=dict(os.environ, CONNSYNC_FAULT="count:0", **credentials))
        good = sweep(command, served.tenant, credentials, *steps)
        count = sum(map(early.is_early, served.tenant.requests))
        print("%d reads were early" % count)
        return good and count > 0


def main():
    program, call_step, memory_step, verb = sys.argv[1], *map(int, sys.argv[2:4]), sys.argv[4]
    command = program, verb
    if verb == "early":
        try:
            sys.exit(0 if sweep_early((program, "set"), call_step, memory_step) else 1)
        except unittest.SkipTest as missing:
            print(missing)
            sys.exit(77)
    with Tenant() as tenant:
        good = sweep(command, tenant, tenant.environment(credentials=True), call_step, memory_step)
        # How the client proves itself is one and the same for all commands. Arithmetic with
        # a private key makes thousands of requests to an arena, one like the other.
        if verb == "set":
            good = sweep(command, tenant, private_key(tenant), call_step,
                         memory_step * KEY_STEP) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
