"""The token bucket behind the X-RateLimit headers."""

import math
import time


class Bucket:
    """`burst` requests at once, then `refill` a second. Not enforced: always one short of full."""

    def __init__(self, burst=50, refill=16.0, enforce=False, clock=time.monotonic):
        self.burst, self.refill, self.enforce = burst, refill, enforce
        self._clock = clock
        self._level = float(burst)
        self._last = clock()
        self.lowest_remaining = burst
        self.refused = 0

    def take(self):
        """Spends one request. Returns whether there was one to spend."""
        if not self.enforce:
            return True
        now = self._clock()
        self._level = min(self.burst, self._level + (now - self._last) * self.refill)
        self._last = now
        if self._level < 1.0:
            self.refused += 1
            self.lowest_remaining = 0
            return False
        self._level -= 1.0
        self.lowest_remaining = min(self.lowest_remaining, self.remaining())
        return True

    def remaining(self):
        """What X-RateLimit-Remaining says now."""
        return int(self._level) if self.enforce else self.burst - 1

    def wait(self):
        """Whole seconds, at least 1, until a request may be sent again."""
        if not self.enforce or self.refill <= 0:
            return 1
        return max(1, math.ceil((1.0 - self._level) / self.refill))

    def headers(self, now):
        """The three headers; `now` is the same UTC second that the Date header states."""
        return [("X-Ratelimit-Limit", str(self.burst)),
                ("X-Ratelimit-Remaining", str(self.remaining())),
                ("x-ratelimit-reset", str(now + self.wait()))]
