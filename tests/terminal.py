"""A command on a terminal of some width, as a person sees it."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading

COLOR = re.compile("\x1b\\[[0-9]*m")


def run(words, width, *, env, streams=(0, 1, 2), stdin=None, answer=None, patience=30, **more):
    """(exit code, the bytes that were shown). Its streams with these numbers are the terminal, the others
    nothing; or text is given for standard input. The answer to a question is typed, or is a signal."""
    here, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    files = {name: there if number in streams else subprocess.DEVNULL
             for number, name in enumerate(("stdin", "stdout", "stderr"))}
    if stdin is not None:
        files["stdin"] = subprocess.PIPE
    with os.fdopen(here, "r+b", buffering=0) as screen, subprocess.Popen(
            words, env={"TERM": "xterm-256color", **env}, **files, **more) as process:
        os.close(there)
        alarm = threading.Timer(patience, process.kill)
        alarm.start()
        if stdin is not None:
            process.stdin.write(stdin.encode())
            process.stdin.close()
        seen = _read_to_end(screen, process, answer)
        code = process.wait()
        alarm.cancel()
    return code, seen


def _read_to_end(screen, process, answer):
    seen = b""
    try:
        while piece := screen.read(4096):
            seen += piece
            if answer is not None and b"? " in seen:
                if isinstance(answer, signal.Signals):
                    process.send_signal(answer)
                else:
                    screen.write(answer)
                answer = None
    except OSError:
        pass  # how Linux says that the other end is closed
    return seen
