"""The tenant's rate limits: requests wait before they would be rejected."""

import time

import cli
from cli import Fault
from fleet import FleetTest, count_of, numbered, pages


class RateTest(FleetTest):
    """limited() runs apply against a tenant with a token bucket; what the bucket saw is judged."""

    def limited(self, *arguments, count=40, drifting=range(1, 16), burst=10, refill=10.0, drain=0,
                **how):
        tenant = self.many(count, drifting, burst=burst, refill=refill)
        for _ in range(drain):
            tenant.bucket.take()
        result = self.apply(tenant, "--timeout", "30", *arguments, timeout=120, **how)
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(tenant.writes(), len(drifting))
        self.assertEqual(len(tenant.requests),
                         pages(tenant) + 3 * len(drifting) + tenant.bucket.refused)
        self.assertEqual(tenant.handshakes, 1)
        return tenant

    def test_ten_a_second(self):
        self.assertEqual(self.limited().bucket.refused, 0)

    def test_an_empty_bucket(self):
        """Only the first request can be rejected: nothing is known before its answer."""
        tenant = self.limited(drain=10)
        self.assertLessEqual(tenant.bucket.refused, 1)
        self.assertNotIn(429, [request.status for request in tenant.requests[1:]])

    def test_small_buckets(self):
        def check(case):
            tenant = self.limited(burst=case[0], refill=case[1], drifting=range(1, 6))
            self.assertEqual(tenant.bucket.refused, 0)

        self.all_of(check, [(1, 10.0), (2, 4.0), (5, 20.0)])

    def test_leave(self):
        def check(case):
            burst, leave, refill = case
            tenant = self.limited("--leave", str(leave), burst=burst, refill=refill,
                                  drifting=range(1, 6))
            self.assertGreaterEqual(tenant.lowest_remaining, leave)
            self.assertEqual(tenant.bucket.refused, 0)

        self.all_of(check, [(10, 5, 10.0), (20, 5, 5.0), (8, 5, 10.0), (50, 45, 10.0)])

    def test_leave_goes_with_all_commands(self):
        for arguments in (["list"], ["get", "conn-2"], ["set", "conn-3", "on"]):
            tenant = self.many(400, [1], burst=7, refill=10.0)
            self.assertEqual(self.run_cli(tenant, *arguments, "--leave", "5").code, 0)
            self.assertGreaterEqual(tenant.lowest_remaining, 5)

    def test_all_is_to_be_left(self):
        tenant = self.many(10, [1], burst=5, refill=10.0)
        result = self.apply(tenant, "--leave", "5")
        self.assertEqual(result.code, 6)
        self.assertIn("allows no more requests than --leave keeps", result.err)
        self.assertEqual(tenant.methods(), ["GET"])

    def test_a_wait_that_is_too_long(self):
        tenant = self.many(10, [1], burst=1, refill=0.05)
        result = self.apply(tenant, "--timeout", "5")
        self.assertEqual(result.code, 6)
        self.assertIn("rate limit outlasts the time-out", result.err)
        self.assertEqual((tenant.writes(), tenant.bucket.refused), (0, 0))

    def test_max_rps(self):
        """A tenant that does not state its limits: the rate that we were given keeps to them."""
        for arguments in ([], ["--max-rps", "12.5"]):
            tenant = self.many(10, range(1, 7), burst=3, refill=20.0)
            tenant.faults.append(Fault("without_header", name="X-Ratelimit-Limit", times=None))
            result = self.apply(tenant, *arguments, timeout=60)
            self.assertEqual(result.code, 0, result.err)
            if arguments:
                self.assertEqual(tenant.bucket.refused, 0)
            else:
                self.assertGreater(tenant.bucket.refused, 0)

    def test_declined_all_the_same(self):
        """Both shapes of 429 are waited out, and the work goes on."""
        for shape in ("management", "oauth"):
            tenant = self.many(10, [1, 2])
            tenant.faults.append(Fault("rate_limited", method="PATCH", shape=shape, retry_after=1))
            result = self.apply(tenant)
            self.assertEqual(result.code, 0, result.err)
            self.assertEqual(tenant.writes(), 2)

    def test_declined_for_too_long(self):
        """A tenant that asks for quiet is not asked about the other connections."""
        tenant = self.many(10, [1, 2, 3])
        tenant.faults.append(Fault("rate_limited", path=numbered(1), retry_after=3600))
        result = self.apply(tenant, "--json")
        self.assertEqual(result.code, 6)
        self.assertEqual([line["code"] for line in result.json if line["status"] == "failed"],
                         ["rate_limited", "not_tried", "not_tried"])
        self.assertEqual(len(tenant.requests), pages(tenant) + 1)


