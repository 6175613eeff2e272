"""Secrets with what editors and tables leave around them; and files that change under watch."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import cli
from cli import CON, WireTest, connection
from fleet import ALL_OFF, count_of, entry, numbered, pages
from test_watch import WatchTest, until

MARK = b"\xef\xbb\xbf"
AROUND = ((b"", b"\n"), (b"", b"\r\n"), (b"", b"\n\r\n\n"), (MARK, b""), (MARK, b"\r\n"))
CONTROLS = [bytes([byte]) for byte in (*range(1, 32), 127)]


class FileTest(WireTest):
    """save() writes a file of a test's own folder."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def save(self, name, raw):
        path = self.folder / name
        path.write_bytes(raw)
        path.chmod(0o600)
        return str(path)


class ValueTest(FileTest):
    """Variables and files alike: a mark before and line ends behind a value are not of it; a
    control character in it is refused by the name of the variable or the file."""

    @staticmethod
    def token(tenant):
        return {"AUTH0_DOMAIN": tenant.domain, "AUTH0_API_TOKEN": tenant.token}

    def test_around_a_variable(self):
        tenant, con = self.one()
        by_secret = {**tenant.environment(credentials=True), "AUTH0_AUDIENCE":
                     "https://%s/api/v2/" % tenant.domain}
        by_token = self.token(tenant)
        second = {"AUTH0_DOMAIN": tenant.domain, "AUTH0_ACCESS_TOKEN": tenant.token}
        cases = [(env, name, before, after) for env in (by_secret, by_token, second)
                 for name in env for before, after in AROUND]

        def check(case):
            env, name, before, after = case
            raw = before + env[name].encode() + after
            self.expect(self.run_cli(tenant, "get", con, env={**env, name: raw}), 0, "on_each")
        self.all_of(check, cases)

    def test_around_a_file(self):
        tenant, con = self.one()
        for number, (before, after) in enumerate(AROUND):
            path = self.save("token%d" % number, before + tenant.token.encode() + after)
            self.expect(self.run_cli(tenant, "get", con, "--token-file", path), 0)
            path = self.save("secret%d" % number, before + tenant.secrets[0].encode() + after)
            self.expect(self.run_cli(
                tenant, "get", con, "--client-id", tenant.client_id, "--client-secret-file", path,
                env={"AUTH0_DOMAIN": tenant.domain}), 0)

    def test_inside(self):
        """Not a byte is sent, and nothing of the value is printed."""
        tenant, con = self.one()
        secret = tenant.environment(credentials=True)
        domain = {"AUTH0_DOMAIN": tenant.domain}
        self.more_secrets += ["MARKER-first", "MARKER-second"]
        variables = ((self.token(tenant), "AUTH0_API_TOKEN"),
                     (domain, "AUTH0_ACCESS_TOKEN"), (secret, "AUTH0_CLIENT_SECRET"),
                     (secret, "AUTH0_CLIENT_ID"), (secret, "AUTH0_AUDIENCE"),
                     (secret, "AUTH0_DOMAIN"), (secret, "AUTH0_CLIENT_SIGNING_KEY_PATH"))
        cases = [(env, name, byte) for env, name in variables for byte in
                 (b"\n", b"\r\n", b"\x01", b"\t", b"\x7f")]
        cases += [(secret, "AUTH0_CLIENT_SECRET", byte) for byte in CONTROLS]
        cases += [(self.token(tenant), "AUTH0_API_TOKEN", byte) for byte in (b" ", b"\xff")]

        def check(case):
            env, name, byte = case
            raw = b"MARKER-first" + byte + b"MARKER-second\n"
            self.expect(self.run_cli(tenant, "get", con, env={**env, name: raw}), 64,
                        "%s has a character in it that no token, secret or id has" % name)
        self.all_of(check, cases)
        for option, kind in (("--token-file", "token"), ("--client-secret-file", "secret")):
            for number, byte in enumerate((b"\n", b"\r\n", b"\0", b"\x1b", b"\x7f")):
                path = self.save(kind + str(number), b"MARKER-first" + byte + b"MARKER-second\n")
                self.expect(self.run_cli(tenant, "get", con, "--client-id", "x", option, path,
                                         env=domain), 64,
                            "%s has a character in it that no token, secret or id has" % path)
        # As PowerShell writes files: UTF-16.
        path = self.save("utf16", "\ufeffMARKER-first\r\n".encode("utf-16-le"))
        self.expect(self.run_cli(tenant, "get", con, "--token-file", path, env=domain), 64, path)
        self.assertEqual(tenant.requests, [])

    def test_nothing_but_line_ends(self):
        """A variable of those is not set; a file of those is empty."""
        tenant = self.tenant(connection())
        result = self.run_cli(tenant, "get", CON, env={"AUTH0_DOMAIN": tenant.domain,
                                                       "AUTH0_API_TOKEN": "\r\n"})
        self.expect(result, 64, "no credentials")
        path = self.save("empty", MARK + b"\r\n")
        self.expect(self.run_cli(tenant, "get", CON, "--token-file", path), 64,
                    "the file %s is empty" % path)


