"""A static program as it is shipped: what it is made of, how large it is, and that it does
its job in a root with nothing in it.

The environment says what is tested: CONNSYNC_STATIC (the program), CONNSYNC_MACHINE (its
preset without "static-"), CONNSYNC_PKI (the folder that boards/chains.py made, whose
roots are compiled in).
"""

import os
import re
import shutil
import ssl
import subprocess
import time
from pathlib import Path

from empty_root import MACHINE, PROGRAM, EmptyRoot, need  # first: it says where the others are
import cli
import terminal
from cli import WireTest
from elf import (DT_RELASZ, DT_RELSZ, ET_DYN, PF_W, PF_X, PT_GNU_RELRO, PT_INTERP, PT_LOAD,
                 PT_MIPS_ABIFLAGS, Elf)
from limits import LARGEST_PAGE, SIZE_LIMITS, UNRELEASED_LIMITS
from machines import EMULATORS

DT_NEEDED, DT_RELR = 1, 36
# By machine: ELF's number for it, and its flags, as far as they say what a processor must have.
ARM_HARD_FLOAT, RISCV_DOUBLE_FLOAT = 0x400, 0x4
MIPS32R2, O32 = 0x70000000, 0x1000
KINDS = {"x86_64": (0x3E, 0, 0), "aarch64": (0xB7, 0, 0), "armhf": (0x28, 0x600, ARM_HARD_FLOAT),
         "riscv64": (0xF3, 0x6, RISCV_DOUBLE_FLOAT), "mips": (8, 0xF000F000, MIPS32R2 | O32),
         "mipsel": (8, 0xF000F000, MIPS32R2 | O32)}
GAP = 64  # what the alignment of variables may take
SOFT_FLOAT, NO_REGISTERS = 3, 0  # of MIPS's table of what a program needs


def told_by_openssl(pem):
    """SHA-256, last day, and whose a certificate is: O=..., CN=..."""
    text = subprocess.run(["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-enddate",
                           "-dateopt", "iso_8601", "-subject", "-nameopt", "multiline"],
                          input=pem, capture_output=True, text=True, check=True).stdout
    fingerprint = re.search("ingerprint=(.*)", text)[1].replace(":", "").lower()
    return "%s %s O=%s, CN=%s" % (fingerprint, re.search(r"notAfter=(\S+)", text)[1],
                                  re.search("organizationName += (.*)", text)[1],
                                  re.search("commonName += (.*)", text)[1])


