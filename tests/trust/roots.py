"""Every root of the machine's bundle is read and can anchor a chain.

    roots.py CHAIN_TOOL...    the words that start chain_tool

Nobody but its authority can sign under a root. So each is cloned: the certificate byte for byte,
names, extensions, version and algorithms, with a key of ours of the same kind in the place of its
own and dates of ours, signed anew by the same algorithm. A server's certificate is signed under
each clone; it has to be accepted, and refused when it is signed with SHA-1 or damaged.
"""

import base64
import re
import ssl
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOOL = sys.argv[1:]
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
SKIPPED = 77
HOST = "tenant.auth0.test"
SEQUENCE, OID, INTEGER, BITS, OCTETS, SET, UTF8 = 0x30, 0x06, 0x02, 0x03, 0x04, 0x31, 0x0C
DIGESTS = {"2a864886f70d010104": "md5", "2a864886f70d010105": "sha1",
           "2a864886f70d01010b": "sha256", "2a864886f70d01010c": "sha384",
           "2a864886f70d01010d": "sha512", "2a8648ce3d0401": "sha1", "2a8648ce3d040302": "sha256",
           "2a8648ce3d040303": "sha384", "2a8648ce3d040304": "sha512"}
CURVES = {"2a8648ce3d030107": "P-256", "2b81040022": "P-384", "2b81040023": "P-521"}
RSA = "2a864886f70d010101"


def der(tag, *contents):
    """One element."""
    body = b"".join(contents)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def elements(data):
    """(tag, contents, the whole) of elements that follow one another."""
    found, at = [], 0
    while at < len(data):
        head, length = at + 2, data[at + 1]
        if length & 0x80:
            head += length & 0x7F
            length = int.from_bytes(data[at + 2:head], "big")
        found.append((data[at], data[head:head + length], data[at:head + length]))
        at = head + length
    return found


def oid_of(algorithm):
    return elements(algorithm)[0][1].hex()


def algorithm(oid, is_rsa):
    """AlgorithmIdentifier; RSA's have NULL parameters."""
    return der(SEQUENCE, der(OID, bytes.fromhex(oid)), b"\x05\x00" if is_rsa else b"")


def openssl(*arguments, **how):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, **how).stdout


class Keys:
    """One key of each kind, made when it is first asked for."""

    def __init__(self, folder):
        self.folder = folder
        self.public = {}

    def path(self, kind):
        return self.folder / ("%s.key" % kind)

    def make(self, kind):
        if kind not in self.public:
            what = (("RSA", "rsa_keygen_bits:%s" % kind[4:]) if kind.startswith("RSA-")
                    else ("EC", "ec_paramgen_curve:" + kind))
            openssl("genpkey", "-quiet", "-algorithm", what[0], "-pkeyopt", what[1],
                    "-out", self.path(kind))
            self.public[kind] = openssl("pkey", "-in", self.path(kind), "-pubout",
                                        "-outform", "DER")
        return self.public[kind]

    def certificate(self, tbs, signature, kind, digest):
        """The signed part, signed."""
        signed = openssl("dgst", "-" + digest, "-sign", self.path(kind), input=tbs)
        return der(SEQUENCE, tbs, signature, der(BITS, b"\0", signed))


def kind_of(key):
    """"RSA-4096", "P-384" of a SubjectPublicKeyInfo's contents."""
    (_, parameters, _), (_, bits, _) = elements(key)
    if oid_of(parameters) == RSA:
        modulus = elements(elements(bits[1:])[0][1])[0][1]
        return "RSA-%d" % int.from_bytes(modulus, "big").bit_length()
    return CURVES[elements(parameters)[1][1].hex()]


VALIDITY = der(SEQUENCE, der(0x17, b"200101000000Z"), der(0x17, b"491231235959Z"))


