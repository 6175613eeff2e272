"""Looks through all texts of the tree for words that the field has better ones for.

    word_rules.py ROOT

A phrase is found across the ends of lines and the marks of comments, whatever its case. What
stays all the same has its reason in ALLOWED.

Status: 0 none found, 1 some.
"""

import pathlib
import re
import sys

# Made by a build, or bytes that are no prose; hidden folders but .ci are nobody's text either.
SKIPPED_FOLDERS = {"build", "dist", "__pycache__", "seeds"}
# This list, and the words of others.
SKIPPED_FILES = {"tests/lint/word_rules.py", "LICENSE", "NOTICE"}
# A space, or the end of a line and what a comment begins its next line with.
GAP = r"\s+(?:(?:\*|#|//|>|\|)\s+)?"
# (what is looked for, the field's word). A space stands for GAP.
WORDS = (
    (r"\blife\b|\blives of\b", "run; halt codes for how one ends"),
    (r"\bsights?\b|\b(?:a|one|another|each|every|first|second|new|refused|this|that|the) look\b(?!-)",
     "observer, stage, check"),
    (r"\b(?:will|would) do\b", "is accepted"),
    (r"\bserves? (?:a |the )?(?:document|text)s? of\b", "is large enough for"),
    (r"\bgiven up\b", "released; abandoned"),
    (r"\bof no account\b", "ignored"),
    (r"\b(?:come|comes|came|coming) by\b", "obtained"),
    (r"\btakes nor gives\b", "idle timeout"),
    (r"\b(?:made|make|makes|making) (?:\w+ ){0,3}anew\b|\bre-?dated?\b", "re-issued"),
    (r"\bwhat (?:is|was) wanted\b", "desired state"),
    (r"hang_up\b", "disconnect"),
    (r"(?<![a-z])rooms\b|\broom_of|\b(?:one|a|each|every|which|another|wrong) room of\b|\bwrong.room\b",
     "module, folder"),
    (r"\bnone of (?:\w+ )?\w+'s business\b", "out of scope"),
    (r"MOVED_ON\b", "a state of its own"),
    (r"\b(?:a|the|this|one|no|another|each|every|fresh|first|second|last|later|earlier|next)"
     r" reading\b(?! of\b)", "read; read-back after a write"),
    (r"(?<![a-z])declin(?:e|ed|es|ing)(?![a-z])", "reject"),
    (r"\bcs_write_form\b", "a format; `form` is OAuth's"),
)
# (files, text that stays, why).
ALLOWED = (
    (r".*", r"\bthe service declined\b|\bdeclined to connect to\b|\bthat was declined\b",
     "messages that people match are kept"),
    (r".*", r"\b\w*proxy_declined\b", "the name of a status is kept"),
    (r"tests/.*", r"\btest_\w*decline\w*", "the names of tests are kept"),
    (r"tests/README\.md", r"\btest_\w+", "it has the names of tests as they were"),
)


def texts_of(root):
    """(name, text) of each file of the tree that is a text."""
    folders = [root]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            name = path.relative_to(root).as_posix()
            if path.is_dir() and not path.is_symlink():
                if path.name == ".ci" or not (path.name in SKIPPED_FOLDERS
                                              or path.name.startswith(".")):
                    folders.append(path)
            elif path.is_file() and name not in SKIPPED_FILES:
                try:
                    yield name, path.read_text(encoding="utf-8")
                except UnicodeDecodeError:
                    pass


def compiled(pattern):
    return re.compile(pattern.replace(" ", GAP), re.IGNORECASE)


RULES = [(compiled(pattern), better) for pattern, better in WORDS]
EXCEPTIONS = [(re.compile(files), compiled(pattern)) for files, pattern, _ in ALLOWED]


def faults_of(name, text):
    kept = [match.span() for files, pattern in EXCEPTIONS if files.fullmatch(name)
            for match in pattern.finditer(text)]
    for pattern, better in RULES:
        for match in pattern.finditer(text):
            if not any(begin <= match.start() and match.end() <= end for begin, end in kept):
                line = text.count("\n", 0, match.start()) + 1
                phrase = " ".join(re.findall(r"[\w'-]+", match[0]))
                yield f"{name}:{line}: {phrase}: rather {better}"


def main(root):
    texts = list(texts_of(root))
    faults = [fault for name, text in texts for fault in faults_of(name, text)]
    print(*faults, f"{len(texts)} texts looked at, {len(faults)} faults", sep="\n")
    return 1 if faults or not texts else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
