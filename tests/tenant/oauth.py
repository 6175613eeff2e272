"""The token endpoint: client credentials in, access token out."""

import base64
import hashlib
import json
import re
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from . import answers
from .assertions import Assertions, Rejected
from .http_wire import Answer

SCOPES = ("read:connections", "read:connections_options",
          "update:connections", "update:connections_options")

# What a form encoder may leave as it is; anything else in a body was not encoded.
_FORM_TEXT = re.compile(rb"[A-Za-z0-9\-._~!$'()*+,;:@/?%&=]*")


@dataclass
class Grant:
    """One access token and what it allows."""

    scopes: frozenset
    expires: float
    revoked: bool = False

    def alive(self):
        """Whether the token still opens anything."""
        return not self.revoked and time.monotonic() < self.expires


@dataclass
class Tokens:
    """The tenant's one application, and every token issued to it."""

    audience: str
    client_id: str
    client_secret: bytes
    scopes: tuple = SCOPES
    lifetime: int = 86400
    size: int = 900
    granted: bool = True
    tells_scopes: bool = True  # in the answer; RFC 6749, section 5.1, leaves that open
    assertions: Assertions = None
    by_certificate: bool = False  # TLS has seen who the client is
    issued: dict = field(default_factory=dict)

    def issue(self, scopes=None, lifetime=None):
        """A new token, shaped like a JWT and about `size` characters long."""
        scopes = self.scopes if scopes is None else tuple(scopes)
        lifetime = self.lifetime if lifetime is None else lifetime
        claims = {"aud": self.audience, "sub": self.client_id + "@clients",
                  "scope": " ".join(scopes), "jti": "token-%d" % (len(self.issued) + 1)}
        token = _jwt_like(claims, self.size)
        self.issued[token] = Grant(frozenset(scopes), time.monotonic() + lifetime)
        return token

    def revoke_all(self):
        """Ends every token issued so far, as an expiry in the middle of a flow would."""
        for grant in self.issued.values():
            grant.revoked = True

    def answer(self, head, body):
        """The endpoint's answer to one POST."""
        try:
            fields = _fields(head.one("Content-Type"), body)
        except ValueError as error:
            return answers.oauth_error(400, "invalid_request", str(error))
        refusal = self._refusal(fields)
        if refusal is not None:
            return refusal
        token = self.issue()
        scopes = {"scope": " ".join(self.scopes)} if self.tells_scopes else {}
        return Answer(200, answers.as_json({
            "access_token": token, **scopes,
            "expires_in": self.lifetime, "token_type": "Bearer"}))

    def _refusal(self, fields):
        grant_type = fields.get("grant_type", b"").decode("utf-8", "replace")
        if grant_type != "client_credentials":
            return answers.oauth_error(403, "unsupported_grant_type",
                                       "Unsupported grant type: " + grant_type)
        if fields.get("client_id") != self.client_id.encode():
            return answers.oauth_error(401, "access_denied", "Unauthorized")
        if "client_assertion" in fields:
            try:
                self.assertions.check(fields)
            except Rejected as error:
                return answers.oauth_error(401, "invalid_client", "Client assertion: %s" % error)
        elif not self.by_certificate and fields.get("client_secret") != self.client_secret:
            return answers.oauth_error(401, "access_denied", "Unauthorized")
        audience = fields.get("audience", b"").decode("utf-8", "replace")
        if audience != self.audience:
            return answers.oauth_error(403, "access_denied", "Service not found: " + audience)
        if not self.granted:
            return answers.oauth_error(
                403, "access_denied", "Client is not authorized to access \"%s\". You need to "
                "create a \"client-grant\" associated to this API." % audience)
        return None


def _jwt_like(claims, size):
    seed = json.dumps(claims, sort_keys=True).encode()
    head = base64.urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').rstrip(b"=")
    middle = base64.urlsafe_b64encode(seed).rstrip(b"=")
    signature = hashlib.shake_256(seed).digest(max(32, (size - len(head) - len(middle)) * 3 // 4))
    parts = (head, middle, base64.urlsafe_b64encode(signature).rstrip(b"="))
    return b".".join(parts).decode("ascii")


def _fields(content_type, body):
    """The request's fields as bytes: a client secret may hold any byte."""
    kind = content_type.split(";")[0].strip().lower()
    if kind == "application/json":
        fields = json.loads(body)
        if not isinstance(fields, dict):
            raise ValueError("the body is not an object")
        return {key: str(value).encode("utf-8") for key, value in fields.items()}
    if kind != "application/x-www-form-urlencoded":
        raise ValueError("unknown content type")
    if not _FORM_TEXT.fullmatch(body) or re.search(rb"%(?![0-9A-Fa-f]{2})", body):
        raise ValueError("the form is not encoded")
    # Latin-1 maps every byte to one character and back: a secret is bytes, not text.
    pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True,
                      encoding="latin-1")
    fields = {key: value.encode("latin-1") for key, value in pairs}
    if len(fields) != len(pairs):
        raise ValueError("a field is there twice")
    return fields
