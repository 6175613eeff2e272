"""Client certificates: the chain and the key that belongs to it."""

import tool
from tool import Keys, openssl, run

NOW = "-1"


class ClientCertificateTest(Keys):
    """chain() reads a certificate and a key; certificates are signed by themselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ec = cls.make("ec", "EC", "ec_paramgen_curve:P-256")
        cls.leaf = cls.certificate("leaf", cls.pkcs8)
        cls.ec_leaf = cls.certificate("ec-leaf", cls.ec)

    @classmethod
    def certificate(cls, name, key, days="2"):
        return cls.save(name, openssl("req", "-x509", "-new", "-key", str(key), "-days", days,
                                      "-subj", "/CN=" + name))

    def chain(self, certificate, key, now=NOW):
        source = "same" if key is None else "file:%s" % key
        count, bits, der = run("chain", "file:%s" % certificate, source, now).split()
        return int(count), int(bits), bytes.fromhex(der)

    def wrong(self, reason, certificate, key, now=NOW):
        source = "same" if key is None else "file:%s" % key
        self.refused(reason, "chain", "file:%s" % certificate, source, now)

    @staticmethod
    def der(certificate):
        return openssl("x509", "-in", str(certificate), "-outform", "DER")

    def both(self, *paths):
        return self.save("both", b"".join(path.read_bytes() for path in paths))

    def test_chains(self):
        self.assertEqual(self.chain(self.leaf, self.pkcs8), (1, 2048, self.der(self.leaf)))
        self.assertEqual(self.chain(self.leaf, self.pkcs1), (1, 2048, self.der(self.leaf)))
        self.assertEqual(self.chain(self.ec_leaf, self.ec), (1, 256, self.der(self.ec_leaf)))
        both = self.both(self.leaf, self.pkcs8, self.ec_leaf)
        self.assertEqual(self.chain(both, None), (2, 2048, self.der(self.leaf) +
                                                  self.der(self.ec_leaf)))
        self.assertEqual(self.chain(self.both(*[self.leaf] * 8), self.pkcs8)[0], 8)

    def test_refusals(self):
        self.wrong("key %d" % 25, self.leaf, self.ec)
        self.wrong("does not belong", self.ec_leaf, self.pkcs8)
        self.wrong("does not belong", self.both(self.ec_leaf, self.leaf), self.pkcs8)
        self.wrong("key", self.leaf, None)
        self.wrong("no private key", self.leaf, None)
        self.wrong("certificate 22 no certificate", self.pkcs8, self.pkcs8)
        self.wrong("no PEM block", self.save("text", b"text"), self.pkcs8)
        self.wrong("more certificates", self.both(*[self.leaf] * 9), self.pkcs8)
        self.wrong("no such file", self.folder / "none", self.pkcs8)
        self.wrong("key 1 there is no such file", self.leaf, self.folder / "none")
        broken = self.leaf.read_bytes().replace(b"\nMI", b"\nMA")
        self.wrong("cannot be understood", self.save("broken", broken), self.pkcs8)
        both = self.save("both", self.leaf.read_bytes() + broken)
        self.wrong("cannot be understood", both, self.pkcs8)

    def test_dates(self):
        end = openssl("x509", "-in", str(self.leaf), "-noout", "-enddate", "-dateopt", "iso_8601")
        last = int(tool.subprocess.check_output(
            ("date", "-u", "+%s", "-d", end.decode().split("=")[1].strip())))
        start = last - 2 * 86400
        self.chain(self.leaf, self.pkcs8, str(last))
        self.chain(self.leaf, self.pkcs8, str(start))
        self.wrong("has expired", self.leaf, self.pkcs8, str(last + 1))
        self.wrong("not valid yet", self.leaf, self.pkcs8, str(start - 1))

    def test_every_cut_is_refused(self):
        text = self.both(self.leaf, self.pkcs8).read_bytes().rstrip(b"\n")
        for end in list(range(0, len(text), 61)) + [len(text) - 1]:
            with self.assertRaises(tool.Refused, msg=end):
                run("chain", "file:%s" % self.save("cut", text[:end]), "same", NOW)


if __name__ == "__main__":
    tool.main()
