"""Counts the instructions that a board's cycle takes, by chain, phase and function: the first, and those
after it.

    board_instructions.py PLUGIN NAME=FIRMWARE... [--hold] [--write]

PLUGIN is guest_instructions. A cycle is counted from its job's beginning to its line on the console,
with all that interrupts and the network's stack do meanwhile: DNS, TCP, a handshake of TLS 1.3, and
what is asked of the tenant. The first reads a connection, writes it and reads it again; a further one
finds it as it should be. The emulator counts, so that what this machine does meanwhile changes hardly
anything: the random numbers of a handshake make a hundredth of a difference.

Phases are of the last FIRMWARE. --hold fails where a cycle of it takes more than LIMITS or LIMIT_FURTHER,
or where no function of a phase is in it any more. The environment is that of tests/boards/harness.py.
"""

import bisect
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
from measuring import SKIPPED, parser, programs_of, say, show  # noqa: E402

# The second is what older firmware calls it.
FROM, TO = "connsync_begin", ("cs_console_cycle", "connsync_console_cycle")
CHAINS = {"P-256": "p256", "P-384": "p384", "RSA-2048": "rsa2048", "RSA-4096": "rsa4096"}
PHASE_CHAINS = ("P-256", "RSA-2048")
FUNCTIONS = 8
# What runs in one of these functions is of that phase, but for what it calls of another. Compilers add
# to names what follows a dot.
PHASES = {
    "DNS, TCP": ("cs_network_poll", "cs_connection_poll", "tcp_input", "tcp_output", "tcp_write"),
    "key share": ("mbedtls_ssl_write_client_hello",),
    "key agreement": ("mbedtls_ecdh_calc_secret",),
    "chain": ("x509_crt_verify_restartable_ca_cb",),
    "signature of the handshake": ("ssl_tls13_process_certificate_verify",),
    "key schedule": ("mbedtls_ssl_tls13_hkdf_expand_label", "mbedtls_ssl_tls13_evolve_secret",
                     "mbedtls_ssl_tls13_derive_secret", "mbedtls_ssl_tls13_calculate_verify_data",
                     "ssl_tls13_write_binder"),
    "records": ("mbedtls_ssl_read_record", "mbedtls_ssl_write_record", "mbedtls_ssl_read",
                "mbedtls_ssl_write"),
    "rest of the handshake": ("mbedtls_ssl_handshake_step", "mbedtls_ssl_handshake"),
    "HTTP": ("cs_http_next", "cs_http_write_request"),
    "JSON": ("cs_json_check_find", "cs_json_digest", "cs_digest_members", "cs_merge_member"),
}
FURTHER = 2
# Millions, in the first cycle, and in each that goes on from its session.
LIMITS = {"P-256": 79, "RSA-2048": 34}
LIMIT_FURTHER = 28


class Symbols:
    """A firmware's functions."""

    def __init__(self, firmware):
        listed = subprocess.run(["arm-none-eabi-nm", "--numeric-sort", firmware], capture_output=True,
                                check=True, text=True).stdout
        rows = [line.split() for line in listed.splitlines()]
        self.places = [(int(row[0], 16), row[2]) for row in rows if row[-2] in "tT" and row[2][0] != "$"]
        self._starts = [place for place, _ in self.places]

    def address_of(self, *names):
        """Of the first that there is."""
        found = {name: place for place, name in self.places}
        return next(found[name] for name in names if name in found)

    def name_at(self, address):
        """The function that has that address."""
        return self.places[max(0, bisect.bisect_right(self._starts, address) - 1)][1].split(".")[0]

    def phase_lines(self):
        """What the plugin reads, and the phases of which no function is left."""
        numbers = {name: number for number, names in enumerate(PHASES.values(), 1) for name in names}
        found = [(place, numbers[name.split(".")[0]]) for place, name in self.places
                 if name.split(".")[0] in numbers]
        left = {number for _, number in found}
        return ("".join("%#x %d\n" % one for one in found),
                [phase for number, phase in enumerate(PHASES, 1) if number not in left])


def read_counts(text, symbols):
    """[(millions in all, {phase: millions}, {function: millions})] of each cycle."""
    cycles = []
    for line in text.splitlines():
        words = line.split()
        if words[0] != "at":
            total, rest, *phases = (int(word) / 1e6 for word in words)
            cycles.append((total, {**dict(zip(PHASES, phases)), "all else": rest}, {}))
        else:
            name = symbols.name_at(int(words[1], 16))
            cycles[-1][2][name] = cycles[-1][2].get(name, 0) + int(words[2]) / 1e6
    return cycles


