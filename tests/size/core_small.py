"""What a program that only sets connections links of the core.

    core_small.py NM PROGRAM

The linker takes what is named, so a board has nothing of the other operations, of pacing, of
clients with keys, of dates in answers. NM lists the symbols of PROGRAM, which was linked with
--gc-sections.
"""

import re
import subprocess
import sys

LINKED = ("connsync_operation_set", "connsync_open", "cs_http_field_take")
LEFT_OUT = re.compile(r"connsync_operation_(?!set$)|connsync_(pace|client|listener)_"
                      r"|cs_http_(parse_date|rates)$|cs_tls_(identify|explain|key_trouble)"
                      r"|cs_auth0_missing_scopes"
                      r"|cs_merge(_prepare)?$|cs_comparison_(want|visit)"
                      r"|mbedtls_pk_parse_key")


def symbols_of(nm, program):
    text = subprocess.run([nm, program], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1] for line in text.splitlines() if line}


def main(nm, program):
    symbols = symbols_of(nm, program)
    faults = [f"{name} is not there: are these the symbols of the program?"
              for name in LINKED if name not in symbols]
    faults += [f"{name} is linked, and nobody names it"
               for name in sorted(symbols) if LEFT_OUT.match(name)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
