"""What the parts of the benchmark share: chains, a tenant with one, and how a run is measured."""

import argparse
import contextlib
import itertools
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import tables  # noqa: E402
from builds import PEAK, SKIPPED, say  # noqa: E402,F401
from tenant import Tenant  # noqa: E402
from tenant.pki import CA_EXTENSIONS, LEAF_EXTENSIONS, Workshop, names  # noqa: E402
from tenant.service import DOMAIN  # noqa: E402

BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
# The kinds of the root's, the intermediate's and the server's key.
CHAINS = {"P-256": ("p256", "p256", "p256"), "P-384": ("p384", "p384", "p256"),
          "RSA-2048": ("rsa2048", "rsa2048", "rsa2048"), "RSA-4096": ("rsa4096", "rsa4096", "rsa2048")}
ROOT, ALL = "its root", "the bundle"
CONNECTION = b'{"id":"con_peak","options":{"a":[1,{"b":null}]},"strategy":"oidc","name":"peak"}'
# Each run is alike: none leaves a session or a token for the next.
KEEPS_NOTHING = {"HOME": "", "XDG_CACHE_HOME": ""}
# Each change has something to write.
VALUES = itertools.cycle(("on_first_login", "on_each_login"))


def parser(text):
    """The command line that all have."""
    found = argparse.ArgumentParser(description=text.splitlines()[0])
    found.add_argument("programs", nargs="*", metavar="NAME=PROGRAM")
    found.add_argument("--hold", action="store_true", help="fail where a limit is passed")
    found.add_argument("--write", action="store_true", help="write the table into docs/performance.md")
    return found


def programs_of(options):
    """{name: program}"""
    return dict(word.split("=", 1) for word in options.programs)


def show(name, keys, rows, options):
    """Prints a table, and writes it if that is wanted."""
    print("\n".join(tables.lines_of(keys, rows)), flush=True)
    if options.write:
        tables.write(name, keys, rows)


def make_chain(folder, kinds):
    """(chain, key, root) below `folder`."""
    shop = Workshop(folder)
    root = shop.issue("root", shop.key(kinds[0], 1), extensions=CA_EXTENSIONS,
                      subject="/O=connsync tests/CN=root")
    between = shop.issue("between", shop.key(kinds[1], 2), root, extensions=CA_EXTENSIONS,
                         subject="/O=connsync tests/CN=intermediate")
    end = shop.issue("end", shop.key(kinds[2], 3), between, subject="/CN=" + DOMAIN,
                     extensions=LEAF_EXTENSIONS + (names(DOMAIN),))
    return shop.chain("chain", end, between), end.key, root.path


class Bench:
    """A tenant with one connection behind TLS 1.3 and a chain, and what leads clients there.

    folder     for what is made meanwhile
    plain      the tenant itself is without TLS, for a server in front of it
    anchors    {ROOT: the chain's root, ALL: the machine's bundle with that root behind it}
    """

    def __init__(self, folder, chain, connection=CONNECTION, plain=False, **how):
        self.folder = folder
        self.certificate, self.key, root = make_chain(folder, CHAINS[chain])
        both = folder / "bundle.pem"
        both.write_bytes((BUNDLE.read_bytes() if BUNDLE.exists() else b"") + root.read_bytes())
        self.anchors = {ROOT: root, ALL: both}
        self.tenant = Tenant(certificate=self.certificate, key=self.key,
                             tls="none" if plain else "1.3", **how)
        self.id = self.tenant.add(connection)
        self.address = "127.0.0.1:%d" % self.tenant.port

    def set_command(self, program, trusted, *more):
        """One change by the program."""
        return [program, "set", self.id, next(VALUES), "--ca-file", self.anchors[trusted],
                "--connect-to", self.address, *more]

    def environment(self, cache=None, **how):
        """That of a program with a token at hand, which keeps nothing, or what it has in a folder."""
        kept = KEEPS_NOTHING if cache is None else {"XDG_CACHE_HOME": str(self.folder / cache)}
        return {"PATH": os.environ["PATH"], **self.tenant.environment(**how), **kept}


@contextlib.contextmanager
def bench(chain, *arguments, **how):
    """A Bench in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="connsync-bench-") as name:
        found = Bench(pathlib.Path(name), chain, *arguments, **how)
        with found.tenant:
            yield found


def run(command, environment, **how):
    """A run that does well, or the end of it all."""
    done = subprocess.run(list(map(str, command)), env=environment, capture_output=True, timeout=300,
                          check=False, **how)
    if done.returncode != 0:
        sys.exit("%s ended with %d:\n%s" % (command[0], done.returncode,
                                            done.stderr.decode("utf-8", "replace")))
    return done


def spent(command, environment):
    """Seconds of processor time, of all processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command, environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def count(command, environment):
    """Instructions of one run with all its processes, in millions."""
    with tempfile.TemporaryDirectory(prefix="connsync-count-") as name:
        run(["valgrind", "--tool=cachegrind", "--cache-sim=no",
             "--cachegrind-out-file=/dev/null", "--trace-children=yes", "--log-file=%s/%%p" % name,
             *command], environment)
        found = [re.search(r"I +refs: +([\d,]+)", path.read_text(encoding="utf-8"))
                 for path in pathlib.Path(name).iterdir()]
    return sum(int(one.group(1).replace(",", "")) for one in found if one) / 1e6


def resident(command, environment):
    """(all kilobytes that are resident at the end of one run, those that come from no file)."""
    words = run([PEAK, *command], environment).stdout.split()
    return int(words[-2]), int(words[-1])


def profile(command, environment, folder):
    """{function: instructions} of one run."""
    out = folder / "profile"
    run(["valgrind", "--tool=callgrind", "--callgrind-out-file=%s" % out, *command], environment)
    told = subprocess.run(["callgrind_annotate", "--threshold=100", "--auto=no", out],
                          capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^ *([\d,]+) \([ \d.]+%\)  \S*?:(\S+)", told, re.MULTILINE)
    return {name: int(number.replace(",", "")) for number, name in found}
