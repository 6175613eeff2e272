"""Private keys and client assertions, end to end; and what is refused before a request."""

import shutil
import signal
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs

import cli
from cli import CON, Fault, WireTest, connection
from tenant import pki

ALGORITHMS = ("RS256", "RS384", "PS256")
KEY_VARIABLE = "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY"
ALG_VARIABLE = "AUTH0_CLIENT_ASSERTION_SIGNING_ALG"
PATH_VARIABLE = "AUTH0_CLIENT_SIGNING_KEY_PATH"


class KeyTest(WireTest):
    """A folder with an RSA key in both shapes, and a tenant that knows its public half."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="connsync-keys-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.key = cls.make("key", "RSA", "rsa_keygen_bits:2048")
        cls.pkcs1 = cls.save("pkcs1", pki.run("rsa", "-traditional", "-in", cls.key))
        cls.public = pki.run("pkey", "-in", cls.key, "-pubout").encode()

    @classmethod
    def save(cls, name, text):
        path = cls.folder / name
        path.write_text(text, encoding="ascii")
        path.chmod(0o600)
        return path

    @classmethod
    def make(cls, name, kind, *options):
        words = [word for option in options for word in ("-pkeyopt", option)]
        return cls.save(name, pki.run("genpkey", "-quiet", "-algorithm", kind, *words))

    def setUp(self):
        super().setUp()
        for path in self.folder.iterdir():
            self.more_secrets += [line for line in path.read_text("ascii").split("\n")
                                  if len(line) > 32 and "PUBLIC" not in path.read_text("ascii")]

    def trusting(self, *connections, **how):
        tenant = self.tenant(*(connections or (connection(),)), **how)
        tenant.trust_key(self.public)
        return tenant

    def env(self, tenant, **more):
        return {"AUTH0_DOMAIN": tenant.domain, "AUTH0_CLIENT_ID": tenant.client_id, **more}

    def posts(self, tenant):
        """The token requests' fields. What was in them must not be printed either."""
        fields = [parse_qs(request.body.decode()) for request in tenant.requests
                  if request.method == "POST"]
        self.more_secrets += [one["client_assertion"][0] for one in fields
                              if "client_assertion" in one]
        return fields

    def unasked(self, tenant, result, code, *texts):
        """One line of message, and no request at all."""
        self.expect(result, code, *texts)
        self.assertEqual(tenant.requests, [])


