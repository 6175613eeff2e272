"""A root of its own for a package: what Debian and Ubuntu call essential and what that needs,
copied from this machine's own files together with dpkg's record of them. Nothing is fetched,
and it takes a second or two.
"""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

DATABASE = Path("var/lib/dpkg")
READ_BY_PEOPLE = ("/usr/share/doc/", "/usr/share/man/", "/usr/share/locale/", "/usr/share/info/")
# Not essential by name, but part of every system: where the maintainer scripts' helper is.
BEGINNINGS = ("base-files", "init-system-helpers")


def installed():
    """name -> (architecture-qualified name, essential, names needed), of this machine."""
    form = "${Package}\t${binary:Package}\t${Essential}\t${Pre-Depends}, ${Depends}\t${Provides}\n"
    text = subprocess.run(["dpkg-query", "-W", "-f", form], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    table, real = {}, {}
    for line in text.splitlines():
        name, whole, essential, needs, provides = line.split("\t")
        entry = (whole, essential == "yes", re.findall(r"[a-z0-9][a-z0-9.+-]+(?=[ ,|:]|$)",
                                                       re.sub(r"\([^)]*\)", "", needs)))
        real[name] = entry
        for virtual in re.findall(r"[a-z0-9][a-z0-9.+-]+(?=[ ,]|$)", provides):
            table.setdefault(virtual, entry)
    return {**table, **real}


def essential():
    """The names of the packages that go into the root."""
    table = installed()
    waiting = [name for name, entry in table.items() if entry[1]] + list(BEGINNINGS)
    chosen = set()
    while waiting:
        entry = table.get(waiting.pop())
        # An alternative that is not installed has its other half, which is.
        if entry and entry[0] not in chosen:
            chosen.add(entry[0])
            waiting += entry[2]
    return sorted(chosen)


def make_frame(root):
    """Where /usr is merged, what is listed in /bin is to land in /usr/bin."""
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        if Path("/", name).is_symlink():
            (root / name).symlink_to("usr/" + name)


def copy_files(names, root):
    listed = subprocess.run(["dpkg", "-L", *names], stdout=subprocess.PIPE, text=True,
                            check=True).stdout.splitlines()
    paths = sorted({line[1:] for line in listed if line.startswith("/") and line != "/."
                    and not line.startswith(READ_BY_PEOPLE) and os.path.lexists(line)})
    text = "\n".join(path for path in paths if not (root / path).is_symlink()) + "\n"
    archive = subprocess.run(["tar", "-C", "/", "--no-recursion", "-cf", "-", "-T", "-"],
                             input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(["tar", "-C", root, "--keep-directory-symlink", "-xpf", "-"], input=archive,
                   check=True)


def copy_record(names, root):
    """dpkg's own: the paragraphs of these packages, and their files in info/."""
    bare = {name.split(":")[0] for name in names}
    paragraphs = ("/" / DATABASE / "status").read_text(encoding="utf-8").split("\n\n")
    kept = [text for text in paragraphs
            if text.startswith("Package: ") and text.split("\n")[0][9:] in bare]
    (root / DATABASE / "info").mkdir(parents=True, exist_ok=True)
    (root / DATABASE / "updates").mkdir(exist_ok=True)
    (root / DATABASE / "status").write_text("\n\n".join(kept) + "\n", encoding="utf-8")
    for path in ("/" / DATABASE / "info").iterdir():
        if path.name == "format" or path.name.rsplit(".", 1)[0].split(":")[0] in bare:
            shutil.copy2(path, root / DATABASE / "info" / path.name)
    for name in ("dev", "etc", "proc", "run", "sys", "tmp", "var/log", "var/lib/systemd"):
        (root / name).mkdir(parents=True, exist_ok=True)
    make_null(root)


def make_null(root):
    try:
        os.mknod(root / "dev/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        # In a container; scripts write to a file of that name then.
        (root / "dev/null").touch()


def make(root):
    """Fills the folder `root`; the names of the packages in it."""
    names = essential()
    make_frame(root)
    copy_files(names, root)
    copy_record(names, root)
    return names


def snapshot(root):
    """Every path but those of dpkg's record and logs, with what it is and holds."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if not name.startswith(("var/lib/dpkg/", "var/log/", "proc/")):
            found[name] = (path.lstat().st_mode, path.lstat().st_size
                           if path.is_file() and not path.is_symlink() else 0)
    return found
