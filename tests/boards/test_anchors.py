"""Trust anchors from PEM to the flash: what cmake/anchors.py takes, and what it refuses."""

import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "cmake" / "anchors.py"
BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
DAYS = 3650


class AnchorsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.room = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.room.name)
        cls.rsa = cls.make("rsa", "rsa:2048")
        cls.p256 = cls.make("p256", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        cls.p384 = cls.make("p384", "ec", "-pkeyopt", "ec_paramgen_curve:P-384")

    @classmethod
    def tearDownClass(cls):
        cls.room.cleanup()

    @classmethod
    def make(cls, name, key, *options, days=DAYS):
        path = cls.folder / f"{name}.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", key, *options, "-nodes", "-keyout",
             cls.folder / "key.pem", "-out", path, "-subj", f"/CN={name}",
             "-days", str(days)], check=True, stderr=subprocess.DEVNULL)
        return path.read_text()

    @staticmethod
    def der(pem):
        return subprocess.run(["openssl", "x509", "-outform", "DER"], input=pem.encode(),
                              stdout=subprocess.PIPE, check=True).stdout

    def run_script(self, pem, *options, public=False):
        source, output = self.folder / "in.pem", self.folder / "out.c"
        source.write_text(pem)
        output.unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, SCRIPT, "--output", output, *options,
             *(["--public"] if public else []), source],
            stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(output.exists(), done.returncode == 0)
        return done.returncode, done.stderr, output.read_text() if output.exists() else ""

    def refused(self, pem, words, *options, **others):
        status, complaint, _ = self.run_script(pem, *options, **others)
        self.assertEqual(status, 1)
        self.assertIn(words, complaint)
        self.assertNotIn("Traceback", complaint)

    def test_the_bytes_are_the_certificates(self):
        status, complaint, text = self.run_script(f"a comment\n{self.rsa}\n{self.p256}{self.p384}")
        self.assertEqual((status, complaint), (0, ""))
        array = text[text.index("[] = {"):text.index("};")]
        data = bytes(int(byte, 16) for byte in re.findall(r"0x([0-9a-f]{2})", array))
        self.assertEqual(data, self.der(self.rsa) + self.der(self.p256) + self.der(self.p384))

    def test_one_is_too_few_unless_told(self):
        self.refused(self.rsa, "1 usable, wanted: 2")
        self.assertEqual(self.run_script(self.rsa, "--minimum", "1")[0], 0)

    def test_a_duplicate_does_not_count(self):
        self.refused(self.rsa + self.rsa, "1 usable, wanted: 2")
        status, complaint, _ = self.run_script(self.rsa + self.p256 + self.rsa)
        self.assertEqual(status, 0)
        self.assertIn("rsa is there twice", complaint)

    def test_refusals(self):
        leaf = self.make("leaf", "rsa:2048", "-addext", "basicConstraints=CA:FALSE")
        curve = self.make("p521", "ec", "-pkeyopt", "ec_paramgen_curve:P-521")
        edwards = self.make("edwards", "ed25519")
        # The signature is not looked at: a root's own says nothing.
        der = bytearray(self.der(self.make("expired", "rsa:2048")))
        not_after = der.index(b"\x17\x0d", der.index(b"\x17\x0d") + 2) + 2
        der[not_after:not_after + 2] = b"20"
        expired = ssl.DER_cert_to_PEM_cert(bytes(der))
        for pem, words in ((leaf, "leaf is not the certificate of an authority"),
                           (curve, "p521 is none that the firmware can use"),
                           (edwards, "edwards is none that the firmware can use"),
                           (expired, "expired expired on")):
            self.refused(self.rsa + self.p256 + pem, words)

    def test_what_the_firmware_cannot_read_is_refused_by_name(self):
        curve = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        for name, options, words in (
                ("old root", ("rsa:2048", "-sha1"), "is signed with SHA-1, which the firmware"),
                ("older root", ("rsa:2048", "-md5"), "is signed with MD5, which the firmware"),
                ("ec root", (*curve, "-sha1"), "is signed with SHA-1, which the firmware"),
                ("bound root", (*curve, "-addext", "nameConstraints=critical,permitted;DNS:a.test"),
                 "has a critical extension that the firmware cannot read: nameConstraints"),
                ("strict root", (*curve, "-addext", "policyConstraints=critical,"
                                 "inhibitPolicyMapping:0"), "cannot read: policyConstraints"),
                ("policy root", (*curve, "-addext", "certificatePolicies=critical,1.2.3"),
                 "cannot read: certificatePolicies"),
                ("odd root", (*curve, "-addext", "1.2.3.4=critical,ASN1:NULL"),
                 "cannot read: OID 2a0304")):
            self.refused(self.rsa + self.p256 + self.make(name, *options), f"{name} {words}"
                         if words.startswith(("is", "has")) else words)

    def test_extensions_that_are_read(self):
        for extension in ("nameConstraints=permitted;DNS:a.test", "subjectAltName=DNS:a.test",
                          "extendedKeyUsage=critical,serverAuth",
                          "certificatePolicies=critical,2.5.29.32.0"):
            root = self.make("root", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-addext",
                             extension)
            self.assertEqual(self.run_script(self.rsa + root)[:2], (0, ""))

    def test_of_renewed_roots_the_last_is_taken(self):
        key = self.folder / "renewed.key"
        subprocess.run(["openssl", "genpkey", "-quiet", "-algorithm", "EC", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-out", key], check=True)
        old, new = (subprocess.run(
            ["openssl", "req", "-x509", "-key", key, "-subj", "/CN=renewed", "-days", str(days)],
            check=True, stdout=subprocess.PIPE, text=True).stdout for days in (1000, DAYS))
        for twins in (old + new, new + old):
            status, complaint, text = self.run_script(self.rsa + twins)
            self.assertEqual(status, 0)
            self.assertIn("renewed was renewed; the one that ends on", complaint)
            self.assertEqual(text.count("*   renewed,"), 1)
            self.assertIn(f"{len(self.der(new))} bytes", text)
            array = text[text.index("[] = {"):text.index("};")]
            data = bytes(int(byte, 16) for byte in re.findall(r"0x([0-9a-f]{2})", array))
            self.assertEqual(data, self.der(self.rsa) + self.der(new))

    def test_a_short_life_is_told(self):
        short = self.make("short", "rsa:2048", days=30)
        status, complaint, _ = self.run_script(self.rsa + short)
        self.assertEqual(status, 0)
        self.assertIn("short expires soon", complaint)

    def test_damaged_input(self):
        self.refused("", "0 usable")
        body = self.rsa.splitlines()
        for keep in (1, 2, 5, len(body) - 3):
            cut = [body[0], *body[1:keep], body[-1]]
            self.refused("\n".join(cut) + self.p256, "")
        self.refused(self.rsa.replace("MII", "M*I", 1) + self.p256, "damaged")

    def test_the_system_bundle(self):
        """Only known names are chosen, and an absent bundle says what to do."""
        self.refused(self.rsa + self.p256 + self.p384, "0 usable", public=True)
        known = [self.make(name, "rsa:2048")
                 for name in ("ISRG Root X1", "GTS Root R1")]
        status, complaint, text = self.run_script("".join(known) + self.rsa, public=True)
        self.assertEqual(status, 0, complaint)
        self.assertIn("ISRG Root X1", text)
        self.assertNotIn(" rsa,", text)
        done = subprocess.run([sys.executable, SCRIPT, "--output", self.folder / "out.c",
                               "--public", self.folder / "absent.crt"],
                              stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("ca-certificates", done.stderr)

    def test_the_table_in_the_manual(self):
        """Names and dates are those of this machine's bundle, and of nothing else."""
        text = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
        shown = text.split("<!-- roots: begin -->\n")[1].split("<!-- roots: end -->")[0]
        done = subprocess.run([sys.executable, SCRIPT, "--table", "--public", BUNDLE],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
        if "not in this bundle" in done.stderr:
            self.skipTest(done.stderr.strip())
        self.assertEqual(shown, done.stdout)

    def test_the_warning_is_that_of_the_program(self):
        header = (ROOT / "platform/posix/cli/job/roots.h").read_text(encoding="ascii")
        days = re.search(r"#define ROOTS_WARNING_DAYS (\d+)", header)[1]
        self.assertIn(f"WARNING = datetime.timedelta(days={days})\n",
                      SCRIPT.read_text(encoding="utf-8"))
        self.assertIn(f"{days} days before the first of them ends,",
                      (ROOT / "docs" / "install.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
