"""Turns trust anchors in PEM into a C file with their DER, which a firmware keeps in its
flash and reads in place.

    anchors.py --output FILE.c [--minimum N] FILE.pem
    anchors.py --output FILE.c [--minimum N] --public BUNDLE.pem
    anchors.py --table --public BUNDLE.pem

With --public the roots are chosen out of a system's bundle, by name (PUBLIC_ROOTS below). With
--table nothing is written: the table of docs/install.md is printed, the first that ends first.

What could never verify anything is refused, by the name in its subject: a certificate that is
no authority's, one that has expired, a key, a critical extension or a signature that the
firmware's TLS cannot read. (An anchor's own signature proves nothing; but the library reads all
of a certificate or nothing, and a firmware has no SHA-1.) A certificate that is there twice is
taken once, and of renewed ones, which have the same name and key, the one that ends last. Fewer than --minimum different ones (2 unless told) are an
error, because a service may change its certificate authority from one day to the next.

Status: 0 written, 1 refused; each complaint is a line on standard error.
"""

import argparse
import base64
import binascii
import datetime
import os
import pathlib
import re
import sys

# By common name: the roots of the large public authorities whose certificates Auth0 and
# the networks in front of it present. A tenant whose chain ends elsewhere names its own.
PUBLIC_ROOTS = (
    "Amazon Root CA 1", "Amazon Root CA 2", "Amazon Root CA 3", "Amazon Root CA 4",
    "DigiCert Global Root G2", "DigiCert Global Root G3",
    "GTS Root R1", "GTS Root R2", "GTS Root R3", "GTS Root R4",
    "ISRG Root X1", "ISRG Root X2",
)
# A device lives longer than the build that made it.
SHORT_LIFE = datetime.timedelta(days=2 * 365)
# As ROOTS_WARNING_DAYS of the command line.
WARNING = datetime.timedelta(days=90)

PEM = re.compile(r"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----(.*?)"
                 r"-----END (?:TRUSTED |X509 )?CERTIFICATE-----", re.DOTALL)

OID, BOOLEAN, TRUE = 0x06, 0x01, (0x01, b"\xff")
UTC_TIME, VERSION, EXTENSIONS = 0x17, 0xA0, 0xA3
COMMON_NAME = bytes.fromhex("550403")
ORGANISATION = bytes.fromhex("55040a")
BASIC_CONSTRAINTS = bytes.fromhex("551d13")
RSA = bytes.fromhex("2a864886f70d010101")
EC = bytes.fromhex("2a8648ce3d0201")
# Algorithms of signatures: those that can be read, and names for those that are met.
SIGNATURES = tuple(bytes.fromhex(text) for text in (
    "2a864886f70d01010a", "2a864886f70d01010b", "2a864886f70d01010c", "2a864886f70d01010d",
    "2a8648ce3d040302", "2a8648ce3d040303", "2a8648ce3d040304"))
OLD_SIGNATURES = {bytes.fromhex("2a864886f70d010102"): "MD2",
                  bytes.fromhex("2a864886f70d010104"): "MD5",
                  bytes.fromhex("2a864886f70d010105"): "SHA-1",
                  bytes.fromhex("2b0e03021d"): "SHA-1",
                  bytes.fromhex("2a8648ce3d0401"): "SHA-1"}
# Extensions that can be read, and names for others: all of 2.5.29.
EXTENSIONS_READ = {bytes.fromhex("551d" + last) for last in ("0e", "0f", "11", "13", "20", "23",
                                                             "25")}
POLICIES = bytes.fromhex("551d20")
ANY_POLICY = POLICIES + b"\0"
EXTENSION_NAMES = {POLICIES: "certificatePolicies",
                   bytes.fromhex("551d1e"): "nameConstraints",
                   bytes.fromhex("551d21"): "policyMappings",
                   bytes.fromhex("551d24"): "policyConstraints",
                   bytes.fromhex("551d36"): "inhibitAnyPolicy"}
CURVES = {bytes.fromhex("2a8648ce3d030107"): "P-256", bytes.fromhex("2b81040022"): "P-384"}
RSA_BITS_MAX = 4096


class Refused(Exception):
    """Why a file of anchors cannot be used."""


