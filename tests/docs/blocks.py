"""The examples that we give: fenced blocks of Markdown and of the manual pages, and --help."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
SETTING = "set_user_root_attributes"
EXIT = re.compile(r"\[(\d+)\]")


@dataclass
class Block:
    """One example. `kind` is the word behind the fence, or what the text shows it to be."""

    file: str
    kind: str
    text: str

    @property
    def name(self):
        """Its first line, by which it is found."""
        return self.text.strip().split("\n")[0]


@dataclass
class Command:
    """A line behind a prompt, what is shown below it, and its exit code if that is shown."""

    line: str
    shown: list
    code: int = None


def kind_of(word, text):
    """Blocks without a word: a transcript begins with a prompt, a message with our name."""
    if word in ("", "console"):
        if text.startswith("$ "):
            return "transcript"
        if text.startswith("connsync: "):
            return "message"
    return word


def of_markdown(root, path):
    """All blocks of a file."""
    text = path.read_text(encoding="utf-8")
    return [Block(str(path.relative_to(root)), kind_of(word, inside), inside)
            for word, inside in FENCED.findall(text)]


def of_page(root, path):
    """The literal blocks of a manual page: shell, or JSON."""
    text = path.read_text(encoding="utf-8")
    return [Block(str(path.relative_to(root)), "json" if inside.startswith("{") else "sh", inside)
            for _, inside in FENCED.findall(text)]


def of_help(program):
    """The examples that --help gives, of the program itself and of each command."""
    def ask(*words):
        return subprocess.run([program, *words, "--help"], stdout=subprocess.PIPE, text=True,
                              check=True).stdout

    for command in re.findall(r"^  connsync ([a-z-]+)", ask(), re.M):
        for example in re.findall(r"^Example:\n((?:  .*\n)+)", ask(command), re.M):
            yield Block("connsync %s --help" % command, "sh", re.sub("^  ", "", example, flags=re.M))


def everything(root, program):
    """The blocks of the README, of docs/, of the manual pages and of --help, in order."""
    root = Path(root)
    found = []
    for path in (root / "README.md", *sorted((root / "docs").glob("*.md"))):
        found += of_markdown(root, path)
    for path in sorted((root / "man").glob("*.scd")):
        found += of_page(root, path)
    return found + list(of_help(program))


def commands(text):
    """The commands of a transcript."""
    found = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], []))
        elif EXIT.fullmatch(line):
            found[-1].code = int(EXIT.fullmatch(line)[1])
        else:
            found[-1].shown.append(line)
    return found
