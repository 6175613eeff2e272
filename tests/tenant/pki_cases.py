"""Certificate situations, right and wrong, with the verdict that a client has to reach.

    for case in make(directory):
        with Tenant(domain=case.host, host=case.address, certificate=case.chain,
                    key=case.key) as tenant: ...   trust case.root, expect case.verdict

Verdicts: ok, expired, not_yet_valid, name_mismatch, untrusted, weak, usage,
constraint, extension. `also` holds the other words that are right too, where a client may
stop at another of a chain's faults first. Made with the openssl command alone.
"""

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from .pki import CA_EXTENSIONS, LEAF_EXTENSIONS, Workshop, names
from .pki_names import NAME_CASES

HOST = "tenant.example.auth0.test"


@dataclass
class Case:
    """One situation. Paths are relative to nothing: they are complete."""

    name: str
    chain: str
    key: str
    root: str
    host: str
    address: str
    verdict: str
    also: tuple = ()


class Maker:
    """Makes cases in one workshop. A chain is root, intermediate, leaf unless a case differs."""

    def __init__(self, directory):
        self.shop = Workshop(directory)
        self.cases = []
        self._count = 0
        self.roots = {}

    def key(self, kind, number):
        """Key 1 is a root's, 2 an intermediate's, 3 a leaf's, 4 and 5 are spare."""
        return self.shop.key(kind, number)

    def issue(self, label, key, issuer=None, **how):
        """A certificate with a file name of its own."""
        self._count += 1
        how.setdefault("subject", "/O=connsync tests/CN=" + label)
        return self.shop.issue("%03d-%s" % (self._count, label), key, issuer, **how)

    def root(self, kind="p256", **how):
        """A root of that kind of key; the plain one is made once."""
        if how or kind not in self.roots:
            made = self.issue("root-" + kind, self.key(kind, 1),
                              **{"extensions": CA_EXTENSIONS, **how})
            if how:
                return made
            self.roots[kind] = made
        return self.roots[kind]

    def intermediate(self, root, kind="p256", **how):
        """An intermediate, right but for what `how` says."""
        return self.issue("intermediate", self.key(kind, 2), root,
                          **{"extensions": CA_EXTENSIONS, **how})

    def leaf(self, issuer, kind="p256", host=HOST, san=None, base=LEAF_EXTENSIONS, **how):
        """A server's certificate. `san` is a whole subjectAltName line, "" for none."""
        line = names(host) if san is None else san
        extensions = tuple(base) + ((line,) if line else ())
        return self.issue("leaf", self.key(kind, 3), issuer,
                          **{"extensions": extensions, "subject": "/CN=" + host, **how})

    def add(self, name, root, served, verdict="ok", *, host=HOST, address="127.0.0.1", also=()):
        """A case: the leaf is the first of what is served."""
        chain = self.shop.chain(name, *served)
        self.cases.append(Case(name, str(chain), str(served[0].key), str(root.path), host,
                               address, verdict, tuple(also)))

    def three(self, name, verdict="ok", *, kind="p256", root=None, middle=None, leaf=None,
              also=(), host=HOST):
        """A chain of three with something different about its root, intermediate or leaf."""
        top = self.root(kind, **(root or {}))
        middle = self.intermediate(top, kind, **(middle or {}))
        bottom = self.leaf(middle, **{"kind": kind, **(leaf or {})})
        self.add(name, top, [bottom, middle], verdict, also=also, host=host)


