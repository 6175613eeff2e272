"""examples/posix-agent.c against the fake tenant, as a program of somebody else's.

The environment says which: POSIX_AGENT, built with what is installed (tests/package). It is led to
the tenant by a proxy, which it has to know anyway: it is the example as it stands, without a door
for tests.
"""

import os
import resource
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("", "wire")]
from proxy import Proxy  # noqa: E402
from tenant import Fault, Tenant, raw_json, samples  # noqa: E402

SETTING = "set_user_root_attributes"
AGENT = os.environ["POSIX_AGENT"]


class AgentTest(unittest.TestCase):
    """Each test has a tenant with one connection, and a proxy before it."""

    def setUp(self):
        self.tenant = self.enterContext(Tenant())
        self.connection = self.tenant.add(samples.samlp())
        self.before = self.tenant.raw_options(self.connection)
        self.proxy = self.enterContext(Proxy(routes={
            "%s:443" % self.tenant.domain: ("127.0.0.1", self.tenant.port)}))

    def start(self, *arguments):
        environment = {"AUTH0_DOMAIN": self.tenant.domain, "AUTH0_CLIENT_ID": self.tenant.client_id,
                       "SSL_CERT_FILE": str(self.tenant.ca_file), "https_proxy": self.proxy.url}
        return subprocess.Popen([AGENT, *arguments], env=environment, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self, process, secret=None):
        """Code, standard output, standard error: neither of them holds a credential."""
        secret = self.tenant.secrets[0] if secret is None else secret
        out, err = process.communicate(secret.encode() + b"\n", timeout=30)
        others = raw_json.without(self.before, SETTING)
        for word in (*self.tenant.secrets, *raw_json.strings(others)):
            if len(word) > 8:
                self.assertNotIn(word.encode(), out + err)
        self.assertEqual(self.tenant.journal.crashes, [])
        return process.returncode, out.decode(), err.decode()

    def set(self, **how):
        return self.finish(self.start(self.connection, "on_first_login"), **how)

    def test_sets_one_value_and_says_so(self):
        code, out, err = self.set()
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"^\S+ \(%s\): changed, on_each_login -> on_first_login, "
                              r"\d+ other members as they were\n$" % self.connection)
        after = self.tenant.raw_options(self.connection)
        self.assertEqual(raw_json.without(after, SETTING), raw_json.without(self.before, SETTING))
        self.assertEqual(raw_json.get(after, SETTING), b'"on_first_login"')
        code, out, _ = self.set()
        self.assertEqual((code, self.tenant.writes()), (0, 1))
        self.assertIn("unchanged", out)

    def test_a_wrong_secret_is_said_and_nothing_is_written(self):
        code, out, err = self.set(secret="another")
        self.assertEqual((code, out), (1, ""))
        self.assertEqual(err, "posix-agent: client_credentials; nothing was written\n")
        self.assertEqual(self.tenant.writes(), 0)
        for nothing in ("", "x" * 600):
            self.assertIn("client secret on standard input", self.set(secret=nothing)[2])

    def test_an_unverified_write_is_told(self):
        self.tenant.faults.append(Fault("status", method="GET", occurrence=2, times=20, status=403))
        code, _, err = self.set()
        self.assertEqual(code, 1, err)
        self.assertRegex(err, "(?s)^posix-agent: unverified; it was written\n.*because: forbidden\n")

    def test_it_sleeps_while_an_answer_is_late(self):
        """The wait is given a time, not a duration: otherwise it is over at once, again and again,
        and the program takes what the machine has to give for as long as it waits."""
        prompt = self.computing_of_a_run()
        self.tenant.faults.append(Fault("stall", method="GET", seconds=2.0))
        began = time.monotonic()
        late = self.computing_of_a_run()
        self.assertGreater(time.monotonic() - began, 1.9)
        self.assertLess(late - prompt, 0.2)

    def computing_of_a_run(self):
        """Seconds of a processor's time."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertEqual(self.set()[0], 0)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def test_a_signal_ends_it_before_the_write(self):
        self.tenant.faults.append(Fault("stall", method="GET", seconds=20.0))
        process = self.start(self.connection, "on_first_login")
        process.stdin.write(self.tenant.secrets[0].encode())
        process.stdin.close()
        process.stdin = None
        while "GET" not in self.tenant.methods():
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
        self.assertEqual((process.returncode, out), (1, b""))
        self.assertEqual(err, b"posix-agent: cancelled; nothing was written\n")
        self.assertEqual(self.tenant.writes(), 0)

    def test_usage(self):
        for arguments in ((), (self.connection,), (self.connection, "sometimes")):
            code, _, err = self.finish(self.start(*arguments))
            self.assertEqual(code, 2)
            self.assertIn("usage: posix-agent", err)


if __name__ == "__main__":
    unittest.main()
