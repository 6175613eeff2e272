"""Signals at every stage: the connection is untouched or whole, and the exit tells."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import cli
from cli import Fault, WireTest

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE)
# What the test itself was told to ignore, the program would be, too. (But SIGPIPE, which Python
# ignores for itself and not for what it starts.)
for ignored in (signal.SIGHUP, signal.SIGQUIT):
    signal.signal(ignored, signal.SIG_DFL)


class SignalTest(WireTest):
    """interrupted() starts `set`, waits for a moment, sends the signal, returns what came of it."""

    def interrupted(self, number, faults, ready, signals=1, credentials=False):
        tenant, con = self.one()
        tenant.faults += faults
        process = self.start(tenant, "set", con, "off", "--timeout", "15",
                             env=tenant.environment(credentials=credentials))
        limit = time.monotonic() + 10
        while not ready(tenant) and time.monotonic() < limit and process.poll() is None:
            time.sleep(0.002)
        self.assertIsNone(process.poll(), "it ended before the moment came")
        since = time.monotonic()
        for _ in range(signals):
            process.send_signal(number)
            time.sleep(0.02)
        return tenant, con, self.finish(process, since)

    def expect_truth(self, tenant, con, result):
        """Exit 0: whole. Otherwise: untouched, and said so. Returns whether it was written."""
        if result.code == 0:
            self.expect_set(tenant, con, "on_first_login")
            return True
        self.assertEqual(result.code, 1, result.raw)
        self.assertIn("nothing written", result.message)
        self.assertEqual(tenant.raw_options(con), tenant.history(con)[0])
        self.assertEqual(tenant.writes(), 0)
        return False

    def check(self, written, faults, ready, **how):
        for number in SIGNALS:
            with self.subTest(number.name):
                tenant, con, result = self.interrupted(number, faults(), ready, **how)
                self.assertEqual(self.expect_truth(tenant, con, result), written, result.raw)
                if not written:
                    self.assertLess(result.seconds, 2.0 * self.slowness + self.slack,
                                    "it did not stop at once")


def requests(count):
    """Ready when so many requests have arrived, and a moment longer."""
    def ready(tenant):
        if len(tenant.requests) < count:
            return False
        time.sleep(0.03)
        return True
    return ready


class BeforeTheWriteTest(SignalTest):
    """Until the PATCH is on its way, the program stops at once."""

    def test_while_the_handshake_stalls(self):
        self.check(False, lambda: [Fault("connection_stall", seconds=8)],
                   lambda tenant: tenant.tcp_connections == 1)

    def test_while_the_token_is_asked_for(self):
        self.check(False, lambda: [Fault("stall", method="POST", seconds=8)], requests(1),
                   credentials=True)

    def test_while_the_reading_stalls(self):
        for after in (0, 300, 600):
            self.check(False, lambda: [Fault("stall", method="GET", seconds=8, after=after)],
                       requests(1))

    def test_while_it_waits_for_the_rate_limit(self):
        for method, count in (("GET", 1), ("PATCH", 2)):
            self.check(False, lambda: [Fault("rate_limited", method=method, retry_after=8)],
                       requests(count))

    def test_while_it_waits_after_an_error(self):
        self.check(False, lambda: [Fault("status", method="GET", status=502, times=None)],
                   requests(3))


class AfterTheWriteTest(SignalTest):
    """Once the PATCH may have arrived, the program finds out what became of it."""

    def test_while_the_writes_answer_stalls(self):
        self.check(True, lambda: [Fault("stall", method="PATCH", seconds=0.5)], requests(2))

    def test_while_the_verification_stalls(self):
        self.check(True, lambda: [Fault("stall", method="GET", occurrence=2, seconds=0.5)],
                   requests(3))

    def test_lost_answer(self):
        self.check(True, lambda: [Fault("hang", method="PATCH", seconds=0.5)], requests(2))

    def test_lost_request(self):
        """It reads again, sees nothing of the write, and then does not try once more; that it
        will never take effect is not said."""
        for number in SIGNALS:
            with self.subTest(number.name):
                fault = Fault("hang", method="PATCH", seconds=0.5, applied=False)
                tenant, con, result = self.interrupted(number, [fault], requests(2))
                self.expect(result, 1, "could not be verified", "stopped on request")
                self.assertNotIn("nothing written", result.message)
                self.assertEqual(tenant.raw_options(con), tenant.history(con)[0])
                self.assertEqual(tenant.methods().count("PATCH"), 1)
                self.assertLess(result.seconds, 2.0 * self.slowness + self.slack,
                                "it did not stop at once")

    def test_applied_and_told_otherwise(self):
        self.check(True, lambda: [Fault("applied_then_error", method="PATCH"),
                                  Fault("stall", method="PATCH", seconds=0.4)], requests(2))

    def test_stale_reads(self):
        for number in SIGNALS:
            tenant, con = self.one()
            tenant.behave(stale_reads=2)
            process = self.start(tenant, "set", con, "off")
            while len(tenant.requests) < 3:
                time.sleep(0.002)
            process.send_signal(number)
            self.assertTrue(self.expect_truth(tenant, con, self.finish(process)))


class TwiceTest(SignalTest):
    """Asked twice, it ends at once, and does not claim what it cannot know."""

    def test_before_the_write(self):
        tenant, con, result = self.interrupted(
            signal.SIGINT, [Fault("stall", method="GET", seconds=8)], requests(1), signals=2)
        self.assertFalse(self.expect_truth(tenant, con, result))

    def test_what_comes_by_itself(self):
        """A terminal that goes sends more than one SIGHUP, a dead pipe one SIGPIPE a line. Nobody has
        lost patience: the write is verified."""
        for number in (signal.SIGHUP, signal.SIGPIPE):
            tenant, con, result = self.interrupted(
                number, [Fault("stall", method="PATCH", seconds=0.5)], requests(2), signals=3)
            self.assertTrue(self.expect_truth(tenant, con, result))

    def test_while_the_writes_answer_stalls(self):
        tenant, con, result = self.interrupted(
            signal.SIGINT, [Fault("stall", method="PATCH", seconds=5)], requests(2), signals=2)
        self.assertEqual(tenant.writes(), 1)
        self.assertLess(result.seconds, 2.0 * self.slowness + self.slack)
        self.assertEqual(result.code, 1)
        self.assertNotIn("nothing written", result.message)


class AnyMomentTest(SignalTest):
    """A signal at moments spread evenly over a whole run, whatever is going on."""

    RUNS = 80

    def slowly(self):
        """A tenant whose answers come in drops, so that every stage takes a while."""
        tenant, con = self.one()
        tenant.faults.append(Fault("drip", ms=3, size=150, times=None))
        return tenant, con

    def at_moment(self, seconds, number):
        """Sends the signal so many seconds after the start; says what became of it."""
        tenant, con = self.slowly()
        process = self.start(tenant, "set", con, "off")
        time.sleep(seconds)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        self.printed.append(out + err)
        result = cli.Result(process.returncode, out, err, 0)
        try:
            if result.code == -number and not tenant.requests:
                return "killed"  # it had not begun to listen to signals yet
            return "whole" if self.expect_truth(tenant, con, result) else "untouched"
        finally:
            tenant.close()

    def test_any_moment(self):
        tenant, con = self.slowly()
        longest = 1.3 * self.expect(self.run_cli(tenant, "set", con, "off"), 0).seconds
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(
                lambda run: self.at_moment(longest * run / self.RUNS, SIGNALS[run % len(SIGNALS)]),
                range(self.RUNS)))
        counts = {word: found.count(word) for word in ("killed", "untouched", "whole")}
        print("signals at %d moments: %s" % (self.RUNS, counts))
        self.assertGreater(counts["untouched"], 0)


if __name__ == "__main__":
    cli.main()