def _right(maker):
    """Chains that every client has to accept."""
    for kind in ("rsa2048", "rsa4096", "p256", "p384"):
        maker.three(kind, kind=kind)
    maker.three("pss_signed", kind="rsa2048", root={"pss": True}, middle={"pss": True},
                leaf={"pss": True})
    maker.three("sha384_signed", kind="p384", middle={"digest": "sha384"},
                leaf={"digest": "sha384"})
    maker.three("sha512_signed", kind="rsa2048", middle={"digest": "sha512"},
                leaf={"digest": "sha512"})
    # An anchor's own signature proves nothing and is not looked at: RFC 8446, section 4.4.2.2.
    for digest in ("sha1", "md5"):
        maker.three(digest + "_root", kind="rsa2048", root={"digest": digest})
    root = maker.root("rsa2048", digest="sha1")
    middle = maker.intermediate(root, "rsa2048")
    maker.add("sha1_root_sent_too", root, [maker.leaf(middle, "rsa2048"), middle, root])
    maker.three("p256_leaf_under_rsa", kind="rsa2048", leaf={"kind": "p256"})
    maker.add("root_sent_too", maker.root(), _with_root(maker))
    maker.three("no_extended_key_usage", leaf={"base": LEAF_EXTENSIONS[:2]})
    maker.three("any_extended_key_usage_on_intermediate", middle={
        "extensions": CA_EXTENSIONS + ("extendedKeyUsage=serverAuth,clientAuth",)})


def _with_root(maker):
    middle = maker.intermediate(maker.root())
    return [maker.leaf(middle), middle, maker.root()]


def _wrong_dates(maker):
    past, future = {"start": -60, "end": -1}, {"start": 3000, "end": 3600}
    maker.three("expired", "expired", leaf=past)
    maker.three("not_yet_valid", "not_yet_valid", leaf=future)
    maker.three("expired_intermediate", "expired", middle=past, also=("untrusted",))
    maker.three("not_yet_valid_intermediate", "not_yet_valid", middle=future,
                also=("untrusted",))
    maker.three("expired_root", "expired", root=past, also=("untrusted",))


