"""Every kind of fault, one function each.

The first argument is the exchange (request, answer to be, delivery) or, for the
kinds of a whole connection, the connection's plan. Texts may be given as str or
bytes, so that the control channel can name them in JSON.
"""

import threading
from email.utils import formatdate
from urllib.parse import parse_qs, urlsplit

from . import answers, raw_json
from .http_wire import Answer, encode

BEFORE, AFTER, CONNECTION = {}, {}, {}
TABLES = (BEFORE, AFTER, CONNECTION)


def _kind(table):
    def keep(function):
        table[function.__name__] = function
        return function
    return keep


def _bytes(value):
    return value.encode("utf-8") if isinstance(value, str) else value


# --- Ends without an answer ---------------------------------------------------------------

@_kind(BEFORE)
def reset_before(x):
    """RST once the request is read; it has no effect."""
    x.delivery.handle = x.delivery.send = False
    x.delivery.end = "reset"


@_kind(BEFORE)
def reset_after(x):
    """RST in place of the answer; the request took effect."""
    x.delivery.send = False
    x.delivery.end = "reset"


@_kind(BEFORE)
def reset_mid_request(x):
    """RST once the head is read, with the body still on its way."""
    reset_before(x)
    x.delivery.read_body = False


@_kind(BEFORE)
def close_before(x, end="notify"):
    """The connection is closed; the request had no effect."""
    x.delivery.handle = x.delivery.send = False
    x.delivery.end = end


@_kind(BEFORE)
def close_after(x, end="notify"):
    """The lost answer: the request took effect, the connection is closed in silence."""
    x.delivery.send = False
    x.delivery.end = end


# --- The answer on its way ----------------------------------------------------------------

@_kind(BEFORE)
def cut(x, bytes=0, end="notify", level="http"):
    """Only the first bytes of the answer; at level "tls" the cut is inside a record."""
    x.delivery.cut, x.delivery.cut_level, x.delivery.end = bytes, level, end


@_kind(BEFORE)
def drip(x, ms=1, size=1, level="http"):
    """The answer in drops; at level "tls" a record itself comes in drops."""
    x.delivery.piece, x.delivery.pause, x.delivery.piece_level = size, ms / 1000.0, level


@_kind(BEFORE)
def stall(x, seconds=5.0, after=0):
    """Silence after so many bytes of the answer, then the rest."""
    x.delivery.stall, x.delivery.stall_at = seconds, after


@_kind(BEFORE)
def hang(x, seconds=5.0, applied=True):
    """Silence, then the end of the connection, never an answer."""
    x.delivery.handle, x.delivery.send = applied, False
    x.delivery.stall, x.delivery.end = seconds, "fin"


@_kind(AFTER)
def connection_close(x):
    """`Connection: close`, and closed."""
    x.answer.announce_close = True
    x.delivery.end = "notify"


@_kind(BEFORE)
def silent_close(x, end="notify", ms=0):
    """Closed after the answer although it said keep-alive."""
    x.delivery.end, x.delivery.end_after = end, ms / 1000.0


# --- Errors of the service ----------------------------------------------------------------

def _instead(x, answer):
    x.delivery.handle = False
    x.answer = answer


@_kind(BEFORE)
def status(x, status=500, body="html"):
    """An error in place of the answer: body "html", "empty", "json" or any other text."""
    if body == "html":
        _instead(x, answers.html(status))
    elif body == "empty":
        _instead(x, Answer(status, b"", content_type="", framing="length"))
    elif body == "json":
        _instead(x, answers.error(status, "An internal error occurred"))
    else:
        _instead(x, Answer(status, _bytes(body)))


@_kind(BEFORE)
def applied_then_error(x, status=502):
    """The request takes effect, and an edge server answers an error all the same."""
    x.replace_later = answers.html(status)


@_kind(BEFORE)
def early_answer(x, status=413):
    """An error before the body has been read, then the end of the connection."""
    _instead(x, answers.error(status, "Refused early"))
    x.answer.announce_close = True
    x.delivery.read_body = False
    x.delivery.end = "notify"


@_kind(BEFORE)
def rate_limited(x, shape="management", retry_after=None, reset_in=None, date=True):
    """A 429. `retry_after` is that header's value, `reset_in` seconds from Date to the reset;
    without either the answer names no time. Shapes: see answers.too_many()."""
    _instead(x, answers.too_many(shape))
    x.answer.set_header("X-Ratelimit-Limit", "2")
    x.answer.set_header("X-Ratelimit-Remaining", "0")
    x.rate_headers = False
    if retry_after is not None:
        x.answer.set_header("Retry-After", str(retry_after))
    if reset_in is not None:
        x.answer.set_header("X-Ratelimit-Reset", str(x.tenant.utc_now() + int(reset_in)))
    x.date_header = date


@_kind(BEFORE)
def expire_token(x):
    """Every token issued so far ends now: this request gets 401."""
    x.tenant.tokens.revoke_all()


