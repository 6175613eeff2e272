"""The base of all board tests: a bench with a wire, a tenant and a board on it.

    class UpdateTest(BoardTest):
        def test_one(self):
            with self.bench(connection(), chain="rsa2048", tls="1.2") as bench:
                bench.boot()
                self.assertEqual(bench.cycle(1).counts, (0, 1, 0, 0))

The environment says what is tested: CONNSYNC_BOARD (a name of BOARDS),
CONNSYNC_FIRMWARE (its ELF file), CONNSYNC_PKI (the folder that chains.py made, whose
anchors are in the firmware), CONNSYNC (the command line, for flash-image). When a
test fails, everything that was seen of its bench is printed, without secrets.
"""

import itertools
import json
import os
import shutil
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "wire")]

import capture  # noqa: E402
import chains  # noqa: E402
import cli  # noqa: E402
import console_lines  # noqa: E402
import host  # noqa: E402
import image  # noqa: E402
import lab  # noqa: E402
import qemu  # noqa: E402
from tenant import DOMAIN  # noqa: E402

BOARDS = {**qemu.BOARDS, host.BOARD.name: host.BOARD}

# Enough for a loaded machine; a healthy board needs a second.
BOOT_LIMIT = 30
CYCLE_LIMIT = 90
TLS_PORT = 443
SETTING = cli.SETTING

# The whole sweep is for one board as it is shipped; others take what may differ there.
SWEEPS = {"full": tuple(chains.RIGHT), "some": ("p256", "rsa4096"), "least": ("rsa4096",)}
SWEEP = os.environ.get("CONNSYNC_SWEEP") or "some"
FULL = SWEEP == "full"
ALL_CHAINS = SWEEPS[SWEEP]

# What has to be left over in the worst case, in bytes.
SPARE_ARENA, SPARE_STACK = 1024, 512

_numbers = itertools.count()


def setting(name):
    """A variable of the environment that has to be there."""
    value = os.environ.get(name)
    if not value:
        sys.exit("set %s: see harness.py" % name)
    return value


def board():
    """The board that is tested."""
    return BOARDS[setting("CONNSYNC_BOARD")]


def machine_kind():
    """The class of what runs it."""
    return host.Machine if board() is host.BOARD else qemu.Machine


