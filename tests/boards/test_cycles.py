"""Many cycles in one run: nothing grows, and every run begins clean."""

import harness
from cli import Fault, connection
from harness import BoardTest

CYCLES = 10
# Between two cycles these have been given back to the last byte.
STEADY = ("agent", "packets")
# When a cycle ends, the connection's last segments may still be on their way. What is in
# use then differs from cycle to cycle, but it must not grow.
LEVEL = ("segments", "heap")


class SteadyTest(BoardTest):
    """Ten cycles with a write in each."""

    def steady(self, case):
        tls, chain, fault = case
        with self.bench(connection(), connection("other", number=2), chain=chain,
                        tls=tls) as bench:
            bench.boot()
            found, resumed = [], []
            for _ in range(CYCLES):
                if fault is not None:
                    bench.tenant.faults.append(Fault(fault[0], **fault[1]))
                found.append(bench.cycle())
                self.assertEqual(found[-1].counts, (0, 2, 0, 0), (case, found[-1].lines))
                resumed += bench.tenant.journal.resumed
                self.forget(bench)
            self.expect_steady(found)
            # All but the first handshake go on from a session, which only TLS 1.3 has.
            self.assertEqual(resumed, [tls == "1.3" and number > 0 for number in range(len(resumed))])

    def expect_steady(self, cycles):
        """What is in use after a cycle is what was in use after the first one."""
        for cycle in cycles:
            self.expect_room(cycle)
            for kind in STEADY:
                self.assertEqual(cycle.memory[kind].now, cycles[0].memory[kind].now,
                                 "%s in cycle %d" % (kind, cycle.number))
        for kind in LEVEL:
            used = [cycle.memory[kind].now for cycle in cycles]
            self.assertLessEqual(min(used[-3:]), max(used[:3]), "%s: %r" % (kind, used))

    def test_all(self):
        """Plain writes; connections that break after the write took effect, and are replaced
        by new ones; and some that never come about."""
        lost = ("close_after", {"method": "PATCH"})
        cases = [("1.3", "rsa4096", None), ("1.2", "p256", None), ("1.3", "p256", lost)]
        self.all_of(lambda case: self.steady(case) if case else self.failing(), [*cases, None],
                    len(cases) + 1)

    def failing(self):
        """Handshakes that are cut leave nothing behind either."""
        with self.bench(connection()) as bench:
            bench.tenant.faults += [Fault("connection_cut", times=None, sent=900)]
            bench.boot()
            found = [bench.cycle() for _ in range(4)]
            for cycle in found:
                self.assertEqual(cycle.counts, (0, 0, 0, 1), cycle.lines)
            self.expect_steady(found)
            bench.tenant.faults.clear()
            self.assertEqual(bench.cycle().counts, (0, 1, 0, 0))


if __name__ == "__main__":
    harness.main()