class Counting(harness.BoardTest):
    """All firmwares with all chains."""

    plugin, firmwares, options = None, {}, None

    def cycles(self, firmware, chain):
        """What read_counts() has, of the first cycle and of the dearest further one of a run."""
        os.environ["CONNSYNC_FIRMWARE"] = firmware
        symbols = Symbols(firmware)
        with self.bench(connection(), chain=chain, tls="1.3") as bench:
            out, phases = bench.folder / "instructions", bench.folder / "phases"
            lines, self.missing = symbols.phase_lines()
            phases.write_text(lines, encoding="ascii")
            options = ("-plugin", "%s,from=%#x,to=%#x,out=%s,phases=%s" % (
                self.plugin, symbols.address_of(FROM), symbols.address_of(*TO), out, phases))
            # Of older firmware the chip would lose frames: here nobody is in the way of any.
            bench.boot(machine={"options": options, "fifo": False})
            for number in range(1 + FURTHER):
                counts = bench.cycle().counts
                self.assertEqual(counts, (0, 1, 0, 0) if number == 0 else (1, 0, 0, 0))
            self.expect_changed(bench)
            found = read_counts(out.read_text(encoding="ascii"), symbols)
        self.assertGreaterEqual(len(found), 1 + FURTHER)
        return found[0], max(found[1:1 + FURTHER], key=lambda cycle: cycle[0])

    def test_cycles(self):
        """The tables, and the limits."""
        found = {}
        for title, chain in CHAINS.items():
            say("board, " + title)
            found[title] = {name: self.cycles(firmware, chain)
                            for name, firmware in self.firmwares.items()}
        show("board", ["chain"], cycle_rows(found), self.options)
        last = {title: list(row.values())[-1] for title, row in found.items()}
        show("board phases", ["phase"], phase_rows(last, 1), self.options)
        show("board functions", ["function"], phase_rows(last, 2), self.options)
        if self.options.hold:
            self.assertEqual(self.missing, [], "no function of these phases is in the firmware")
        for title, limit in LIMITS.items() if self.options.hold else ():
            self.assertLessEqual(last[title][0][0], limit, title)
            self.assertLessEqual(last[title][1][0], LIMIT_FURTHER, title)


def cycle_rows(found):
    """Of all that was counted: by chain."""
    return {(title,): {"%s: %s" % (name, which): "%.1f" % cycle[0] for name, cycles in row.items()
                       for which, cycle in zip(("first cycle", "each further"), cycles)}
            for title, row in found.items()}


def phase_rows(last, part):
    """Of one firmware: by phase, or the functions that most of all runs in."""
    columns = {"%s, first" % chain: last[chain][0] for chain in PHASE_CHAINS}
    columns["%s, further" % PHASE_CHAINS[0]] = last[PHASE_CHAINS[0]][1]
    names = list(columns[next(iter(columns))][part])
    if part == 2:
        sums = {name: sum(cycle[2].get(name, 0) for cycle in columns.values()) for name in names}
        names = sorted(names, key=lambda name: -sums[name])[:FUNCTIONS]
    return {("`%s`" % name if part == 2 else name,):
            {head: "%.2f" % cycle[part].get(name, 0) for head, cycle in columns.items()}
            for name in names}


def takes_plugins(plugin):
    """Whether the emulator here can be made to count."""
    run = subprocess.run([qemu.PROGRAM, "-M", "none", "-plugin", plugin + ",out=/dev/null",
                          "-S", "-display", "none", "-monitor", "stdio"], input=b"quit\n",
                         capture_output=True, timeout=30, check=False)
    return run.returncode == 0


def main():
    """The command line."""
    lab.enter(*qemu.Machine.TOOLS)
    line = parser(__doc__)
    options = line.parse_args()
    Counting.plugin, Counting.options = options.programs.pop(0), options
    Counting.firmwares = programs_of(options)
    if not takes_plugins(Counting.plugin):
        print("skipped: %s takes no plugin, or none of this interface" % qemu.PROGRAM)
        return SKIPPED
    result = unittest.TextTestRunner(verbosity=2).run(
        unittest.defaultTestLoader.loadTestsFromTestCase(Counting))
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
