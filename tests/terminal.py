"""A command on a terminal of some width, as a person sees it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading

COLOR = re.compile("\x1b\\[[0-9;]*m")


def run(words, width, *, env, stdin=None, answer=None, patience=30, **more):
    """(exit code, the bytes that were shown). Standard input is the terminal too, unless text is given
    for it; what is answered to a question is typed."""
    here, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    with os.fdopen(here, "r+b", buffering=0) as screen, subprocess.Popen(
            words, env={"TERM": "xterm-256color", **env},
            stdin=there if stdin is None else subprocess.PIPE, stdout=there, stderr=there,
            **more) as process:
        os.close(there)
        alarm = threading.Timer(patience, process.kill)
        alarm.start()
        if stdin is not None:
            process.stdin.write(stdin.encode())
            process.stdin.close()
        seen = _read_to_end(screen, answer)
        code = process.wait()
        alarm.cancel()
    return code, seen


def _read_to_end(screen, answer):
    seen = b""
    try:
        while piece := screen.read(4096):
            seen += piece
            if answer and b"? " in seen:
                screen.write(answer)
                answer = None
    except OSError:
        pass  # how Linux says that the other end is closed
    return seen
