"""In the place of a program that an example calls and a test cannot run.

    stand_in.py ROOT PROGRAM ARGUMENT...

Ends with 0 if what the arguments name is there: presets and settings of our build, and files and
folders of this tree.
"""

import json
import re
import sys
from pathlib import Path

OURS = ("deploy/", "boards/", "tests/", "tools/")


def presets(root, kind):
    """The names of one kind of preset."""
    text = (root / "CMakePresets.json").read_text(encoding="utf-8")
    return {one["name"] for one in json.loads(text)[kind] if not one.get("hidden")}


def settings(root):
    """The names of everything that can be given with -D."""
    files = [root / "CMakeLists.txt", *root.glob("cmake/*.cmake"), root / "tests/CMakeLists.txt"]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    found = set(re.findall(r"(?:option|set|setting)\((CONNSYNC_\w+)", text))
    # One for each library; the names are put together there.
    return found | {"CONNSYNC_MBEDTLS_DIR", "CONNSYNC_JSMN_DIR", "CONNSYNC_LWIP_DIR"}


def wrong_of_build(root, program, words):
    """Presets and settings that are not there."""
    kind = ("testPresets" if program == "ctest"
            else "buildPresets" if "--build" in words else "configurePresets")
    for number, word in enumerate(words):
        if word == "--preset" and words[number + 1] not in presets(root, kind):
            yield "no preset " + words[number + 1]
        if word.startswith("-DCONNSYNC_") and word[2:].split("=")[0] not in settings(root):
            yield "no setting " + word


def wrong_of_files(root, words):
    """Files and folders that are not there."""
    for word in words:
        if word.startswith(OURS) and not (root / word).exists():
            yield "no file " + word


def main():
    """The command line."""
    root, program, words = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    wrong = list(wrong_of_files(root, words))
    if program in ("cmake", "ctest"):
        wrong += wrong_of_build(root, program, words)
    for one in wrong:
        print("%s: %s" % (program, one), file=sys.stderr)
    alone = program.startswith("tools/")  # what is there may be called without a word
    sys.exit(1 if wrong or not (words or alone) else 0)


if __name__ == "__main__":
    main()
