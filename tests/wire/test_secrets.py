"""Secrets with what editors and tables leave around them; and secrets that change under watch."""

import tempfile
from pathlib import Path

import cli
from cli import CON, WireTest, connection

MARK = b"\xef\xbb\xbf"
AROUND = ((b"", b"\n"), (b"", b"\r\n"), (b"", b"\n\r\n\n"), (MARK, b""), (MARK, b"\r\n"))
CONTROLS = [bytes([byte]) for byte in (*range(1, 32), 127)]


class ValueTest(WireTest):
    """Variables and files alike: a mark before and line ends behind a value are not of it; a
    control character in it is refused by the name of the variable or the file."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def save(self, name, raw):
        path = self.folder / name
        path.write_bytes(raw)
        return str(path)

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
        variables = ((self.token(tenant), "AUTH0_API_TOKEN", "token"),
                     ({**domain, "AUTH0_ACCESS_TOKEN": ""}, "AUTH0_ACCESS_TOKEN", "token"),
                     (secret, "AUTH0_CLIENT_SECRET", "secret"),
                     (secret, "AUTH0_CLIENT_ID", "client id"),
                     ({**secret, "AUTH0_AUDIENCE": ""}, "AUTH0_AUDIENCE", "audience"),
                     (secret, "AUTH0_DOMAIN", "domain"))
        cases = [(env, name, kind, byte) for env, name, kind in variables for byte in
                 (b"\n", b"\r\n", b"\x01", b"\t", b"\x7f")]
        cases += [(secret, "AUTH0_CLIENT_SECRET", "secret", byte) for byte in CONTROLS]

        def check(case):
            env, name, kind, byte = case
            raw = b"MARKER-first" + byte + b"MARKER-second\n"
            self.expect(self.run_cli(tenant, "get", con, env={**env, name: raw}), 64,
                        "%s has a character in it that no %s has" % (name, kind))
        self.all_of(check, cases)
        for option, kind in (("--token-file", "token"), ("--client-secret-file", "secret")):
            for number, byte in enumerate((b"\n", b"\r\n", b"\0", b"\x1b", b"\x7f")):
                path = self.save(kind + str(number), b"MARKER-first" + byte + b"MARKER-second\n")
                self.expect(self.run_cli(tenant, "get", con, "--client-id", "x", option, path,
                                         env=domain), 64,
                            "%s has a character in it that no %s has" % (path, kind))
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


if __name__ == "__main__":
    cli.main()