@_kind(BEFORE)
def change_scopes(x, scopes=()):
    """From this request on, every token issued so far has just these scopes."""
    for grant in x.tenant.tokens.issued.values():
        grant.scopes = frozenset(scopes)


@_kind(BEFORE)
def demand_certificates(x):
    """The edge changes its mind: the next connection needs a client certificate."""
    x.tenant.demand_certificates()


# --- The answer's framing and head --------------------------------------------------------

@_kind(AFTER)
def chunked(x, sizes=(1, 2, 3, 5, 8, 13), extension=";a=b;c=\"d e\"", trailers="X-Sum: 1\r\n"):
    """Chunks of odd sizes, extensions and trailers."""
    x.answer.framing, x.answer.chunks = "chunked", tuple(sizes)
    x.answer.extension, x.answer.trailers = _bytes(extension), _bytes(trailers)


@_kind(AFTER)
def content_length(x):
    """The body with a content-length."""
    x.answer.framing = "length"


@_kind(AFTER)
def close_delimited(x, end="notify"):
    """The body ends where the connection does."""
    x.answer.framing = "close"
    x.delivery.end = end


@_kind(AFTER)
def no_content(x):
    """204: the request took effect, and there is no body."""
    x.answer.status, x.answer.body, x.answer.framing = 204, b"", "none"


@_kind(AFTER)
def cut_body(x, bytes=0):
    """The body ends after so many bytes (below 0: before its last ones) and the answer ends well,
    as a proxy makes it whose own connection was cut."""
    x.answer.body = x.answer.body[:bytes]


@_kind(AFTER)
def bad_chunk(x, bytes=0, size="x"):
    """So many bytes of the body, and in the next chunk's place a line that is no size."""
    x.answer.framing, x.answer.body = "chunked", x.answer.body[:bytes]
    raw(x, encode(x.answer).removesuffix(b"0\r\n\r\n") + _bytes(size) + b"\r\n")


@_kind(AFTER)
def gzipped(x):
    """A content-encoding that nobody asked for."""
    x.answer.gzip = True


@_kind(AFTER)
def interim(x, status=100, count=1, head=""):
    """1xx answers before the answer."""
    one = b"HTTP/1.1 %d Interim\r\n%s\r\n" % (status, _bytes(head))
    x.answer.interim = one * count


@_kind(AFTER)
def casing(x, style="odd"):
    """Header names in another case: "lower", "upper" or "odd"."""
    x.answer.casing = style


@_kind(AFTER)
def header(x, name="X-Extra", value="1"):
    """One header added or replaced."""
    x.answer.set_header(name, value)


@_kind(AFTER)
def without_header(x, name="Date"):
    """One header gone."""
    x.answer.drop_header(name)


@_kind(AFTER)
def date(x, offset=0, text=None):
    """A Date header that is off by so many seconds, or any text."""
    x.answer.set_header("Date", text or formatdate(x.tenant.utc_now() + offset, usegmt=True))


@_kind(AFTER)
def extra_head(x, lines="X-Extra: 1\r\n"):
    """Raw header lines, right or wrong, before the end of the head."""
    x.answer.extra_head += _bytes(lines)


@_kind(AFTER)
def conflicting_lengths(x, style="differ"):
    """Content-lengths that must not be believed."""
    size = len(x.answer.body)
    lines = {
        "differ": b"Content-Length: %d\r\nContent-Length: %d\r\n" % (size, size + 1),
        "twice": b"Content-Length: %d\r\nContent-Length: %d\r\n" % (size, size),
        "list": b"Content-Length: %d, %d\r\n" % (size, size),
        "with_chunked": b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % size,
        "negative": b"Content-Length: -%d\r\n" % size,
        "plus": b"Content-Length: +%d\r\n" % size,
        "hex": b"Content-Length: 0x%x\r\n" % size,
        "overflow": b"Content-Length: 18446744073709551616\r\n",
        "word": b"Content-Length: many\r\n",
    }
    x.answer.framing = "close"
    x.answer.extra_head += lines[style]
    x.delivery.end = "notify"


@_kind(AFTER)
def oversize_head(x, bytes=100000):
    """A head longer than anyone should read."""
    x.answer.extra_head += b"X-Padding: " + b"p" * bytes + b"\r\n"


@_kind(AFTER)
def raw(x, data="", end="notify"):
    """These bytes, whatever they are, in place of the answer."""
    x.answer.raw = _bytes(data)
    x.delivery.end = end


@_kind(AFTER)
def garbage(x, end="notify"):
    """Bytes that are no HTTP."""
    raw(x, b"\x00\xff\xfe SSH-2.0-nothing\r\n\r\n" * 4, end)


# --- The answer's document ----------------------------------------------------------------

@_kind(AFTER)
def body(x, data=""):
    """Another body under the same head."""
    x.answer.body = _bytes(data)


@_kind(AFTER)
def not_json(x):
    """200 and JSON by its content type, a web page by its content."""
    x.answer.body = answers.HTML_502


