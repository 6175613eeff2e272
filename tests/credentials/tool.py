"""Runs the credential tool, and makes keys for it with the openssl command."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

EXIT_SKIPPED = 77


class Refused(Exception):
    """What the tool says about a key or certificate that it does not take."""


def openssl(*arguments, data=None):
    """The output of one openssl command."""
    return subprocess.run(("openssl",) + arguments, input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=True).stdout


def run(*arguments, env=None, stdin=None):
    """The tool's output, without its last line's end."""
    done = subprocess.run((TOOL,) + tuple(arguments), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, stdin=stdin,
                          env=None if env is None else {**os.environ, **env})
    text = done.stdout.decode()
    if done.returncode == 1 and not done.stderr:
        raise Refused(text.strip())
    if done.returncode != 0:
        raise AssertionError("status %d: %s%s" % (done.returncode, text, done.stderr.decode()))
    return text.removesuffix("\n")


class Keys(unittest.TestCase):
    """A folder with one RSA key in both shapes; further keys on request."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="connsync-keys-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.pkcs8 = cls.make("rsa", "RSA", "rsa_keygen_bits:2048")
        cls.pkcs1 = cls.save("rsa-pkcs1", openssl("rsa", "-traditional", "-in", str(cls.pkcs8)))
        cls.public = cls.save("public", openssl("pkey", "-in", str(cls.pkcs8), "-pubout"))

    @classmethod
    def save(cls, name, data):
        """A file that only we may read."""
        path = cls.folder / name
        path.write_bytes(data)
        path.chmod(0o600)
        return path

    @classmethod
    def make(cls, name, kind, *options):
        """A new private key, as PKCS#8."""
        words = [word for option in options for word in ("-pkeyopt", option)]
        return cls.save(name, openssl("genpkey", "-algorithm", kind, *words))

    def refused(self, reason, *arguments, **how):
        """Expects a refusal for just this reason, in one line."""
        with self.assertRaises(Refused) as caught:
            run(*arguments, **how)
        text = str(caught.exception)
        self.assertIn(reason, text)
        self.assertNotIn("\n", text)


def main():
    """The script's one argument is the tool."""
    if shutil.which("openssl") is None:
        print("skipped: there is no openssl command; tools/setup installs it")
        sys.exit(EXIT_SKIPPED)
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=1)


TOOL = sys.argv[1]
