#!/usr/bin/env python3
"""The certificates of the board tests: made once, kept in the build folder.

    chains.py FOLDER        makes them there, unless they are there already

Trust anchors are compiled into the firmware, so they have to exist before it is
built, and the fake tenant has to answer with chains under the very same roots:
FOLDER/anchors.pem is what CONNSYNC_TRUST_ANCHORS is given. A change of the sources
that make the certificates issues all of them again.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tenant.pki import CA_EXTENSIONS, LEAF_EXTENSIONS, Workshop, names  # noqa: E402
from tenant.service import DOMAIN  # noqa: E402

ANCHORS = "anchors.pem"
OTHER_HOST = "other.example.auth0.test"
PAST, FUTURE = {"start": -60, "end": -1}, {"start": 3000, "end": 3600}

# Chains that have to be accepted: kinds of the root's, the intermediate's and the leaf's
# key, and whether the root is sent as well. Each is the worst of its kind that was measured.
RIGHT = {
    "p256": ("p256", "p256", "p256", False),
    "p384": ("p384", "p384", "p256", False),
    "rsa2048": ("rsa2048", "rsa2048", "rsa2048", True),
    "rsa4096": ("rsa4096", "rsa4096", "rsa2048", True),
}
# Chains that have to be refused.
WRONG = ("wrong_host", "unknown_root", "twin_root", "expired", "not_yet_valid",
         "expired_rsa4096", "unknown_root_rsa4096")


@dataclass
class Chain:
    """What the tenant answers a handshake with."""

    certificate: Path
    key: Path


class _Maker:
    """Keys are numbered by their owner: 1 a root, 2 an intermediate, 3 a leaf, 4 a stranger."""

    def __init__(self, directory):
        self.shop = Workshop(directory)
        self.roots = {kind: self._root("root-" + kind, self.shop.key(kind, 1))
                      for kind in sorted({row[0] for row in RIGHT.values()})}

    def _root(self, name, key, subject=None):
        return self.shop.issue(name, key, extensions=CA_EXTENSIONS,
                               subject=subject or "/O=connsync tests/CN=" + name)

    def serve(self, name, root, middle="p256", leaf="p256", *, host=DOMAIN, with_root=False,
              valid=None):
        """The chain that a tenant answers with, as name.chain.pem and name.key."""
        between = self.shop.issue(name + "-middle", self.shop.key(middle, 2), root,
                                  extensions=CA_EXTENSIONS,
                                  subject="/O=connsync tests/CN=Intermediate of " + name)
        end = self.shop.issue(name + "-leaf", self.shop.key(leaf, 3), between,
                              subject="/CN=" + host, extensions=LEAF_EXTENSIONS + (names(host),),
                              **(valid or {}))
        self.shop.chain(name, end, between, *([root] if with_root else []))
        shutil.copy(end.key, self.shop.directory / (name + ".key"))

    def right(self):
        """All of RIGHT."""
        for name, (root, middle, leaf, with_root) in RIGHT.items():
            self.serve(name, self.roots[root], middle, leaf, with_root=with_root)

    def wrong(self):
        """All of WRONG."""
        root = self.roots["p256"]
        self.serve("wrong_host", root, host=OTHER_HOST)
        self.serve("expired", root, valid=PAST)
        self.serve("not_yet_valid", root, valid=FUTURE)
        self.serve("unknown_root", self._root("root-stranger", self.shop.key("p256", 4)))
        self.serve("twin_root", self._root("twin", self.shop.key("p256", 4),
                                           "/O=connsync tests/CN=root-p256"))
        self.serve("expired_rsa4096", self.roots["rsa4096"], "rsa4096", "rsa2048",
                   with_root=True, valid=PAST)
        self.serve("unknown_root_rsa4096", self._root("rsa4096-stranger",
                                                      self.shop.key("rsa4096", 4)),
                   "rsa4096", "rsa2048", with_root=True)

    def anchors(self):
        """The trusted roots in one file."""
        text = "".join(root.pem() for root in self.roots.values())
        (self.shop.directory / ANCHORS).write_text(text, encoding="ascii")


def _digest():
    sources = (Path(__file__), Path(__file__).resolve().parent.parent / "tenant/pki.py")
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def make(folder):
    """Makes everything in `folder` unless it is there already; true if it was made now.

    It is made aside and moved into place whole, so that an interrupted run leaves nothing
    half made.
    """
    folder, stamp = Path(folder).absolute(), _digest()
    mark = folder / "made-by"
    if mark.exists() and mark.read_text(encoding="ascii") == stamp:
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=folder.parent))
    maker = _Maker(aside)
    maker.right()
    maker.wrong()
    maker.anchors()
    (aside / mark.name).write_text(stamp, encoding="ascii")
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(aside, folder)
    return True


def load(folder, name):
    """One chain by its name."""
    folder = Path(folder)
    return Chain(folder / (name + ".chain.pem"), folder / (name + ".key"))


def main():
    """The command line."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    made = make(sys.argv[1])
    print("%s: %s" % (sys.argv[1], "made" if made else "there already"))


if __name__ == "__main__":
    main()
