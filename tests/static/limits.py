"""What may not grow: every limit of size that a test holds, in one table.

Sizes are bytes, of what is shipped: stripped programs, and firmware, with the public roots.
"""

KB = 1024

# Static programs, by machine: the last size that its program has had, in whole KB. Of each, 6 to 9 KB
# are for speed (docs/performance.md), and 5 on 64 bits for X25519; sessions that are kept, lists that
# are read once and roots that stay in their file take 11, a first read that goes with a handshake 3,
# several connections at a time 2.5.
SIZE_LIMITS = {"x86_64": 353 * KB, "aarch64": 372 * KB, "armhf": 283 * KB}
# Those that no release has yet, for which nothing was promised: they are held to what they are.
UNRELEASED_LIMITS = {"riscv64": 314 * KB, "mips": 496 * KB, "mipsel": 496 * KB}

# The largest pages that a kernel for the machine may have.
LARGEST_PAGE = {"x86_64": 4 * KB, "aarch64": 64 * KB, "armhf": 4 * KB, "riscv64": 64 * KB,
                "mips": 64 * KB, "mipsel": 64 * KB}

# The smallest board. Of its flash 6.5 KB buy two fifths of a handshake's instructions (windows and
# tables for the curves, bignum_core for speed: docs/performance.md), and 5.9 KB the sessions that later
# handshakes go on from, one of which has 512 bytes of RAM, and takes 576 of the block.
FLASH_LIMIT = 153_600
RAM_LIMIT = 64_192
# Code and constants of core/ and config/ that are linked there: 27,000 bytes, and 1,300 for what
# judges a write more closely than that engine did: a write that may still land, answers cut short,
# members emptied, display_name; 40 for what boards know of names and alerts; 1,570 for sessions that
# are kept; and 300 for digests that read either side of a write once.
CORE_LIMIT = 27_000 + 1_340 + 1_570 + 300

# Lines of code without comments.
LINE_LIMITS = {("core",): 6_100, ("core", "config"): 7_300}
