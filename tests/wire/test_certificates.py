"""Certificates and TLS versions, right and wrong: the verdict in words, and no request sent."""

import tempfile
from pathlib import Path

import cli
from cli import CON, WireTest, connection
from tenant import pki, pki_cases

CODES = {"untrusted": "cert_untrusted", "name_mismatch": "cert_name_mismatch",
         "expired": "cert_expired", "not_yet_valid": "cert_not_yet_valid", "usage": "cert_usage",
         "weak": "cert_weak", "constraint": "cert_constraint",
         "extension": "cert_critical_extension"}


class CertificateTest(WireTest):
    """Every case of tenant/pki_cases.py."""

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="connsync-certificates-")
        cls.addClassCleanup(directory.cleanup)
        cls.directory = Path(directory.name)
        cls.cases = pki_cases.make(cls.directory / "cases")

    def serve(self, case, **how):
        """A tenant with the case's certificate, and the command line's way to it."""
        tenant = self.tenant(connection(), domain=case.host, host=case.address,
                             certificate=case.chain, key=case.key, **how)
        tenant.ca_file = case.root
        return tenant

    def check(self, case):
        try:
            tenant = self.serve(case)
        except Exception as error:  # the server's own library may refuse to present it
            self.fail("%s cannot be served: %s" % (case.name, error))
        result = self.run_cli(tenant, "get", CON, "--json")
        line = result.json[0]
        if case.verdict == "ok":
            self.expect(result, 0)
            self.assertEqual(tenant.methods(), ["GET"])
        else:
            allowed = [CODES[word] for word in (case.verdict, *case.also)]
            self.assertIn(line["code"], allowed, result.raw)
            self.expect(result, 8)
            self.assertEqual(tenant.requests, [], "a request was sent to a server not trusted")
        tenant.close()

    def test_cases(self):
        self.all_of(self.check, self.cases, 2)
        wrong = sum(case.verdict != "ok" for case in self.cases)
        print("%d certificate cases, %d of them wrong" % (len(self.cases), wrong))
        self.assertGreater(wrong, 30)

    def test_other_roots_beside_the_right_one(self):
        case = next(case for case in self.cases if case.name == "p256")
        other = next(case for case in self.cases if case.name == "rsa2048")
        bundle = self.directory / "bundle.pem"
        bundle.write_text("# text\n" + Path(other.root).read_text("ascii")
                          + Path(case.root).read_text("ascii"), "ascii")
        tenant = self.serve(case)
        tenant.ca_file = bundle
        self.expect(self.run_cli(tenant, "get", CON), 0)
        tenant.ca_file = other.root
        self.expect(self.run_cli(tenant, "get", CON), 8, "not trusted", "--ca-file")

    def test_roots_that_cannot_be_read(self):
        tenant = self.serve(self.cases[0])
        for name, content in (("empty", b""), ("text", b"hello\n"),
                              ("cut", Path(self.cases[0].root).read_bytes()[:200])):
            tenant.ca_file = self.directory / name
            tenant.ca_file.write_bytes(content)
            self.expect(self.run_cli(tenant, "get", CON), 8, str(tenant.ca_file))
        tenant.ca_file = self.directory / "absent"
        self.expect(self.run_cli(tenant, "get", CON), 8, str(tenant.ca_file))

    def test_versions_and_keys(self):
        for case in self.cases:
            if case.name not in ("rsa2048", "rsa4096", "p256", "p384", "pss_signed"):
                continue
            for version, name in (("1.2", "TLSv1.2"), ("1.3", "TLSv1.3")):
                with self.subTest(case.name, version=version):
                    tenant = self.serve(case, tls=version)
                    self.expect(self.run_cli(tenant, "set", CON, "off"), 0)
                    self.expect_set(tenant, CON, "on_first_login")
                    self.assertEqual(tenant.handshakes, 1)
                    self.assertEqual(tenant.journal.sessions[0][0], name)
                    tenant.close()

    def test_curves(self):
        case = next(case for case in self.cases if case.name == "p256")
        for curve in ("prime256v1", "secp384r1"):
            with self.subTest(curve):
                tenant = self.serve(case, curve=curve)
                self.expect(self.run_cli(tenant, "get", CON), 0)
                tenant.close()

    def test_suites(self):
        case = next(case for case in self.cases if case.name == "rsa2048")
        for ciphers, code in (("ECDHE-RSA-AES128-GCM-SHA256", 0),
                              ("ECDHE-RSA-AES256-GCM-SHA384", 0),
                              ("ECDHE-RSA-CHACHA20-POLY1305", 0), ("ECDHE-RSA-AES128-SHA256", 8),
                              ("AES128-GCM-SHA256", 8), ("DHE-RSA-AES128-GCM-SHA256", 8)):
            with self.subTest(ciphers):
                tenant = self.serve(case, tls="1.2", ciphers=ciphers)
                result = self.run_cli(tenant, "get", CON, "--json")
                self.expect(result, code)
                self.assertEqual(result.json[0]["code"], "ok" if code == 0 else "tls_failed")
                tenant.close()


class PlainTest(WireTest):
    """A server that speaks no TLS."""

    def test_plain_http(self):
        tenant = self.tenant(connection(), tls="none")
        authority = pki.throw_away(tenant.domain)
        tenant.ca_file = authority.root
        result = self.run_cli(tenant, "get", CON, "--json", "--timeout", "3")
        self.assertIn(result.code, (1, 8), result.raw)
        self.assertEqual(tenant.requests, [])


if __name__ == "__main__":
    cli.main()
