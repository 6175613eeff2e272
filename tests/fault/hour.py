"""An hour of `connsync watch`, on a clock of the program's own: what it has of memory and of
descriptors after a few runs it has after hundreds, whatever came in between.

In each run connections have drifted, and one request in twenty is answered 429 or 500 or its
connection reset; now and then the token is revoked, and the file is read again.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from tenant import Fault, Tenant  # noqa: E402

SETTING = "set_user_root_attributes"
HOUR_MS = 3600000
HANGUP_MS = 250000
FIRST_MS = 600000  # by then all that there will be has been used
DOCUMENT = {"all": True, SETTING: "on_first_login"}
PAGES_KB = 16  # of a buffer that only now has its use; a page in each run would be far more
COUNT = 30
DRIFTING = ("con_%016d" % 3, "con_%016d" % 17)
PATIENCE = 280


def connection(number):
    return (b'{"id":"con_%016d","name":"conn-%d","strategy":"samlp","options":{"cert":"%s",'
            b'"set_user_root_attributes":"never_on_login","scope":["a","b"]}}'
            % (number, number, b"c" * (100 * number)))


def arrange(tenant):
    """The connections, and what befalls them."""
    for number in range(1, COUNT + 1):
        tenant.add(connection(number))
    for target in DRIFTING:
        tenant.faults.append(Fault("edit", path="take=", times=None, target=target,
                                   change={SETTING: '"on_each_login"'}))
    tenant.faults.append(Fault("by_chance", times=None, one_in=20, seed=3))
    tenant.faults += [Fault("expire_token", at=at) for at in range(100, 3000, 100)]


def watch(program, tenant, folder):
    """The whole hour, with a SIGHUP now and then."""
    file, status = folder / "connsync.json", folder / "status.json"
    file.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    environment = dict(os.environ, **tenant.environment(credentials=True),
                       CONNSYNC_CLOCK_LOG=str(folder / "clock"), CONNSYNC_CLOCK_END=str(HOUR_MS),
                       CONNSYNC_CLOCK_HANGUP=str(HANGUP_MS))
    with open(folder / "errors", "wb") as errors:
        process = subprocess.run(
            [program, "watch", str(file), "--every", "20s", "--status-file", str(status),
             "--no-token-cache", *tenant.arguments()],
            env=environment, stdout=subprocess.DEVNULL, stderr=errors, timeout=PATIENCE,
            check=False)
    if process.returncode != 0:
        sys.exit("exit %d" % process.returncode)
    return json.loads(status.read_text(encoding="utf-8"))


def judge(samples):
    """(kilobytes, descriptors) early and late; they are the same."""
    early = [sample for sample in samples if len(sample) == 3 and sample[0] <= FIRST_MS]
    late = [sample for sample in samples if len(sample) == 3 and sample[0] > FIRST_MS]
    if len(early) < 20 or len(late) < 100:
        sys.exit("%d and %d runs are too few" % (len(early), len(late)))
    kilobytes, descriptors = early[-1][1:]
    most = max(sample[1] for sample in late), max(sample[2] for sample in late)
    print("%d runs in an hour: %d KB and %d descriptors after ten minutes, at most %d KB and %d "
          "then" % (len(early) + len(late), kilobytes, descriptors, *most))
    if most[0] > kilobytes + PAGES_KB or most[1] > descriptors:
        sys.exit("it grew")


def main():
    with Tenant() as tenant, tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        arrange(tenant)
        status = watch(sys.argv[1], tenant, folder)
        samples = [tuple(int(word) for word in line.split())
                   for line in (folder / "clock").read_text(encoding="ascii").splitlines()]
        errors = (folder / "errors").read_text(encoding="utf-8", errors="replace")
        again, tokens = errors.count("was read again"), tenant.methods().count("POST")
    print("%d requests, %d of them met, %d tokens, the file read again %d times" % (
        len(tenant.requests), tenant.chance_hits, tokens, again))
    if samples[-1][0] < HOUR_MS or status["state"] != "stopped" or status["runs"] < 120:
        sys.exit("that was no hour: %s" % status)
    # What a list brings about is seen in the next: each second run has something to write, twice.
    if tenant.writes() < 120 or tenant.chance_hits < 50 or tokens < 10 or again < 3:
        sys.exit("too little happened")
    judge(samples)


if __name__ == "__main__":
    main()
