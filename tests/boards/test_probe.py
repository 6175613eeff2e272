"""What a board itself must do, tried with tests/boards/probe.c in QEMU: faults, overruns
and hangs end the run in the way that is written, sleeping crosses the wrap of the tick
counter, random bytes come from where they should or not at all.

    test_probe.py [BUILD_FOLDER...]

The folders are those of the test presets; without any, those of build/ that are there.
Emulated time runs as fast as the emulator can (-icount), so that the watchdog's half
minute does not take one.

Status: 0 all kept, 1 broken, 77 no QEMU or nothing built.
"""

import os
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

from running import ConsoleError, Running

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = "qemu-system-arm"
SKIPPED = 77
LIMIT = 60
LONGER = 1
# The machine, its network controller, where the partition begins, how large it is, and
# where the seed slot is: as boards/*/README.md say.
BOARDS = {
    "lm3s6965evb": ("lm3s6965evb", "stellaris", 0x3F000, 4096, 0x2000FFC0),
    "mps2-an385": ("mps2-an385", "lan9118", 0x3FC000, 16384, 0x203FFFC0),
    "mps2-an386": ("mps2-an386", "lan9118", 0x3FC000, 16384, 0x203FFFC0),
    "mps2-an500": ("mps2-an500", "lan9118", 0x3FC000, 16384, 0x203FFFC0),
}
MAC = "525400abcdef"
WATCHDOG_S = 30
FAULT_LINE = r"connsync: fault: pc=0x[0-9a-f]{8} lr=0x[0-9a-f]{8} cfsr=0x[0-9a-f]{8}"
STUCK_LINE = r"connsync: watchdog: stuck at pc=0x[0-9a-f]{8} lr=0x[0-9a-f]{8}; restarting"


class Probe:
    """One board's two programs."""

    def __init__(self, folder):
        self.name = folder.name.removesuffix("-test")
        self.folder = folder
        (self.machine, self.model, self.partition, self.size, self.slot) = BOARDS[self.name]

    def run(self, what, program="probe", semihosting=True, seed=None, options=(), until=()):
        """(exit status, console text); a status of None is a run that had no end. One that
        is to have none is watched until these patterns were said, one after the other,
        and a little longer."""
        mac = ":".join(MAC[i:i + 2] for i in range(0, 12, 2))
        with tempfile.TemporaryDirectory() as folder:
            loads = [("configuration", what.encode() + bytes(8), self.partition)]
            if seed is not None:
                loads.append(("seed", seed, self.slot))
            command = [PROGRAM, "-M", self.machine, "-kernel", self.folder / f"{program}.elf",
                       "-display", "none", "-monitor", "none", "-serial", "stdio",
                       "-nic", f"user,model={self.model},mac={mac},restrict=on", *options]
            if semihosting:
                command += ["-semihosting-config", "enable=on,target=native"]
            for name, data, address in loads:
                path = pathlib.Path(folder) / name
                path.write_bytes(data)
                command += ["-device",
                            f"loader,file={path},addr={address:#x},force-raw=on"]
            with Running(command, folder) as machine:
                said = 0
                for pattern in until:
                    said = machine.console.find(pattern, LIMIT, said)[0]
                try:
                    status = machine.wait_for_exit(LONGER if until else LIMIT)
                except ConsoleError:
                    status = None
                return status, "\n".join(machine.console.lines)


FAST = ("-icount", "shift=10,sleep=off")


def entropy_of(text):
    return re.findall(r"^entropy ([0-9a-f]{128})\r?$", text, re.MULTILINE)


