"""Scripted faults: which request they meet, and what they do to it.

    tenant.faults.append(Fault("close_after", method="PATCH"))          the first PATCH from now
    tenant.faults.append(Fault("cut", method="GET", occurrence=2, bytes=40))
    tenant.faults.append(Fault("status", at=3, status=502, times=2))    requests 3 and 4
    tenant.faults.append(Fault("drip", times=None))                     every request
    tenant.faults.append(Fault("connection_cut", connection=1, sent=900))

`at` is the request's number, counted from 1 over the tenant's lifetime (or since
its reset()). Otherwise the fault counts, from the moment when it was made, the
requests of its `method` and of a target that contains `path`, and meets number
`occurrence` of them. `times` is how many in a row it meets; None is all of
them. Several faults may meet one request: they act in the order of the list.
`fired` counts how often a fault has acted, so that a test can tell a fault
survived from a fault never met. The kinds, with their parameters, are the
functions of fault_kinds.py and fault_limits.py.
"""

import inspect

from . import fault_kinds, fault_limits


class Fault:
    """One fault. Wrong kinds and parameters are refused at once, not when they are met."""

    def __init__(self, kind, *, at=None, method=None, path=None, occurrence=1, times=1,
                 connection=None, **parameters):
        self.kind, self.at, self.method, self.path = kind, at, method, path
        self.occurrence, self.times, self.connection = occurrence, times, connection
        self.parameters = parameters
        self.seen = 0
        self.fired = 0
        functions = [table[kind] for table in fault_kinds.TABLES if kind in table]
        if not functions:
            raise ValueError("no such fault: " + kind)
        inspect.signature(functions[0]).bind(None, **parameters)
        self.of_connection = kind in fault_kinds.CONNECTION

    def __repr__(self):
        return "Fault(%r, %r)" % (self.kind, self.parameters)

    def meets_request(self, number, method, target):
        """Whether the fault acts on this request. Counts it: call once for each request."""
        if self.of_connection:
            return False
        if self.at is not None:
            return self._in_turn(number, self.at)
        if self.method is not None and self.method != method:
            return False
        if self.path is not None and self.path not in target:
            return False
        self.seen += 1
        return self._in_turn(self.seen, self.occurrence)

    def meets_connection(self, number):
        """Whether the fault acts on this TCP connection, by its number or its turn."""
        if not self.of_connection:
            return False
        if self.connection is not None:
            return self._in_turn(number, self.connection)
        self.seen += 1
        return self._in_turn(self.seen, self.occurrence)

    def _in_turn(self, count, first):
        if count < first:
            return False
        return self.times is None or count < first + self.times

    def act(self, phase, subject):
        """Does what the kind does in this phase: a table of fault_kinds."""
        if self.kind in phase:
            phase[self.kind](subject, **self.parameters)
            return True
        return False


def from_json(values):
    """A fault from the control channel's JSON; byte strings travel as text."""
    values = dict(values)
    return Fault(values.pop("kind"), **values)
