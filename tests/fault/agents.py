"""Several agents in one process, each at any place of its handshake or its job while the others go on:
each does what it does alone, with TLS 1.2 and 1.3, and in any order."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tenant import Tenant, raw_json  # noqa: E402

SETTING = "set_user_root_attributes"
OPTIONS = b'"client_secret":"s-%d","scope":["email"],"n":1.50E+2,"long":"%s"'
SEEDS = range(1, 5)
COUNTS = (2, 16)


def connection(number):
    """One whose answer comes in many pieces."""
    return b'{"id":"con_%016d","name":"c%d","strategy":"oidc","options":{%s}}' % (
        number, number, OPTIONS % (number, b"x" * 1500))


def run(program, version, seed, count):
    """One run: every agent's line, and what the tenant has then."""
    with Tenant(tls=version) as tenant:
        for number in range(1, count + 1):
            tenant.add(connection(number))
        ended = subprocess.run([program, tenant.domain, str(tenant.port), str(tenant.ca_file),
                                tenant.token, str(seed), str(count)],
                               capture_output=True, timeout=60, check=False)
        what = "TLS %s, seed %d, %d agents: exit %d\n%s%s" % (
            version, seed, count, ended.returncode, ended.stdout.decode(), ended.stderr.decode())
        if ended.returncode != 0:
            sys.exit(what)
        cancelled = 0
        for line in ended.stdout.decode().splitlines():
            number, status, outcome = line.split()
            may_end = int(number) % 4 == 3
            cancelled += status != "ok"
            if (status, outcome) != ("ok", "changed") and not may_end:
                sys.exit(what)
            key = "con_%016d" % (int(number) + 1)
            first, last = tenant.history(key)[0], tenant.raw_options(key)
            if raw_json.without(last, SETTING) != raw_json.without(first, SETTING) or (
                    status == "ok" and raw_json.get(last, SETTING) != b'"on_first_login"'):
                sys.exit("%s\n%s is not as it is to be" % (what, key))
        return cancelled


def main():
    program = sys.argv[1]
    cancelled = sum(run(program, version, seed, count)
                    for version in ("1.2", "1.3") for count in COUNTS for seed in SEEDS)
    print("%d agents were cancelled while others went on" % cancelled)
    if cancelled < len(SEEDS):
        sys.exit("too few of them")


if __name__ == "__main__":
    main()
