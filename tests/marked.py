"""What a script writes into a document: the lines between two marks that have a name.

    <!-- fleet: begin -->
    ...
    <!-- fleet: end -->
"""


def marks(name):
    """The two lines, without their ends."""
    return tuple("<!-- %s: %s -->" % (name, which) for which in ("begin", "end"))


def _split(text, name):
    begin, end = marks(name)
    if text.count(begin + "\n") != 1 or text.count(end) != 1:
        raise ValueError("the lines %s and %s must be there once" % (begin, end))
    before, rest = text.split(begin + "\n")
    inside, after = rest.split(end)
    return before + begin + "\n", inside, end + after


def inside(text, name):
    """What stands between them."""
    return _split(text, name)[1]


def replaced(text, name, lines):
    """The text with these lines between them."""
    before, _, after = _split(text, name)
    return before + "\n".join(lines) + "\n" + after


def write(path, name, lines):
    """Puts these lines into a file (pathlib.Path)."""
    try:
        text = replaced(path.read_text("utf-8"), name, lines)
    except ValueError as error:
        raise SystemExit("%s: %s" % (path, error)) from None
    path.write_text(text, "utf-8")
