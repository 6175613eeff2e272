"""The certificate cases are what they say: OpenSSL, as the second opinion, agrees with each."""

import os
import socket
import ssl
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tenant import Tenant, pki, pki_cases  # noqa: E402

# What OpenSSL's words contain for each verdict. It has no word of its own for some.
WORDS = {
    "expired": ("expired",), "not_yet_valid": ("not yet valid",),
    "name_mismatch": ("mismatch",), "weak": ("too weak",), "constraint": ("subtree violation",),
    "usage": ("unsuitable certificate purpose",), "extension": ("unhandled critical",),
    "untrusted": ("self-signed", "unable to get", "invalid CA", "path length"),
}


def verdict(case):
    """What Python's own client says: "ok" or OpenSSL's words."""
    context = ssl.create_default_context(cafile=case.root)
    context.hostname_checks_common_name = False
    with Tenant(case.host, case.address, certificate=case.chain, key=case.key) as tenant:
        try:
            with socket.create_connection((case.address, tenant.port), 5) as sock:
                with context.wrap_socket(sock, server_hostname=case.host):
                    return "ok"
        except ssl.SSLCertVerificationError as error:
            return str(error)


class Cases(unittest.TestCase):
    """All of pki_cases. CONNSYNC_TEST_PKI names a folder to keep them in."""

    @classmethod
    def setUpClass(cls):
        kept = os.environ.get("CONNSYNC_TEST_PKI")
        if not kept:
            temporary = tempfile.TemporaryDirectory()
            cls.addClassCleanup(temporary.cleanup)
            kept = temporary.name
        cls.cases = pki_cases.make(Path(kept) / "cases")
        cls.folder = Path(kept)

    def test_openssl_agrees(self):
        for case in self.cases:
            with self.subTest(case.name):
                said = verdict(case)
                if case.verdict == "ok":
                    self.assertEqual(said, "ok")
                else:
                    words = WORDS[case.verdict]
                    self.assertTrue(any(word in said for word in words), said)

    def test_every_verdict_is_there(self):
        found = {case.verdict for case in self.cases}
        self.assertEqual(found, set(WORDS) | {"ok"})
        names = [case.name for case in self.cases]
        self.assertEqual(len(names), len(set(names)))

    def test_made_once(self):
        again = pki_cases.make(self.folder / "cases")
        self.assertEqual(again, self.cases)

    def test_certificate_facts(self):
        by_name = {case.name: case for case in self.cases}
        for name, seen in (("pss_signed", "rsassaPss"), ("sha1_signed", "sha1With"),
                           ("rsa4096", "4096 bit"), ("p384", "P-384"),
                           ("permitted_name_violated_critical", "ecdsa-with-SHA256")):
            text = pki.run("x509", "-in", by_name[name].chain, "-noout", "-text")
            self.assertTrue(seen in text or seen.replace("sha1With", "ecdsa-with-SHA1") in text,
                            name)

    def test_server_pki(self):
        made = pki.make(self.folder / "one", "a.example.test", "rsa2048")
        self.assertEqual(pki.make(self.folder / "one", "a.example.test", "rsa2048"), made)
        case = pki_cases.Case("", str(made.chain), str(made.key), str(made.root),
                              "a.example.test", "127.0.0.1", "ok")
        self.assertEqual(verdict(case), "ok")


if __name__ == "__main__":
    unittest.main()