class Bench:
    """A wire, a tenant, and in time a board.

    connections   JSON texts that the tenant has
    chain, tls    what it answers a handshake with: a name of chains.py; "1.2", "1.3", "both"
    wire          options of lab.Wire
    how           options of Tenant
    """

    def __init__(self, test, *connections, chain="p256", tls="both", wire=None, **how):
        self.test = test
        self.board = board()
        self._connections, self._chain, self._tls = connections, chain, tls
        self._how = how
        # Unix sockets live in it, so its name has to be short.
        self.folder = Path(tempfile.mkdtemp(prefix="cs-", dir="/tmp"))
        self._wire_options = wire or {}
        self.wire = self.tenant = self.machine = None
        self.ids = []
        self._read = 0
        self._cycles = 0

    def __enter__(self):
        self.wire = lab.Wire(next(_numbers), DOMAIN, **self._wire_options)
        try:
            chain = chains.load(setting("CONNSYNC_PKI"), self._chain)
            self.tenant = self.test.tenant(host=self.wire.address, port=TLS_PORT, tls=self._tls,
                                           certificate=chain.certificate, key=chain.key,
                                           **self._how)
            self.ids = [self.tenant.add(raw) for raw in self._connections]
        except BaseException:
            self.wire.close()
            raise
        return self

    def __exit__(self, kind, *_):
        try:
            self.halt()
            self.tenant.settle(0.5)
            if kind is not None:
                print(self._hidden(self._story()), file=sys.stderr, flush=True)
        finally:
            self.tenant.close()
            self.wire.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    # What a test arranges.

    def present(self, chain, tls="both"):
        """From the next connection on the tenant has another chain, or other versions."""
        chain = chains.load(setting("CONNSYNC_PKI"), chain)
        self.tenant.present(chain.certificate, chain.key, tls)

    def document(self, **changes):
        """The text of connsync.json: all connections of the tenant, every second, unless
        `changes` say otherwise (None leaves a member out)."""
        wanted = {"domain": self.tenant.domain, "token": self.tenant.token, "every": "1s",
                  "connections": [{"id": item, cli.SETTING: "on_first_login"}
                                  for item in self.ids], **changes}
        wanted = {key: value for key, value in wanted.items() if value is not None}
        return json.dumps(wanted).encode()

    def boot(self, content=None, *, unplugged=False, machine=None, **changes):
        """Switches the board on, with this content of its partition or the image of
        document(**changes). One after the other is possible. `machine` are more arguments
        of qemu.Machine."""
        self.halt()
        path = self.folder / "config.bin"
        path.write_bytes(image.make(self.document(**changes)) if content is None else content)
        (self.folder / "frames.pcap").unlink(missing_ok=True)
        self._read = self._cycles = 0
        self.machine = machine_kind()(self.board, setting("CONNSYNC_FIRMWARE"), path, self.wire,
                                      self.folder, unplugged=unplugged, **(machine or {}))
        return self.machine

    def halt(self):
        """Switches the board off; what it said is kept for the search for secrets."""
        machine, self.machine = self.machine, None
        if machine is not None:
            try:
                machine.stop()
            finally:
                self.test.printed.append(machine.console.text().encode())
            if machine.relay is not None:
                self.test.assertEqual(machine.relay.overruns, 0, "frames that the chip would lose")

    # What a test looks at.

    def line(self, pattern, timeout=BOOT_LIMIT):
        """The match of the pattern in a line after those that were awaited before."""
        self._read, match = self.machine.console.find(pattern, timeout, self._read)
        return match

    def cycle(self, timeout=CYCLE_LIMIT):
        """The next cycle, once its line about memory has come too."""
        console, start = self.machine.console, self._read
        end, match = console.find(console_lines.CYCLE, timeout, start)
        found = console_lines.cycle(match.string, console.lines[start:end - 1])
        self._cycles += 1
        self.test.assertEqual(found.number, self._cycles, "a cycle is missing, or began anew")
        self._read, match = console.find(r"^memory: ", 5, start)
        found.memory = console_lines.memory(match.string)
        self._read = max(self._read, end)
        return found

    def next_run(self, timeout):
        """The board begins anew; its cycles are counted from one again."""
        self.line(r"^connsync \S+ on ", timeout)
        self._cycles = 0

    def frames(self):
        """What the board has sent so far."""
        return capture.sent_by_board(capture.read(self.folder / "frames.pcap"), self.wire.host)

    def connects(self):
        """How often the board asked for a TCP connection."""
        return sum(frame.opens_tcp for frame in self.frames())

    # What is printed when it went wrong.

    def _story(self):
        served = [line for line in self.wire.lan.log.splitlines()
                  if "DHCP" in line or "query" in line]
        parts = [("names and leases", "\n".join(served[-20:])),
                 ("frames of the board, by kind", self._kinds())]
        if self.tenant is not None:
            parts.append(("requests to the tenant", "\n".join(
                "%s %s %d %s" % (request.method, request.target, request.status, request.faults)
                for request in self.tenant.requests)))
            parts.append(("handshakes that failed", "\n".join(
                self.tenant.journal.handshake_errors)))
            parts.append(("crashes of the tenant", "\n".join(self.tenant.journal.crashes)))
        for name in ("errors",):
            path = self.folder / name
            parts.append((name, path.read_text("utf-8", "replace") if path.exists() else ""))
        parts.append(("console", "\n".join(line.decode() for line in self.test.printed[-1:])))
        return "\n".join("== %s ==\n%s" % part for part in parts)

    def _kinds(self):
        counts = {}
        for frame in self.frames():
            key = (hex(frame.ether_type), frame.protocol, frame.port)
            counts[key] = counts.get(key, 0) + 1
        return "\n".join("%s protocol %d port %d: %d" % (*key, count)
                         for key, count in sorted(counts.items()))

    def _hidden(self, text):
        secrets = set(self.tenant.secrets) | cli.strings_of(self.tenant) if self.tenant else set()
        public = cli.public_of(self.tenant) | set(cli.VALUES) if self.tenant else set()
        for secret in sorted(secrets - public, key=len, reverse=True):
            text = text.replace(secret, "[hidden]")
        return text


