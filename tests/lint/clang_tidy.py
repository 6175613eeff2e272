"""Runs clang-tidy over our own C files, with the checks that .clang-tidy lists.

    clang_tidy.py BUILD_FOLDER

The folder's compile_commands.json says which files there are and how they are
compiled. A file that passed is not looked at again until it, a header of ours, or
the list of checks changes: the whole takes a minute, and most runs change little.

Status: 0 nothing found, 1 something found, 77 the tool is not here.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

TOOL = "clang-tidy-14"
SKIPPED = 77
ROOT = pathlib.Path(__file__).resolve().parents[2]
OWN_FOLDERS = ("core", "port", "platform", "boards", "tests")


def own_commands(build_folder):
    """Our files, each with the first of the commands that compile it."""
    commands = json.loads((build_folder / "compile_commands.json").read_text())
    own = {}
    for command in commands:
        path = pathlib.Path(command["file"])
        if path.suffix != ".c" or not path.is_relative_to(ROOT):
            continue
        if path.relative_to(ROOT).parts[0] in OWN_FOLDERS:
            own.setdefault(path, command["command"])
    return own


def common_digest():
    """What every verdict depends on: the checks and all of our headers."""
    digest = hashlib.sha256()
    shared = [path for folder in OWN_FOLDERS for path in (ROOT / folder).rglob("*.h")]
    shared += list(ROOT.glob(".clang-tidy")) + list((ROOT / "tests").rglob(".clang-tidy"))
    for path in sorted(shared):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def stamp_of(path, command, common, folder):
    """The file whose presence says that this text passed in these circumstances."""
    key = path.read_bytes() + command.encode() + common.encode()
    return folder / hashlib.sha256(key).hexdigest()


def check(path, build_folder):
    """One file, one process: clang 14 confuses itself when it is given several."""
    return subprocess.run(
        [TOOL, "-p", str(build_folder), "--quiet", str(path)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)


def main(build_folder):
    if shutil.which(TOOL) is None:
        print(f"skipped: there is no {TOOL}; tools/setup installs it where the "
              "distribution has it")
        return SKIPPED
    stamps = build_folder / "clang-tidy"
    stamps.mkdir(exist_ok=True)
    common = common_digest()
    jobs = {}
    for path, command in own_commands(build_folder).items():
        stamp = stamp_of(path, command, common, stamps)
        if not stamp.exists():
            jobs[path] = stamp
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda path: (path, check(path, build_folder)), sorted(jobs))
        for path, result in results:
            if result.returncode == 0:
                jobs[path].touch()
                continue
            failed += 1
            print(f"{path.relative_to(ROOT)}:\n{result.stdout}")
    print(f"{len(jobs)} files looked at, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
