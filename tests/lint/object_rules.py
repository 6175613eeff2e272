"""Checks the rules of the house that can be read off the object files.

    object_rules.py NM LIST

LIST names the objects of core/ and port/, one a line.

 - Neither refers to the heap: malloc, calloc, realloc, free and their kin.
 - core/ calls nothing outside itself but the port's own functions, the libraries, and
   the functions of <string.h> that no system is needed for.
 - core/ has no writable static data: two agents in one program do not know each other.

Status: 0 all kept, 1 broken.
"""

import re
import subprocess
import sys

HEAP = {"malloc", "calloc", "realloc", "reallocarray", "free", "strdup", "strndup",
        "aligned_alloc", "posix_memalign", "alloca"}
STRING_FUNCTIONS = {"memchr", "memcmp", "memcpy", "memmove", "memset", "strchr", "strcmp",
                    "strlen", "strncmp", "strrchr", "strspn", "strcspn", "strstr", "bcmp"}
OURS = re.compile(r"^(cs|connsync|jsmn|mbedtls|psa)_")
# Helpers that compilers call on their own: wide arithmetic, stack guards, tables.
COMPILER = re.compile(r"^_(_|GLOBAL_OFFSET_TABLE_$)")
WRITABLE = re.compile(r"^\.(data|bss|tdata|tbss|sdata|sbss|lbss|ldata)(\.|$)")
# Constants that hold addresses: written once by the loader, never afterwards.
RELOCATED_CONSTANT = re.compile(r"^\.data\.rel\.ro(\.|$)")


def read_symbols(nm, path):
    """Pairs of a symbol and its section; the section of an undefined symbol is *UND*."""
    listing = subprocess.run([nm, "--format=sysv", path], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    for line in listing.splitlines():
        columns = [column.strip() for column in line.split("|")]
        if len(columns) == 7:
            yield columns[0], columns[6]


def module_of(path):
    """core/json/json.c for .../connsync_core.dir/core/json/json.c.o"""
    found = re.search(r"(?:^|/)((?:core|port)/.*?)\.(?:o|obj)$", path)
    return found.group(1) if found else path


def is_undefined(section):
    return section in ("*UND*", "")


def is_writable(section):
    if section == "*COM*":
        return True
    return WRITABLE.match(section) is not None and RELOCATED_CONSTANT.match(section) is None


def is_known(symbol):
    plain = symbol.removeprefix("__").removesuffix("_chk")
    if symbol in STRING_FUNCTIONS or plain in STRING_FUNCTIONS:
        return True
    return OURS.match(symbol) is not None or COMPILER.match(symbol) is not None


def object_faults(module, symbols):
    for symbol, section in symbols:
        if symbol in HEAP and is_undefined(section):
            yield f"{module} refers to {symbol}(): there is no heap in core/ and port/"
            continue
        if not module.startswith("core/"):
            continue
        if is_undefined(section) and not is_known(symbol):
            yield f"{module} refers to {symbol}, which is neither ours nor of <string.h>"
        elif is_writable(section):
            yield f"{module} has writable static data: {symbol} in {section}"


def main(nm, list_path):
    with open(list_path, encoding="utf-8") as list_file:
        paths = list_file.read().split("\n")
    paths = [path for path in paths if path]
    faults = []
    for path in paths:
        faults += object_faults(module_of(path), read_symbols(nm, path))
    for fault in faults:
        print(fault)
    print(f"{len(paths)} objects looked at, {len(faults)} faults")
    return 1 if faults or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
