"""Mutual TLS: a certificate for a server that asks for one, and words for one that is missed."""

import shutil
import tempfile
from pathlib import Path

import cli
from cli import CON, Fault, WireTest, connection
from tenant import pki
from test_watch import until

CLIENT = ("basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature",
          "extendedKeyUsage=clientAuth")


class ClientCertificateTest(WireTest):
    """An authority for clients, and certificates from it with several kinds of key."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="connsync-clients-")
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.workshop = pki.Workshop(Path(folder))
        make = cls.workshop
        cls.root = make.issue("clients", make.key("p256", 1), extensions=pki.CA_EXTENSIONS)
        middle = make.issue("middle", make.key("p256", 2), cls.root,
                            extensions=pki.CA_EXTENSIONS)
        cls.clients = {}
        for kind in ("rsa2048", "p256", "p384"):
            leaf = make.issue("client-" + kind, make.key(kind, 3), middle, extensions=CLIENT)
            chain = make.chain("client-" + kind, leaf, middle)
            cls.clients[kind] = (chain, leaf.key)
        stranger = make.issue("stranger", make.key("p256", 4), extensions=CLIENT)
        cls.stranger = (stranger.path, stranger.key)
        expired = make.issue("expired", make.key("p256", 3), middle, extensions=CLIENT,
                             start=-9, end=-2)
        cls.expired = (expired.path, expired.key)

    def setUp(self):
        super().setUp()
        for _, key in (*self.clients.values(), self.stranger):
            self.more_secrets += [line for line in key.read_text("ascii").split("\n")
                                  if len(line) > 32]

    def asking(self, **how):
        return self.tenant(connection(), client_ca=self.root.path, **how)

    @staticmethod
    def words(pair):
        return ("--client-certificate", str(pair[0]), "--client-key", str(pair[1]))

    def check(self, case):
        kind, tls, need = case
        tenant = self.asking(tls=tls, client_certificates=need)
        result = self.run_cli(tenant, "set", CON, "off", *self.words(self.clients[kind]))
        self.expect(result, 0, "-> on_first_login")
        self.expect_set(tenant, CON, "on_first_login")
        self.assertEqual(tenant.handshakes, 1)
        self.assertIsNotNone(tenant.journal.shown[0])
        tenant.close()

    def test_every_kind_and_version(self):
        self.all_of(self.check, [(kind, tls, need) for kind in self.clients
                                 for tls in ("1.2", "1.3") for need in ("required", "optional")],
                    4)

    def test_one_file_with_both(self):
        chain, key = self.clients["p256"]
        both = self.workshop.directory / "both.pem"
        both.write_text(key.read_text("ascii") + chain.read_text("ascii"), "ascii")
        both.chmod(0o600)
        tenant = self.asking()
        self.expect(self.run_cli(tenant, "get", CON, "--client-certificate", str(both)), 0)

    def test_a_server_that_does_not_ask_is_not_shown_any(self):
        for tls in ("1.2", "1.3"):
            tenant = self.tenant(connection(), tls=tls)
            self.expect(self.run_cli(tenant, "get", CON, *self.words(self.clients["rsa2048"])), 0)
            self.assertEqual(tenant.journal.shown, [None])

    def test_optional_and_none(self):
        for tls in ("1.2", "1.3"):
            tenant = self.asking(tls=tls, client_certificates="optional")
            self.expect(self.run_cli(tenant, "get", CON), 0)

    def test_none_or_the_wrong_one(self):
        for tls in ("1.2", "1.3"):
            for pair in (None, self.stranger):
                with self.subTest(tls=tls, pair=pair):
                    tenant = self.asking(tls=tls)
                    words = self.words(pair) if pair else ()
                    result = self.run_cli(tenant, "set", CON, "off", "--json", *words)
                    self.expect(result, 4, "the server asks for a client certificate, or did not "
                                "accept the one it was shown; see --client-certificate")
                    self.assertEqual(result.json[0]["code"], "client_certificate")
                    self.assertEqual(tenant.requests, [])
                    self.expect_untouched(tenant, CON)

    def test_the_certificate_is_the_credential(self):
        tenant = self.asking()
        tenant.tokens.by_certificate = True
        env = {"AUTH0_DOMAIN": tenant.domain, "AUTH0_CLIENT_ID": tenant.client_id}
        result = self.run_cli(tenant, "set", CON, "off", *self.words(self.clients["p256"]),
                              env=env)
        self.expect(result, 0, "-> on_first_login")
        self.assertNotIn(b"client_secret", tenant.requests[0].body)
        self.assertNotIn(b"client_assertion", tenant.requests[0].body)

    def test_a_token_that_was_given_is_not_replaced(self):
        """The certificate goes with it. It is no proof to get another token by, unless alone."""
        tenant = self.asking()
        tenant.tokens.revoke_all()
        env = {**tenant.environment(), "AUTH0_CLIENT_ID": tenant.client_id}
        result = self.run_cli(tenant, "set", CON, "off", *self.words(self.clients["p256"]),
                              env=env)
        self.expect(result, 4, "the token was not accepted")
        self.assertEqual(tenant.methods(), ["GET"])
        self.expect_untouched(tenant, CON)

    def test_a_fleet_is_not_tried_one_by_one(self):
        tenant = self.asking(client_certificates="optional", close_each=True)
        for number in (2, 3, 4):
            tenant.add(connection("c%d" % number, number=number))
        tenant.faults.append(Fault("demand_certificates", method="GET"))
        path = self.workshop.directory / "connsync.json"
        path.write_text('{"all":true,"set_user_root_attributes":"off"}', "ascii")
        result = self.run_cli(tenant, "apply", str(path))
        self.assertEqual(result.code, 4, result.err)
        self.assertIn("3 connections were not tried after that: client_certificate", result.err)
        self.assertEqual(tenant.methods(), ["GET"])

    def test_a_reconnect_shows_it_again(self):
        tenant = self.asking(close_each=True)
        self.expect(self.run_cli(tenant, "set", CON, "off", *self.words(self.clients["p384"])), 0)
        self.assertEqual(tenant.handshakes, 3)
        self.assertNotIn(None, tenant.journal.shown)

    def test_a_certificate_that_is_renewed_under_watch(self):
        """Its file first, and its key a moment later: one does not go without the other."""
        tenant = self.asking()
        folder = self.workshop.directory / "renewed"
        folder.mkdir()
        certificate, key, path = folder / "certificate", folder / "key", folder / "connsync.json"
        path.write_text('{"all":true,"set_user_root_attributes":"off"}', "ascii")
        shutil.copy(self.clients["p256"][0], certificate)
        shutil.copy(self.clients["p256"][1], key)
        process = self.start(tenant, "watch", str(path), "--every", "1s",
                             *self.words((certificate, key)))
        self.addCleanup(lambda: process.poll() is None and process.kill())
        until(lambda: tenant.writes() == 1)
        first = tenant.journal.shown[-1]
        shutil.copy(self.clients["rsa2048"][0], certificate)
        until(lambda: b"going on with the file as it was" in process.stderr.readline())
        before = len(tenant.requests)
        until(lambda: len(tenant.requests) > before)
        self.assertEqual(set(tenant.journal.shown), {first})
        shutil.copy(self.clients["rsa2048"][1], key)
        until(lambda: tenant.journal.shown[-1] != first)
        process.terminate()
        result = self.finish(process)
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("%s has changed: read again" % key, result.err)
        self.assertNotIn("going on", result.err)

    def test_refused_by_name(self):
        chain, key = self.clients["p256"]
        empty = self.workshop.directory / "nothing"
        empty.write_text("", "ascii")
        for certificate, other, words in (
                (chain, self.stranger[1], ("client key", "does not belong")),
                (chain, None, ("client key", "no private key is in it")),
                (key, None, ("client certificate", "no certificate is in it")),
                (empty, key, ("client certificate", "nothing is in it")),
                ("/nowhere", key, ("client certificate", "no such file")),
                (chain, "/nowhere", ("client key", "no such file")),
                ("-", key, ("not standard input",)), (chain, "-", ("not standard input",)),
                (*self.expired, ("client certificate", "has expired"))):
            with self.subTest(certificate=certificate, key=other):
                tenant = self.asking()
                more = ("--client-key", str(other)) if other else ()
                result = self.run_cli(tenant, "set", CON, "off", "--client-certificate",
                                      str(certificate), *more)
                self.expect(result, 64, *words)
                self.assertEqual(tenant.tcp_connections, 0)


if __name__ == "__main__":
    cli.main()
