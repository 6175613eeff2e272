"""Certificates that must be refused, and a board that does not know the time."""

import calendar

import harness
from cli import connection
from harness import BoardTest

# Chains of chains.py, with words of the line that the board prints.
WRONG = (
    ("wrong_host", "another name"), ("unknown_root", "not trusted"),
    ("twin_root", "not trusted"), ("expired", "has expired"),
    ("not_yet_valid", "not valid yet"), ("expired_rsa4096", "has expired"),
    ("unknown_root_rsa4096", "not trusted"),
)
# After the chains' end, which lies beyond NTP's first era as well.
TOO_LATE = calendar.timegm((2037, 1, 1, 0, 0, 0))
BEFORE_THE_BUILD = calendar.timegm((2021, 1, 1, 0, 0, 0))


class CertificateTest(BoardTest):
    """Nothing is asked of a tenant whose certificate is not right."""

    def sweep(self, tls):
        """All wrong chains in one run, and then a right one."""
        with self.bench(connection(), chain=WRONG[0][0], tls=tls) as bench:
            bench.boot(every="2s")
            for number, (chain, text) in enumerate(WRONG):
                cycle = bench.cycle()
                following = WRONG[number + 1][0] if number + 1 < len(WRONG) else "p384"
                bench.present(following, tls)
                self.assertEqual(cycle.counts, (0, 0, 0, 1), (chain, cycle.lines))
                self.assertIn(text, cycle.line_of(bench.ids[0]), chain)
                self.expect_no_request(bench)
            cycle = bench.cycle()
            self.assertEqual(cycle.counts, (0, 1, 0, 0), cycle.lines)
            self.expect_changed(bench)
            self.expect_room(cycle)

    def test_wrong_chains(self):
        self.all_of(self.sweep, ["1.2", "1.3"], 2)

    def test_every_chain_expires(self):
        """The clock is the time server's: each right chain is wrong in 2037."""
        with self.bench(connection(), chain=harness.ALL_CHAINS[0]) as bench:
            bench.wire.clock.at = TOO_LATE
            bench.boot(every="2s")
            bench.line(r"^time: 2037-01-01T")
            for number, chain in enumerate(harness.ALL_CHAINS):
                cycle = bench.cycle()
                bench.present(harness.ALL_CHAINS[(number + 1) % len(harness.ALL_CHAINS)])
                self.assertIn("has expired", cycle.line_of(bench.ids[0]), chain)
            self.expect_no_request(bench)


class TimeTest(BoardTest):
    """Without the time no certificate can be judged: the board does not even dial."""

    def unknown(self, bench):
        """It says so, and it stays silent."""
        bench.line(r"^network: 10\.")
        bench.line(r"^time: unknown")
        self.assertEqual(bench.connects(), 0)
        self.expect_no_request(bench)

    def test_no_time_server(self):
        with self.bench(connection()) as bench:
            bench.wire.clock.silent = True
            bench.boot()
            self.unknown(bench)
            bench.wire.clock.silent = False
            bench.line(r"^time: 20", 120)
            self.assertEqual(bench.cycle().counts[1], 1)
            self.expect_changed(bench)

    def test_a_wrong_time_is_asked_for_again(self):
        """A time server that was wrong once costs a cycle, and not the hour to the next
        question: what is wrong with the certificate may be wrong with the clock."""
        with self.bench(connection()) as bench:
            bench.wire.clock.at = TOO_LATE
            bench.boot(every="2s")
            cycle = bench.cycle()
            self.assertIn("has expired", cycle.line_of(bench.ids[0]))
            bench.wire.clock.at = None
            found = [bench.cycle() for _ in range(3)]
            self.assertEqual(sum(cycle.changed for cycle in found), 1, found[-1].lines)
            self.expect_changed(bench)

    def test_a_time_server_that_is_wrong(self):
        """The other one is asked: the name that is compiled in."""
        with self.bench(connection(), wire={"pool": True}) as bench:
            bench.wire.clock.at = TOO_LATE
            bench.boot(every="2s")
            self.assertIn("has expired", bench.cycle().line_of(bench.ids[0]))
            self.assertEqual(bench.cycle().counts, (0, 1, 0, 0))
            self.expect_changed(bench)

    def test_a_time_before_the_build(self):
        with self.bench(connection()) as bench:
            bench.wire.clock.at = BEFORE_THE_BUILD
            bench.boot()
            self.unknown(bench)


if __name__ == "__main__":
    harness.main()
