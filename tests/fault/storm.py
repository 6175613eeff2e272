"""Puts a thousand drifting connections right, on a clock of the program's own, while one answer in
twenty is an error.

With 429 for it the run takes at most twice the time and the requests of one without; with 429, 500
and resets by turns at most twice the requests. After each run every connection is, byte for byte,
what it was, but for the one member. Which requests are met is the same each time.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from tenant import Fault, Tenant, raw_json  # noqa: E402

COUNT = 1000
SETTING = "set_user_root_attributes"
WANTED = b'"on_first_login"'
DOCUMENT = {"all": True, SETTING: "on_first_login"}
# What options are spelled like: none of it may come back otherwise.
OPTIONS = (
    b'"client_secret":"s-%d","scope":["email","profile"],"n":1.50E+2,"z":-0.0',
    b'"e":"\\u00e9\\/\\ud83d\\ude00 \xc3\xa9","set_user_root_attributes":"never_on_login","i":%d',
    b' "cert" : "x%d" , "deep":[[[{"a":{}}],null],true],"set_user_root_attributes":null',
    b'"number":12345678901234567890,"set_user_root_attributes":"on_each_login","last":[%d,{}]',
    b'"i":%d')
MEMBERS = (b'', b'"display_name":"Shown \\u00fc",', b'"is_domain_connection":false,"n":1e2,')


def connection(number):
    """One that drifts, out of sync and spelled in its own way."""
    return (b'{"id":"con_%016d","name":"conn-%d","strategy":"samlp",%s"options":{%s},"realms":[]}'
            % (number, number, MEMBERS[number % len(MEMBERS)],
               OPTIONS[number % len(OPTIONS)] % number))


def members_of(tenant):
    """Of every connection, by id, each member with its bytes."""
    with tenant.lock:
        return {key: list(item.members) for key, item in tenant.store.connections.items()}


def wanted(members):
    """Those members with the setting as it is to be."""
    return [(name, raw_key, raw_json.put(value, SETTING, WANTED) if name == "options" else value)
            for name, raw_key, value in members]


class Run:
    """One run of apply against a tenant of its own: how long it took, and with what."""

    def __init__(self, program, *faults):
        with Tenant() as tenant, tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for number in range(1, COUNT + 1):
                tenant.add(connection(number))
            before = members_of(tenant)
            (folder / "connsync.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
            tenant.faults += faults
            environment = dict(os.environ, **tenant.environment(),
                               CONNSYNC_CLOCK_LOG=str(folder / "clock"))
            run = subprocess.run([program, "apply", str(folder / "connsync.json"),
                                  *tenant.arguments()],
                                 env=environment, capture_output=True, timeout=280, check=False)
            self.ms = int((folder / "clock").read_text(encoding="ascii").split()[-1])
            self.requests, self.hits = len(tenant.requests), tenant.chance_hits
            self.writes = tenant.writes()
            after = members_of(tenant)
        if run.returncode != 0:
            sys.exit("exit %d: %s" % (run.returncode, run.stderr.decode(errors="replace")))
        self.compare(before, after)

    @staticmethod
    def compare(before, after):
        """Every byte is as it was, or as it is to be."""
        if len(after) != COUNT or before.keys() != after.keys():
            sys.exit("%d connections became %d" % (len(before), len(after)))
        wrong = [key for key, members in before.items() if after[key] != wanted(members)]
        if wrong:
            sys.exit("%d connections are not as wanted: %s" % (
                len(wrong), [(after[key], wanted(before[key])) for key in wrong[:2]]))

    def tell(self, what):
        print("%-30s %5d requests, %4d of them met, %4d writes, %4d s" % (
            what, self.requests, self.hits, self.writes, self.ms // 1000))


def main():
    program = sys.argv[1]
    clean = Run(program)
    clean.tell("nothing in the way")
    if clean.writes != COUNT or clean.requests > 3 * COUNT + COUNT // 10:
        sys.exit("that was no clean run")
    for what, kinds in (("429", ("limit",)), ("429, 500 and resets", ("limit", "error", "reset"))):
        run = Run(program, Fault("by_chance", times=None, one_in=20, seed=11, kinds=kinds))
        run.tell(what)
        if run.hits < run.requests // 40:
            sys.exit("too few requests were met")
        if run.requests > 2 * clean.requests:
            sys.exit("it took more than twice the requests")
        if len(kinds) == 1 and run.ms > 2 * clean.ms:
            sys.exit("it took more than twice the time")


if __name__ == "__main__":
    main()
