"""A firmware that runs as a process of this machine, and what it says line by line.

Nothing is awaited without a deadline, and leaving the block ends the process.
"""

import re
import subprocess
import threading
import time
from pathlib import Path


class ConsoleError(AssertionError):
    """The console did not say what it should in time."""


class Console:
    """The lines that a board printed, with the seconds since its start."""

    def __init__(self, stream):
        self._stream = stream
        self._changed = threading.Condition()
        self._start = time.monotonic()
        self.lines = []
        self.times = []
        self.ended = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        for raw in self._stream:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            with self._changed:
                self.lines.append(line)
                self.times.append(time.monotonic() - self._start)
                self._changed.notify_all()
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    def join(self):
        """Waits for the stream's end: the process is gone then."""
        self._thread.join(5)

    def wait_for(self, pattern, timeout, since=0):
        """The first match at line number `since` or later; fails at the deadline."""
        return self.find(pattern, timeout, since)[1]

    def find(self, pattern, timeout, since=0):
        """(number of the line after, match) of the first line that holds the pattern."""
        wanted, deadline = re.compile(pattern), time.monotonic() + timeout
        at = since
        with self._changed:
            while True:
                for number in range(at, len(self.lines)):
                    match = wanted.search(self.lines[number])
                    if match:
                        return number + 1, match
                at = max(at, len(self.lines))
                left = deadline - time.monotonic()
                if self.ended or left <= 0:
                    break
                self._changed.wait(left)
        why = "the board's process ended" if self.ended else "not within %g s" % timeout
        raise ConsoleError("no line with %r: %s" % (pattern, why))

    def text(self):
        """All lines with their times, for a person to read."""
        with self._changed:
            return "\n".join("%8.3f  %s" % pair for pair in zip(self.times, self.lines))


class Running:
    """A process whose standard output is the board's console. Its other output goes to
    `folder`/errors."""

    def __init__(self, command, folder):
        self.folder = Path(folder)
        with open(self.folder / "errors", "wb") as errors:
            self.process = subprocess.Popen([str(each) for each in command],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=errors)
        self.console = Console(self.process.stdout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends the process, whatever it is at."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.console.join()
        self.process.stdout.close()

    def errors(self):
        """What the process had to say beside the console."""
        return (self.folder / "errors").read_text("utf-8", "replace")

    def wait_for_exit(self, timeout):
        """The exit code that the firmware gave; fails when it does not end."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise ConsoleError("it did not halt within %g s" % timeout) from None
        self.console.join()
        return code
