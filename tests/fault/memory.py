"""What lies in the memory of `watch` between two runs is what docs/credentials.md says, and no more.

A run is made with secrets from each of the places that they may come from; then all of the process's
memory is searched for them, and for what came and went during the run.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tenant import Tenant, pki  # noqa: E402
from watching import wait_for_run  # noqa: E402

OPTION = b"MARKER-secret-of-a-connection"
CONNECTION = (b'{"id":"con_0000000000000001","options":{"client_secret":"%s"},'
              b'"strategy":"oidc","name":"one"}' % OPTION)
SECRET = "a-clients-secret-0123456789"
OTHER = "another-clients-secret-9876543210"
ENTRY = {"name": "one", "set_user_root_attributes": "on_first_login"}
# How often each is there: as it is used; and in `watch` once more where it came with the
# environment, which a SIGHUP makes it read again.
USED, AND_KEPT = 1, 2


def image(process):
    """Every readable byte of a process but the kernel's own pages, region by region."""
    folder = pathlib.Path("/proc/%d" % process.pid)
    with open(folder / "mem", "rb", buffering=0) as memory:
        for line in (folder / "maps").read_text(encoding="utf-8").splitlines():
            fields = line.split()
            if fields[1].startswith("r") and not fields[-1].startswith("[v"):
                start, end = (int(part, 16) for part in fields[0].split("-"))
                memory.seek(start)
                yield memory.read(end - start)


class Search:
    """One run of `watch`, and the faults that were found in its memory."""

    def __init__(self, program, tenant, folder):
        self.program, self.tenant, self.folder = program, tenant, pathlib.Path(folder)
        self.client_id = tenant.environment(credentials=True)["AUTH0_CLIENT_ID"]
        self.key = self._make_key()
        self.faults = []

    def _make_key(self):
        path = self.folder / "key.pem"
        path.write_text(pki.run("genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt",
                                "rsa_keygen_bits:2048"), encoding="ascii")
        path.chmod(0o600)
        self.tenant.trust_key(pki.run("pkey", "-in", path, "-pubout").encode())
        return path

    def key_pieces(self):
        """A line of the key's text, and bytes of its second half as it is used."""
        der = subprocess.run(["openssl", "pkey", "-in", self.key, "-outform", "DER",
                              "-traditional"], capture_output=True, check=True).stdout
        return self.key.read_bytes().splitlines()[12], der[700:740]

    def look(self, title, expected, *arguments, document=None, change=None, **given):
        """`expected` maps bytes to how often they may be there; each is there at least once if more
        than none. The token of the run is in use. Nothing is left of the connection's document.
        change() comes after a first run, and makes it run again."""
        issued = set(self.tenant.tokens.issued)
        path = self.folder / "connsync.json"
        path.write_text(json.dumps(dict(document or {}, connections=[ENTRY])), encoding="ascii")
        status = self.folder / "status.json"
        status.unlink(missing_ok=True)
        environment = {"PATH": "/usr/bin:/bin", "AUTH0_DOMAIN": self.tenant.domain, **given}
        process = subprocess.Popen(
            [self.program, "watch", path, "--every", "1d", "--status-file", status,
             "--no-token-cache", *arguments, *self.tenant.arguments()],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            if not wait_for_run(process, status):
                process.kill()
                sys.exit("%s: no run: %s" % (title, process.communicate()[0].decode()))
            if change is not None:
                expected = {**expected, **{token.encode(): 0 for token in
                                           set(self.tenant.tokens.issued) - issued}}
                issued = set(self.tenant.tokens.issued)
                change()
                if not wait_for_run(process, status, 2):
                    sys.exit("%s: no run after a change" % title)
            shown = pathlib.Path("/proc/%d/environ" % process.pid).read_bytes()
            memory = list(image(process))
        finally:
            process.kill()
            process.communicate()
        for token in set(self.tenant.tokens.issued) - issued:
            expected = {**expected, token.encode(): USED}
        self._judge(title, {**expected, OPTION: 0}, memory, shown)

    def _judge(self, title, expected, memory, shown):
        for bytes_of_it, allowed in expected.items():
            count = sum(region.count(bytes_of_it) for region in memory)
            print("%s: %.12s... is there %d times" % (title, bytes_of_it.hex(), count))
            if count > allowed or (allowed > 0 and count == 0):
                self.faults.append("%s: there %d times, not %d" % (title, count, allowed))
            if bytes_of_it in shown:
                self.faults.append("%s: in /proc/PID/environ" % title)


def look_at_each(search):
    """Each place that a secret may come from."""
    client = {"AUTH0_CLIENT_ID": search.client_id}
    token = search.tenant.environment()["AUTH0_API_TOKEN"]
    secret = SECRET.encode()
    line, der = search.key_pieces()
    file = search.folder / "secret"
    file.write_text(SECRET + "\n", encoding="ascii")
    search.look("secret, environment", {secret: AND_KEPT}, AUTH0_CLIENT_SECRET=SECRET, **client)
    search.look("secret, file", {secret: USED}, "--client-secret-file", str(file), **client)
    search.look("secret, connsync.json", {secret: USED},
                document={"client_id": search.client_id, "client_secret": SECRET})
    search.look("token, environment", {token.encode(): AND_KEPT}, AUTH0_API_TOKEN=token)
    search.look("token, connsync.json", {token.encode(): USED}, document={"token": token})
    search.look("key, file", {line: 0, der: USED}, "--private-key", str(search.key), **client)

    def replace():
        search.tenant.tokens.client_secret = OTHER.encode()
        file.write_text(OTHER, encoding="ascii")
    search.look("secret, replaced", {secret: 0, OTHER.encode(): USED}, "--client-secret-file",
                str(file), change=replace, **client)
    search.tenant.tokens.client_secret = secret
    search.look("key, environment", {line: USED, der: USED},
                AUTH0_CLIENT_ASSERTION_PRIVATE_KEY=search.key.read_text(encoding="ascii"), **client)


def main():
    with tempfile.TemporaryDirectory() as folder, Tenant(client_secret=SECRET) as tenant:
        tenant.add(CONNECTION)
        search = Search(sys.argv[1], tenant, folder)
        look_at_each(search)
    sys.exit("\n".join(search.faults) or 0)


if __name__ == "__main__":
    main()