class ExposureTest(FileTest):
    """A file with a secret that others may read is used, and told, with the cure."""

    ID = ("--client-id", "an-id", "--client-secret-file")

    def setUp(self):
        super().setUp()
        self.box = self.tenant(connection(), client_id="an-id")
        self.domain = {"AUTH0_DOMAIN": self.box.domain}

    def ways(self):
        """The file and the arguments of each way to give a secret in a file."""
        secret = self.save("secret", self.box.secrets[0].encode())
        token = self.save("token", self.box.token.encode())
        text = json.dumps({**ALL_OFF, "token": self.box.token}).encode()
        document = self.save("connsync.json", text)
        return ((secret, ("get", CON, *self.ID, secret)),
                (token, ("get", CON, "--token-file", token)),
                (document, ("apply", document)))

    def test_modes(self):
        for path, arguments in self.ways():
            for mode, told in ((0o600, False), (0o440, False), (0o644, True), (0o660, True)):
                os.chmod(path, mode)
                with self.subTest(arguments, mode=oct(mode)):
                    result = self.run_cli(self.box, *arguments, env=self.domain)
                    self.assertEqual(result.code, 0, result.err)
                    self.assertEqual(
                        "connsync: others may read or change the secret in %s: chmod 600\n" % path
                        in result.err, told, result.err)

    def test_one_without_a_secret(self):
        document = self.save("connsync.json", json.dumps(ALL_OFF).encode())
        os.chmod(document, 0o644)
        result = self.run_cli(self.box, "apply", document)
        self.assertNotIn("others may read", result.err)

    def test_as_json(self):
        path = self.save("token", self.box.token.encode())
        os.chmod(path, 0o644)
        result = self.run_cli(self.box, "get", CON, "--token-file", path, "--log-format", "json",
                              "--json", env=self.domain, verbose=False)
        line, = map(json.loads, result.err.splitlines())
        self.assertEqual((line["level"], line["message"]), (
            "info", "others may read or change the secret in %s: chmod 600" % path))
        self.assertEqual(len(result.json), 1)

    def test_what_is_mounted_to_be_read_only(self):
        """As the kubelet does it: 0644, on a tmpfs that cannot be written."""
        mount = self.folder / "mount"
        mount.mkdir()
        script = ('set -e; mount -t tmpfs none "$0"; cp "$1" "$0/secret"; chmod 644 "$0/secret"; '
                  '$2 mount -o remount,ro "$0"; shift 2; exec "$@"')
        path = self.save("secret", self.box.secrets[0].encode())
        if subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "true"],
                          check=False).returncode != 0:
            self.skipTest("no mount namespaces here")
        for before, told in (("true", True), ("", False)):
            process = subprocess.Popen(
                ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, mount,
                 path, before, cli.binary(), "get", CON, *self.ID, mount / "secret",
                 *self.box.arguments()], env=cli.environment(self.domain),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            result = self.finish(process)
            self.assertEqual(result.code, 0, result.err)
            self.assertEqual("others may read" in result.err, told, result.err)


class Volume:
    """A ConfigMap or a Secret as the kubelet mounts it: each file is a link into ..data, which is a
    link to a folder with a time in its name, and is swapped."""

    def __init__(self, folder, **files):
        self.folder, self.count = folder, 0
        folder.mkdir()
        self.put(**files)
        for name in files:
            (folder / name).symlink_to("..data/" + name)

    def put(self, **files):
        self.count += 1
        new = self.folder / ("..2026_11_29_%d" % self.count)
        new.mkdir()
        for name, raw in files.items():
            (new / name).write_bytes(raw)
        (self.folder / "..data_tmp").symlink_to(new.name)
        os.rename(self.folder / "..data_tmp", self.folder / "..data")

    def path(self, name):
        return str(self.folder / name)


def rename_over(path, raw):
    """As editors and configuration management replace a file."""
    Path(path + ".new").write_bytes(raw)
    os.rename(path + ".new", path)


def write_in_place(path, raw):
    """The same length and the same time: only the content tells."""
    before = os.stat(path)
    Path(path).write_bytes(raw)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


