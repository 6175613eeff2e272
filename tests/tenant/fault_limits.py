"""Kinds of fault that limit: what comes too soon, or what chance falls on.

They meet many requests (`times=None`) and let most of them pass; faults.py has them in the same
tables as those of fault_kinds.py.
"""

import random
import time

from . import answers
from .fault_kinds import BEFORE, rate_limited, reset_after, reset_before, status

TOO_SOON = "<html><body>Service Temporarily Unavailable</body></html>"


def _kind(function):
    BEFORE[function.__name__] = function
    return function


@_kind
def gate(x, gap=1.0, status=503, retry_after=None):
    """A proxy's limit that no field states: a request within `gap` seconds of the last one that
    passed is answered `status` in its place."""
    now = time.monotonic()
    if now - x.tenant.gate_passed >= gap:
        x.tenant.gate_passed = now
        return
    x.delivery.handle = x.rate_headers = False
    x.answer = answers.html(status, TOO_SOON.encode())
    if retry_after is not None:
        x.answer.set_header("Retry-After", str(retry_after))


@_kind
def by_chance(x, one_in=20, seed=1, kinds=("limit", "error", "reset")):
    """One request in so many is answered 429 ("limit") or 500 ("error"), or the connection is
    reset before or after it took effect ("reset"). Which ones, and how, depends on `seed` and
    the number of the request alone."""
    chance = random.Random("%d %d" % (seed, len(x.tenant.requests)))
    if chance.randrange(one_in) != 0:
        return
    kind = chance.choice(kinds)
    x.tenant.chance_hits += 1
    if kind == "limit":
        rate_limited(x)
    elif kind == "error":
        status(x, 500)
    else:
        chance.choice((reset_before, reset_after))(x)
