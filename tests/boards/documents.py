"""Connections of a given size, and the recorded ones that are the largest."""

import json
import os
from pathlib import Path

from harness import SETTING
from tenant import raw_json

# What the board has to take, by the version of TLS: the answer's bytes, and its values.
LARGEST = {"1.3": 18432, "1.2": 12288}
VALUES = {"1.3": 600, "1.2": 400}
ODD = [b'"1.50E+2"', b"-0.0", b"12345678901234567890", b'"\\u00e9\\/\\ud83d\\ude00"',
       '"\u00fcber \u20ac"'.encode(), b'{}', b'[ ]', b"null", b"true", b'"a\\\\b\\"c"']


def count_values(raw):
    """How many values a JSON text has, itself and those inside of others among them."""
    return _count(json.loads(raw, object_pairs_hook=lambda pairs: ("object", pairs)))


def _count(value):
    if isinstance(value, tuple):
        return 1 + sum(_count(item) for _, item in value[1])
    if isinstance(value, list):
        return 1 + sum(_count(item) for item in value)
    return 1


def made(number, members=60, size=LARGEST["1.3"], values=VALUES["1.3"]):
    """A connection whose document has exactly `size` bytes and `values` values, once the
    setting is on_first_login; `options` has three members more than `members`. It has
    every spelling that a careless copy would change."""
    # 8 are the document, `options`, the setting, the filler, the list itself, and so on.
    listed = values - 8 - members
    parts = [b'"%s":"on_each_login"' % SETTING.encode(),
             b'"list" : [%s]' % b", ".join([b"1.0"] * listed)]
    parts += [b'"m%03d" :%s' % (index, ODD[index % len(ODD)]) for index in range(members)]
    frame = (b'{"id":"con_%016d","name":"made-%d","strategy":"oidc","options":{%s,"filler":"%%s"}}'
             % (number, number, b",".join(parts).replace(b"%", b"%%")))
    missing = size - len(frame % b"") - (len("on_first_login") - len("on_each_login"))
    text = b"MARKER-%03d-" % number
    return frame % (text * (missing // len(text) + 1))[:missing]


def recorded(count):
    """The largest recorded connections, or nothing where there are none. Some are the same
    connection at different times, so they get ids of their own."""
    folder = Path(os.environ.get("CONNSYNC_FIXTURES") or
                  Path(__file__).resolve().parents[3] / "shared/fixtures/connections")
    found = [path.read_bytes().strip() for path in folder.glob("*.json")]
    found = sorted(found, key=lambda raw: (-len(raw), raw))[:count]
    return [raw_json.put(raw, "id", b'"con_%016d"' % (900 + number))
            for number, raw in enumerate(found)]


def name_of(raw):
    """A connection's name."""
    return raw_json.text(raw_json.get(raw, "name"))


def id_of(raw):
    """A connection's id."""
    return raw_json.text(raw_json.get(raw, "id"))