def _wrong_issuers(maker):
    own = maker.leaf(None)
    maker.add("self_signed", maker.root(), [own], "untrusted")
    other = maker.issue("root-other", maker.key("p256", 4), extensions=CA_EXTENSIONS)
    middle = maker.intermediate(other)
    maker.add("unknown_root", maker.root(), [maker.leaf(middle), middle], "untrusted")
    twin = maker.issue("root-p256", maker.key("p256", 4), extensions=CA_EXTENSIONS)
    middle = maker.intermediate(twin)
    maker.add("root_of_the_same_name", maker.root(), [maker.leaf(middle), middle], "untrusted")
    middle = maker.intermediate(maker.root())
    maker.add("missing_intermediate", maker.root(), [maker.leaf(middle)], "untrusted")
    maker.three("non_ca_intermediate", "untrusted", also=("usage", "constraint"), middle={
        "extensions": LEAF_EXTENSIONS + (names(HOST),)})
    maker.three("v1_like_intermediate", "untrusted", also=("usage", "constraint"), middle={
        "extensions": ("subjectKeyIdentifier=hash",)})
    maker.three("intermediate_may_not_sign", "untrusted", also=("usage",), middle={
        "extensions": ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,cRLSign")})
    _path_length(maker)


def _path_length(maker):
    short = ("basicConstraints=critical,CA:TRUE,pathlen:0",) + CA_EXTENSIONS[1:]
    first = maker.intermediate(maker.root(), extensions=short)
    second = maker.issue("second", maker.key("p256", 5), first, extensions=CA_EXTENSIONS)
    maker.add("path_length_violated", maker.root(), [maker.leaf(second), second, first],
              "untrusted", also=("constraint",))


def _wrong_usage(maker):
    client = ("extendedKeyUsage=clientAuth",)
    maker.three("client_only_leaf", "usage", leaf={"base": LEAF_EXTENSIONS[:2] + client})
    maker.three("client_only_intermediate", "usage", middle={
        "extensions": CA_EXTENSIONS + client}, also=("untrusted",))
    maker.three("leaf_may_not_sign", "usage", leaf={
        "base": ("basicConstraints=critical,CA:FALSE", "keyUsage=critical,dataEncipherment",
                 "extendedKeyUsage=serverAuth")})
    maker.three("unknown_critical_extension", "extension", leaf={
        "base": LEAF_EXTENSIONS + ("1.3.6.1.4.1.55555.1=critical,ASN1:UTF8String:unknown",)})


def _weak(maker):
    maker.three("sha1_signed", "weak", leaf={"digest": "sha1"}, also=("untrusted",))
    maker.three("sha1_signed_intermediate", "weak", middle={"digest": "sha1"},
                also=("untrusted",))
    maker.three("rsa1024_leaf", "weak", leaf={"kind": "rsa1024"}, also=("untrusted",))
    top = maker.root("rsa2048")
    middle = maker.issue("intermediate", maker.key("rsa1024", 2), top, extensions=CA_EXTENSIONS)
    maker.add("rsa1024_intermediate", top, [maker.leaf(middle, "rsa2048"), middle], "weak",
              also=("untrusted",))


_CONSTRAINTS = (
    # name, value of nameConstraints, verdict, other right verdicts
    ("permitted_name_satisfied", "permitted;DNS:auth0.test", "ok", ()),
    ("excluded_name_satisfied", "excluded;DNS:other.test", "ok", ()),
    ("permitted_name_violated", "permitted;DNS:other.test", "constraint", ()),
    ("excluded_name_violated", "excluded;DNS:example.auth0.test", "constraint", ()),
    ("permitted_name_violated_critical", "critical,permitted;DNS:other.test", "constraint",
     ("untrusted",)),
    ("excluded_name_violated_critical", "critical,excluded;DNS:example.auth0.test", "constraint",
     ("untrusted",)),
)
_ADDRESS_CONSTRAINTS = (
    ("permitted_address_satisfied", "permitted;IP:127.0.0.0/255.0.0.0", "ok", ()),
    ("permitted_address_violated", "permitted;IP:192.0.2.0/255.255.255.0", "constraint", ()),
    ("excluded_address_violated", "excluded;IP:127.0.0.0/255.0.0.0", "constraint", ()),
    ("permitted_address_violated_critical", "critical,permitted;IP:192.0.2.0/255.255.255.0",
     "constraint", ("untrusted",)),
)


def _name_constraints(maker):
    for table, host in ((_CONSTRAINTS, HOST), (_ADDRESS_CONSTRAINTS, "127.0.0.1")):
        for name, value, verdict, also in table:
            extensions = CA_EXTENSIONS + ("nameConstraints=" + value,)
            maker.three(name, verdict, also=also, host=host,
                        middle={"extensions": extensions}, leaf={"host": host})


def _subject_names(maker):
    for name, san, host, address, verdict in NAME_CASES:
        middle = maker.intermediate(maker.root())
        subject = "/" if name == "empty_subject" else "/CN=" + HOST
        leaf = maker.leaf(middle, san=san, subject=subject)
        maker.add(name, maker.root(), [leaf, middle], verdict, host=host, address=address)


_GROUPS = (_right, _subject_names, _wrong_dates, _wrong_issuers, _wrong_usage, _weak,
           _name_constraints)


def make(directory):
    """All cases, made under `directory` unless they are there already.

    The folder's name is a digest of the sources that make the cases, so that a kept
    directory never serves cases of an older text. They are made aside and moved into
    place, so that two tests may ask at once.
    """
    directory = Path(directory).absolute() / _digest()
    index = directory / "cases.json"
    if not index.exists():
        directory.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=directory.parent))
        _make(aside)
        try:
            os.rename(aside, directory)
        except OSError:
            shutil.rmtree(aside)
    return _load(index)


def _digest():
    here = Path(__file__).parent
    sources = (here / name for name in ("pki.py", "pki_cases.py", "pki_names.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def _make(directory):
    maker = Maker(directory)
    for group in _GROUPS:
        group(maker)
    cases = [asdict(case) for case in maker.cases]
    for case in cases:
        for field in ("chain", "key", "root"):
            case[field] = Path(case[field]).name
    (directory / "cases.json").write_text(json.dumps(cases, indent=1), encoding="utf-8")


def _load(index):
    cases = json.loads(index.read_text(encoding="utf-8"))
    for case in cases:
        for field in ("chain", "key", "root"):
            case[field] = str(index.parent / case[field])
        case["also"] = tuple(case["also"])
    return [Case(**case) for case in cases]
