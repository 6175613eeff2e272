"""A static program as it is shipped: what it is made of, how large it is, and that it does
its job in a root with nothing in it.

The environment says what is tested: CONNSYNC_STATIC (the program), CONNSYNC_MACHINE (its
preset without "static-"), CONNSYNC_PKI (the folder that boards/chains.py made, whose
roots are compiled in).
"""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "wire"), str(HERE.parent / "boards")]

import chains  # noqa: E402
import cli  # noqa: E402
from cli import WireTest, connection  # noqa: E402

PROGRAM = Path(os.environ["CONNSYNC_STATIC"])
MACHINE = os.environ["CONNSYNC_MACHINE"]
SIZE_LIMITS = {"x86_64": 320 * 1024, "aarch64": 350 * 1024, "armhf": 260 * 1024}
EMULATORS = {"x86_64": None, "aarch64": "qemu-aarch64-static", "armhf": "qemu-arm-static"}
PT_INTERP, PT_DYNAMIC, DT_NEEDED = 3, 2, 1
NOBODY = 65532


def segments(data):
    """(type, offset, size) of the program headers."""
    wide = data[4] == 2
    table, = struct.unpack_from("<Q" if wide else "<I", data, 32 if wide else 28)
    size, count = struct.unpack_from("<HH", data, 54 if wide else 42)
    for number in range(count):
        at = table + number * size
        if wide:
            kind, _, offset, _, _, length = struct.unpack_from("<IIQQQQ", data, at)
        else:
            kind, offset, _, _, length = struct.unpack_from("<IIIII", data, at)
        yield kind, offset, length


class FileTest(WireTest):
    """Read off the file."""

    def setUp(self):
        super().setUp()
        self.data = PROGRAM.read_bytes()

    def test_it_needs_no_other_file(self):
        kinds = [kind for kind, _, _ in segments(self.data)]
        self.assertNotIn(PT_INTERP, kinds)
        wide = self.data[4] == 2
        for kind, offset, length in segments(self.data):
            if kind == PT_DYNAMIC:
                tags = struct.iter_unpack("<QQ" if wide else "<II",
                                          self.data[offset:offset + length])
                self.assertNotIn(DT_NEEDED, [tag for tag, _ in tags])

    def test_it_is_position_independent(self):
        self.assertEqual(struct.unpack_from("<H", self.data, 16), (3,))

    def test_its_size(self):
        self.assertLessEqual(len(self.data), SIZE_LIMITS[MACHINE])

    def test_its_symbols_are_beside_it(self):
        debug = PROGRAM.with_suffix(".debug")
        self.assertTrue(debug.exists())
        self.assertGreater(debug.stat().st_size, len(self.data))

    def test_no_folder_of_the_build_is_in_it(self):
        self.assertNotIn(str(PROGRAM.parent).encode(), self.data)


class EmptyRootTest(WireTest):
    """In a root that holds the program alone (and an emulator for another processor), read
    only, as a user that the machine does not know."""

    def setUp(self):
        super().setUp()
        self.root = Path(tempfile.mkdtemp(prefix="cs-"))
        self.addCleanup(shutil.rmtree, self.root, True)
        shutil.copy(PROGRAM, self.root / "connsync")
        self.command = ["/connsync"]
        emulator = EMULATORS[MACHINE]
        if emulator:
            found = shutil.which(emulator)
            if found is None:
                self.skipTest("there is no %s; tools/setup --all installs it" % emulator)
            shutil.copy(found, self.root / "emulator")
            self.command.insert(0, "/emulator")
        self.root.chmod(0o555)

    def enter(self):
        os.chroot(self.root)
        os.chdir("/")
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)

    def run_in_root(self, *arguments, env=None):
        process = subprocess.Popen([*self.command, *arguments], env=env or {}, cwd="/",
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, preexec_fn=self.enter)
        return self.finish(process, timeout=60)

    def served(self):
        chain = chains.load(os.environ["CONNSYNC_PKI"], "p256")
        tenant = self.tenant(certificate=chain.certificate, key=chain.key)
        return tenant, tenant.add(connection())

    def test_version(self):
        self.assertIn("connsync ", self.expect(self.run_in_root("--version"), 0).out)

    def test_update(self):
        """With the roots that are compiled in, by an address: no name is looked up."""
        tenant, con = self.served()
        result = self.run_in_root("set", con, "off", "--connect-to",
                                  "%s:%d" % (tenant.host, tenant.port), env=tenant.environment())
        self.expect(result, 0, "-> on_first_login")
        self.expect_set(tenant, con, "on_first_login")

    def test_a_name_without_a_resolver(self):
        tenant, con = self.served()
        result = self.run_in_root("set", con, "off", "--timeout", "20", env=tenant.environment())
        self.assertEqual(result.code, 1)
        self.assertIn("name", result.message)
        self.assertLess(result.seconds, 15)
        self.expect_untouched(tenant, con)

    def test_other_roots_take_their_place(self):
        tenant, con = self.served()
        result = self.run_in_root("set", con, "off", "--ca-file", "/none.pem",
                                  env=tenant.environment())
        self.assertEqual(result.code, 8)
        self.expect_untouched(tenant, con)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("skipped: only root can make a root of its own")
        sys.exit(77)
    cli.main()
