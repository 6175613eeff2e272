"""What the tests of examples share: the program under its plain name, led to a fake tenant."""

import os
import shlex
from pathlib import Path

# Commands and options that ask nothing of a tenant.
LOCAL = ("flash-image", "--version", "--help")


def put_program(folder, program, tenant):
    """A `connsync` in the folder that calls the program, and adds where the tenant is. Everything
    else is as the example says: domain, credentials, arguments. Returns the folder's path."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "connsync"
    words = " ".join(shlex.quote(word) for word in tenant.arguments())
    program = shlex.quote(program)
    path.write_text("#!/bin/sh\ncase $1 in %s) exec %s \"$@\" ;; esac\nexec %s \"$@\" %s\n"
                    % (" | ".join(LOCAL), program, program, words), encoding="ascii")
    os.chmod(path, 0o755)
    return str(folder)
