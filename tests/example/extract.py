"""Takes the example out of the public header's comment, so that it is compiled as printed."""

import re
import sys

PROLOGUE = '#include "connsync.h"\n\n#include <string.h>\n\n%sset(const struct connsync_port *port, const uint8_t *anchors,\n' \
           "    size_t anchors_length, const char *token);\n\n"


def example(header):
    """The indented lines of the first comment, without the comment's own margin."""
    comment = re.search(r"/\*(.*?)\*/", header, re.DOTALL).group(1)
    lines = [re.sub(r"^ \* ?", "", line) for line in comment.splitlines()]
    code = [line[4:] for line in lines if line.startswith("    ") or not line]
    text = "\n".join(code).strip() + "\n"
    if "connsync_step" not in text:
        sys.exit("the example is not where it was")
    return text


def main():
    with open(sys.argv[1], encoding="utf-8") as header:
        text = example(header.read())
    for path in sys.argv[2:]:
        with open(path, "w", encoding="utf-8") as out:
            out.write(PROLOGUE % "enum connsync_status " + text)


if __name__ == "__main__":
    main()