class GateTest(FleetTest):
    """A proxy before the tenant rejects what comes too soon, and says nothing of its limit."""

    CASES = [(503, None), (503, 1), (429, None), (429, 1)]

    def test_one_write(self):
        """Each write that was rejected is settled by reading, and the next one comes later."""
        def check(case):
            status, retry_after = case
            tenant = self.many(1, [1])
            tenant.faults.append(Fault("gate", times=None, gap=1.0, status=status,
                                       retry_after=retry_after))
            result = self.run_cli(tenant, "set", numbered(1), "on_first_login", timeout=90)
            self.assertEqual(result.code, 0, result.err)
            self.is_as_wanted(tenant, numbered(1))
            self.assertEqual(tenant.writes(), 1)
            self.assertLessEqual(count_of(tenant, "PATCH"), 3)
            methods = [method for method, request in zip(tenant.methods(), tenant.requests)
                       if method == "PATCH" or request.status == 200]
            self.assertNotIn("PATCH PATCH", " ".join(methods))

        self.all_of(check, self.CASES)

    def test_time_for_one_wait_alone(self):
        """The write is sent all the same, and in time."""
        tenant = self.many(1, [1])
        tenant.faults.append(Fault("rate_limited", method="PATCH", retry_after=3))
        result = self.run_cli(tenant, "set", numbered(1), "on_first_login", "--timeout", "6", timeout=60)
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET", "PATCH", "GET"])

    def test_a_run(self):
        """The pace that was learnt from one serves for the next: few requests are rejected."""
        def check(case):
            status, retry_after = case
            tenant = self.many(8, range(1, 9))
            tenant.faults.append(Fault("gate", times=None, gap=0.2, status=status,
                                       retry_after=retry_after))
            result = self.apply(tenant, timeout=90)
            self.assertEqual(result.code, 0, result.err)
            self.assertEqual(tenant.writes(), 8)
            self.assertLessEqual(len(tenant.requests), 1.5 * (3 * 8 + pages(tenant)))

        self.all_of(check, self.CASES)

    def test_a_service_that_asks_for_quiet(self):
        """It is not asked about the other connections."""
        tenant = self.many(10, [1, 2, 3])
        tenant.faults.append(Fault("gate", path=numbered(1), gap=1e9, retry_after=3600))
        tenant.gate_passed = time.monotonic()
        result = self.apply(tenant, "--json")
        self.assertEqual(result.code, 1)
        self.assertEqual([line["code"] for line in result.json if line["status"] == "failed"],
                         ["server_error", "not_tried", "not_tried"])
        self.assertEqual(len(tenant.requests), pages(tenant) + 1)


class UsageTest(FleetTest):
    """Values that are no rates."""

    def test_values(self):
        for value in ("0", "-1", "", "x", "1001", "1.", ".5x", "0.0001", "1e3", "0.000"):
            self.expect(self.run_cli(None, "list", "--max-rps", value, env={}), 64, "--max-rps")
        for value in ("-1", "", "x", "1.5", "1000001"):
            self.expect(self.run_cli(None, "list", "--leave", value, env={}), 64, "--leave")


if __name__ == "__main__":
    cli.main()
