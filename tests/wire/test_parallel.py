"""--parallel N: a few connections at a time, and all else as with one: what is printed, in which order,
the requests, one token, the rate limit, signals, and what becomes of the others when one fails.
"""

import signal
import time

import cli
from cli import CON, Fault
from fleet import ALL_OFF, FleetTest, count_of, numbered, pages

DRIFTING = range(1, 20)
WIDTHS = ("1", "2", "8", "16")


class ParallelTest(FleetTest):
    """run_wide() runs a command with --parallel and credentials; nothing is kept between runs."""

    def run_wide(self, tenant, width, *arguments, command="apply", **how):
        more = () if command == "plan" else ("--correlation-id", "one-for-all")
        return self.apply(tenant, "--parallel", width, "--no-token-cache", *more, *arguments,
                          command=command, env=tenant.environment(credentials=True), **how)

    def each_width(self, check, widths=WIDTHS):
        """check(width) gives what is to be the same with all."""
        first = check(widths[0])
        for width in widths[1:]:
            with self.subTest(parallel=width):
                self.assertEqual(check(width), first)
        return first


class SameTest(ParallelTest):
    """Whatever N is."""

    def test_apply(self):
        """The text byte for byte, one token, three requests for each: nothing is asked twice."""
        def check(width, form=()):
            tenant = self.many(40, DRIFTING, burst=200)
            result = self.run_wide(tenant, width, *form, verbose=False)
            self.assertEqual(result.code, 0, result.err)
            for number in DRIFTING:
                self.is_as_wanted(tenant, numbered(number))
            self.assertEqual(len(tenant.requests), 1 + pages(tenant) + 3 * len(DRIFTING))
            self.assertEqual(tenant.handshakes, int(width))
            return result.out, result.err, sorted(self.written(tenant))

        out, err, _ = self.each_width(check)
        self.assertEqual(err, "")
        self.assertEqual([line.split()[1] for line in out.splitlines()[:-1]],
                         ["(%s):" % numbered(number) for number in DRIFTING])
        self.each_width(lambda width: check(width, ("--json",)))

    def test_under_way(self):
        """So many requests at a time, and no more."""
        for width in WIDTHS:
            tenant = self.many(40, range(1, 2 * int(width) + 1), burst=200)
            tenant.faults.append(Fault("stall", method="GET", path=numbered(0)[:8], times=None,
                                       seconds=0.1 * self.slowness))
            self.assertEqual(self.run_wide(tenant, width).code, 0)
            self.assertEqual(tenant.journal.most_under_way, int(width))

    def test_plans(self):
        """A plan to a file, what is done by it, and what has changed since."""
        def check(width):
            tenant = self.many(30, DRIFTING)
            path = str(self.folder / ("plan-" + width))
            planned = self.run_wide(tenant, width, "--out", path, command="plan", verbose=False)
            self.assertEqual(planned.code, 2, planned.err)
            self.assertEqual(count_of(tenant, "PATCH"), 0)
            tenant.store.connections[numbered(3)].put("options", b'{"other":1}')
            self.clean(tenant)
            applied = self.run_cli(tenant, "apply", "--plan", path, "--parallel", width, "--json",
                                   "--no-token-cache", "--correlation-id", "x", verbose=False,
                                   env=tenant.environment(credentials=True))
            self.assertEqual((applied.code, count_of(tenant, "POST")), (3, 1), applied.err)
            return (planned.out, (self.folder / ("plan-" + width)).read_text().split('"connections"')[-1],
                    applied.out, applied.err, sorted(self.written(tenant)))

        self.each_width(check)

    def test_trace(self):
        """Each request has its line, with the connection's id in it."""
        tenant = self.many(40, DRIFTING)
        result = self.run_wide(tenant, "8")
        lines = [line for line in result.err.splitlines() if " ms" in line and "/" in line]
        self.assertEqual(len(lines), len(tenant.requests))
        for number in DRIFTING:
            self.assertEqual(sum(numbered(number) + ":" in line for line in lines), 3)
        self.assertIn("%d requests, 8 TLS handshakes" % len(tenant.requests), result.err)

    def test_watch(self):
        tenant = self.many(40, DRIFTING)
        path = self.write(ALL_OFF)
        process = self.start(tenant, "watch", path, "--every", "1s", "--parallel", "8")
        until = time.monotonic() + 20 * self.slowness
        while pages(tenant) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        process.terminate()
        self.assertEqual(self.finish(process).code, 0)
        self.assertEqual(sorted(self.written(tenant)), [numbered(number) for number in DRIFTING])

    def test_words(self):
        tenant = self.many(1, [])
        for number in ("0", "17", "2x", "", "-1"):
            result = self.run_wide(tenant, number)
            self.expect(result, 64, "--parallel takes a whole number of connections from 1 to 16")
        for command in (["list"], ["set", CON, "off"], ["get", CON]):
            result = self.run_cli(tenant, *command, "--parallel", "2")
            self.expect(result, 64, "--parallel goes with plan, apply and watch only")
        self.assertEqual(tenant.requests, [])


