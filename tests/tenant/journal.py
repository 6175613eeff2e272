"""What the tenant saw: every request, every connection, every handshake."""

import base64
import hashlib
import threading
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


def digest(authorization):
    """What the journal keeps of an Authorization header's value: never the token itself."""
    return "sha256:" + hashlib.sha256(authorization.encode("latin-1")).hexdigest()


@dataclass
class Request:
    """One request as it came. `status` is what was answered (0: nothing), `applied` whether
    a PATCH took effect, `faults` the kinds that met it."""

    number: int
    connection: int
    method: str
    target: str
    headers: list
    body: bytes = b""
    status: int = 0
    applied: bool = False
    faults: list = field(default_factory=list)

    @property
    def path(self):
        """The target without its query."""
        return urlsplit(self.target).path

    @property
    def query(self):
        """The query's parameters: name to list of values."""
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def header(self, name, default=None):
        """The first value of a header, whatever its case."""
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return default

    def as_json(self):
        """For the control channel: the body in base64."""
        return {"number": self.number, "connection": self.connection, "method": self.method,
                "target": self.target, "headers": self.headers, "status": self.status,
                "applied": self.applied, "faults": self.faults,
                "body_base64": base64.b64encode(self.body).decode("ascii")}


class Journal:
    """All of it, safe to read while the tenant works."""

    def __init__(self):
        self._lock = threading.Lock()
        self.clear()

    def clear(self):
        """Starts all counts and lists again. Connections that are open stay open."""
        self.requests = []
        self.tcp_connections = 0
        self.handshakes = 0
        self.handshake_errors = []
        self.sessions = []
        self.resumed = []
        self.shown = []
        self.malformed = []
        self.crashes = []
        self.under_way = 0
        self.most_under_way = 0

    def connected(self):
        """Counts a TCP connection; returns its number."""
        with self._lock:
            self.tcp_connections += 1
            return self.tcp_connections

    def shaken(self, facts, shown=None, resumed=False):
        """Notes a completed handshake: (version, suite, name), the client's certificate, and
        whether it went on from an earlier session."""
        with self._lock:
            self.handshakes += 1
            self.resumed.append(resumed)
            self.sessions.append(facts)
            self.shown.append(shown)

    def not_shaken(self, reason):
        """Notes a handshake that failed, with the TLS library's words (alerts included)."""
        with self._lock:
            self.handshake_errors.append(reason)

    def request(self, connection, head):
        """Notes a request's head; returns its entry, to be filled in."""
        headers = [[name, digest(value) if name.lower() == "authorization" else value]
                   for name, value in head.headers]
        with self._lock:
            entry = Request(len(self.requests) + 1, connection, head.method, head.target, headers)
            self.requests.append(entry)
            self.under_way += 1
            self.most_under_way = max(self.under_way, self.most_under_way)
            return entry

    def over(self):
        """A request has been dealt with: answered, or not to be."""
        with self._lock:
            self.under_way -= 1

    def broken(self, reason):
        """Notes bytes that were no HTTP/1.1 request."""
        with self._lock:
            self.malformed.append(reason)
