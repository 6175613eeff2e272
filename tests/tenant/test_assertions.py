"""The tenant's judgement of client assertions: a good one, and each way to spoil it."""

import base64
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tenant import pki  # noqa: E402
from tenant.assertions import TYPE, Assertions, Rejected  # noqa: E402

NOW = 1800000000
CLIENT, ISSUER = "the-client", "https://tenant.test/"
SIGN = {"RS256": ("-sha256",), "RS384": ("-sha384",),
        "PS256": ("-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32")}
GONE = object()


def encode(data):
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class AssertionsTest(unittest.TestCase):
    """fields() makes a token request's fields; what is named is changed or taken out."""

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.workshop = pki.Workshop(directory.name)
        cls.public = pki.run("pkey", "-in", cls.workshop.key("rsa2048"), "-pubout").encode()

    def setUp(self):
        self.assertions = Assertions(CLIENT, ISSUER, lambda: NOW)
        self.assertions.keys["one"] = self.public
        self.made = 0

    def sign(self, algorithm, text, key):
        path = self.workshop.directory / "text"
        path.write_bytes(text)
        out = self.workshop.directory / "signature"
        pki.run("dgst", *SIGN[algorithm], "-sign", key, "-out", out, path)
        return out.read_bytes()

    def fields(self, algorithm="RS256", head=None, key=None, **changes):
        self.made += 1
        claims = {"iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "iat": NOW, "exp": NOW + 60,
                  "jti": "jti-%d" % self.made, **changes}
        claims = {name: value for name, value in claims.items() if value is not GONE}
        text = b".".join(encode(json.dumps(part).encode()) for part in (
            {"alg": algorithm, "typ": "JWT", **(head or {})}, claims))
        signature = self.sign(algorithm, text, key or self.workshop.key("rsa2048"))
        return {"client_assertion_type": TYPE,
                "client_assertion": text + b"." + encode(signature)}

    def refuse(self, reason, fields):
        with self.assertRaisesRegex(Rejected, reason):
            self.assertions.check(fields)

    def test_good_ones(self):
        for algorithm in SIGN:
            self.assertions.check(self.fields(algorithm))
            self.assertions.check(self.fields(algorithm, {"kid": "one"}))
        for changes in ({"iat": GONE}, {"iat": NOW + 10}, {"nbf": NOW + 10}, {"exp": NOW + 300},
                        {"exp": NOW - 9}):
            self.assertions.check(self.fields(**changes))
        self.assertEqual(len(self.assertions.seen), self.made)

    def test_claims(self):
        for reason, changes in (
                ("iss or sub", {"iss": "another"}), ("iss or sub", {"sub": GONE}),
                ("aud", {"aud": [ISSUER]}), ("aud", {"aud": ISSUER[:-1]}),
                ("aud", {"aud": ISSUER + "oauth/token"}), ("aud", {"aud": GONE}),
                ("expired", {"exp": NOW - 10}), ("expired", {"exp": GONE}),
                ("expired", {"exp": str(NOW + 60)}), ("too far", {"exp": NOW + 311}),
                ("iat is in the future", {"iat": NOW + 11}), ("nbf is", {"nbf": NOW + 11}),
                ("no jti", {"jti": GONE}), ("no jti", {"jti": 7}), ("no jti", {"jti": ""})):
            self.refuse(reason, self.fields(**changes))

    def test_each_is_good_once(self):
        fields = self.fields()
        self.assertions.check(fields)
        self.refuse("there before", fields)
        self.refuse("there before", self.fields(jti="jti-1"))

    def test_signatures(self):
        self.refuse("signature", self.fields(key=self.workshop.key("rsa2048", 2)))
        for head in ({"alg": "none"}, {"alg": "HS256"}, {"alg": "PS384"}, {"typ": "JWS"}):
            self.refuse("alg or typ", self.fields(head=head))
        for algorithm in SIGN:
            for other in set(SIGN) - {algorithm}:
                self.refuse("signature", self.fields(algorithm, {"alg": other}))
        self.refuse("unknown kid", self.fields(head={"kid": "two"}))
        fields = self.fields()
        head, claims, _ = fields["client_assertion"].split(b".")
        self.refuse("signature", {**fields, "client_assertion": head + b"." + claims + b"."})

    def test_shapes(self):
        fields = self.fields()
        text = fields["client_assertion"]
        for reason, changes in (
                ("client_assertion_type", {"client_assertion_type": TYPE + b"x"}),
                ("assertion and a secret", {"client_secret": b""}),
                ("not a JWT", {"client_assertion": text.rsplit(b".", 1)[0]}),
                ("padding", {"client_assertion": text + b"="}),
                ("not base64url", {"client_assertion": b"!!!!" + text}),
                ("not JSON", {"client_assertion": b"AAAA" + text}),
                ("not an object", {"client_assertion": encode(b"[]") + b".e30.e30"})):
            self.refuse(reason, {**fields, **changes})


if __name__ == "__main__":
    unittest.main()
