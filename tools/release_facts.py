"""What the scripts that make a release have to know of the project: its version, the
commit and its date, and the sources that it is built from."""

import hashlib
import os
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def version():
    """The version that CMakeLists.txt states."""
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"project\(connsync VERSION ([0-9.]+)", text)[1]


def git(*arguments):
    """What git says of this tree; nothing where it is not a clone of its own."""
    if not (ROOT / ".git").exists():
        return ""
    return subprocess.run(["git", "-C", str(ROOT), *arguments], stdout=subprocess.PIPE,
                          text=True, check=True).stdout.strip()


def commit_note(number):
    """A line of cmake/commit-date: the date (0) or the commit (1) in an archive of git's."""
    lines = (ROOT / "cmake" / "commit-date").read_text(encoding="utf-8").split()
    return "" if lines[number].startswith("$") else lines[number]


def commit():
    """The commit's full name; empty where nobody knows."""
    return commit_note(1) or git("rev-parse", "HEAD")


def source_date():
    """The date that counts as the build's, as cmake/reproducible.cmake finds it."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not seconds.isdigit():
        seconds = commit_note(0) or git("log", "-1", "--format=%ct")
    if not seconds:
        raise SystemExit("there is no commit to take the date from: set SOURCE_DATE_EPOCH")
    return int(seconds)


def source_time():
    """The same as RFC 3339 writes it."""
    return datetime.fromtimestamp(source_date(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def pins():
    """{name: {"MINIMUM": ..., "SHA256": [...], "URL": ...}} of cmake/pins.cmake."""
    text = (ROOT / "cmake" / "pins.cmake").read_text(encoding="utf-8")
    found = {}
    for name, key, value in re.findall(r"^set\(CONNSYNC_PIN_([a-z]+)_([A-Z0-9_]+)\s+([^)]*)\)",
                                       text, re.MULTILINE):
        words = value.split()
        found.setdefault(name, {})[key] = words if key == "SHA256" else words[0]
    return found


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
