"""What the program says of itself: its help, and the commands in that."""

import os
import re
import subprocess

PROGRAM = os.environ["CONNSYNC"]


def ask(*words):
    return subprocess.run([PROGRAM, *words, "--help"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout


def commands():
    usage = ask().split("Usage:", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"^  connsync ([a-z-]+)", usage, re.MULTILINE)