@_kind(AFTER)
def duplicate_keys(x, key="options", value="{}"):
    """A member twice in the answer: the second one has `value`."""
    pairs = [(m.raw_key, m.value) for m in raw_json.members(x.answer.body)]
    x.answer.body = raw_json.build(pairs + [(raw_json.quote(key), _bytes(value))])


@_kind(AFTER)
def options_missing(x):
    """An answer without `options`, as a token without the scope gets."""
    x.answer.body = raw_json.without(x.answer.body, "options")


@_kind(AFTER)
def options_is(x, value="null"):
    """`options` is null, an array, a string, ..."""
    x.answer.body = raw_json.put(x.answer.body, "options", _bytes(value))


@_kind(AFTER)
def member_is(x, key="strategy", value="null"):
    """Any top-level member with another value."""
    x.answer.body = raw_json.put(x.answer.body, key, _bytes(value))


@_kind(AFTER)
def without_member(x, key="strategy"):
    """Any top-level member gone."""
    x.answer.body = raw_json.without(x.answer.body, key)


@_kind(AFTER)
def deep(x, depth=65):
    """`options` holds a member nested so deep that it makes the whole document `depth` deep."""
    nested = b"[" * (depth - 2) + b"]" * (depth - 2)
    options = raw_json.put(raw_json.get(x.answer.body, "options") or b"{}", "deep", nested)
    x.answer.body = raw_json.put(x.answer.body, "options", options)


@_kind(AFTER)
def huge(x, bytes=2000000):
    """A document with one more member of that many bytes."""
    filler = b'"' + b"h" * max(0, bytes - 2) + b'"'
    x.answer.body = raw_json.put(x.answer.body, "filler", filler)


@_kind(BEFORE)
def endless(x, lead=0, length=1):
    """A list without an end, its pages empty: after `lead` cursors come `length` that come back
    for ever, in a circle; with a length of 0 none ever comes back."""
    query = parse_qs(urlsplit(x.head.target).query)
    number = int(query.get("from", ["0"])[-1]) + 1
    if length and number > lead + length:
        number = lead + 1
    _instead(x, Answer(200, b'{"next":"%d","connections":[]}' % number))


# --- Other people, and token answers ------------------------------------------------------

@_kind(AFTER)
def edit(x, target, change=None, drop=(), beside=None):
    """Somebody else changes the connection's options right after this request, or members `beside`
    them."""
    connection = x.tenant.store.connections[target]
    for key, value in (beside or {}).items():
        connection.put(key, _bytes(value))
    options = connection.get("options")
    for key in drop:
        options = raw_json.without(options, key)
    for key, value in (change or {}).items():
        options = raw_json.put(options, key, _bytes(value))
    connection.put("options", options)
    connection.remember_options()


@_kind(AFTER)
def lands_late(x, target, seconds=1.0, status=504, retry_after=None):
    """A PATCH that an edge gives up, with an error or (status 0) by closing the connection, while
    its origin goes on: it takes effect so many seconds later. `retry_after` is that header's."""
    connection = x.tenant.store.connections[target]

    def land(options=connection.get("options")):
        with x.tenant.lock:
            connection.put("options", options)

    connection.put("options", connection.history[-2])
    timer = threading.Timer(seconds, land)
    timer.daemon = True
    timer.start()
    if status:
        x.answer = answers.html(status)
        if retry_after is not None:
            x.answer.set_header("Retry-After", str(retry_after))
    else:
        x.delivery.send, x.delivery.end = False, "notify"


@_kind(AFTER)
def token_lacks(x, scopes=()):
    """A token answer that states fewer scopes, with a token that has just those."""
    token = raw_json.text(raw_json.get(x.answer.body, "access_token"))
    grant = x.tenant.tokens.issued[token]
    left = [word for word in x.tenant.tokens.scopes if word not in scopes]
    grant.scopes = frozenset(left)
    x.answer.body = raw_json.put(x.answer.body, "scope", raw_json.quote(" ".join(left)))


# --- Whole connections --------------------------------------------------------------------

@_kind(CONNECTION)
def connection_reset(plan):
    """RST right after the connection is accepted."""
    plan.end = "reset"


@_kind(CONNECTION)
def connection_closed(plan):
    """Closed right after the connection is accepted."""
    plan.end = "fin"


@_kind(CONNECTION)
def connection_stall(plan, seconds=5.0):
    """Accepted, then silence, then closed: the handshake never begins."""
    plan.stall, plan.end = seconds, "fin"


@_kind(CONNECTION)
def connection_garbage(plan, data="HTTP/1.1 400 Bad Request\r\n\r\n"):
    """Something that is no TLS, then closed."""
    plan.greeting, plan.end = _bytes(data), "fin"


@_kind(CONNECTION)
def connection_cut(plan, sent=0, end="reset"):
    """Ends once the tenant has sent so many raw bytes, handshake included."""
    plan.limit, plan.limit_end = sent, end
