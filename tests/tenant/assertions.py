"""Client assertions (RFC 7523): what the token endpoint asks of them.

Signatures are verified by the openssl command, which shares nothing with the program
under test.
"""

import base64
import binascii
import json
import os
import subprocess
import tempfile

TYPE = b"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME_MAX_S = 300
TOLERANCE_S = 10

_PSS = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest",
        "-sigopt", "rsa_mgf1_md:sha256")
_DIGESTS = {"RS256": ("-sha256",), "RS384": ("-sha384",), "PS256": ("-sha256", *_PSS)}


class Rejected(Exception):
    """Why an assertion is worth nothing."""


class Assertions:
    """The keys of the tenant's one application, and the assertions seen so far.

    `keys` are PEM texts of public keys by their id; `seen` holds (header, claims) of every
    assertion that was good.
    """

    def __init__(self, client_id, issuer, now):
        self.client_id, self.issuer, self.now = client_id, issuer, now
        self.keys = {}
        self.seen = []

    def check(self, fields):
        """Raises Rejected unless the request's fields prove who the client is."""
        if fields.get("client_assertion_type") != TYPE:
            raise Rejected("client_assertion_type")
        if "client_secret" in fields:
            raise Rejected("an assertion and a secret")
        parts = fields["client_assertion"].split(b".")
        if len(parts) != 3:
            raise Rejected("not a JWT")
        head, claims = _json(parts[0]), _json(parts[1])
        self._check_signature(head, b".".join(parts[:2]), _decode(parts[2]))
        self._check_claims(claims)
        self.seen.append((head, claims))

    def _check_signature(self, head, signed, signature):
        if head.get("alg") not in _DIGESTS or head.get("typ", "JWT") != "JWT":
            raise Rejected("alg or typ")
        if "kid" in head and head["kid"] not in self.keys:
            raise Rejected("unknown kid")
        keys = [self.keys[head["kid"]]] if "kid" in head else list(self.keys.values())
        if not any(_verifies(head["alg"], key, signed, signature) for key in keys):
            raise Rejected("signature")

    def _check_claims(self, claims):
        now = self.now()
        if claims.get("iss") != self.client_id or claims.get("sub") != self.client_id:
            raise Rejected("iss or sub")
        if claims.get("aud") != self.issuer:  # one string, no list
            raise Rejected("aud")
        if not isinstance(claims.get("exp"), int) or claims["exp"] <= now - TOLERANCE_S:
            raise Rejected("expired")
        if claims["exp"] > now + LIFETIME_MAX_S + TOLERANCE_S:
            raise Rejected("exp is too far away")
        for name in ("iat", "nbf"):
            if claims.get(name, now) > now + TOLERANCE_S:
                raise Rejected("%s is in the future" % name)
        if not isinstance(claims.get("jti"), str) or not claims["jti"]:
            raise Rejected("no jti")
        if claims["jti"] in (seen["jti"] for _, seen in self.seen):
            raise Rejected("jti was there before")


def _decode(text):
    if b"=" in text:
        raise Rejected("padding")
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise Rejected("not base64url") from error


def _json(text):
    try:
        value = json.loads(_decode(text))
    except ValueError as error:
        raise Rejected("not JSON") from error
    if not isinstance(value, dict):
        raise Rejected("not an object")
    return value


def _verifies(algorithm, public_key, signed, signature):
    with tempfile.TemporaryDirectory() as directory:
        names = [os.path.join(directory, name) for name in ("key", "signature")]
        for name, content in zip(names, (public_key, signature)):
            with open(name, "wb") as file:
                file.write(content)
        return subprocess.run(
            ["openssl", "dgst", *_DIGESTS[algorithm], "-verify", names[0], "-signature", names[1]],
            input=signed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            check=False).returncode == 0
