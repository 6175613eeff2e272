"""A network that fails: the board says what is missing, waits, and goes on when it is back."""

import harness
from cli import Fault, connection
from harness import BoardTest

# A board begins anew after 30 s in which its main loop did not run.
WATCHDOG_LIMIT = 60
# A job has two minutes.
JOB_LIMIT = 300
RECOVERY_LIMIT = 120
SECOND = {"method": "GET", "occurrence": 2}
# Faults after which the job is done all the same.
SETTLED = (
    ("cut", {"bytes": 40, "level": "tls", "end": "reset", "method": "GET"}),
    ("cut", {"bytes": 300, "level": "http", "end": "fin", "method": "GET"}),
    ("cut", {"bytes": 40, "level": "tls", "end": "reset", **SECOND}),
    ("reset_before", {"method": "PATCH"}), ("close_after", {"method": "PATCH"}),
    ("reset_after", {"method": "PATCH"}), ("silent_close", {"method": "GET"}),
    ("connection_reset", {}), ("connection_cut", {"sent": 900}),
    ("drip", {"ms": 1, "size": 50, "level": "tls", "method": "GET"}),
    ("stall", {"seconds": 3, "after": 100, "method": "GET"}),
    ("rate_limited", {"retry_after": 2, "method": "GET"}),
    ("rate_limited", {"retry_after": 2, "method": "PATCH"}),
    ("status", {"status": 502, "method": "GET"}),
)


class Missing(BoardTest):
    """Something is not there, at the start or later."""

    def recovers(self, bench):
        """What was missing is there again: the next cycle, or the one after it, is right."""
        for _ in range(4):
            cycle = bench.cycle(RECOVERY_LIMIT)
            if cycle.counts == (0, 1, 0, 0):
                break
        self.assertEqual(cycle.counts, (0, 1, 0, 0), cycle.lines)
        self.expect_changed(bench)

    def no_link(self):
        with self.bench(connection()) as bench:
            machine = bench.boot(unplugged=True)
            bench.line(r"^network: no link$" if bench.board.shows_link
                       else r"^network: no (link|lease)$")
            machine.set_link(True)
            bench.line(r"^network: 10\.", RECOVERY_LIMIT)
            self.recovers(bench)

    def link_lost(self):
        """Later, between two cycles, and for a while."""
        with self.bench(connection()) as bench:
            machine = bench.boot()
            self.assertEqual(bench.cycle().counts, (0, 1, 0, 0))
            self.forget(bench)
            machine.set_link(False)
            if bench.board.shows_link:
                bench.line(r"^network: no link$")
            machine.set_link(True)
            self.recovers_from_any(bench)

    def recovers_from_any(self, bench):
        """As recovers(), where one cycle may have been right before anything was noticed."""
        for _ in range(4):
            cycle = bench.cycle(RECOVERY_LIMIT)
            if cycle.failed == 0:
                break
        self.assertEqual(cycle.failed, 0, cycle.lines)
        self.expect_changed(bench)

    def no_lease(self):
        with self.bench(connection(), wire={"lease": False}) as bench:
            bench.boot()
            bench.line(r"^network: no lease$")
            self.expect_no_request(bench)
            bench.wire.serve()
            bench.line(r"^network: 10\.", RECOVERY_LIMIT)
            self.recovers(bench)

    def no_name(self, how):
        with self.bench(connection(), wire=how) as bench:
            bench.boot()
            bench.line(r"^network: 10\.")
            cycle = bench.cycle(JOB_LIMIT)
            self.assertEqual(cycle.counts, (0, 0, 0, 1), cycle.lines)
            self.assertRegex(cycle.line_of(bench.ids[0]), r"has no address|no answer in time")
            self.expect_no_request(bench)
            self.assertEqual(bench.connects(), 0)

    def port_closed(self):
        with self.bench(connection()) as bench:
            bench.tenant.close()
            bench.boot()
            cycle = bench.cycle(JOB_LIMIT)
            self.assertEqual(cycle.counts, (0, 0, 0, 1), cycle.lines)
            self.assertIn("no connection to the domain", cycle.line_of(bench.ids[0]))
            self.assertGreater(bench.connects(), 0)
            self.expect_room(cycle)

    def no_such_name(self):
        self.no_name({"nameless": True})

    def no_resolver(self):
        self.no_name({"resolver": "nobody"})

    def cases(self):
        """Each of them, as functions."""
        return [self.no_link, self.link_lost, self.no_lease, self.port_closed, self.no_such_name,
                self.no_resolver]


