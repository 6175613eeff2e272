"""Private keys: which are taken, and that each of the others is refused by its name."""

import base64
import os
import subprocess
import textwrap

import tool
from tool import Keys, openssl, run


def pem(label, data):
    """PEM text of any bytes at all."""
    lines = "\n".join(textwrap.wrap(base64.b64encode(data).decode(), 64))
    return ("-----BEGIN %s-----\n%s\n-----END %s-----\n" % (label, lines, label)).encode()


class PrivateKeyTest(Keys):
    """wrong() expects a refusal of a text, from a file and from the environment."""

    def wrong(self, reason, data):
        path = self.save("wrong", data)
        self.refused(reason, "key", "file:%s" % path)
        if b"\0" not in data:
            self.refused(reason, "key", "env:KEY", env={"KEY": os.fsdecode(data)})

    def right(self, data, bits="2048"):
        path = self.save("right", data)
        self.assertEqual(run("key", "file:%s" % path), bits)

    def der(self, data):
        return run("der", "file:%s" % self.save("right", data))

    def test_what_stands_beside_the_key_is_passed_over(self):
        key = self.pkcs8.read_bytes()
        expected = self.der(key)
        certificate = openssl("req", "-x509", "-new", "-key", str(self.pkcs8), "-subj", "/CN=a")
        for data in (certificate + key, key + certificate, b"Bag Attributes\n  x: y\n" + key,
                     b"\xef\xbb\xbf" + key, key.replace(b"\n", b"\r\n"), key.rstrip(b"\n"),
                     key.replace(b"\n", b" \t\n  "), self.public.read_bytes() + key):
            self.assertEqual(self.der(data), expected)

    def test_standard_input(self):
        for source in (self.pkcs8, self.pkcs1):
            with open(source, "rb") as stream:
                self.assertEqual(run("key", "file:-", stdin=stream), "2048")

    def test_encrypted_keys(self):
        for shape in ((), ("-traditional",)):
            for cipher in ("-aes256", "-des3"):
                data = openssl("rsa", *shape, cipher, "-passout", "pass:secret", "-in",
                               str(self.pkcs8))
                self.wrong("encrypted", data)
                self.wrong("encrypted", data.replace(b"\n", b"\\n"))
        self.wrong("encrypted", openssl("pkcs8", "-topk8", "-in", str(self.pkcs8), "-passout",
                                        "pass:secret"))

    def test_keys_of_other_kinds(self):
        for curve in ("P-256", "P-384", "P-521", "secp256k1"):
            path = self.make("ec", "EC", "ec_paramgen_curve:" + curve)
            self.wrong("an EC key", path.read_bytes())
            self.wrong("an EC key", openssl("ec", "-in", str(path)))
            self.wrong("an EC key", openssl("ecparam", "-name", "prime256v1") +
                       openssl("ec", "-in", str(path)))
        for kind in ("ed25519", "ed448", "x25519", "RSA-PSS"):
            self.wrong("another kind", self.make("kind", kind).read_bytes())

    def test_keys_for_tls(self):
        for curve, bits in (("P-256", "256"), ("P-384", "384")):
            path = self.make("ec", "EC", "ec_paramgen_curve:" + curve)
            for data in (path.read_bytes(), openssl("ec", "-in", str(path))):
                self.assertEqual(self.der(data).split()[0], bits)
        for curve in ("P-521", "secp256k1"):
            path = self.make("ec", "EC", "ec_paramgen_curve:" + curve)
            for data in (path.read_bytes(), openssl("ec", "-in", str(path))):
                self.refused("another curve", "der", "file:%s" % self.save("curve", data))

    def test_what_is_no_private_key(self):
        self.wrong("a public key", self.public.read_bytes())
        self.wrong("a public key", openssl("rsa", "-in", str(self.pkcs8), "-RSAPublicKey_out"))
        self.wrong("a certificate", openssl("req", "-x509", "-new", "-key", str(self.pkcs8),
                                            "-subj", "/CN=a"))
        self.wrong("no private key", openssl("req", "-new", "-key", str(self.pkcs8),
                                             "-subj", "/CN=a"))
        self.wrong("OpenSSH", pem("OPENSSH PRIVATE KEY", b"openssh-key-v1\0"))
        self.wrong("another kind", pem("DSA PRIVATE KEY", b"0"))
        self.wrong("several", self.pkcs8.read_bytes() + self.pkcs1.read_bytes())
        self.wrong("nothing is in it", b"")
        self.wrong("no PEM block", b"garbage")
        self.wrong("no PEM block", openssl("pkey", "-in", str(self.pkcs8), "-outform", "DER"))
        for label in ("PRIVATE KEY", "RSA PRIVATE KEY"):
            self.wrong("does not hold a private key", pem(label, b"garbage"))
            self.wrong("does not hold a private key", pem(label, os.urandom(1200)))
            self.wrong("does not hold a private key", pem(label, bytes(64)))

    def test_lengths(self):
        for bits in (1024, 2047):
            self.wrong("less than 2048", self.make("short", "RSA", "rsa_keygen_bits:%d" % bits)
                       .read_bytes())
        large = self.make("large", "RSA", "rsa_keygen_bits:4104")
        self.wrong("more than 4096", large.read_bytes())
        self.wrong("more than 4096", pem("PRIVATE KEY", bytes(4097)))
        self.wrong("longer than", self.pkcs8.read_bytes() + b"#" * 32768)
        self.right(self.pkcs8.read_bytes().ljust(32768, b"\n"))

    def none_passes(self, texts):
        """Every one of these is refused; many at once, since to start the tool takes longest."""
        sources = ["file:%s" % self.save("sweep-%d" % number, text)
                   for number, text in enumerate(texts)]
        answers = run("keys", *sources).split("\n")
        self.assertEqual(len(answers), len(sources))
        for number, answer in enumerate(answers):
            self.assertRegex(answer, "^[0-9]+ [^e]", "number %d" % number)

    def test_every_cut_is_refused(self):
        for path in (self.pkcs8, self.pkcs1):
            text = path.read_bytes().rstrip(b"\n")
            self.none_passes(text[:end] for end in range(len(text)))

    def test_every_part_of_the_key_counts(self):
        """A bit that is wrong in the modulus, an exponent or a prime is found out."""
        der = openssl("rsa", "-traditional", "-in", str(self.pkcs8), "-outform", "DER")
        bent = []
        for place in range(len(der)):
            data = bytearray(der)
            data[place] ^= 1 << place % 8
            bent.append(pem("RSA PRIVATE KEY", bytes(data)))
        self.none_passes(bent)
        data = bytearray(der)
        data[40] ^= 1
        self.wrong("contradict", pem("RSA PRIVATE KEY", bytes(data)))

    def test_damaged_text(self):
        text = self.pkcs8.read_bytes()
        middle = len(text) // 2
        for data in (text[:middle] + b"!" + text[middle:], text[:middle] + b"A" + text[middle:],
                     text[:middle] + b"=" + text[middle + 1:], text[:middle] + b"-" + text[middle:],
                     text.replace(b"END PRIVATE", b"END RSA PRIVATE"),
                     text.replace(b"-----\nM", b"-----\nX: y\n\nM"),
                     b"-----BEGIN PRIVATE KEY-----\n" + text):
            self.wrong("damaged", data)

    def test_files(self):
        self.refused("no such file", "key", "file:%s" % (self.folder / "none"))
        self.refused("no such file", "key", "file:%s" % (self.pkcs8 / "none"))
        self.refused("a directory", "key", "file:%s" % self.folder)
        path = self.save("modes", self.pkcs8.read_bytes())
        for mode, exposed in ((0o600, ""), (0o400, ""), (0o640, ""), (0o440, ""),
                              (0o644, " exposed"), (0o604, " exposed"), (0o660, " exposed"),
                              (0o602, " exposed"), (0o444, " exposed")):
            path.chmod(mode)
            self.assertEqual(run("key", "file:%s" % path), "2048" + exposed, oct(mode))
        (self.folder / "link").symlink_to(path)
        path.chmod(0o600)
        self.assertEqual(run("key", "file:%s" % (self.folder / "link")), "2048")

    def test_a_pipe(self):
        """Shells hand files over as /dev/fd/63."""
        with subprocess.Popen(("cat", str(self.pkcs8)), stdout=subprocess.PIPE) as cat:
            self.assertEqual(run("key", "file:/dev/stdin", stdin=cat.stdout), "2048")


if __name__ == "__main__":
    tool.main()
