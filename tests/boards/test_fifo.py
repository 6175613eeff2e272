"""What a chip's own receive FIFO takes: the board at the chip's speed, behind relay.py.

Every other test of such a board runs behind it as well, and fails when a frame is lost.
"""

import documents
import harness
from harness import BoardTest

# An instruction takes 32 ns: 50 MHz, and 1.6 cycles for each.
CHIP = ("-icount", "shift=5")
SIZE, VALUES = 8192, 200
# Against the same job with a FIFO that is never full.
LONGER = 1.5
# Seconds between two frames that concern others: many, but a network has more at times.
CHATTER = 0.02


class FifoTest(BoardTest):
    """Nothing is lost, and nothing is waited for."""

    def job(self, fifo):
        """How many milliseconds of the board's own it takes from the start to the first job's
        end."""
        document = documents.made(1, 20, size=SIZE, values=VALUES)
        with self.bench(document, chain="rsa2048") as bench:
            machine = bench.boot(machine={"options": CHIP, "fifo": fifo}, every="1h")
            cycle = bench.cycle()
            took = machine.relay.ticks()
            self.assertEqual(cycle.counts, (0, 1, 0, 0), cycle.lines)
            self.expect_changed(bench)
        return took

    def test_a_job_takes_no_longer(self):
        # Waiting for the tenant is the host's matter: the lesser of two has less of it.
        without, behind = self.job(False), min(self.job(True) for _ in range(2))
        print("%d ms, and %d ms with a FIFO that is never full" % (behind, without))
        self.assertLessEqual(behind, without * LONGER)

    def test_on_a_busy_wire(self):
        """What comes while a signature is verified is taken out all the same."""
        with self.bench(documents.made(1), chain="p384") as bench, \
                bench.wire.chatter(CHATTER):
            bench.boot(machine={"options": CHIP})
            self.assertEqual(bench.cycle().counts, (0, 1, 0, 0))
            self.expect_changed(bench)


if __name__ == "__main__":
    harness.main()
