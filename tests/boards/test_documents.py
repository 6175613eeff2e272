"""Documents as large as they get: with every chain, three on a connection, ten connections."""

import documents
import harness
from cli import SETTING, Fault, connection
from harness import BoardTest

ROUNDS = 3       # documents on one connection
CONNECTIONS = 10 if harness.FULL else 3
RECORDED = 10
WANTED = "never_on_login"
# Ever wider and ever longer: what a member of `options` and what a byte cost is different.
EDGES = {
    "wide": [documents.made(number, 20 * number, 16000) for number in range(1, 17)],
    "long": [documents.made(number, 10, 12000 + 500 * number, 60) for number in range(1, 17)],
}


class LargestTest(BoardTest):
    """Made documents of 18 KB and 600 values (with TLS 1.2 of 12 KB), and the largest
    recorded one."""

    def rounds(self, case):
        """Every cycle is one connection with three documents that are all written."""
        tls, chain = case
        with self.bench(*self.largest(tls), chain=chain, tls=tls) as bench:
            bench.boot()
            start = None
            for _ in range(CONNECTIONS):
                cycle = bench.cycle()
                self.assertEqual(cycle.counts, (0, ROUNDS, 0, 0), (case, cycle.lines))
                self.assertEqual(bench.tenant.handshakes, 1, case)
                self.expect_changed(bench)
                self.forget(bench)
                self.expect_room(cycle)
                start = start or cycle.memory["agent"].now
                self.assertEqual(cycle.memory["agent"].now, start, case)
            self.note_marks(tls, chain, (documents.LARGEST[tls], documents.VALUES[tls]), cycle)

    def largest(self, tls):
        """The made ones, and of the recorded ones the largest that can be written."""
        made = [documents.made(number, size=documents.LARGEST[tls],
                               values=documents.VALUES[tls])
                for number in range(1, ROUNDS + 1)]
        for raw in documents.recorded(RECORDED):
            if self.verdict(raw, "on_first_login") == "changed":
                return [*made[:-1], raw]
        return made

    def verdict(self, raw, value):
        """What the command line makes of a connection."""
        tenant = self.tenant(raw)
        result = self.run_cli(tenant, "set", documents.id_of(raw), value, "--json")
        tenant.close()
        return result.json[0]["status"]

    def test_every_chain(self):
        self.all_of(self.rounds, [(tls, chain) for tls in ("1.3", "1.2")
                                  for chain in harness.ALL_CHAINS], 2)

    def test_the_made_document_is_what_it_says(self):
        for members in (0, 60, 127):
            for tls in documents.LARGEST:
                size, values = documents.LARGEST[tls], documents.VALUES[tls]
                raw = documents.made(1, members, size, values)
                self.assertEqual(len(raw) + 1, size)
                self.assertEqual(documents.count_values(raw), values)

    def test_recorded(self):
        """The ten largest, in one run, once with each chain; as the command line judges."""
        found = documents.recorded(RECORDED)
        if not found:
            self.skipTest("no fixtures: set CONNSYNC_FIXTURES")
        verdicts = [self.verdict(raw, WANTED) for raw in found]
        count = tuple(verdicts.count(word) for word in ("unchanged", "changed", "refused"))
        with self.bench(*found, chain=harness.ALL_CHAINS[0]) as bench:
            bench.boot(every="2s", connections=[{"id": item, SETTING: WANTED}
                                                for item in bench.ids])
            for number, chain in enumerate(harness.ALL_CHAINS):
                cycle = bench.cycle()
                bench.present(harness.ALL_CHAINS[(number + 1) % len(harness.ALL_CHAINS)])
                self.assertEqual(cycle.counts, (*count, 0), (chain, cycle.lines))
                for item, verdict in zip(bench.ids, verdicts):
                    self.expect_verdict(bench.tenant, item, verdict)
                self.expect_room(cycle)
                self.forget(bench)

    def expect_verdict(self, tenant, item, verdict):
        """One write of the right bytes, or none at all."""
        if verdict == "changed":
            self.expect_set(tenant, item, WANTED, tenant.writes())
            self.expect_bodies(tenant, item)
        self.assertEqual(len(tenant.history(item)), 2 if verdict == "changed" else 1, item)


class TooLargeTest(BoardTest):
    """What does not fit is refused with the bytes that it needs; the rest goes on."""

    def sweep(self, case):
        """From what fits to what does not: written and verified, or refused. What could be
        written but not be verified is refused as well."""
        tls, chain, shape = case
        with self.bench(*EDGES[shape], chain=chain, tls=tls) as bench:
            bench.boot(every="30s")
            cycle = bench.cycle()
            self.assertEqual(cycle.failed, 0, (case, cycle.lines))
            self.assertGreater(cycle.changed, 0)
            if harness.board().room == 1:
                self.assertGreater(cycle.refused, 0)
            for item in bench.ids:
                written = "verified unchanged" in cycle.line_of(item)
                self.assertEqual(len(bench.tenant.history(item)), 2 if written else 1)
                if not written:
                    self.assertRegex(cycle.line_of(item), r"nothing written.*\b\d+ bytes")

    def test_the_edge(self):
        self.all_of(self.sweep, [(tls, chain, shape) for shape in EDGES
                                 for tls, chain in (("1.3", "rsa4096"), ("1.2", "p256"))], 2)

    def test_too_large(self):
        room = harness.board().room
        many_bytes = documents.made(1, 10, size=40000 * room)
        many_values = documents.made(2, 10, values=4000 * room, size=30000 * room)
        with self.bench(many_bytes, many_values, connection(number=3)) as bench:
            bench.boot()
            cycle = bench.cycle()
            self.assertEqual(cycle.counts, (0, 1, 2, 0), cycle.lines)
            for item in bench.ids[:2]:
                line = cycle.line_of(item)
                self.assertRegex(line, r"larger than the memory")
                self.assertRegex(line, r"\b\d{5,} bytes")
                self.assertIn("nothing written", line)
                self.assertEqual(len(bench.tenant.history(item)), 1)
            self.expect_set(bench.tenant, bench.ids[2], "on_first_login")

    def test_endless(self):
        """An answer that does not say how long it is, and does not end for a while."""
        with self.bench(connection(), connection(number=2)) as bench:
            bench.tenant.faults.append(Fault("huge", path=bench.ids[0], bytes=300000))
            bench.boot()
            cycle = bench.cycle()
            self.assertEqual(sum(cycle.counts[2:]), 1, cycle.lines)
            self.assertIn("nothing written", cycle.line_of(bench.ids[0]))
            self.expect_set(bench.tenant, bench.ids[1], "on_first_login")


if __name__ == "__main__":
    harness.main()
