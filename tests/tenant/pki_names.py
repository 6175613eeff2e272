"""The certificate cases that differ in nothing but the names in the leaf.

Each row: the case's name, the leaf's subjectAltName line ("" for none), the host
that the client wants, the address that it dials, the verdict. The leaf's subject
always says CN=tenant.example.auth0.test, which must never count.
"""

_HOST = "tenant.example.auth0.test"
_V4 = "127.0.0.1"


def _der_dns(name):
    """A subjectAltName with one dNSName of any bytes, which OpenSSL's own syntax cannot say."""
    entry = bytes([0x82, len(name)]) + name
    return "subjectAltName=DER:" + (bytes([0x30, len(entry)]) + entry).hex(":")


_MANY = ",".join("DNS:t%d.example.auth0.test" % number for number in range(60))

NAME_CASES = (
    # Right.
    ("wildcard", "subjectAltName=DNS:*.example.auth0.test", _HOST, _V4, "ok"),
    ("other_case", "subjectAltName=DNS:Tenant.EXAMPLE.auth0.TEST", _HOST, _V4, "ok"),
    ("one_of_many", "subjectAltName=" + _MANY + ",DNS:" + _HOST, _HOST, _V4, "ok"),
    ("empty_subject", "subjectAltName=critical,DNS:" + _HOST, _HOST, _V4, "ok"),
    ("address_v4", "subjectAltName=IP:127.0.0.1", "127.0.0.1", _V4, "ok"),
    ("address_v6", "subjectAltName=IP:::1", "::1", "::1", "ok"),
    # Wrong.
    ("wrong_name", "subjectAltName=DNS:other.example.auth0.test", _HOST, _V4, "name_mismatch"),
    ("parent_name", "subjectAltName=DNS:example.auth0.test", _HOST, _V4, "name_mismatch"),
    ("cn_only", "", _HOST, _V4, "name_mismatch"),
    ("cn_right_san_wrong", "subjectAltName=DNS:elsewhere.test", _HOST, _V4, "name_mismatch"),
    ("san_without_dns_name", "subjectAltName=email:" + "someone@" + _HOST, _HOST, _V4,
     "name_mismatch"),
    ("uri_name", "subjectAltName=URI:https://" + _HOST, _HOST, _V4, "name_mismatch"),
    ("wrong_address", "subjectAltName=IP:127.0.0.2", "127.0.0.1", _V4, "name_mismatch"),
    ("textual_address", "subjectAltName=DNS:127.0.0.1", "127.0.0.1", _V4, "name_mismatch"),
    ("wildcard_address", "subjectAltName=DNS:*.0.0.1", "127.0.0.1", _V4, "name_mismatch"),
    ("wildcard_two_labels", "subjectAltName=DNS:*.auth0.test", _HOST, _V4, "name_mismatch"),
    ("wildcard_no_label", "subjectAltName=DNS:*." + _HOST, _HOST, _V4, "name_mismatch"),
    ("wildcard_top_level", "subjectAltName=DNS:*.test", "auth0.test", _V4, "name_mismatch"),
    ("wildcard_alone", "subjectAltName=DNS:*", "localhost", _V4, "name_mismatch"),
    ("wildcard_partial", "subjectAltName=DNS:t*.example.auth0.test", _HOST, _V4,
     "name_mismatch"),
    ("wildcard_inside", "subjectAltName=DNS:tenant.*.auth0.test", _HOST, _V4, "name_mismatch"),
    ("nul_in_name", _der_dns(_HOST.encode() + b"\0.evil.test"), _HOST, _V4, "name_mismatch"),
)
