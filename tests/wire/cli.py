"""Runs the command line against the fake tenant, and searches everything it prints.

Every wire test is a WireTest. It runs the program that the environment variable
CONNSYNC names with run(), by default at the highest verbosity, and after each
test all output of all runs is searched for tokens, client secrets and every
string inside any connection's `options`: none of them may ever be printed.
"""

import functools
import json
import os
import re
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tenant import raw_json  # noqa: E402
from tenant.faults import Fault  # noqa: E402,F401
from tenant.service import DOMAIN, Tenant  # noqa: E402

SETTING = "set_user_root_attributes"
VALUES = ("on_each_login", "on_first_login", "never_on_login")
EXIT_SKIPPED = 77
# How much longer than on this machine itself everything may take: in an emulator.
SLOWNESS = float(os.environ.get("CONNSYNC_SLOWNESS") or 1)
# What is said of a connection that was refused: an emulator can get the error's number wrong.
REFUSED = os.environ.get("CONNSYNC_REFUSED") or "refused"

# The id that connection() gives by default.
CON = "con_%016d" % 1

# Shorter strings of `options` ("code", "RS256") are words that any message may hold.
SHORTEST_SECRET = 8
FIGURES = re.compile(r"connsync: \d+ requests, \d+ TLS handshakes, \d+ bytes of memory"
                     r"|connsync: (no token is kept|the kept token|the token was not kept): .*"
                     r"|connsync: con_\w+: correlation id [!-~]+"
                     r"|connsync: (GET|PATCH|POST) /[!-~]+: (no answer|\d{3}( \(\w+\))?) in \d+ ms"
                     r"( after a wait of \d+ ms)?, \d+ bytes, connection (new|kept)"
                     r"(, rate limit left \d+)?"
                     r"|connsync: (certificate \d of the chain|handshake): .*")


def binary():
    """The program under test. Without one there is nothing to test: an error, not a skip."""
    path = os.environ.get("CONNSYNC", "")
    if not path or not os.access(path, os.X_OK):
        sys.exit("set CONNSYNC to the path of the connsync program; it is %r" % path)
    return path


def connection(name="google-oauth2", strategy="google-oauth2", setting=None, *, number=1,
               options=None, extra=b""):
    """A connection's JSON text. `options` are the raw bytes of its members but for the setting."""
    if options is None:
        options = (b'"client_id":"MARKER-id-%d.apps.example","client_secret":"MARKER-secret",'
                   b'"scope":["email","profile"],"n":1.50E+2,"e":"\\u00e9\\/MARKER","empty":{}'
                   % number)
    member = b'"%s":"%s"' % (SETTING.encode(), setting.encode()) if setting else b""
    inside = b",".join(part for part in (options, member) if part)
    return (b'{"id":"con_%016d","name":"%s","strategy":"%s",%s"options":{%s}}'
            % (number, name.encode(), strategy.encode(), extra, inside))


class Result:
    """What one run did."""

    def __init__(self, code, out, err, seconds):
        self.code, self.seconds = code, seconds
        self.raw = out + b"\n" + err
        self.out, self.err = out.decode("utf-8"), err.decode("utf-8")

    @property
    def messages(self):
        """The lines on stderr but for the figures and notes that -v adds."""
        return [line for line in self.err.splitlines() if not FIGURES.fullmatch(line)]

    @property
    def message(self):
        """The one line that says what went wrong, without the program's name."""
        if len(self.messages) != 1 or not self.messages[0].startswith("connsync: "):
            raise AssertionError("not one line of message: %r" % self.err)
        return self.messages[0][len("connsync: "):]

    @property
    def json(self):
        """The lines of --json but for those that sum up."""
        return [line for line in self.json_lines if "summary" not in line]

    @property
    def json_lines(self):
        """All lines of --json."""
        return [json.loads(line) for line in self.out.split("\n") if line]

    @property
    def bytes_of_memory(self):
        """What -v says was used of the block."""
        return int(re.search(r"(\d+) bytes of memory", self.err).group(1))