class BoardTest(unittest.TestCase):
    probes = []

    def each(self):
        for probe in self.probes:
            print(f"{probe.name}: {self.id()}", file=sys.stderr)
            yield probe

    def test_partition_address_and_painted_stack(self):
        for probe in self.each():
            status, text = probe.run("abcdefgh")
            self.assertEqual(status, 0, text)
            self.assertIn(f"partition {probe.size} 6162636465666768", text)
            self.assertIn(f"mac {MAC}", text)
            self.assertIn("stack painted", text)
            self.assertIn("overrun seen", text)

    def test_faults_are_one_line_and_a_code(self):
        for probe in self.each():
            for what, address in (("B", "0x70000000"), ("N", "0x00000010"), ("X", None)):
                status, text = probe.run(what)
                self.assertEqual(status, 17, text)
                self.assertEqual(len(re.findall(FAULT_LINE, text)), 1, text)
                self.assertNotIn("end", text)
                if address:
                    self.assertIn(f"address={address}", text)

    def test_stack_overrun_is_told_from_other_faults(self):
        for probe in self.each():
            status, text = probe.run("S")
            self.assertEqual(status, 16, text)
            self.assertEqual(text.count("connsync: stack overrun: sp=0x"), 1, text)

    def test_codes_reach_the_exit_status(self):
        for probe in self.each():
            for code in range(10, 19):
                self.assertEqual(probe.run(f"H{code - 10}")[0], code)

    def test_hang_resets_in_time_and_the_next_run_is_clean(self):
        # With -no-reboot the emulator ends at the reset that it would have made.
        for probe in self.each():
            status, text = probe.run("W", options=(*FAST, "-no-reboot"))
            self.assertEqual(status, 0, text)
            self.assertRegex(text, STUCK_LINE)
            self.assertEqual(text.count("probe"), 1, text)

    def test_hang_with_interrupts_off(self):
        for probe in self.each():
            status, text = probe.run("I", options=(*FAST, "-no-reboot"))
            self.assertEqual(status, 0, text)
            self.assertEqual(text.count("probe"), 1, text)

    def test_ticks_over_the_wrap(self):
        for probe in self.each():
            status, text = probe.run("T", options=FAST)
            self.assertEqual(status, 0, text)
            self.assertRegex(text, r"ticks 15[0-9]{2}\b")

    def test_entropy_of_the_host(self):
        for probe in self.each():
            draws = [entropy_of(probe.run("E")[1]) for _ in range(2)]
            self.assertEqual([len(draw) for draw in draws], [1, 1])
            self.assertNotEqual(*draws)

    def test_no_host_no_entropy(self):
        """Semihosting calls fail where nobody answers, instead of ending the run; and
        the light shows the code for ever."""
        for probe in self.each():
            status, text = probe.run("E", semihosting=False, until=["^probe"])
            self.assertIsNone(status, text)
            self.assertNotIn("entropy", text)
            self.assertNotIn("fault", text)

    def alone(self, probe, what, seed, **arguments):
        return probe.run(what, "probe-alone", semihosting=False, seed=seed, **arguments)

    def test_seed_makes_entropy(self):
        """The same seed gives the same bytes, so they come from it alone; one bit more,
        and they are others. Neither it nor its use repeats within a run."""
        seed = bytes(range(64))
        other = seed[:63] + b"\x7f"
        for probe in self.each():
            texts = [self.alone(probe, "R", each, options=(*FAST, "-no-reboot"))[1]
                     for each in (seed, seed, other)]
            first, again, different = [entropy_of(text)[0] for text in texts]
            self.assertEqual(first, again)
            self.assertNotEqual(first, different)
            self.assertNotIn(seed.hex()[:16], first)
            blocks = [first[i:i + 8] for i in range(0, len(first), 8)]
            self.assertEqual(len(set(blocks)), len(blocks), first)

    def test_empty_slot_is_no_entropy(self):
        for probe in self.each():
            for seed in (None, bytes(64), b"\xff" * 64, b"\x5a" * 64):
                status, text = self.alone(probe, "E", seed, until=["^probe"])
                self.assertIsNone(status, text)
                self.assertIn("probe", text)
                self.assertNotIn("entropy", text)

    def test_generator_goes_on_after_a_reset(self):
        """The emulator puts the same seed into the slot at each reset. The runs must
        not repeat each other all the same."""
        for probe in self.each():
            text = self.alone(probe, "R", bytes(range(64)), options=FAST,
                              until=3 * ["^entropy "])[1]
            draws = entropy_of(text)
            self.assertGreaterEqual(len(draws), 3, text)
            self.assertEqual(len(set(draws)), len(draws), text)

    def test_without_emulator_a_fault_restarts(self):
        for probe in self.each():
            status, text = self.alone(probe, "N", None, options=(*FAST, "-no-reboot"))
            self.assertEqual(status, 0, text)
            self.assertEqual(len(re.findall(FAULT_LINE, text)), 1, text)


def folders_of(arguments):
    found = [pathlib.Path(argument) for argument in arguments]
    return found or [ROOT / "build" / f"{name}-test" for name in BOARDS]


def main():
    folders = [folder for folder in folders_of(sys.argv[1:]) if (folder / "probe.elf").exists()]
    if shutil.which(PROGRAM) is None or not folders:
        print(f"skipped: no {PROGRAM}, or no test build of a board")
        return SKIPPED
    BoardTest.probes = [Probe(folder) for folder in folders]
    result = unittest.main(argv=sys.argv[:1], exit=False).result
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
