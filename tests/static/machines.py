"""The processors that there are static presets for, and what builds and runs programs for them."""

import shutil

# By machine: the compiler, and the emulator with its options, or nothing. The MIPS processor is one
# of routers: it has no floating point.
COMPILERS = {"x86_64": "x86_64-linux-gnu-gcc", "aarch64": "aarch64-linux-gnu-gcc",
             "armhf": "arm-linux-gnueabihf-gcc", "riscv64": "riscv64-linux-gnu-gcc",
             "mips": "mips-linux-gnu-gcc", "mipsel": "mipsel-linux-gnu-gcc",
             "s390x": "s390x-linux-gnu-gcc"}
EMULATORS = {"x86_64": [], "aarch64": ["qemu-aarch64-static"], "armhf": ["qemu-arm-static"],
             "riscv64": ["qemu-riscv64-static"], "mips": ["qemu-mips-static", "-cpu", "24Kc"],
             "mipsel": ["qemu-mipsel-static", "-cpu", "24Kc"], "s390x": ["qemu-s390x-static"]}


def missing(machine, to_run=True):
    """The first program that is not here, or None."""
    tools = [COMPILERS[machine], *(EMULATORS[machine][:1] if to_run else ())]
    return next((tool for tool in tools if shutil.which(tool) is None), None)