def environment(given=None):
    """A clean environment: only what a test gives, and what sanitizers listen to."""
    kept = {key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")}
    return {"PATH": "/usr/bin:/bin", **kept, **(given or {})}


class WireTest(unittest.TestCase):
    """A test with its own tenant(s), closed afterwards, and its output searched."""

    slowness = SLOWNESS
    slack = 2.5
    """Seconds that a busy machine may add to a run; less than any fault here lasts."""

    def setUp(self):
        self.printed = []
        self.tenants = []
        self.more_secrets = []
        self.addCleanup(self._close_and_search)

    def tenant(self, *connections, **how):
        """A tenant that is closed after the test, with these connections."""
        tenant = Tenant(**how)
        self.tenants.append(tenant)
        for raw in connections:
            tenant.add(raw)
        return tenant

    def one(self, *arguments, **how):
        """(tenant, connection id): a tenant with one connection, made as by connection()."""
        tenant = self.tenant()
        return tenant, tenant.add(connection(*arguments, **how))

    def start(self, tenant, *arguments, env=None, verbose=True, stdin=subprocess.DEVNULL):
        """Starts the program against the tenant (None: no tenant's options at all)."""
        command = [binary(), *arguments]
        if tenant is not None:
            command += tenant.arguments()
            env = tenant.environment() if env is None else env
        if verbose:
            command += ["-v", "-v"]
        return subprocess.Popen(command, env=environment(env), stdin=stdin,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self, process, since=None, timeout=30, stdin=None):
        """Waits for a started program; its output is kept for the search."""
        since = time.monotonic() if since is None else since
        timeout *= self.slowness
        try:
            out, err = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            self.printed.append(out + b"\n" + err)
            raise AssertionError("it did not end within %d s: %r" % (timeout, err)) from None
        result = Result(process.returncode, out, err, time.monotonic() - since)
        self.printed.append(result.raw)
        if process.returncode < 0 or b"Sanitizer" in err or b"runtime error" in err:
            self.fail("it crashed (%d): %r" % (process.returncode, err))
        return result

    def run_cli(self, tenant, *arguments, timeout=30, stdin=None, **how):
        """Runs the program to its end."""
        since = time.monotonic()
        if stdin is not None:
            how["stdin"] = subprocess.PIPE
        return self.finish(self.start(tenant, *arguments, **how), since, timeout, stdin)

    def expect(self, result, code, *texts):
        """The exit code, and words in the one line of message (for 0 and 2: on stdout)."""
        self.assertEqual(result.code, code, result.raw.decode("utf-8", "replace"))
        found = result.out if code in (0, 2) else result.message
        for text in texts:
            self.assertIn(text, found)
        return result

    def expect_untouched(self, tenant, connection_id):
        """No PATCH was sent, and `options` are as they were."""
        self.assertNotIn("PATCH", tenant.methods())
        self.assertEqual(tenant.history(connection_id), tenant.history(connection_id)[:1])

    def expect_set(self, tenant, connection_id, value, writes=1):
        """The setting has the value, every other byte of `options` is the same."""
        first, last = tenant.history(connection_id)[0], tenant.raw_options(connection_id)
        self.assertEqual(raw_json.get(last, SETTING), b'"%s"' % value.encode())
        self.assertEqual(raw_json.without(last, SETTING), raw_json.without(first, SETTING))
        if raw_json.get(first, SETTING) is not None:
            self.assertEqual(last, raw_json.put(first, SETTING, b'"%s"' % value.encode()))
        self.assertEqual(tenant.writes(), writes)

    def all_of(self, check, cases, workers=8):
        """check(case) for each case, several at a time: most of a test's time is waiting."""
        with ThreadPoolExecutor(workers) as pool:
            running = [(case, pool.submit(check, case)) for case in cases]
            for case, future in running:
                with self.subTest(repr(case)):
                    future.result()

    # The search.

    def _close_and_search(self):
        secrets, public = set(self.more_secrets), set(VALUES)
        for tenant in self.tenants:
            secrets.update(tenant.secrets, strings_of(tenant))
            public.update(public_of(tenant))
            tenant.close()
            self.assertEqual(tenant.journal.crashes, [], "the tenant itself failed")
        public = "\n".join(public)
        printed = b"\n".join(self.printed)
        for secret in secrets:
            needle = secret if isinstance(secret, bytes) else secret.encode("utf-8",
                                                                            "surrogatepass")
            if needle in printed and needle.decode("utf-8", "replace") not in public \
                    and needle not in own_texts():
                self.fail("a secret was printed: %r" % needle)


class FaultTest(WireTest):
    """run_with() runs one `set` against a tenant with one connection and some faults."""

    def run_with(self, *faults, command=("set", CON, "off"), timeout=20, **how):
        tenant, _ = self.one(**how)
        tenant.faults += faults
        if timeout < 10:
            timeout = int(timeout * self.slowness)
        result = self.run_cli(tenant, *command, "--timeout", str(timeout), "--json")
        for fault in faults:
            self.assertGreater(fault.fired, 0, "%r never met a request" % fault)
        return tenant, result

    def fails(self, exit_code, code, *faults, texts=(), wrote=False, **how):
        """It ends with that exit code and code word; untouched unless `wrote`."""
        tenant, result = self.run_with(*faults, **how)
        self.expect(result, exit_code, *texts)
        line = result.json[0]
        self.assertEqual((line["status"], line["code"]), ("failed", code), line)
        self.assertIn(line["message"], result.message)
        if not wrote:
            self.assertEqual(tenant.writes(), 0)
        return tenant, result

    def recovers(self, *faults, writes=1, **how):
        """It ends as wanted all the same, with so many writes."""
        tenant, result = self.run_with(*faults, **how)
        self.expect(result, 0)
        self.assertEqual(result.json[0]["status"], "changed")
        self.expect_set(tenant, CON, "on_first_login", writes)
        return tenant, result


    def all_recover(self, faults):
        """recovers() for each single fault, several at a time."""
        self.all_of(self.recovers, list(faults))

    def all_fail(self, exit_code, code, faults):
        """fails() for each single fault, several at a time."""
        self.all_of(lambda fault: self.fails(exit_code, code, fault), list(faults))


def public_of(tenant):
    """What may be printed of connections: id, name, strategy; and the tenant's own domain."""
    with tenant.lock:
        return {tenant.domain, *(item.text(key) for item in tenant.store.connections.values()
                                 for key in ("id", "name", "strategy"))}


def strings_of(tenant):
    """The strings that must not be printed: all values that ever were in any `options`."""
    with tenant.lock:
        return {text for item in tenant.store.connections.values() for raw in item.history
                for text in (raw_json.strings(raw) if raw else ()) if len(text) >= SHORTEST_SECRET}


@functools.lru_cache(maxsize=None)
def own_texts():
    """The program itself: a word of its own messages ("password") gives nothing away."""
    return Path(os.environ.get("CONNSYNC_IMAGE") or binary()).read_bytes()


def main():
    """Runs the tests of the calling file. A file with nothing but skips says so to ctest."""
    binary()
    program = unittest.main(module="__main__", exit=False, verbosity=1)
    result = program.result
    for reason in sorted({reason for _, reason in result.skipped}):
        print("skipped: " + reason)
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(EXIT_SKIPPED if result.skipped and len(result.skipped) >= result.testsRun else 0)
