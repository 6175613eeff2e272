"""Client assertions: read as a JWT, verified by programs that are not ours."""

import base64
import json
import re

import tool
from tool import Keys, openssl, run

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding
except ImportError:
    hashes = None

ALGORITHMS = ("RS256", "RS384", "PS256")
NOW = 1_790_000_000
CLIENT = "ExampleClientIdOf32Characters000"
DOMAIN = "tenant.eu.auth0.com"


def decode(part):
    """base64url without padding, strictly."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", part):
        raise ValueError("not base64url: %r" % part)
    data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != part:
        raise ValueError("bits are left over: %r" % part)
    return data


class Jwt:
    """The three parts."""

    def __init__(self, text):
        head, claims, signature = text.split(".")
        self.signed = (head + "." + claims).encode()
        self.head = json.loads(decode(head))
        self.claims = json.loads(decode(claims))
        self.signature = decode(signature)


class AssertionTest(Keys):
    """jwt() makes one."""

    def jwt(self, algorithm="RS256", client=CLIENT, domain=DOMAIN, now=NOW, kid="", source=None,
            env=None):
        source = source or "file:%s" % self.pkcs8
        return Jwt(run("jwt", algorithm, client, domain, str(now), kid, source, env=env))

    def openssl_accepts(self, algorithm, jwt, public):
        signature = self.save("signature", jwt.signature)
        options = ["-sha384" if algorithm == "RS384" else "-sha256"]
        if algorithm == "PS256":
            options += ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32",
                        "-sigopt", "rsa_mgf1_md:sha256"]
        try:
            openssl("dgst", *options, "-verify", str(public), "-signature", str(signature),
                    data=jwt.signed)
        except tool.subprocess.CalledProcessError:
            return False
        return True

    @staticmethod
    def cryptography_accepts(algorithm, jwt, public):
        key = serialization.load_pem_public_key(public.read_bytes())
        digest = hashes.SHA384() if algorithm == "RS384" else hashes.SHA256()
        scheme = padding.PKCS1v15()
        if algorithm == "PS256":
            scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        try:
            key.verify(jwt.signature, jwt.signed, scheme, digest)
        except InvalidSignature:
            return False
        return True

    def accepted(self, algorithm, jwt, public):
        """Both programs must agree."""
        answer = self.openssl_accepts(algorithm, jwt, public)
        if hashes is not None:
            self.assertEqual(answer, self.cryptography_accepts(algorithm, jwt, public))
        return answer

    def test_all_algorithms_from_both_shapes_file_and_environment(self):
        for algorithm in ALGORITHMS:
            for path in (self.pkcs8, self.pkcs1):
                text = path.read_text()
                env = {"PLAIN": text, "SPELLED": text.replace("\n", "\\n"),
                       "ONE_LINE": text.strip().replace("\n", " "),
                       "WINDOWS": text.replace("\n", "\\r\\n")}
                for source in ["file:%s" % path] + ["env:" + name for name in env]:
                    with self.subTest(algorithm=algorithm, path=path.name, source=source):
                        jwt = self.jwt(algorithm, source=source, env=env)
                        self.assertTrue(self.accepted(algorithm, jwt, self.public))

    def test_a_signature_is_of_this_text_by_this_key_only(self):
        other = self.make("other", "RSA", "rsa_keygen_bits:2048")
        other_public = self.save("other-public", openssl("pkey", "-in", str(other), "-pubout"))
        for algorithm in ALGORITHMS:
            jwt = self.jwt(algorithm)
            self.assertFalse(self.accepted(algorithm, jwt, other_public))
            for wrong in set(ALGORITHMS) - {algorithm}:
                self.assertFalse(self.accepted(wrong, jwt, self.public))
            jwt.signed = jwt.signed[:-1] + (b"A" if jwt.signed[-1:] != b"A" else b"B")
            self.assertFalse(self.accepted(algorithm, jwt, self.public))

    def test_larger_keys(self):
        for bits in (3072, 4096):
            path = self.make("rsa%d" % bits, "RSA", "rsa_keygen_bits:%d" % bits)
            public = self.save("public%d" % bits, openssl("pkey", "-in", str(path), "-pubout"))
            for algorithm in ALGORITHMS:
                jwt = self.jwt(algorithm, source="file:%s" % path)
                self.assertEqual(len(jwt.signature), bits // 8)
                self.assertTrue(self.accepted(algorithm, jwt, public))
            print(run("figures", "RS256", "file:%s" % path, "3"))
        print(run("figures", "RS256", "file:%s" % self.pkcs8, "10"))
        print(run("figures", "PS256", "file:%s" % self.pkcs8, "10"))

    def test_claims(self):
        for algorithm in ALGORITHMS:
            jwt = self.jwt(algorithm)
            self.assertEqual(jwt.head, {"alg": algorithm, "typ": "JWT"})
            jti = jwt.claims.pop("jti")
            self.assertEqual(len(decode(jti)), 16)
            self.assertEqual(jwt.claims, {
                "iss": CLIENT, "sub": CLIENT, "aud": "https://%s/" % DOMAIN,
                "iat": NOW, "exp": NOW + 60})
        self.assertEqual(self.jwt(kid="my key").head["kid"], "my key")

    def test_every_jti_is_another(self):
        seen = {self.jwt().claims["jti"] for _ in range(12)}
        self.assertEqual(len(seen), 12)

    def test_text_is_escaped(self):
        for text in ('quote " backslash \\ slash /', "".join(map(chr, range(1, 128))),
                     "\u00e9\u4e2d\U0001f511", "a" * 255):
            with self.subTest(text=text):
                jwt = self.jwt(client=text, kid=text[:255])
                self.assertEqual(jwt.claims["iss"], text)
                self.assertEqual(jwt.claims["sub"], text)
                self.assertEqual(jwt.head["kid"], text[:255])
                self.assertTrue(self.accepted("RS256", jwt, self.public))

    def test_every_length_of_client_id(self):
        """base64url ends in three ways; and at some length it no longer fits."""
        for length in range(0, 7):
            self.assertEqual(self.jwt(client="x" * length).claims["iss"], "x" * length)
        self.refused("too long", "jwt", "RS256", "x" * 4000, DOMAIN, str(NOW), "",
                     "file:%s" % self.pkcs8)

    def test_limits(self):
        """Every size of memory and output either serves or is refused for what it is; the
        tool's last call has no entropy."""
        with self.assertRaises(tool.Refused) as caught:
            run("sweep", "file:%s" % self.pkcs8)
        memory, output, reason = str(caught.exception).split(" ", 2)
        self.assertIn("no random bytes", reason)
        self.assertGreater(int(memory), 4000)
        self.assertGreater(int(output), 500)


if __name__ == "__main__":
    tool.main()