class FailureTest(ParallelTest):
    """One of many fails, or all of them have to end."""

    def same_failure(self, prepare, *arguments, code, drifting=DRIFTING):
        def check(width):
            tenant = self.many(40, drifting)
            prepare(tenant)
            result = self.run_wide(tenant, width, "--json", "--timeout", "15", *arguments,
                                   verbose=False)
            self.assertEqual(result.code, code, result.err)
            return result.out, result.err, sorted(self.written(tenant))

        return self.each_width(check, ("1", "8"))

    def test_one(self):
        """Others have their turn, in their order."""
        _, err, written = self.same_failure(
            lambda tenant: tenant.faults.append(Fault("not_json", path=numbered(4), times=None)),
            code=1)
        self.assertEqual(len(err.splitlines()), 1 + 1)
        self.assertNotIn(numbered(4), written)
        self.assertEqual(len(written), len(DRIFTING) - 1)

    def test_lost_answers(self):
        """A write that may have taken effect is settled by reading, beside others."""
        def prepare(tenant):
            for number in (2, 3, 9):
                tenant.faults.append(Fault("close_after", path=numbered(number), method="PATCH"))

        _, _, written = self.same_failure(prepare, code=0)
        self.assertEqual(written, [numbered(number) for number in DRIFTING])

    def test_restored(self):
        """The way back after a loss goes on while others are written."""
        def prepare(tenant):
            for number in (2, 7):
                tenant.behave(numbered(number), drop=("client_secret",))

        out, _, written = self.same_failure(prepare, "--restore", code=7)
        self.assertEqual(out.count('"verify_loss"'), 2)
        self.assertEqual((written.count(numbered(2)), written.count(numbered(7))), (2, 2))

    def test_token_ends(self):
        """A token that is revoked in the middle of it is replaced by one, which all take."""
        for width in WIDTHS:
            for method, turn in (("GET", 12), ("PATCH", 1), ("PATCH", 7)):
                tenant = self.many(40, range(1, 33))
                tenant.faults.append(Fault("expire_token", method=method, occurrence=turn))
                tenant.faults.append(Fault("stall", method="POST", seconds=0.1))
                result = self.run_wide(tenant, width)
                self.assertEqual(result.code, 0, result.err)
                self.assertEqual(tenant.methods().count("POST"), 2)
                self.assertEqual(tenant.writes(), 32)

    def test_no_token(self):
        """Nobody else tries credentials that are wrong, nor is anything else asked for."""
        tenant = self.many(30, DRIFTING)
        path = str(self.folder / "plan")
        self.assertEqual(self.run_wide(tenant, "1", "--out", path, command="plan").code, 2)
        self.clean(tenant)
        env = dict(tenant.environment(credentials=True), AUTH0_CLIENT_SECRET="MARKER-wrong")
        result = self.run_cli(tenant, "apply", "--plan", path, "--parallel", "8", "--no-token-cache",
                              "--json", env=env)
        self.assertEqual(result.code, 4, result.err)
        self.assertEqual(tenant.methods(), ["POST"])
        self.assertEqual([line["code"] for line in result.json],
                         ["client_credentials"] + ["not_tried"] * (len(DRIFTING) - 1))

    def test_told_to_wait(self):
        """Who limits the rate is not asked by any of them: the rest is not tried."""
        tenant = self.many(60, range(1, 50))
        tenant.faults.append(Fault("rate_limited", path=numbered(1), retry_after=3600))
        result = self.run_wide(tenant, "8", "--json")
        self.assertEqual(result.code, 6)
        told = [line["code"] for line in result.json if line["status"] == "failed"]
        self.assertEqual(told[0], "rate_limited")
        self.assertGreaterEqual(told.count("not_tried"), 49 - 8)
        self.assertLessEqual(len(tenant.requests), 1 + pages(tenant) + 8 + 7)

    def test_rate(self):
        """All of them together keep within the tenant's limit. (A machine that is busy elsewhere takes what
        was measured of the rate for another: some rejections, and retries, may come of it. Each for itself
        they would have dozens.)"""
        def check(case):
            burst, refill, drain, most = case
            tenant = self.many(40, range(1, 16), burst=burst, refill=refill)
            for _ in range(drain):
                tenant.bucket.take()
            result = self.run_wide(tenant, "8", "--timeout", "30", timeout=90)
            self.assertEqual(result.code, 0, result.err)
            self.assertLessEqual(tenant.bucket.refused, 5)
            self.assertEqual(tenant.writes(), 15)
            self.assertLessEqual(tenant.handshakes, most)

        self.all_of(check, [(5, 20.0, 0, 1), (24, 20.0, 10, 4), (60, 30.0, 45, 8)])


class SignalTest(ParallelTest):
    """Of each write that is under way it is told what became of it."""

    def interrupted(self, signals):
        tenant = self.many(40, range(1, 33))
        tenant.faults.append(Fault("stall", method="PATCH", times=None, seconds=1.5))
        process = self.start(tenant, "apply", self.write(ALL_OFF), "--parallel", "8", "--json",
                             "--no-token-cache", env=tenant.environment(credentials=True))
        until = time.monotonic() + 15 * self.slowness
        while count_of(tenant, "PATCH") < 8 and time.monotonic() < until:
            time.sleep(0.01)
        for _ in range(signals):
            process.send_signal(signal.SIGTERM)
            time.sleep(0.05)
        return tenant, self.finish(process)

    def test_once(self):
        """They are read back; nothing else is begun."""
        tenant, result = self.interrupted(1)
        self.assertEqual(result.code, 1, result.err)
        codes = [(line["id"], line["code"]) for line in result.json if line["status"] != "unchanged"]
        self.assertEqual(codes, [(numbered(number), "ok" if number <= 8 else "not_tried")
                                 for number in range(1, 33)])
        self.assertEqual(sorted(self.written(tenant)), [numbered(number) for number in range(1, 9)])

    def test_twice(self):
        """It ends at once: each of them may have been written."""
        tenant, result = self.interrupted(2)
        self.assertEqual(result.code, 1, result.err)
        found = self.codes(result)
        for number in range(1, 9):
            self.assertEqual(found[numbered(number)], ("failed", "unverified"))
        self.assertLess(count_of(tenant, "GET"), 1 + 8 + 2)


if __name__ == "__main__":
    cli.main()
