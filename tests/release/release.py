"""Makes a release of the last commit for the tests here, signed with a key that is thrown away: its
public half stays beside FOLDER, as FOLDER.pub, if there is a minisign.

    release.py FOLDER
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
EXIT_SKIPPED = 77
NEEDED = ("git", "make", "x86_64-linux-gnu-gcc", "aarch64-linux-gnu-gcc",
          "arm-linux-gnueabihf-gcc", "arm-none-eabi-gcc", "scdoc", "dpkg-deb")


def skip(reason):
    print("skipped: " + reason)
    sys.exit(EXIT_SKIPPED)


def throw_away_key(public, folder):
    """The options that have a release signed."""
    public.unlink(missing_ok=True)
    if shutil.which("minisign") is None:
        return []
    secret = Path(folder) / "secret"
    subprocess.run(["minisign", "-G", "-W", "-p", public, "-s", secret], check=True,
                   stdout=subprocess.DEVNULL)
    return ["--sign", secret]


def main():
    """The command line."""
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    if not (SOURCE / ".git").exists():
        skip("this is no clone, and a release is made of a commit")
    for program in NEEDED:
        if shutil.which(program) is None:
            skip("there is no %s; tools/setup --all installs it" % program)
    # The emulators' roots and the like are other builds' business. Flags that somebody has set
    # for other programs have no part in a release: test_repeat.py has none.
    environment = {key: value for key, value in os.environ.items() if key != "CONNSYNC_DEPS_DIR"
                   or value}
    environment["CFLAGS"] = "-fno-builtin -O0"
    with tempfile.TemporaryDirectory() as keys:
        sign = throw_away_key(folder.with_suffix(".pub"), keys)
        subprocess.run([SOURCE / "tools" / "release", "--output", folder, *sign], check=True,
                       env=environment)


if __name__ == "__main__":
    main()
