"""Runs the flow with the heap trapped: it must finish the update without one call of a
heap function from the opening of the agent to its close."""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tenant import Tenant, pki  # noqa: E402

CONNECTION = b'{"id":"con_heap","options":{"a":[1,{"b":null}]},"strategy":"oidc","name":"heap"}'
EXIT_TRAPPED = 99


def run(program, tenant, value, cache, **extra):
    """One `set` under the trap."""
    environment = dict(os.environ, **tenant.environment(credentials=True), XDG_CACHE_HOME=cache)
    environment.update(extra)
    return subprocess.run([program, "set", "heap", value, *tenant.arguments()],
                          env=environment, capture_output=True, timeout=60, check=False)


def main():
    program = sys.argv[1]
    with Tenant() as tenant, tempfile.TemporaryDirectory() as cache:
        tenant.add(CONNECTION)
        shown = run(program, tenant, "on_first_login", cache, CONNSYNC_HEAP_TRAP_TEST="1")
        if shown.returncode != EXIT_TRAPPED:
            sys.exit("the trap does not work: exit %d" % shown.returncode)
        key = pathlib.Path(cache) / "key.pem"
        key.write_text(pki.run("genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt",
                               "rsa_keygen_bits:2048"), encoding="ascii")
        tenant.trust_key(pki.run("pkey", "-in", key, "-pubout").encode())
        # Asked for with a key, and kept; then used, with the same key.
        with_key = {"AUTH0_CLIENT_ASSERTION_PRIVATE_KEY": key.read_text(encoding="ascii")}
        first = run(program, tenant, "on_first_login", cache, **with_key)
        second = run(program, tenant, "on", cache, **with_key)
        flow = ["GET", "PATCH", "GET"]
        if first.returncode or second.returncode or tenant.methods() != ["POST", *flow, *flow]:
            sys.exit("exit %d and %d, %s: %s" % (
                first.returncode, second.returncode, tenant.methods(),
                (first.stderr + second.stderr).decode()))
    print("assertion, token, cache, read, write, verify: no heap function was called")


if __name__ == "__main__":
    main()