class ChangeTest(WatchTest):
    """Files that are not as they were are read again within seconds, without a signal, and a run
    begins: none of these waits for its interval."""

    WAYS = {"rename": rename_over, "in place": write_in_place}

    def rotate(self, tenant):
        """Another secret for the client, and what was granted for the old one is void."""
        secret = tenant.secrets[0][::-1]
        self.more_secrets += [tenant.secrets[0], secret]
        with tenant.lock:
            tenant.tokens.client_secret = secret.encode()
            tenant.tokens.revoke_all()
        return secret.encode()

    def run_watch(self, tenant, file, *arguments, **how):
        process = self.start(tenant, "watch", file, *arguments, **how)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def watch_secret(self, tenant, path, every="1d"):
        return self.run_watch(tenant, self.write(ALL_OFF, apart=True), "--every", every,
                              "--client-id", tenant.client_id, "--client-secret-file", path,
                              env={"AUTH0_DOMAIN": tenant.domain})

    def test_a_secret(self):
        """Whichever way it is replaced: as the kubelet does, by another file, in place."""
        running = []
        for way in ("swap", *self.WAYS):
            tenant = self.many(2, [])
            old = tenant.secrets[0].encode()
            volume = Volume(self.folder / way, secret=old)
            path = volume.path("secret") if way == "swap" else self.write(old, "%s.secret" % way)
            running.append((way, tenant, volume, path, self.watch_secret(tenant, path)))
        for way, tenant, volume, path, _ in running:
            until(lambda tenant=tenant: pages(tenant) == 1)
            new = self.rotate(tenant) + b"\n"
            if way == "swap":
                volume.put(secret=new)
            else:
                self.WAYS[way](path, new)
        for way, tenant, _, path, process in running:
            with self.subTest(way):
                until(lambda tenant=tenant: pages(tenant) == 2)
                result = self.end(process)
                self.assertEqual(result.err.count("%s has changed: read again" % path), 1)
                # The token of the old one was not even tried.
                self.assertEqual(tenant.methods(), ["POST", "GET", "POST", "GET"])

    def test_a_secret_that_was_refused(self):
        """The service knows the new one before the file has it; a wrong one is told once."""
        tenant = self.many(2, [])
        path = self.write(tenant.secrets[0].encode(), "secret")
        new = self.rotate(tenant)
        process = self.watch_secret(tenant, path, every="1s")
        until(lambda: count_of(tenant, "POST") == 1)
        Path(path).write_bytes(new[:7] + b"\n" + new[7:])
        until(lambda: b"going on with the file as it was" in process.stderr.readline())
        # In one step: it is read each second, and an empty file would be told as well.
        rename_over(path, new)
        until(lambda: pages(tenant) == 1)
        self.assertEqual(self.end(process).err.count("going on"), 0)

    def test_settings(self):
        """A ConfigMap; half of a file and a broken one change nothing, and are told once."""
        tenant = self.many(3, [])
        spare = {"connections": [entry(name="conn-1")]}
        volume = Volume(self.folder / "config", **{"connsync.json": cli.json.dumps(spare).encode()})
        path = volume.path("connsync.json")
        process = self.run_watch(tenant, path, "--every", "1s")
        until(lambda: pages(tenant) == 1)
        volume.put(**{"connsync.json": b'{"connections":['})
        seen = pages(tenant)
        until(lambda: pages(tenant) >= seen + 3)  # by then it was looked at again and again
        self.assertEqual(tenant.writes(), 0)
        volume.put(**{"connsync.json": cli.json.dumps({**ALL_OFF, "connections": [
            entry("on", name="conn-2")]}).encode()})
        until(lambda: tenant.writes() == 1)
        result = self.end(process)
        self.assertEqual(self.written(tenant), [numbered(2)])
        self.assertEqual(result.err.count("going on with the file as it was"), 1, result.err)
        self.assertEqual(result.err.count("%s has changed: read again" % path), 1)

    def test_what_cannot_be_read_twice(self):
        """With a pipe among its files it looks at none; SIGHUP stays."""
        tenant = self.many(2, [])
        pipe = str(self.folder / "pipe")
        os.mkfifo(pipe)
        process = self.watch(tenant, "--token-file", pipe, every="1s",
                             env={"AUTH0_DOMAIN": tenant.domain})
        Path(pipe).write_text(tenant.token, encoding="ascii")
        until(lambda: pages(tenant) == 1)
        self.write({"connections": [entry("on", name="conn-1")]})
        until(lambda: pages(tenant) >= 4)
        self.assertEqual(tenant.writes(), 0)
        self.assertNotIn("changed", self.end(process).err)

    def test_standard_input(self):
        for option in ("--token-file", "--client-secret-file"):
            result = self.run_cli(self.many(1, []), "watch", self.write(ALL_OFF), option, "-",
                                  stdin=b"MARKER-once")
            self.expect(result, 64, "credentials that can be read again, not standard input")


if __name__ == "__main__":
    cli.main()