def elements(data):
    """The (tag, contents) pairs that follow one another in DER."""
    found = []
    position = 0
    while position < len(data):
        tag, length = data[position], data[position + 1]
        position += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[position:position + count], "big")
            position += count
        if position + length > len(data):
            raise ValueError("an element is longer than what holds it")
        found.append((tag, data[position:position + length]))
        position += length
    return found


class Certificate:
    """The parts of one certificate that decide whether it is of use."""

    def __init__(self, der):
        self.der = der
        try:
            ((_, outer),) = elements(der)
            fields = elements(elements(outer)[0][1])
            if fields[0][0] == VERSION:
                fields = fields[1:]
            self.signature = elements(fields[1][1])[0][1]
            self.expiry = self.read_time(elements(fields[3][1])[1])
            self.name = self.read_name(fields[4][1])
            self.subject = fields[4][1]
            self.key = fields[5][1]
            self.extensions = [elements(extension)
                               for tag, content in fields[6:] if tag == EXTENSIONS
                               for _, listing in elements(content)
                               for _, extension in elements(listing)]
        except (IndexError, ValueError) as error:
            raise Refused(f"a certificate cannot be read: {error}") from error

    @staticmethod
    def read_time(element):
        tag, content = element
        text = content.decode("ascii")
        if tag == UTC_TIME:
            text = ("20" if text[:2] < "50" else "19") + text
        return datetime.datetime.strptime(text, "%Y%m%d%H%M%SZ")

    @staticmethod
    def read_name(content):
        parts = {}
        for _, relative in elements(content):
            for _, attribute in elements(relative):
                (_, kind), (_, value) = elements(attribute)
                parts[kind] = value.decode("utf-8", "replace")
        return parts.get(COMMON_NAME) or parts.get(ORGANISATION) or "a root without a name"

    def is_authority(self):
        for parts in self.extensions:
            if parts[0][1] == BASIC_CONSTRAINTS:
                return TRUE in elements(elements(parts[-1][1])[0][1])
        return False

    @staticmethod
    def any_policy(parts):
        (_, policies), = elements(parts[-1][1])
        return all(elements(policy)[0][1] == ANY_POLICY for _, policy in elements(policies))

    def unread_extension(self):
        """The name of a critical extension that nothing reads, or None."""
        for parts in self.extensions:
            if TRUE in parts[1:2] and (parts[0][1] not in EXTENSIONS_READ or
                                       parts[0][1] == POLICIES and not self.any_policy(parts)):
                return EXTENSION_NAMES.get(parts[0][1], "OID " + parts[0][1].hex())
        return None

    def is_known_key(self):
        (_, algorithm), (_, bits) = elements(self.key)
        names = [content for tag, content in elements(algorithm) if tag == OID]
        if names[0] == RSA:
            modulus = elements(elements(bits[1:])[0][1])[0][1]
            return int.from_bytes(modulus, "big").bit_length() <= RSA_BITS_MAX
        return names[0] == EC and len(names) > 1 and names[1] in CURVES


def complain(words):
    print(f"trust anchors: {words}", file=sys.stderr)


def read_bundle(path):
    try:
        text = path.read_text(encoding="latin-1")
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from error
    found = []
    for block in PEM.findall(text):
        try:
            der = base64.b64decode("".join(block.split()), validate=True)
        except binascii.Error as error:
            raise Refused(f"{path}: a block of PEM is damaged: {error}") from error
        found.append(Certificate(der))
    return found


def check(certificate, now):
    if not certificate.is_authority():
        raise Refused(f"{certificate.name} is not the certificate of an authority")
    if not certificate.is_known_key():
        raise Refused(f"the key of {certificate.name} is none that the firmware can use: "
                      f"RSA up to {RSA_BITS_MAX} bits, {' and '.join(CURVES.values())}")
    if certificate.signature not in SIGNATURES:
        how = OLD_SIGNATURES.get(certificate.signature, "an algorithm")
        raise Refused(f"{certificate.name} is signed with {how}, which the firmware cannot read, "
                      "not even in a root: it would never be found; take another root of this "
                      "authority")
    if certificate.unread_extension():
        raise Refused(f"{certificate.name} has a critical extension that the firmware cannot "
                      f"read: {certificate.unread_extension()}")
    if certificate.expiry <= now:
        raise Refused(f"{certificate.name} expired on {certificate.expiry:%Y-%m-%d}")
    if certificate.expiry - now < SHORT_LIFE:
        complain(f"{certificate.name} expires soon, on {certificate.expiry:%Y-%m-%d}")