class Root:
    """A root of the bundle, taken apart."""

    def __init__(self, raw):
        outer = elements(elements(raw)[0][1])
        self.fields = [whole for _, _, whole in elements(outer[0][1])]
        at = 1 if self.fields[0][0] == 0xA0 else 0
        self.signature = outer[1][2]
        self.digest = DIGESTS[oid_of(outer[1][1])]
        self.validity, self.subject, self.key = at + 3, self.fields[at + 4], at + 5
        self.kind = kind_of(elements(self.fields[self.key])[0][1])

    def clone(self, keys):
        fields = list(self.fields)
        fields[self.validity] = VALIDITY
        fields[self.key] = keys.make(self.kind)
        is_rsa = elements(self.signature)[0][1].hex().startswith("06092a864886f7")
        signer = self.kind if is_rsa == self.kind.startswith("RSA") else (
            "RSA-2048" if is_rsa else "P-256")
        keys.make(signer)
        return keys.certificate(der(SEQUENCE, *fields), self.signature, signer, self.digest)

    def leaf(self, keys, digest):
        """A server's certificate under the clone."""
        is_rsa = self.kind.startswith("RSA")
        oid = {("sha256", True): "2a864886f70d01010b", ("sha1", True): "2a864886f70d010105",
               ("sha256", False): "2a8648ce3d040302",
               ("sha1", False): "2a8648ce3d0401"}[digest, is_rsa]
        signature = algorithm(oid, is_rsa)
        name = der(SEQUENCE, der(SET, der(SEQUENCE, der(OID, b"\x55\x04\x03"),
                                          der(UTF8, HOST.encode()))))
        names = der(SEQUENCE, der(OID, b"\x55\x1d\x11"),
                    der(OCTETS, der(SEQUENCE, der(0x82, HOST.encode()))))
        tbs = der(SEQUENCE, der(0xA0, der(INTEGER, b"\x02")), der(INTEGER, b"\x2a"), signature,
                  self.subject, VALIDITY, name, keys.make("P-256"),
                  der(0xA3, der(SEQUENCE, names)))
        return keys.certificate(tbs, signature, self.kind, digest)


class RootsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.room = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.room.cleanup)
        cls.folder = Path(cls.room.name)
        cls.keys = Keys(cls.folder)
        blocks = re.findall("-----BEGIN CERTIFICATE-----(.*?)-----END", BUNDLE.read_text("ascii"),
                            re.DOTALL)
        cls.roots = [Root(base64.b64decode(block)) for block in blocks]
        for kind in {root.kind for root in cls.roots} | {"P-256", "RSA-2048"}:
            cls.keys.make(kind)
        with ThreadPoolExecutor(4) as pool:
            cls.clones = list(pool.map(lambda root: root.clone(cls.keys), cls.roots))
            cls.leaves = list(pool.map(lambda root: root.leaf(cls.keys, "sha256"), cls.roots))

    def judge(self, chains, anchors):
        bundle = self.folder / "bundle.pem"
        bundle.write_text("".join(map(ssl.DER_cert_to_PEM_cert, anchors)), "ascii")
        files = []
        for number, chain in enumerate(chains):
            files.append(self.folder / ("%d.der" % number))
            files[-1].write_bytes(chain)
        return subprocess.run([*TOOL, HOST, bundle, *files], check=True, stdout=subprocess.PIPE,
                              text=True).stdout.split()

    def expect(self, found, status):
        self.assertEqual(len(found), len(self.roots))
        wrong = {root.subject: said for root, said in zip(self.roots, found) if said != status}
        self.assertEqual(wrong, {})

    def test_each_anchors_a_chain(self):
        self.expect(self.judge(self.leaves, self.clones), "ok")
        kinds = sorted({(root.kind, root.digest) for root in self.roots})
        print("%d roots: %s" % (len(self.roots), ", ".join("%s with %s" % kind for kind in kinds)))
        self.assertIn("sha1", {digest for _, digest in kinds})

    def test_each_anchors_one_that_sends_it_along(self):
        self.expect(self.judge([leaf + clone for leaf, clone in zip(self.leaves, self.clones)],
                               self.clones), "ok")

    def test_none_anchors_what_is_damaged(self):
        damaged = [leaf[:-1] + bytes([leaf[-1] ^ 1]) for leaf in self.leaves]
        self.expect(self.judge(damaged, self.clones), "cert_untrusted")

    def test_none_anchors_sha1(self):
        each = {(root.kind, root.digest): root for root in self.roots}.values()
        found = self.judge([root.leaf(self.keys, "sha1") for root in each], self.clones)
        self.assertEqual(found, ["cert_weak"] * len(each))

    def test_none_is_trusted_unnamed(self):
        one = self.clones[:1]
        found = self.judge(self.leaves[1:], one)
        self.assertEqual(set(found), {"cert_untrusted"})


if __name__ == "__main__":
    if not BUNDLE.exists():
        print("skipped: there is no %s" % BUNDLE)
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