class BoardTest(cli.WireTest):
    """A WireTest whose program is a board: consoles are searched for secrets as well."""

    def bench(self, *connections, **how):
        """A bench, to be used as a context."""
        return Bench(self, *connections, **how)

    def expect_changed(self, bench, value="on_first_login"):
        """Every connection has the value, every other byte is as it was, one write each."""
        for item in bench.ids:
            self.expect_set(bench.tenant, item, value, len(bench.ids))
            self.expect_bodies(bench.tenant, item)

    def expect_bodies(self, tenant, item):
        """What was sent is, byte for byte, `options` as read with the setting in its place."""
        kept = tenant.history(item)[1:]
        sent = [request for request in tenant.requests
                if request.method == "PATCH" and request.path.endswith("/" + item)]
        self.assertEqual([cli.raw_json.get(request.body, "options") for request in sent
                          if request.applied], kept)
        for request in sent:
            if request.body:  # none where a fault ended the connection before it came
                self.assertIn(cli.raw_json.get(request.body, "options"), kept)

    def expect_room(self, cycle):
        """The arena and the stack never were nearly full, and nothing stays in use."""
        arena, stack, packets = (cycle.memory[kind] for kind in ("agent", "stack", "packets"))
        self.assertGreaterEqual(arena.size - arena.most, SPARE_ARENA)
        self.assertGreaterEqual(stack.size - stack.most, SPARE_STACK)
        self.assertGreater(stack.most, 0, "the end of the stack was overwritten")
        self.assertEqual(packets.now, 0, "received packets are still held")

    def note_marks(self, tls, chain, document, cycle):
        """Keeps what this chain took, for docs/footprint.md. `document`: bytes and values."""
        folder = os.environ.get("CONNSYNC_MARKS")
        if folder:
            os.makedirs(folder, exist_ok=True)
            name = "%s-%s-%s.json" % (setting("CONNSYNC_BOARD"), tls, chain)
            marks = {kind: (cycle.memory[kind].most, cycle.memory[kind].size)
                     for kind in ("agent", "stack", "packets", "heap", "segments")}
            Path(folder, name).write_text(json.dumps({"tls": tls, "chain": chain,
                                                     "document": document, **marks}),
                                          encoding="utf-8")

    def flash_image(self, bench, document):
        """What the command line makes of a document."""
        source, made = bench.folder / "connsync.json", bench.folder / "made.bin"
        source.write_bytes(document)
        result = self.run_cli(None, "flash-image", str(source), "-o", str(made), verbose=False)
        self.assertEqual(result.code, 0, result.raw)
        return made.read_bytes()

    def expect_no_request(self, bench):
        """Nothing was asked of the tenant."""
        bench.tenant.settle(1)
        self.assertEqual(bench.tenant.methods(), [])
        for item in bench.ids:
            self.expect_untouched(bench.tenant, item)

    def forget(self, bench):
        """Connections are as at the start, and the journal is empty."""
        with bench.tenant.lock:
            for item in bench.ids:
                stored = bench.tenant.store.connections[item]
                stored.put("options", stored.history[0])
                del stored.history[1:]
        bench.tenant.reset()


def main():
    """Runs the tests of the calling file, in a namespace of their own."""
    for name in ("CONNSYNC_BOARD", "CONNSYNC_FIRMWARE", "CONNSYNC_PKI"):
        setting(name)
    lab.enter(*machine_kind().TOOLS)
    started = time.monotonic()
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    print("%.1f s on %s" % (time.monotonic() - started, os.environ["CONNSYNC_BOARD"]))
    if result.wasSuccessful() and result.testsRun and len(result.skipped) == result.testsRun:
        sys.exit(cli.EXIT_SKIPPED)
    sys.exit(not result.wasSuccessful())