class AssertionTest(KeyTest):
    """--private-key and its like."""

    def check(self, case):
        algorithm, path, way = case
        tenant = self.trusting()
        words, env = ["--signing-alg", algorithm], {}
        if way == "option":
            words += ["--private-key", str(path)]
        elif way == "variable":
            words, env = [], {KEY_VARIABLE: path.read_text("ascii"), ALG_VARIABLE: algorithm}
        elif way == "spelled":
            env = {KEY_VARIABLE: path.read_text("ascii").replace("\n", "\\n")}
        else:
            words, env = [], {PATH_VARIABLE: str(path),
                              "AUTH0_CLIENT_SIGNING_ALGORITHM": algorithm}
        result = self.run_cli(tenant, "set", CON, "off", *words, env=self.env(tenant, **env))
        self.expect(result, 0, "-> on_first_login")
        self.assertEqual(tenant.methods(), ["POST", "GET", "PATCH", "GET"])
        (fields,) = self.posts(tenant)
        self.assertNotIn("client_secret", fields)
        ((head, claims),) = tenant.tokens.assertions.seen
        self.assertEqual(head, {"alg": algorithm, "typ": "JWT"})
        self.assertLessEqual(claims["exp"] - claims["iat"], 300)
        self.expect_set(tenant, CON, "on_first_login")
        tenant.close()

    def test_algorithms_shapes_and_ways(self):
        self.all_of(self.check, [(algorithm, path, way) for algorithm in ALGORITHMS
                                 for path in (self.key, self.pkcs1)
                                 for way in ("option", "variable", "spelled", "path")], 4)

    def test_standard_input_and_key_id(self):
        tenant = self.trusting()
        words = ("get", CON, "--private-key", "-", "--key-id")
        self.expect(self.run_cli(tenant, *words, "the-key", env=self.env(tenant),
                                 stdin=self.key.read_bytes()), 0)
        self.assertEqual(tenant.tokens.assertions.seen[0][0]["kid"], "the-key")
        self.expect(self.run_cli(tenant, *words, "another", env=self.env(tenant),
                                 stdin=self.key.read_bytes()), 4, "invalid_client")

    def test_key_of_another(self):
        tenant = self.trusting()
        other = self.make("other", "RSA", "rsa_keygen_bits:2048")
        result = self.run_cli(tenant, "set", CON, "off", "--private-key", str(other),
                              env=self.env(tenant))
        self.expect(result, 4, "no token for these client credentials", "invalid_client")
        self.assertEqual(tenant.methods(), ["POST"])
        self.expect_untouched(tenant, CON)

    def test_a_token_is_kept_for_one_key(self):
        """For another key, or a secret, it is not there."""
        tenant = self.trusting()
        other = self.make("other", "RSA", "rsa_keygen_bits:2048")
        home = Path(tempfile.mkdtemp(prefix="connsync-cache-"))
        self.addCleanup(shutil.rmtree, home)

        def check(code, methods, *words, **more):
            before = len(tenant.requests)
            env = self.env(tenant, XDG_CACHE_HOME=str(home), **more)
            self.expect(self.run_cli(tenant, "get", CON, *words, env=env), code)
            self.assertEqual(tenant.methods()[before:], methods)
        key = ("--private-key", str(self.key))
        secret = tenant.environment(credentials=True)["AUTH0_CLIENT_SECRET"]
        check(0, ["POST", "GET"], *key)
        check(0, ["GET"], *key)
        check(4, ["POST"], "--private-key", str(other))
        check(4, ["POST"], AUTH0_CLIENT_SECRET="MARKER-wrong")
        check(0, ["POST", "GET"], AUTH0_CLIENT_SECRET=secret)
        check(0, ["GET"], AUTH0_CLIENT_SECRET=secret)
        check(0, ["GET"], *key)

    def test_every_try_has_an_assertion_of_its_own(self):
        tenant = self.trusting()
        tenant.faults.append(Fault("close_after", method="POST", times=2))
        self.expect(self.run_cli(tenant, "get", CON, "--private-key", str(self.key),
                                 env=self.env(tenant)), 0)
        self.assertEqual(len({one["client_assertion"][0] for one in self.posts(tenant)}), 3)

    def test_precedence(self):
        tenant = self.trusting()
        pem = self.key.read_text("ascii")
        secret = tenant.environment(credentials=True)["AUTH0_CLIENT_SECRET"]
        broken = {KEY_VARIABLE: "MARKER-no-key-at-all"}
        key = ("--private-key", str(self.key))
        for words, env, asserted in (
                (key, {"AUTH0_API_TOKEN": "MARKER-stale"}, True),   # the command line first
                (key, broken, True),
                (key, {"AUTH0_CLIENT_SECRET": "MARKER-stale"}, True),
                ((), {KEY_VARIABLE: pem, PATH_VARIABLE: "/nowhere"}, True),
                ((), {KEY_VARIABLE: pem, "AUTH0_CLIENT_SECRET": "MARKER-stale"}, True),
                # What editors leave around a value.
                ((), {KEY_VARIABLE: "\ufeff" + pem.replace("\n", "\r\n")}, True),
                ((), {PATH_VARIABLE: "%s\r\n" % self.key, ALG_VARIABLE: "PS256\n"}, True),
                ((), {**broken, "AUTH0_API_TOKEN": tenant.token}, None),
                ((*key, "--signing-alg", "PS256"), {ALG_VARIABLE: "ES256"}, True),
                ((), {"AUTH0_CLIENT_SECRET": secret}, False)):
            with self.subTest(words=words, env=list(env)):
                tenant.reset()
                self.expect(self.run_cli(tenant, "get", CON, *words,
                                         env=self.env(tenant, **env)), 0)
                posts = self.posts(tenant)
                if asserted is None:
                    self.assertEqual(posts, [])
                else:
                    self.assertEqual(["client_assertion" in one for one in posts], [asserted])

    def test_a_file_of_settings_may_leave_the_proof_out(self):
        tenant = self.trusting()
        path = self.folder / "connsync.json"
        path.write_text('{"domain":"%s","client_id":"%s","connections":[{"name":"google-oauth2",'
                        '"set_user_root_attributes":"off"}]}' % (tenant.domain, tenant.client_id))
        self.expect(self.run_cli(tenant, "apply", str(path), "--private-key", str(self.key),
                                 env={}), 0)
        path.unlink()

    def test_a_key_that_is_changed_under_watch(self):
        tenant = self.trusting()
        path, key = self.folder / "connsync.json", self.folder / "rotated"
        text = '{"connections":[{"name":"google-oauth2","set_user_root_attributes":"%s"}]}'
        self.addCleanup(path.unlink)
        path.write_text(text % "off")
        shutil.copy(self.key, key)
        process = self.start(tenant, "watch", str(path), "--every", "1h", "--private-key",
                             str(key), env=self.env(tenant))
        self.addCleanup(lambda: process.poll() is None and process.kill())
        self.until(lambda: tenant.writes() == 1)
        new = self.make("new", "RSA", "rsa_keygen_bits:2048")
        tenant.tokens.assertions.keys = {"new": pki.run("pkey", "-in", new, "-pubout").encode()}
        shutil.copy(new, key)
        path.write_text(text % "on")
        process.send_signal(signal.SIGHUP)
        self.until(lambda: tenant.writes() == 2)
        # A key that is gone: the one before stays in use.
        key.unlink()
        with tenant.lock:
            tenant.tokens.revoke_all()
        process.send_signal(signal.SIGHUP)
        # Not only asked for: the token has served, so that the end does not come before the answer.
        self.until(lambda: len(self.posts(tenant)) == 3
                   and (tenant.requests[-1].method, tenant.requests[-1].status) == ("GET", 200))
        process.send_signal(signal.SIGTERM)
        result = self.finish(process)
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("going on with the file as it was", result.err)

    def test_a_key_that_is_replaced_under_watch(self):
        """Without a signal, and by a variable's path too."""
        tenant = self.trusting()
        path, key = self.folder / "connsync.json", self.folder / "replaced"
        self.addCleanup(path.unlink)
        path.write_text('{"all":true,"set_user_root_attributes":"off"}')
        shutil.copy(self.key, key)
        process = self.start(tenant, "watch", str(path), "--every", "1s",
                             env=self.env(tenant, **{PATH_VARIABLE: str(key)}))
        self.addCleanup(lambda: process.poll() is None and process.kill())
        self.until(lambda: tenant.writes() == 1)
        new = self.make("newer", "RSA", "rsa_keygen_bits:2048")
        with tenant.lock:
            tenant.tokens.assertions.keys = {"new": pki.run("pkey", "-in", new, "-pubout").encode()}
        shutil.copy(new, key)
        self.until(lambda: len(self.posts(tenant)) == 2
                   and (tenant.requests[-1].method, tenant.requests[-1].status) == ("GET", 200))
        process.send_signal(signal.SIGTERM)
        result = self.finish(process)
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("%s has changed: read again" % key, result.err)

    @staticmethod
    def until(condition, seconds=20):
        limit = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > limit:
                raise AssertionError("it did not come true within %d s" % seconds)
            time.sleep(0.01)

    def test_usage(self):
        tenant = self.trusting()
        key = ("--private-key", str(self.key))
        for words, env, text in (
                ((*key, "--token-file", "x"), {}, "does not go with"),
                ((*key, "--client-secret-file", "x"), {}, "does not go with"),
                (("--key-id", "x"), {"AUTH0_API_TOKEN": tenant.token}, "with a private key"),
                (("--signing-alg", "RS256"), {"AUTH0_CLIENT_SECRET": "MARKER"}, "with a private"),
                ((*key, "--signing-alg", "ES256"), {}, "RS256, RS384 or PS256, not \"ES256\""),
                ((*key, "--signing-alg", "none"), {}, "not \"none\""),
                ((*key, "--key-id", "x" * 256), {}, "too long for an assertion"),
                (key, {"AUTH0_CLIENT_ID": ""}, "a client key without an id"),
                (("--client-key", str(self.key)), {}, "goes with --client-certificate"),
                ((), {}, "--private-key")):
            with self.subTest(words=words):
                self.unasked(tenant, self.run_cli(tenant, "get", CON, *words,
                                                  env=self.env(tenant, **env)), 64, text)
        for words, text in ((("watch", "x"), "read again"), (("plan", "-"), "standard input"),
                            (("patch", CON, "-"), "standard input")):
            self.unasked(tenant, self.run_cli(
                tenant, *words, "--private-key", "-", env=self.env(tenant),
                stdin=b'{"connections":[{"name":"a","set_user_root_attributes":"on"}]}'), 64, text)
        for option in (key, ("--no-token-cache",), ("--client-certificate", "x"),
                       ("--key-id", "x"), ("--signing-alg", "RS256"), ("--client-key", "x")):
            result = self.run_cli(None, "flash-image", "x", "-o", "y", *option, verbose=False)
            self.expect(result, 64, "flash-image takes all from FILE")

    def test_refused_by_name(self):
        self.make("short", "RSA", "rsa_keygen_bits:1024")
        self.make("ec", "EC", "ec_paramgen_curve:P-256")
        text = self.key.read_text("ascii")
        self.save("encrypted", pki.run("pkey", "-in", self.key, "-aes128", "-passout", "pass:x"))
        self.save("public", self.public.decode())
        self.save("cut", text[:len(text) // 2])
        self.save("words", "no key\n")
        self.save("empty", "")
        workshop = pki.Workshop(self.folder / "workshop")
        self.addCleanup(shutil.rmtree, workshop.directory)
        own = workshop.issue("own", workshop.key("rsa2048"))
        self.save("certificate", own.pem())
        for name, reason in (("short", "less than 2048 bits"), ("ec", "an EC key"),
                             ("encrypted", "is encrypted; decrypt it first"),
                             ("public", "a public key"), ("certificate", "a certificate;"),
                             ("cut", "damaged or cut off"), ("words", "no PEM block"),
                             ("empty", "nothing is in it"), ("absent", "no such file"),
                             (".", "a directory")):
            with self.subTest(name):
                tenant = self.trusting()
                path = self.folder / name
                result = self.run_cli(tenant, "set", CON, "off", "--private-key", str(path),
                                      env=self.env(tenant))
                self.unasked(tenant, result, 64, reason, "the private key %s" % path)
                self.unasked(tenant, self.run_cli(tenant, "set", CON, "off", env=self.env(
                    tenant, **{PATH_VARIABLE: str(path)})), 64, reason)
                if path.is_file() and path.stat().st_size:
                    self.unasked(tenant, self.run_cli(tenant, "set", CON, "off", env=self.env(
                        tenant, **{KEY_VARIABLE: path.read_text("ascii")})), 64, reason,
                        KEY_VARIABLE)
                tenant.close()

    def test_a_key_that_others_may_read_is_told(self):
        tenant = self.trusting()
        path = self.save("exposed", self.key.read_text("ascii"))
        path.chmod(0o644)
        result = self.run_cli(tenant, "get", CON, "--private-key", str(path),
                              env=self.env(tenant), verbose=False)
        self.expect(result, 0)
        self.assertIn("others may read or change the private key %s" % path, result.err)


class ClockTest(KeyTest):
    """A clock that is off, and the service's own Date as the cure. It is the tenant's clock that
    is moved: what matters is how far the two are apart."""

    def run_off(self, offset, *faults, command=("get", CON), **how):
        tenant = self.trusting(**how)
        tenant.clock_offset = offset
        tenant.faults += faults
        result = self.run_cli(tenant, *command, "--private-key", str(self.key),
                              env=self.env(tenant))
        posts = self.posts(tenant)
        self.assertEqual(len({one["client_assertion"][0] for one in posts}), len(posts))
        return tenant, result, len(posts)

    def test_within_tolerance(self):
        for offset in (-5, 0, 5):
            _, result, posts = self.run_off(offset)
            self.expect(result, 0)
            self.assertEqual(posts, 1)

    def test_an_hour_both_ways(self):
        for offset in (-3600, 3600, -86400 * 400, 86400 * 400):
            with self.subTest(offset):
                tenant, result, posts = self.run_off(offset, command=("set", CON, "off"))
                self.expect(result, 0, "-> on_first_login")
                self.assertEqual(tenant.methods(), ["POST", "POST", "GET", "PATCH", "GET"])
                self.assertEqual(posts, 2)
                ((_, claims),) = tenant.tokens.assertions.seen
                self.assertLess(abs(claims["iat"] - tenant.utc_now()), 30)

    def test_no_more_than_once(self):
        """Without a Date there is nothing to go by, and with one that lies no end."""
        lies = [Fault("date", method="POST", occurrence=number, offset=offset)
                for number, offset in ((1, -7200), (2, 7200), (3, -7200))]
        for faults, expected in (((Fault("without_header", method="POST", times=None),), 1),
                                 (lies, 2)):
            tenant, result, posts = self.run_off(3600, *faults)
            self.expect(result, 4, "invalid_client")
            self.assertEqual((posts, tenant.methods()), (expected, ["POST"] * expected))

    def test_a_decline_for_another_reason_is_believed(self):
        tenant = self.trusting()
        tenant.tokens.granted = False
        result = self.run_cli(tenant, "get", CON, "--private-key", str(self.key),
                              env=self.env(tenant))
        self.expect(result, 4, "access_denied")
        self.assertEqual(tenant.methods(), ["POST"])

    def test_what_was_learnt_of_the_clock_is_kept(self):
        """The second token of a run is asked for with the right time at once."""
        tenant, result, posts = self.run_off(3600, Fault("expire_token", method="PATCH"),
                                             command=("set", CON, "off"))
        self.expect(result, 0)
        self.assertEqual(posts, 3)
        self.assertEqual(tenant.methods(),
                         ["POST", "POST", "GET", "PATCH", "POST", "GET", "PATCH", "GET"])


if __name__ == "__main__":
    cli.main()