class Broken(BoardTest):
    """Connections that break or stall."""

    def settled(self, case):
        """With a fault at some request, the job is done all the same, in the first cycle."""
        kind, parameters = case
        with self.bench(connection()) as bench:
            fault = Fault(kind, **parameters)
            bench.tenant.faults.append(fault)
            bench.boot()
            cycle = bench.cycle(JOB_LIMIT)
            self.assertEqual(cycle.counts, (0, 1, 0, 0), (case, cycle.lines))
            self.assertEqual(fault.fired, 1)
            self.expect_changed(bench)
            self.expect_room(cycle)

    def stalls(self):
        """The tenant falls silent: the deadline ends the job, not the watchdog."""
        with self.bench(connection()) as bench:
            bench.tenant.faults.append(Fault("hang", seconds=110, applied=False, method="GET",
                                             times=None))
            bench.boot()
            cycle = bench.cycle(JOB_LIMIT)
            self.assertEqual(cycle.counts, (0, 0, 0, 1), cycle.lines)
            self.assertIn("no answer in time", cycle.line_of(bench.ids[0]))
            bench.tenant.faults.clear()
            self.assertEqual(bench.cycle().counts, (0, 1, 0, 0))
            self.expect_changed(bench)
            self.expect_one_run(bench)

    def rate_limited_for_long(self):
        """A limit that outlasts the deadline is told, and the loop goes on."""
        with self.bench(connection()) as bench:
            bench.tenant.faults.append(Fault("rate_limited", retry_after=3600, method="GET"))
            bench.boot()
            cycle = bench.cycle(JOB_LIMIT)
            self.assertEqual(cycle.counts, (0, 0, 0, 1), cycle.lines)
            self.assertIn("rate limit", cycle.line_of(bench.ids[0]))
            self.assertEqual(bench.cycle(JOB_LIMIT).counts, (0, 1, 0, 0))
            self.expect_one_run(bench)

    def expect_one_run(self, bench):
        """The board did not begin anew in between."""
        runs = sum(line.startswith("connsync ") for line in bench.machine.console.lines)
        self.assertEqual(runs, 1)

    def stuck(self):
        """The main loop stops: the watchdog ends this run, and the next one begins clean."""
        with self.bench(connection()) as bench:
            machine = bench.boot()
            self.assertEqual(bench.cycle().counts, (0, 1, 0, 0))
            self.forget(bench)
            machine.stick()
            bench.next_run(WATCHDOG_LIMIT)
            cycle = bench.cycle()
            self.assertEqual(sum(cycle.counts[:2]), 1, cycle.lines)
            self.expect_changed(bench)
            self.expect_room(cycle)

    def cases(self):
        """Each of them, as functions. A job's deadline is two minutes: once is enough."""
        return [self.stuck, *([self.stalls, self.rate_limited_for_long] if harness.FULL else [])]


class NetworkTest(Missing, Broken):
    """Most of the time of most cases is waiting, so that all of them wait together."""

    def test_missing_and_stuck(self):
        cases = Missing.cases(self) + Broken.cases(self)
        self.all_of(lambda case: case(), cases, len(cases))

    def test_settled(self):
        """One after the other would take long as well, but each needs the processor."""
        self.all_of(self.settled, SETTLED, 4)


if __name__ == "__main__":
    harness.main()
