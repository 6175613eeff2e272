"""Bodies of answers, in the spelling of the real service."""

import json

from .http_wire import Answer, REASONS

HTML_502 = (b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
            b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>edge</center>\r\n"
            b"</body>\r\n</html>\r\n")


def as_json(value):
    """Compact JSON, as the service writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def error(status, message, code=None, **more):
    """The Management API's error shape."""
    body = {"statusCode": status, "error": REASONS.get(status, "Error"), "message": message}
    if code:
        body["errorCode"] = code
    body.update(more)
    return Answer(status, as_json(body))


def oauth_error(status, name, description):
    """The shape that RFC 6749 gives to a token endpoint's errors."""
    return Answer(status, as_json({"error": name, "error_description": description}))


def html(status, body=None):
    """What an edge server answers when the service behind it does not."""
    if body is None:
        title = b"%d %s" % (status, REASONS.get(status, "Error").encode())
        body = HTML_502.replace(b"502 Bad Gateway", title)
    return Answer(status, body, content_type="text/html; charset=UTF-8")


def too_many(shape="management"):
    """A 429 in one of the shapes seen: "management", "bare", "oauth", "html" or "empty"."""
    if shape == "management":
        return error(429, "Global limit has been reached", "too_many_requests")
    if shape == "bare":
        return Answer(429, as_json({"statusCode": 429, "error": "Too Many Requests"}))
    if shape == "oauth":
        return oauth_error(429, "too_many_requests", "Rate limit exceeded.")
    if shape == "html":
        return html(429)
    if shape == "empty":
        return Answer(429, b"", content_type="", framing="length")
    raise ValueError("no such shape: " + shape)
