"""HTTP/1.1 by hand: requests read from a stream, answers turned into bytes.

Done by hand rather than with http.server so that a test can ask for every
byte, and every wrong byte, of an answer.
"""

import gzip
import re
from dataclasses import dataclass, field

HEAD_LIMIT = 64 * 1024
BODY_LIMIT = 16 * 1024 * 1024

_REQUEST_LINE = re.compile(rb"([A-Z]+) (\S+) HTTP/1\.1")
_HEADER_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")

REASONS = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout",
    409: "Conflict", 413: "Payload Too Large", 415: "Unsupported Media Type",
    422: "Unprocessable Entity", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout",
}


class BadRequest(Exception):
    """The client wrote something that is not HTTP/1.1; says what."""


class Gone(Exception):
    """The client closed (or the tenant stops) where a request could have begun."""


@dataclass
class Head:
    """A request's head as it came."""

    method: str
    target: str
    headers: list

    def all(self, name):
        """Every value of a header, whatever the case of its name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def one(self, name, default=""):
        """The single value of a header; a repeated one is a bad request."""
        values = self.all(name)
        if len(values) > 1:
            raise BadRequest("repeated header " + name)
        return values[0] if values else default


class Reader:
    """Reads requests from anything with recv(n); keeps what came early for the next one."""

    def __init__(self, stream):
        self._stream = stream
        self._buffer = b""

    def _more(self):
        data = self._stream.recv(65536)
        if not data:
            return False
        self._buffer += data
        return True

    def head(self):
        """The next head. Raises Gone when the client has ended the connection."""
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > HEAD_LIMIT:
                raise BadRequest("oversize head")
            if not self._more():
                raise Gone() if not self._buffer else BadRequest("cut in the head")
        raw, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        return parse_head(raw)

    def body(self, head):
        """The body that belongs to a head."""
        coding = head.one("Transfer-Encoding").lower()
        length = head.one("Content-Length")
        if coding and length:
            raise BadRequest("content-length together with transfer-encoding")
        if coding:
            if coding != "chunked":
                raise BadRequest("unknown transfer-encoding")
            return self._chunked()
        if not length:
            return b""
        if not re.fullmatch("[0-9]{1,9}", length) or int(length) > BODY_LIMIT:
            raise BadRequest("bad content-length")
        return self._take(int(length))

    def _take(self, count):
        while len(self._buffer) < count:
            if not self._more():
                raise BadRequest("cut in the body")
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def _line(self):
        while b"\r\n" not in self._buffer:
            if len(self._buffer) > HEAD_LIMIT or not self._more():
                raise BadRequest("cut in a chunk line")
        line, self._buffer = self._buffer.split(b"\r\n", 1)
        return line

    def _chunked(self):
        body = b""
        while True:
            size = self._line().split(b";")[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,7}", size):
                raise BadRequest("bad chunk size")
            if int(size, 16) == 0:
                break
            body += self._take(int(size, 16))
            if len(body) > BODY_LIMIT or self._line():
                raise BadRequest("bad chunk")
        while self._line():
            pass
        return body


def parse_head(raw):
    """A strict parse: the tenant is also the judge of the requests that the client writes."""
    lines = raw.split(b"\r\n")
    start = _REQUEST_LINE.fullmatch(lines[0])
    if not start:
        raise BadRequest("bad request line")
    headers = []
    for line in lines[1:]:
        found = _HEADER_LINE.fullmatch(line)
        if not found:
            raise BadRequest("bad header line")
        name, value = found.group(1).decode("ascii"), found.group(2).decode("latin-1")
        headers.append((name, value.rstrip(" \t")))
    return Head(start.group(1).decode("ascii"), start.group(2).decode("latin-1"), headers)


@dataclass
class Answer:
    """An answer before it is turned into bytes. Faults alter its fields."""

    status: int
    body: bytes = b""
    headers: list = field(default_factory=list)
    content_type: str = "application/json; charset=utf-8"
    framing: str = "chunked"            # "chunked", "length", "close" or "none"
    chunks: tuple = ()                  # sizes to use in turn; empty means one chunk
    extension: bytes = b""              # written after every chunk size
    trailers: bytes = b""               # raw trailer lines, each ending in CRLF
    interim: bytes = b""                # raw 1xx answers that go before
    extra_head: bytes = b""             # raw header lines, each ending in CRLF
    gzip: bool = False
    casing: str = "mixed"
    announce_close: bool = False
    raw: bytes = None                   # sent in place of everything else
    applied: bool = False               # a PATCH took effect

    def has_header(self, name):
        """Whether one of the ordinary headers has that name."""
        return any(key.lower() == name.lower() for key, _ in self.headers)

    def drop_header(self, name):
        """Takes an ordinary header away."""
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]

    def set_header(self, name, value):
        """Replaces or adds an ordinary header."""
        self.drop_header(name)
        self.headers.append((name, value))


def recase(name, casing):
    """Header names as different front ends spell them: their case must not matter."""
    if casing == "lower":
        return name.lower()
    if casing == "upper":
        return name.upper()
    if casing == "odd":
        return "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(name))
    return name


def encode(answer):
    """The whole answer as bytes."""
    if answer.raw is not None:
        return answer.raw
    body = gzip.compress(answer.body, mtime=0) if answer.gzip else answer.body
    headers = list(answer.headers)
    if answer.content_type and answer.framing != "none":
        headers.append(("Content-Type", answer.content_type))
    if answer.gzip:
        headers.append(("Content-Encoding", "gzip"))
    headers.extend(_framing_headers(answer, body))
    close = answer.announce_close or answer.framing == "close"
    headers.append(("Connection", "close" if close else "keep-alive"))
    lines = ["HTTP/1.1 %d %s" % (answer.status, REASONS.get(answer.status, "Unknown"))]
    lines += ["%s: %s" % (recase(key, answer.casing), value) for key, value in headers]
    head = ("\r\n".join(lines) + "\r\n").encode("latin-1") + answer.extra_head + b"\r\n"
    return answer.interim + head + _framed(answer, body)


def _framing_headers(answer, body):
    if answer.framing == "chunked":
        return [("transfer-encoding", "chunked")]
    if answer.framing == "length":
        return [("Content-Length", str(len(body)))]
    return []


def _framed(answer, body):
    if answer.framing == "none":
        return b""
    if answer.framing != "chunked":
        return body
    pieces, position, turn = [], 0, 0
    while position < len(body):
        size = answer.chunks[turn % len(answer.chunks)] if answer.chunks else len(body)
        piece = body[position:position + size]
        pieces.append(b"%x%s\r\n%s\r\n" % (len(piece), answer.extension, piece))
        position, turn = position + size, turn + 1
    return b"".join(pieces) + b"0" + answer.extension + b"\r\n" + answer.trailers + b"\r\n"
