"""Name constraints against OpenSSL: chains of an authority that has them and servers of all kinds of names.

python3-cryptography makes the certificates, `openssl verify` judges them, a process for each authority.
"""

import ipaddress
import pathlib
import random
import subprocess
import tempfile
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LEAVES = 25
LABELS = ("a", "b", "A", "ab", "b-a", "x1", "test")
CONSTRAINT_ERRORS = ("47", "48", "51", "52", "53")  # permitted, excluded, unsupported


def name_of(text):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text)])


def any_domain(chance, longest):
    return ".".join(chance.choice(LABELS) for _ in range(chance.randint(1, longest)))


def any_network(chance):
    if chance.randrange(4) == 0:
        bits = chance.choice((0, 8, 16, 64, 96, 127, 128))
        return ipaddress.ip_network((chance.choice((1 << 127, 1)) >> (128 - bits) << (128 - bits), bits))
    bits = chance.choice((0, 1, 8, 15, 24, 31, 32))
    return ipaddress.ip_network((chance.choice((0x0A000001, 0xC0000201)) >> (32 - bits) << (32 - bits), bits))


def any_subtree(chance):
    what = chance.randrange(5)
    if what == 0:
        return x509.IPAddress(any_network(chance))
    return x509.DNSName(("." if what == 1 else "") + any_domain(chance, 3) if what < 4 else "")


def any_names(chance):
    names = [x509.DNSName(("*." if chance.randrange(5) == 0 else "") + any_domain(chance, 4))
             for _ in range(chance.randint(1, 2))]
    if chance.randrange(3) == 0:
        names.append(x509.IPAddress(any_network(chance).network_address))
    return names


def certificate(subject, issuer, key, signer, extensions):
    now = datetime.now(timezone.utc)
    builder = (x509.CertificateBuilder().subject_name(name_of(subject)).issuer_name(name_of(issuer))
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30)))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(signer, hashes.SHA256())


def contents(extension):
    """What is inside of an extension's SEQUENCE."""
    data = extension.public_bytes()
    return data[2 + (data[1] & 0x7F if data[1] & 0x80 else 0):]


def first_host(names):
    """A host that the first name is for."""
    return names[0].value.replace("*", "w")


def write(folder, name, made):
    path = folder / name
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return path


def verdicts(authority, leaves):
    """Of each file of `leaves`: is it fine, or not but for its names' constraints?"""
    done = subprocess.run(["openssl", "verify", "-CAfile", authority, *leaves], capture_output=True, text=True,
                          check=False)
    fine = {line[:-4] for line in done.stdout.splitlines() if line.endswith(": OK")}
    codes = [line.split(" ")[1] for line in done.stderr.splitlines() if line.startswith("error ")
             and " depth lookup" in line]
    unexpected = [code for code in codes if code not in CONSTRAINT_ERRORS]
    if unexpected or len(fine) + len(codes) < len(leaves):
        raise SystemExit("openssl: " + done.stderr[:1000])
    return [str(leaf) in fine for leaf in leaves]


def family(chance, folder, key):
    """An authority's lines for tell.c, and OpenSSL's verdicts."""
    lists = [[any_subtree(chance) for _ in range(chance.randint(0, 3))] for _ in range(2)]
    if not any(lists):
        lists[0] = [any_subtree(chance)]
    constraints = x509.NameConstraints(lists[0] or None, lists[1] or None)
    basic = (x509.BasicConstraints(ca=True, path_length=None), True)
    authority = write(folder, "authority.pem",
                      certificate("authority", "authority", key, key, [basic, (constraints, True)]))
    lines, files = [], []
    for number in range(LEAVES):
        names = any_names(chance)
        alternative = x509.SubjectAlternativeName(names)
        leaf = certificate("server", "authority", key, key, [(alternative, False)])
        files.append(write(folder, "leaf-%d.pem" % number, leaf))
        lines.append(" ".join((contents(alternative).hex(), first_host(names).encode().hex(),
                               contents(constraints).hex())))
    return lines, verdicts(authority, files)


def compare(tell, count, seed, ask):
    chance = random.Random(seed)
    key = ec.generate_private_key(ec.SECP256R1())
    lines, others = [], []
    with tempfile.TemporaryDirectory() as name:
        while len(lines) < count:
            more, judged = family(chance, pathlib.Path(name), key)
            lines += more
            others += judged
    told = ask([tell, "constraints"], lines)
    wrong = [(line, ours) for line, ours, other in zip(lines, told, others) if (ours == "yes") != other]
    for line, ours in wrong[:10]:
        print("*** ours says %s: %s" % (ours, " ".join(repr(bytes.fromhex(word)) for word in line.split())))
    print("constraints: %d verdicts, %d permitted, %d other differences" % (
        len(lines), others.count(True), len(wrong)))
    return 1 if wrong else 0
