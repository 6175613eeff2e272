"""Boots Debian's kernel with pages of 16 KB in an emulator, with a static program as the first and
only one: it must start, and say its version on the console.

    boot_large_pages.py PROGRAM KERNEL

KERNEL is got (get_kernel.sh, 90 MB) where it is not there yet. Status: 0, 1 where the program did
not run, 77 without an emulator or a kernel.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

EXIT_SKIPPED = 77
EMULATOR = "qemu-system-aarch64"
BOOT_SECONDS_MAX = 280  # against a machine that hangs; it takes 7 where nothing else runs
FIELD = b"%08X"
DIRECTORY, EXECUTABLE = 0o40755, 0o100755


def entry(name, mode, data=b""):
    """One file of an archive of cpio's, in the form that a kernel unpacks ("newc")."""
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    head = b"070701" + b"".join(FIELD % field for field in fields) + name.encode() + b"\0"
    return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)


def boot(kernel, program):
    """What the console shows. The kernel panics when its first program ends, and the emulator ends."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "root.cpio"
        archive.write_bytes(entry("dev", DIRECTORY) + entry("init", EXECUTABLE, program.read_bytes())
                            + entry("TRAILER!!!", 0))
        # Of the emulated processors not all have pages of 16 KB.
        command = [EMULATOR, "-M", "virt", "-cpu", "neoverse-n1", "-m", "256", "-nographic",
                   "-no-reboot", "-net", "none", "-kernel", kernel, "-initrd", archive,
                   "-append", "console=ttyAMA0 panic=-1 rdinit=/init -- --version"]
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=BOOT_SECONDS_MAX,
                              check=False).stdout.decode("utf-8", "replace")


def skip(reason):
    print("skipped: " + reason)
    sys.exit(EXIT_SKIPPED)


def main():
    """The command line."""
    program, kernel = Path(sys.argv[1]), Path(sys.argv[2])
    if shutil.which(EMULATOR) is None:
        skip("there is no %s; tools/setup --all installs it" % EMULATOR)
    if not program.exists():
        skip("there is no %s" % program)
    if not kernel.exists():
        subprocess.run([Path(__file__).with_name("get_kernel.sh"), kernel], check=False)
    if not kernel.exists():
        skip("there is no kernel with pages of 16 KB")
    console = boot(kernel, program)
    print(console)
    sys.exit(0 if "connsync " in console and "exitcode=0x00000000" in console else 1)


if __name__ == "__main__":
    main()
