"""Keys and certificates made with the openssl command.

The Workshop is also what the certificate cases of pki_cases.py are made with.
`openssl ca` is used rather than `openssl x509 -req`, because only it can set both
ends of a certificate's validity in every OpenSSL 3.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

_CONFIG = """
[ca]
default_ca = workshop
[workshop]
database = {directory}/index.txt
new_certs_dir = {directory}/issued
rand_serial = yes
unique_subject = no
email_in_dn = no
default_md = sha256
policy = any_name
[any_name]
organizationName = optional
organizationalUnitName = optional
commonName = optional
[req]
distinguished_name = no_names
[no_names]
"""

CA_EXTENSIONS = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign",
                 "subjectKeyIdentifier=hash")
LEAF_EXTENSIONS = ("basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature",
                   "extendedKeyUsage=serverAuth", "subjectKeyIdentifier=hash")

_KEY_KINDS = {
    "p256": ("EC", "ec_paramgen_curve:P-256"), "p384": ("EC", "ec_paramgen_curve:P-384"),
    "p521": ("EC", "ec_paramgen_curve:P-521"), "k256": ("EC", "ec_paramgen_curve:secp256k1"),
    "rsa1024": ("RSA", "rsa_keygen_bits:1024"), "rsa2048": ("RSA", "rsa_keygen_bits:2048"),
    "rsa4096": ("RSA", "rsa_keygen_bits:4096"),
    # Keys that no session can be had with. Three primes are found in a moment.
    "rsa4608": ("RSA", "rsa_keygen_bits:4608", "rsa_keygen_primes:3"),
    "rsapss": ("RSA-PSS", "rsa_keygen_bits:2048"),
    "ed25519": ("ED25519",), "ed448": ("ED448",),
}


@dataclass
class Certificate:
    """A certificate with the key that it speaks for."""

    path: Path
    key: Path

    def pem(self):
        """The certificate's text."""
        return self.path.read_text(encoding="ascii")


class Workshop:
    """A directory in which keys and certificates are made. Keys are made once for each name."""

    def __init__(self, directory):
        self.directory = Path(directory)
        (self.directory / "issued").mkdir(parents=True, exist_ok=True)
        (self.directory / "index.txt").touch()
        self._config = self.directory / "openssl.cnf"
        self._config.write_text(_CONFIG.format(directory=self.directory), encoding="utf-8")

    def key(self, kind, number=1):
        """The path of a private key; another number is another key of the same kind."""
        path = self.directory / ("%s-%d.key" % (kind, number))
        if not path.exists():
            algorithm, *options = _KEY_KINDS[kind]
            words = [word for option in options for word in ("-pkeyopt", option)]
            run("genpkey", "-quiet", "-algorithm", algorithm, *words, "-out", path)
        return path

    def issue(self, name, key, issuer=None, *, subject=None, extensions=(), start=-1, end=3650,
              digest="sha256", pss=False):
        """Issues `name`.pem for a key; without an issuer it signs itself.

        `start` and `end` are days from now. `extensions` are lines of OpenSSL's
        configuration. `pss` signs with RSASSA-PSS.
        """
        request, lines = self._request(key), self.directory / (name + ".ext")
        lines.write_text("[x]\n" + "\n".join(extensions) + "\n", encoding="utf-8")
        path = self.directory / (name + ".pem")
        command = ["ca", "-batch", "-utf8", "-notext", "-config", self._config, "-in", request,
                   "-out", path, "-subj", "/CN=" + name if subject is None else subject,
                   "-extfile", lines, "-extensions", "x", "-md", digest,
                   "-startdate", _moment(start), "-enddate", _moment(end)]
        if issuer is None:
            command += ["-selfsign", "-keyfile", key]
        else:
            command += ["-cert", issuer.path, "-keyfile", issuer.key]
        if pss:
            command += ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:-1"]
        run(*command)
        return Certificate(path, key)

    def _request(self, key):
        path = key.with_suffix(".csr")
        if not path.exists():
            run("req", "-new", "-config", self._config, "-key", key, "-subj", "/CN=any",
                "-out", path)
        return path

    def chain(self, name, *certificates):
        """One PEM file with the certificates in the order given."""
        path = self.directory / (name + ".chain.pem")
        path.write_text("".join(item.pem() for item in certificates), encoding="ascii")
        return path


def run(*arguments):
    """Runs openssl; its error output becomes the exception's text."""
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False,
                          text=True, env={**os.environ, "OPENSSL_CONF": os.devnull})
    if done.returncode:
        raise RuntimeError("openssl %s: %s" % (arguments[0], done.stderr.strip()))
    return done.stdout


def _moment(days):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * 86400))


def names(*hosts):
    """A subjectAltName line; addresses become iPAddress entries."""
    entries = []
    for host in hosts:
        is_address = ":" in host or host.replace(".", "").isdigit()
        entries.append(("IP:" if is_address else "DNS:") + host)
    return "subjectAltName=" + ",".join(entries)


@dataclass
class Pki:
    """What a tenant needs: its chain and key, and the root that clients trust."""

    root: Path
    chain: Path
    key: Path


def make(directory, domain, kind="p256"):
    """The PKI in that directory, made when it is not there yet.

    It is made aside and moved into place, so that two tests that start at the same
    time never see half of it.
    """
    directory = Path(directory)
    if not (directory / "server.chain.pem").exists():
        directory.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=directory.parent))
        _make(Workshop(aside), domain, kind)
        try:
            os.rename(aside, directory)
        except OSError:
            shutil.rmtree(aside)
    return Pki(directory / "root.pem", directory / "server.chain.pem",
               directory / (kind + "-2.key"))


def _make(workshop, domain, kind):
    root = workshop.issue("root", workshop.key(kind, 1), subject="/O=connsync tests/CN=Test root",
                          extensions=CA_EXTENSIONS)
    server = workshop.issue("server", workshop.key(kind, 2), root, subject="/CN=" + domain,
                            extensions=LEAF_EXTENSIONS + (names(domain, "localhost", "127.0.0.1",
                                                                "::1"),))
    workshop.chain("server", server)


_throw_away = {}


def throw_away(domain):
    """A PKI for this process alone, gone when it ends."""
    if domain not in _throw_away:
        directory = tempfile.mkdtemp(prefix="connsync-pki-")
        atexit.register(shutil.rmtree, directory, ignore_errors=True)
        _throw_away[domain] = make(os.path.join(directory, "pki"), domain)
    return _throw_away[domain]
