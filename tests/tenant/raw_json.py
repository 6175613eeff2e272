"""JSON as text: find, replace and remove members without re-spelling anything.

The tenant must give back every byte of `options` as it was sent, because the
tests compare bytes. json.loads() followed by json.dumps() would re-spell
numbers, escapes and white space, and would drop duplicate keys, so the
functions here only ever cut and join slices of the original text.

All functions take and give bytes. Apart from check(), they expect a strict
JSON text; on anything else they raise ValueError.
"""

import json
import re
from typing import NamedTuple

_SPACE = re.compile(rb"[ \t\r\n]*")
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.S)
_MARK = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.S)
_SCALAR = re.compile(rb"[^ \t\r\n,\]}]+")


class Member(NamedTuple):
    """One member of an object: its decoded key, and where it lies in the text."""

    key: str
    raw_key: bytes
    value: bytes
    start: int
    value_start: int
    end: int


def check(raw):
    """Raises ValueError unless `raw` is one strict JSON text in UTF-8."""

    def refuse(word):
        raise ValueError("not a JSON number: " + word)

    try:
        json.loads(raw.decode("utf-8"), parse_constant=refuse, parse_int=len, parse_float=len)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _skip_space(raw, position):
    return _SPACE.match(raw, position).end()


def end_of_value(raw, position):
    """Where the value that starts at `position` ends. Loops: depth costs no stack."""
    first = raw[position:position + 1]
    if first == b'"':
        found = _STRING.match(raw, position)
    elif first in (b"{", b"["):
        return _end_of_container(raw, position)
    else:
        found = _SCALAR.match(raw, position)
    if not found:
        raise ValueError("no JSON value at byte %d" % position)
    return found.end()


def _end_of_container(raw, position):
    depth = 0
    for found in _MARK.finditer(raw, position):
        mark = found.group()
        if mark in (b"{", b"["):
            depth += 1
        elif mark in (b"}", b"]"):
            depth -= 1
            if depth == 0:
                return found.end()
    raise ValueError("the container at byte %d does not end" % position)


def kind(raw):
    """The first significant character of a value: it tells the value's type."""
    start = _skip_space(raw, 0)
    return raw[start:start + 1]


def _open(raw, bracket):
    start = _skip_space(raw, 0)
    if raw[start:start + 1] != bracket:
        raise ValueError("expected %s" % bracket.decode())
    return _skip_space(raw, start + 1)


def _after_item(raw, position, closing):
    """Behind an item: (start of the next item, or None at the closing bracket)."""
    position = _skip_space(raw, position)
    mark = raw[position:position + 1]
    if mark == b",":
        return _skip_space(raw, position + 1)
    if mark == closing:
        return None
    raise ValueError("expected a comma at byte %d" % position)


def members(raw):
    """The members of an object, in order, duplicates included."""
    position = _open(raw, b"{")
    if raw[position:position + 1] == b"}":
        return []
    found = []
    while position is not None:
        key_end = end_of_value(raw, position)
        raw_key = raw[position:key_end]
        colon = _skip_space(raw, key_end)
        if raw[colon:colon + 1] != b":":
            raise ValueError("expected a colon at byte %d" % colon)
        value_start = _skip_space(raw, colon + 1)
        end = end_of_value(raw, value_start)
        found.append(Member(text(raw_key), raw_key, raw[value_start:end], position,
                            value_start, end))
        position = _after_item(raw, end, b"}")
    return found


def elements(raw):
    """The elements of an array, each as its own slice of text."""
    position = _open(raw, b"[")
    if raw[position:position + 1] == b"]":
        return []
    found = []
    while position is not None:
        end = end_of_value(raw, position)
        found.append(raw[position:end])
        position = _after_item(raw, end, b"]")
    return found


def get(raw, key):
    """The value of a member (the last one when it is there twice), or None."""
    values = [member.value for member in members(raw) if member.key == key]
    return values[-1] if values else None


def keys(raw):
    """The decoded keys of an object, in order."""
    return [member.key for member in members(raw)]


def put(raw, key, value):
    """The object with one member's value replaced, or with the member appended."""
    found = [member for member in members(raw) if member.key == key]
    if found:
        return raw[:found[-1].value_start] + value + raw[found[-1].end:]
    addition = quote(key) + b":" + value
    everything = members(raw)
    if not everything:
        return b"{" + addition + b"}"
    end = everything[-1].end
    return raw[:end] + b"," + addition + raw[end:]


def without(raw, key):
    """The object with every member of that key cut out, each with one comma."""
    while True:
        everything = members(raw)
        found = [index for index, member in enumerate(everything) if member.key == key]
        if not found:
            return raw
        raw = _cut(raw, everything, found[0])


def _cut(raw, everything, index):
    member = everything[index]
    if index > 0:
        return raw[:everything[index - 1].end] + raw[member.end:]
    if len(everything) > 1:
        return raw[:member.start] + raw[everything[1].start:]
    return raw[:member.start] + raw[member.end:]


def build(pairs):
    """An object of (raw key, raw value) pairs, with no white space between them."""
    return b"{" + b",".join(key + b":" + value for key, value in pairs) + b"}"


def reversed_object(raw, deep=False):
    """The object with its members in the opposite order; the values' bytes stay.

    With `deep`, objects inside it (also those inside arrays) are turned round too.
    """
    pairs = [(m.raw_key, _reversed_inside(m.value) if deep else m.value) for m in members(raw)]
    return build(reversed(pairs))


def _reversed_inside(value):
    if value[:1] == b"{":
        return reversed_object(value, deep=True)
    if value[:1] == b"[":
        return b"[" + b",".join(_reversed_inside(item) for item in elements(value)) + b"]"
    return value


def spaced(raw):
    """The same value with white space in every place between members that allows it."""
    inner = [m.raw_key + b" \t: \r\n" + m.value + b" " for m in members(raw)]
    return b" {\n  " + b",\n  ".join(inner) + b"\n}\r\n"


def quote(value):
    """A Python string as a JSON string, non-ASCII characters as they are."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8")


def text(raw):
    """What a JSON string says."""
    return json.loads(raw)


def strings(raw):
    """Every string value (not key) anywhere in the text, decoded.

    The tests search all output for these: none of them may ever be printed.
    """
    found = []
    for match in _STRING.finditer(raw):
        following = _skip_space(raw, match.end())
        if raw[following:following + 1] != b":":
            found.append(text(match.group()))
    return found


def same_value(one, other):
    """Whether two texts mean the same, whatever the order and spelling of members.

    Numbers are compared as they are written: 1.0 and 1 differ here, on purpose.
    """

    def load(raw):
        return json.loads(raw, parse_int=lambda word: ("number", word),
                          parse_float=lambda word: ("number", word))

    return load(one) == load(other)
