"""Counts the instructions that a board's cycle takes, by chain: the first, and those after it.

    board_instructions.py PLUGIN NAME=FIRMWARE... [--hold] [--write docs/performance.md]

PLUGIN is guest_instructions. A cycle is counted from its job's beginning to its line on the console,
with all that interrupts and the network's stack do meanwhile: DNS, TCP, a handshake of TLS 1.3, and
what is asked of the tenant. The first reads a connection, writes it and reads it again; a further one
finds it as it should be. The emulator counts, so that what this machine does meanwhile changes hardly
anything: the random numbers of a handshake make a hundredth of a difference.

--hold fails where a cycle of the last FIRMWARE takes more than LIMITS or LIMIT_FURTHER; --write puts the
table into a text, in place of that which is there. The environment is that of tests/boards/harness.py.
"""

import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "boards"))

import harness  # noqa: E402
import lab  # noqa: E402
import qemu  # noqa: E402
from cli import connection  # noqa: E402
from instructions import SKIPPED, write  # noqa: E402

FROM, TO = "connsync_begin", "cs_console_cycle"
CHAINS = {"P-256": "p256", "RSA-2048": "rsa2048", "P-384": "p384"}
FURTHER = 2
# Millions, in the first cycle, and in each that goes on from its session.
LIMITS = {"P-256": 79, "RSA-2048": 34}
LIMIT_FURTHER = 28
MARKS = tuple("<!-- board instructions: %s -->\n" % which for which in ("begin", "end"))


class Counting(harness.BoardTest):
    """All firmwares with all chains."""

    plugin, firmwares, hold, text = None, {}, False, None

    def cycles(self, firmware, chain):
        """Millions of instructions of each cycle of one run."""
        os.environ["CONNSYNC_FIRMWARE"] = firmware
        with self.bench(connection(), chain=chain, tls="1.3") as bench:
            out = bench.folder / "instructions"
            options = ("-plugin", "%s,from=%#x,to=%#x,out=%s" % (
                self.plugin, qemu.address_of(firmware, FROM), qemu.address_of(firmware, TO), out))
            bench.boot(machine={"options": options})
            for number in range(1 + FURTHER):
                counts = bench.cycle().counts
                self.assertEqual(counts, (0, 1, 0, 0) if number == 0 else (1, 0, 0, 0))
            self.expect_changed(bench)
            found = [int(line) / 1e6 for line in out.read_text(encoding="ascii").split()]
        self.assertGreaterEqual(len(found), 1 + FURTHER)
        return found[0], max(found[1:1 + FURTHER])

    def test_cycles(self):
        """The table, and the limits."""
        rows = {title: {name: self.cycles(firmware, chain) for name, firmware in self.firmwares.items()}
                for title, chain in CHAINS.items()}
        lines = table_of(rows, self.firmwares)
        print("\n".join(lines))
        if self.text:
            write(pathlib.Path(self.text), lines, MARKS)
        for title, limit in LIMITS.items() if self.hold else ():
            first, further = rows[title][list(self.firmwares)[-1]]
            self.assertLessEqual(first, limit, title)
            self.assertLessEqual(further, LIMIT_FURTHER, title)


def table_of(rows, firmwares):
    """The lines of a table: the first cycle and the most of the others, by chain."""
    heads = ["%s: first cycle | each further" % name for name in firmwares]
    lines = ["| chain | %s |" % " | ".join(heads), "|---|%s" % ("---:|" * 2 * len(heads))]
    for title, row in rows.items():
        lines.append("| %s | %s |" % (title, " | ".join("%.1f | %.1f" % row[name] for name in firmwares)))
    return lines


def takes_plugins(plugin):
    """Whether the emulator here can be made to count."""
    run = subprocess.run([qemu.PROGRAM, "-M", "none", "-plugin", plugin + ",out=/dev/null",
                          "-S", "-display", "none", "-monitor", "stdio"], input=b"quit\n",
                         capture_output=True, timeout=30, check=False)
    return run.returncode == 0


def main(arguments):
    """The command line."""
    lab.enter(*qemu.Machine.TOOLS)
    Counting.hold = "--hold" in arguments
    Counting.text = arguments[arguments.index("--write") + 1] if "--write" in arguments else None
    words = [word for word in arguments if word not in ("--hold", "--write", Counting.text)]
    Counting.plugin, Counting.firmwares = words[0], dict(word.split("=", 1) for word in words[1:])
    if not takes_plugins(Counting.plugin):
        print("skipped: %s takes no plugin, or none of this interface" % qemu.PROGRAM)
        return SKIPPED
    result = unittest.TextTestRunner(verbosity=2).run(
        unittest.defaultTestLoader.loadTestsFromTestCase(Counting))
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
