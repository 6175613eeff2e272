"""Tokens that are kept from run to run: saved requests, and nothing else different."""

import hashlib
import json
import os
import shutil
import stat
import tempfile
from pathlib import Path

import cli
from cli import CON, Fault, WireTest, connection
from fleet import numbered
from tenant.oauth import SCOPES

READING = ("read:connections", "read:connections_options")


class TokenCacheTest(WireTest):
    """Each test has a cache of its own."""

    def setUp(self):
        super().setUp()
        self.home = Path(tempfile.mkdtemp(prefix="connsync-cache-"))
        self.addCleanup(shutil.rmtree, self.home)
        self.folder = self.home / "connsync"

    def env(self, tenant, **more):
        return {**tenant.environment(credentials=True), "XDG_CACHE_HOME": str(self.home), **more}

    def run_once(self, tenant, *words, code=0, env=None, texts=()):
        """The methods of one run's requests."""
        before = len(tenant.requests)
        result = self.run_cli(tenant, *(words or ("get", CON)), env=env or self.env(tenant))
        self.expect(result, code, *texts)
        self.result = result
        return tenant.methods()[before:]

    def entries(self):
        """Of tokens. That of the session beside them is another test's."""
        return [path for path in self.folder.glob("*") if path.suffix != ".session"]

    def entry(self):
        (path,) = self.entries()
        return path

    def test_a_second_run_asks_for_no_token(self):
        tenant, _ = self.one()
        self.assertEqual(self.run_once(tenant, "set", CON, "off"), ["POST", "GET", "PATCH", "GET"])
        self.assertEqual(self.run_once(tenant, "set", CON, "on"), ["GET", "PATCH", "GET"])
        self.assertEqual(self.run_once(tenant, "list"), ["GET"])
        path = self.entry()
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.folder.stat().st_mode), 0o700)
        self.assertEqual(set(path.name) - set("0123456789abcdef"), set())

    def test_in_the_home_folder(self):
        tenant, _ = self.one()
        env = {**tenant.environment(credentials=True), "HOME": str(self.home)}
        self.assertEqual(self.run_once(tenant, env=env), ["POST", "GET"])
        self.assertEqual(self.run_once(tenant, env=env), ["GET"])
        self.assertEqual([path.name for path in self.home.iterdir()], [".cache"])

    def test_none_is_kept_or_used_on_request(self):
        tenant, _ = self.one()
        words = ("get", CON, "--no-token-cache")
        for _ in range(2):
            self.assertEqual(self.run_once(tenant, *words), ["POST", "GET"])
            self.assertFalse(self.folder.exists())
        self.assertEqual(self.run_once(tenant), ["POST", "GET"])
        self.assertEqual(self.run_once(tenant, *words), ["POST", "GET"])

    def test_a_token_that_was_given_is_not_kept(self):
        tenant, _ = self.one()
        env = {**tenant.environment(), "XDG_CACHE_HOME": str(self.home)}
        self.assertEqual(self.run_once(tenant, env=env), ["GET"])
        self.assertEqual(self.entries(), [])

    def test_one_token_for_a_fleet_and_one_more_when_it_ends(self):
        tenant = self.tenant(*(connection("c%d" % number, number=number)
                               for number in range(1, 41)))
        path = self.home / "connsync.json"
        for value, fault, posts in (("off", None, 1), ("on", None, 0), ("off", 17, 1),
                                    ("on", None, 0)):
            path.write_text(json.dumps({"all": True, "set_user_root_attributes": value}))
            if fault:
                tenant.faults.append(Fault("expire_token", method="PATCH", occurrence=fault))
            methods = self.run_once(tenant, "apply", str(path))
            self.assertEqual(methods.count("POST"), posts)
            self.assertEqual(sum(self.setting(tenant, number) == value
                                 for number in range(1, 41)), 40)
            tenant.faults.clear()

    @staticmethod
    def setting(tenant, number):
        raw = tenant.raw_options(numbered(number))
        return "off" if b"on_first_login" in raw else "on"

    def test_a_revoked_token_is_renewed(self):
        tenant, _ = self.one()
        self.run_once(tenant)
        tenant.tokens.revoke_all()
        self.assertEqual(self.run_once(tenant, "set", CON, "off"),
                         ["GET", "POST", "GET", "PATCH", "GET"])
        self.assertEqual(self.run_once(tenant), ["GET"])

    def test_a_revoked_client_is_told_and_its_token_forgotten(self):
        tenant, con = self.one()
        self.run_once(tenant)
        tenant.tokens.revoke_all()
        tenant.tokens.granted = False
        self.assertEqual(self.run_once(tenant, "set", con, "off", code=4,
                                       texts=("no token for these client credentials",)),
                         ["GET", "POST"])
        self.assertEqual(self.entries(), [])
        self.expect_untouched(tenant, con)

    def test_a_token_is_of_no_use_without_its_secret(self):
        """Another secret finds no token, gets none, and leaves the right one's alone."""
        tenant, con = self.one()
        right = self.env(tenant)["AUTH0_CLIENT_SECRET"]
        self.run_once(tenant)
        path = self.entry()
        for wrong in (right + "x", right[:-1], right.swapcase(), "MARKER-wrong"):
            env = self.env(tenant, AUTH0_CLIENT_SECRET=wrong)
            for words in (("get", con), ("list",), ("set", con, "off")):
                self.assertEqual(self.run_once(tenant, *words, code=4, env=env), ["POST"])
        self.expect_untouched(tenant, con)
        self.assertEqual(self.entry(), path)
        self.assertEqual(self.run_once(tenant), ["GET"])
        digest = hashlib.sha256(right.encode()).hexdigest()
        self.assertNotIn(digest.encode(), path.name.encode() + path.read_bytes())

    def test_a_new_secret_has_a_token_of_its_own(self):
        """Also where somebody gives the old token the name of the new one."""
        tenant, _ = self.one()
        self.run_once(tenant)
        old = self.entry()
        secret = "MARKER-rotated"
        tenant.tokens.client_secret = secret.encode()
        env = self.env(tenant, AUTH0_CLIENT_SECRET=secret)
        self.assertEqual(self.run_once(tenant, env=env), ["POST", "GET"])
        self.assertEqual(self.run_once(tenant, env=env), ["GET"])
        (new,) = (one for one in self.entries() if one != old)
        new.write_bytes(old.read_bytes())
        self.assertEqual(self.run_once(tenant, env=env), ["POST", "GET"])
        self.assertIn("the kept token was not used", self.result.err)

    def test_scopes_of_a_kept_token(self):
        tenant, con = self.one()
        tenant.tokens.scopes = READING
        self.assertEqual(self.run_once(tenant), ["POST", "GET"])
        # It is known to be too little. Another is asked for, which is no better,
        self.assertEqual(self.run_once(tenant, "set", con, "off", code=4,
                                       texts=("(update:connections, update:connections_options)",)),
                         ["POST"])
        self.expect_untouched(tenant, con)
        self.assertEqual(self.run_once(tenant), ["GET"])
        # until more is granted.
        tenant.tokens.scopes = SCOPES
        self.assertEqual(self.run_once(tenant, "set", con, "off"),
                         ["POST", "GET", "PATCH", "GET"])

    def test_scopes_that_nobody_told(self):
        """Only the API tells that they are too few. The next run does not go on with them."""
        tenant, con = self.one()
        tenant.tokens.tells_scopes = False
        tenant.tokens.scopes = READING
        self.assertEqual(self.run_once(tenant), ["POST", "GET"])
        self.assertEqual(self.run_once(tenant, "set", con, "off", code=4,
                                       texts=("(update:connections)",)), ["GET", "PATCH"])
        tenant.tokens.scopes = SCOPES
        self.assertEqual(self.run_once(tenant, "set", con, "off"),
                         ["POST", "GET", "PATCH", "GET"])

    def test_a_token_that_ends_between_a_write_and_its_verification(self):
        """With another the work goes on. Without one the token is forgotten all the same."""
        tenant, con = self.one()
        self.run_once(tenant)
        tenant.faults.append(Fault("expire_token", method="GET", occurrence=2))
        self.assertEqual(self.run_once(tenant, "set", con, "off"),
                         ["GET", "PATCH", "GET", "POST", "GET"])
        tenant.tokens.granted = False
        tenant.faults.append(Fault("expire_token", method="GET", occurrence=2))
        self.assertEqual(self.run_once(tenant, "set", con, "on", code=1,
                                       texts=("no token for these client credentials",)),
                         ["GET", "PATCH", "GET", "POST"])
        self.assertEqual(self.entries(), [])

    def test_what_is_too_short_lived_is_not_used(self):
        tenant = self.tenant(connection(), token_lifetime=100)
        for _ in range(2):
            self.assertEqual(self.run_once(tenant), ["POST", "GET"])

    def test_damage(self):
        tenant, _ = self.one()
        self.run_once(tenant)
        good = self.entry().read_bytes()
        cuts = [good[:length] for length in (0, 1, 50, 200, len(good) - 1)]
        flips = [good[:at] + bytes([good[at] ^ 1]) + good[at + 1:]
                 for at in (0, 20, 100, 150, len(good) // 2, len(good) - 1)]
        for content in (*cuts, *flips, good + b"x", b"\0" * len(good)):
            path = self.entry()
            path.write_bytes(content)
            self.assertEqual(self.run_once(tenant), ["POST", "GET"])
            self.assertIn("the kept token was not used", self.result.err)
            self.assertEqual(self.run_once(tenant), ["GET"])

    def test_entries_of_others(self):
        """A file under another's name, one that others may read, and what is no file."""
        tenant, _ = self.one()
        self.run_once(tenant)
        path = self.entry()
        self.assertEqual(self.run_once(tenant, env=self.env(
            tenant, AUTH0_AUDIENCE=tenant.audience)), ["GET"])
        other = self.tenant(connection(), domain="other.example.auth0.test")
        self.assertEqual(self.run_once(other), ["POST", "GET"])
        (theirs,) = (one for one in self.entries() if one != path)
        theirs.write_bytes(path.read_bytes())
        self.assertEqual(self.run_once(other), ["POST", "GET"])
        theirs.unlink()
        path.chmod(0o644)
        self.assertEqual(self.run_once(tenant), ["POST", "GET"])
        path.unlink()
        os.mkfifo(path, 0o600)
        self.assertEqual(self.run_once(tenant), ["POST", "GET"])
        self.folder.chmod(0o755)
        self.assertEqual(self.run_once(tenant), ["POST", "GET"])
        self.assertIn("not this user's alone", self.result.err)

    def test_runs_at_the_same_time(self):
        tenant, _ = self.one()
        self.all_of(lambda _: self.expect(self.run_cli(tenant, "get", CON, env=self.env(tenant)),
                                          0), range(12), 6)
        self.assertIn(len(self.entries()), (1, 2))
        self.assertEqual(self.run_once(tenant), ["GET"])

    def test_a_folder_that_cannot_be_had_is_no_error(self):
        tenant, _ = self.one()
        for home in ("/dev/null/x", "relative", "/proc"):
            self.assertEqual(self.run_once(tenant, env=self.env(tenant, XDG_CACHE_HOME=home)),
                             ["POST", "GET"])
            self.assertIn("no token is kept", self.result.err)


if __name__ == "__main__":
    cli.main()