def without_duplicates(certificates):
    different = {}
    for certificate in certificates:
        if certificate.der in different:
            complain(f"{certificate.name} is there twice; taken once")
        different[certificate.der] = certificate
    return list(different.values())


def without_renewed(certificates):
    """A library takes the first that fits, whatever its dates say."""
    last = {}
    for certificate in certificates:
        twin = last.setdefault((certificate.subject, certificate.key), certificate)
        if twin is certificate:
            continue
        older = min(twin, certificate, key=lambda one: one.expiry)
        complain(f"{certificate.name} was renewed; the one that ends on "
                 f"{older.expiry:%Y-%m-%d} is left out")
        if older is twin:
            last[certificate.subject, certificate.key] = certificate
    return list(last.values())


def choose_public(certificates, now):
    """Authorities come and go: one that a bundle does not have, or no longer, is not an
    error as long as enough are left."""
    chosen = [certificate for certificate in certificates
              if certificate.name in PUBLIC_ROOTS and certificate.is_known_key()
              and certificate.expiry > now]
    missing = set(PUBLIC_ROOTS) - {certificate.name for certificate in chosen}
    if missing:
        complain(f"not in this bundle: {', '.join(sorted(missing))}")
    return chosen


def write(path, certificates):
    data = b"".join(certificate.der for certificate in certificates)
    lines = [f" *   {certificate.name}, {len(certificate.der)} bytes, "
             f"until {certificate.expiry:%Y-%m-%d}".replace("*/", "* /")
             for certificate in certificates]
    rows = [", ".join(f"0x{byte:02x}" for byte in data[start:start + 12])
            for start in range(0, len(data), 12)]
    path.write_text("/* Made by cmake/anchors.py:\n" + "\n".join(lines) + "\n */\n"
                    '#include "port/trust_anchors.h"\n\n'
                    "const uint8_t connsync_trust_anchors[] = {\n    "
                    + ",\n    ".join(rows) + "};\n"
                    "const size_t connsync_trust_anchors_length = "
                    "sizeof connsync_trust_anchors;\n", encoding="utf-8")


def table(certificates):
    """Markdown: the roots by their end, and when the first of them is warned of."""
    rows = sorted((certificate.expiry, certificate.name) for certificate in certificates)
    end, name = rows[0]
    return "\n".join(["| root | until |", "|---|---|",
                      *(f"| {name} | {expiry:%Y-%m-%d} |" for expiry, name in rows), "",
                      f"The first to end is {name}, on {end:%Y-%m-%d}; warnings of it begin on "
                      f"{end - WARNING:%Y-%m-%d}."])


def build_date():
    """Now, or the date that counts as the build's where builds are repeated to the bit:
    what has expired by then is left out."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = (datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
           if seconds.isdigit() else datetime.datetime.now(datetime.timezone.utc))
    return now.replace(tzinfo=None)


def run(options):
    now = build_date()
    path = options.public or options.pem
    if options.public and not path.exists():
        raise Refused(f"there is no {path}: install the package ca-certificates, or name "
                      "your own roots with -DCONNSYNC_TRUST_ANCHORS=FILE.pem")
    certificates = read_bundle(path)
    if options.public:
        certificates = choose_public(certificates, now)
    certificates = without_renewed(without_duplicates(certificates))
    for certificate in certificates:
        check(certificate, now)
    if len(certificates) < options.minimum:
        raise Refused(f"{path} has {len(certificates)} usable, wanted: {options.minimum} or "
                      "more, for the day on which the service changes its certificate "
                      "authority; -DCONNSYNC_TRUST_ANCHORS_MIN=1 does with one")
    if options.table:
        print(table(certificates))
    else:
        write(options.output, certificates)


def main():
    parser = argparse.ArgumentParser()
    result = parser.add_mutually_exclusive_group(required=True)
    result.add_argument("--output", type=pathlib.Path)
    result.add_argument("--table", action="store_true")
    parser.add_argument("--minimum", type=int, default=2)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--public", type=pathlib.Path)
    source.add_argument("pem", type=pathlib.Path, nargs="?")
    try:
        run(parser.parse_args())
    except Refused as refusal:
        complain(refusal)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