class FileTest(WireTest):
    """Read off the file."""

    def setUp(self):
        super().setUp()
        self.data = PROGRAM.read_bytes()
        self.elf = Elf(self.data)

    def test_it_needs_no_other_file(self):
        self.assertEqual(self.elf.of_kind(PT_INTERP), [])
        self.assertNotIn(DT_NEEDED, self.elf.dynamic())
        self.assertEqual(set(self.elf.relocated_symbols()) - {0}, set(),
                         "its start-up adds the load address, and looks up no symbol")

    def test_what_the_start_puts_right_is_packed(self):
        """Bits in place of entries; MIPS has entries of another kind."""
        table = self.elf.dynamic()
        if not MACHINE.startswith("mips"):
            self.assertEqual([table.get(size, 0) for size in (DT_RELASZ, DT_RELSZ)], [0, 0])
            self.assertIn(DT_RELR, table)

    def test_the_file_has_no_gap(self):
        """Each segment follows the one before."""
        loaded = self.elf.of_kind(PT_LOAD)
        for before, after in zip(loaded, loaded[1:]):
            self.assertLess(after.offset - (before.offset + before.file_size), GAP, (before, after))

    def test_it_is_position_independent(self):
        self.assertEqual(self.elf.type, ET_DYN)

    def test_it_is_for_the_machine(self):
        number, mask, flags = KINDS[MACHINE]
        self.assertEqual((self.elf.machine, self.elf.flags & mask), (number, flags))
        self.assertEqual((self.elf.is_wide, self.elf.order),
                         (MACHINE.endswith("64"), ">" if MACHINE == "mips" else "<"))

    def test_it_asks_a_mips_for_no_floating_point(self):
        """Neither has a router any, nor its kernel anything in its place."""
        found = [(self.elf.content(table)[7], self.elf.content(table)[5])
                 for table in self.elf.of_kind(PT_MIPS_ABIFLAGS) if MACHINE.startswith("mips")]
        self.assertEqual(found, [(SOFT_FLOAT, NO_REGISTERS)] if MACHINE.startswith("mips") else [])

    def test_it_can_be_loaded_in_pages_of_any_size(self):
        """A kernel maps whole pages: each is one segment's, and lies in the file as in memory."""
        page = LARGEST_PAGE[MACHINE]
        loaded = self.elf.of_kind(PT_LOAD)
        self.assertGreater(len(loaded), 1)
        for segment in loaded:
            self.assertGreaterEqual(segment.align, page)
            self.assertEqual(segment.address % page, segment.offset % page, segment)
        for before, after in zip(loaded, loaded[1:]):
            self.assertLessEqual(-(-before.end // page), after.address // page, (before, after))

    def test_no_segment_is_written_and_run(self):
        self.assertEqual([segment for segment in self.elf.of_kind(PT_LOAD)
                          if segment.flags & PF_W and segment.flags & PF_X], [])

    def test_what_is_written_once_has_its_pages_to_itself(self):
        relro, = self.elf.of_kind(PT_GNU_RELRO)
        self.assertEqual(relro.end % LARGEST_PAGE[MACHINE], 0)

    def test_what_is_written_once_is_read_only(self):
        """Seen in the memory of a program that waits for its token."""
        relro, = self.elf.of_kind(PT_GNU_RELRO)
        emulator = EMULATORS[MACHINE]
        command = [shutil.which(emulator[0]), *emulator[1:]] if emulator else []
        with subprocess.Popen([*command, PROGRAM, "get", "con_1", "--domain", "x.auth0.com",
                               "--token-file", "-"], stdin=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as process:
            self.addCleanup(process.kill)
            until = time.monotonic() + 30
            while self.rights_of(process.pid, relro.address) != "r--p":
                self.assertLess(time.monotonic(), until, "it is still to be written")
                time.sleep(0.01)
            process.stdin.close()

    @staticmethod
    def rights_of(pid, address):
        """Of an address as the file has it, by the map of the memory; None without one."""
        lines = Path("/proc/%d/maps" % pid).read_text(encoding="utf-8").splitlines()
        own = [line.split() for line in lines if line.endswith(str(PROGRAM))]
        ranges = [([int(end, 16) for end in line[0].split("-")], line[1]) for line in own]
        return next((rights for (first, last), rights in ranges
                     if first <= ranges[0][0][0] + address < last), None)

    def test_its_size(self):
        limits = {**SIZE_LIMITS, **UNRELEASED_LIMITS}
        self.assertLessEqual(len(self.data), limits[MACHINE])

    def test_its_symbols_are_beside_it(self):
        debug = PROGRAM.with_suffix(".debug")
        self.assertTrue(debug.exists())
        self.assertGreater(debug.stat().st_size, len(self.data))

    def test_it_has_one_heap(self):
        """Pieces of ours must not get to musl's, and the other way round."""
        names = subprocess.run(["nm", PROGRAM.with_suffix(".debug")], check=True,
                               capture_output=True, text=True).stdout.split()
        self.assertIn("malloc", names)
        self.assertEqual([name for name in names if name.startswith("__libc_malloc")
                          or name in ("realloc", "aligned_alloc")], [])

    def test_no_folder_of_the_build_is_in_it(self):
        self.assertNotIn(str(PROGRAM.parent).encode(), self.data)


class EmptyRootTest(EmptyRoot):
    """What it does there."""

    def test_version(self):
        """It names what is compiled in, as openssl does from the same roots."""
        lines = self.expect(self.run_in_root("--version"), 0).out.splitlines()
        self.assertRegex(lines[0], r"^connsync \d")
        self.assertRegex(lines[1], r"^mbedTLS 3\.\d+\.\d+, jsmn 1\.\d+\.\d+, musl 1\.\d+\.\d+$")
        self.assertTrue(lines[2].startswith("trusted roots, compiled in: "))
        pem = (Path(os.environ["CONNSYNC_PKI"]) / "anchors.pem").read_text("ascii")
        roots = re.findall("-----BEGIN.*?-----END CERTIFICATE-----\n", pem, re.DOTALL)
        self.assertGreater(len(roots), 1)
        self.assertEqual(sorted(lines[3:]), sorted(told_by_openssl(root) for root in roots))

    def test_update(self):
        """With the roots that are compiled in, by an address: no name is looked up."""
        tenant, con = self.served()
        result = self.run_in_root("set", con, "off", "--connect-to",
                                  "%s:%d" % (tenant.host, tenant.port), env=tenant.environment())
        self.expect(result, 0, "-> on_first_login")
        self.expect_set(tenant, con, "on_first_login")

    def test_a_name_without_a_resolver(self):
        """Nobody being there to ask may pass: it is tried again for as long as there is time."""
        tenant, con = self.served()
        result = self.run_in_root("set", con, "off", "--timeout", "4", env=tenant.environment())
        self.assertEqual(result.code, 1)
        self.assertIn("no name server answered", result.message)
        self.assertLess(result.seconds, 15)
        self.expect_untouched(tenant, con)

    def test_other_roots_take_their_place(self):
        tenant, con = self.served()
        result = self.run_in_root("set", con, "off", "--ca-file", "/none.pem",
                                  env=tenant.environment())
        self.assertEqual(result.code, 8)
        self.expect_untouched(tenant, con)


class AgeTest(EmptyRoot):
    """Who uses the roots that are compiled in is told before the first of them ends. In a copy of the
    program one ends on another day; its own signature, which proves nothing, is no longer right."""

    validity = re.compile(rb"(\x17\x0d\d{12}Z\x17\x0d)\d{12}Z")

    def age(self, days):
        """That day, with that many left."""
        pem = (Path(os.environ["CONNSYNC_PKI"]) / "anchors.pem").read_text("ascii")
        root = ssl.PEM_cert_to_DER_cert(
            re.search("-----BEGIN.*?-----END CERTIFICATE-----\n", pem, re.DOTALL)[0])
        end = time.gmtime(time.time() + days * 86400 + 3600)
        text = time.strftime("%y%m%d%H%M%SZ", end).encode()
        other, count = self.validity.subn(lambda found: found[1] + text, root)
        data = PROGRAM.read_bytes()
        self.assertEqual((count, data.count(root)), (1, 1))
        (self.root / "connsync").write_bytes(data.replace(root, other))
        return time.strftime("%Y-%m-%d", end)

    def run_with(self, *words):
        tenant, con = self.served()
        return self.run_in_root(*[con if word == "CON" else word for word in words], "--connect-to",
                                "%s:%d" % (tenant.host, tenant.port), env=tenant.environment())

    def test_whom_it_is_told(self):
        for days in (1, 89, 91):
            day = self.age(days)
            row, = [line for line in self.run_with("doctor", "--json").json
                    if line.get("check") == "roots"]
            self.assertEqual((row["status"], row["days_left"]),
                             ("warning" if days < 90 else "ok", days), row)
            self.assertIn("on " + day, row["message"])
            told = "ends on %s: get a newer connsync, or name roots with --ca-file" % day
            for words, tells in (([], False), (["-v"], days < 90)):
                result = self.expect(self.run_with("get", "CON", *words), 0, "on_each_login")
                self.assertEqual(told in result.err, tells, result.err)

    def test_on_a_terminal(self):
        day = self.age(30)
        tenant, _ = self.served()
        for width in (80, 200):
            code, shown = terminal.run(
                [*self.command, "doctor", "--connect-to",
                 "%s:%d" % (tenant.host, tenant.port)], width, env=tenant.environment(), cwd="/",
                preexec_fn=self.enter)
            self.assertEqual(code, 0, shown)
            self.assertRegex(terminal.COLOR.sub("", shown.decode()),
                             "roots +warning: compiled in; .*, on %s\r" % day)

    def test_watch(self):
        day = self.age(30)
        tenant, _ = self.served()
        self.put("etc/connsync.json", '{"all": true, "set_user_root_attributes": "on_first_login"}')
        process = subprocess.Popen(
            [*self.command, "watch", "/etc/connsync.json", "--connect-to",
             "%s:%d" % (tenant.host, tenant.port)], env=tenant.environment(), cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=self.enter)
        self.addCleanup(process.kill)
        until = time.monotonic() + 30
        while tenant.writes() == 0 and time.monotonic() < until:
            time.sleep(0.01)
        process.terminate()
        result = self.finish(process)
        self.assertEqual(result.err.count("ends on %s: " % day), 1, result.err)


if __name__ == "__main__":
    need()
    cli.main()
