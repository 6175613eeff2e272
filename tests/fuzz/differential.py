"""Holds the core's readers against independent ones, over the seeds and what becomes of them when bytes change.

    differential.py TELL json [COUNT [SEED]]          Python's json
    differential.py TELL http [COUNT [SEED]]          Python's http.client, and Node's llhttp where node is
    differential.py TELL constraints [COUNT [SEED]]   OpenSSL, whose chains python3-cryptography makes

TELL is the program made of tell.c. What both accept has to mean the same; what one alone accepts is counted under
the reason that it has in STRICTER or LOOSER, what is read in two ways under that in OTHERWISE; or is a fault. The
same seed gives the same inputs.

Status: 0 no other difference, 1 one, 77 the other reader is not there.
"""

import collections
import http.client
import io
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys

import packing

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
VALUE_MAX = 96

# (what, whether an input that we refuse and another accepts has it): the first that fits is counted.
STRICTER = {
    "json": (),
    "http": (
        ("a status that no response has", lambda data: re.search(rb"HTTP/1\.[01] (101|[06-9]\d\d)", data)),
        ("a version that is neither 1.0 nor 1.1", lambda data: not re.match(rb"HTTP/1\.[01] ", data)),
        ("a length, an encoding or a wait in another form, or twice",
         lambda data: re.search(rb"(?i)\n(content-length|transfer-encoding|retry-after|x-ratelimit)", data)),
        ("a value that is looked at, of more than %d bytes" % VALUE_MAX,
         lambda data: re.search(rb"(?i)\n(date|connection|content-encoding):[^\r]{%d}" % (VALUE_MAX + 1), data)),
        ("an empty line in front of a response", lambda data: re.search(rb"^\r?\n|\r\n\r\n\r\nHTTP", data)),
        ("a line that ends otherwise than in CR LF", lambda data: re.search(rb"(?<!\r)\n|\r(?!\n)", data)),
        ("a control character", lambda data: re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", data)),
    ),
}
# The same of what we accept, and another refuses.
LOOSER = {
    "json": (),
    "http": (
        ("304, which has no body, with a coding", lambda data: re.search(rb"HTTP/1\.[01] 304", data)),
        ("an interim response of HTTP/1.0", lambda data: re.match(rb"HTTP/1\.0 1", data)),
        ("a chunk extension in another form, which is skipped unread",
         lambda data: re.search(rb"(?i)chunked", data) and re.search(rb"\n[0-9a-f]+;[^\r]*\r", data, re.IGNORECASE)),
    ),
}

# And of what is read in two ways: the other's is not what RFC 9110 says.
OTHERWISE = {
    "http": (
        ("white space behind `chunked`, which http.client takes for a part of it",
         lambda data: re.search(rb"(?i)\ntransfer-encoding:[^\r\n]*[ \t]\r", data)),
    ),
}


def mutants(target, count, seed, skip):
    """The seeds, and mutants of them."""
    chance = random.Random(seed)
    seeds = [data[skip:] for data in packing.seeds_of(target)]
    inputs = list(seeds)
    while len(inputs) < count:
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data) + 1)
            other = chance.choice(seeds)
            what = chance.randrange(4)
            if what == 0 and data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            elif what == 1:
                del data[at:at + chance.randint(1, 4)]
            elif what == 2:
                begin = chance.randrange(len(other) + 1)
                data[at:at] = other[begin:begin + chance.randint(1, 40)]
            else:
                data[at:at] = bytes([chance.randrange(256)])
        inputs.append(bytes(data[:2000]))
    return inputs


def ask(words, lines):
    text = "".join(line + "\n" for line in lines)
    out = subprocess.run(words, input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    if len(out) != len(lines):
        sys.exit("%s told %d of %d" % (words[0], len(out), len(lines)))
    return out


# ---- JSON ----

class Twice(list):
    """The members of an object, in their order."""


def refuse_word(word):
    raise ValueError(word)


def python_json(data):
    """The value, or None in a tuple of one; () when it is refused."""
    try:
        text = data.decode("utf-8")
        return (json.loads(text, object_pairs_hook=Twice, parse_int=str, parse_float=str,
                           parse_constant=refuse_word),)
    except (ValueError, RecursionError):
        return ()


def judge_json(data, told, other):
    """What is wrong with a verdict; None, or that of ours which is stricter."""
    if told == "no":
        return None if not other else "refused"
    if not other:
        return "accepted"
    _, count, *value = told.split(" ")
    found = [member for name, member in other[0] if name == "a"] if isinstance(other[0], Twice) else []
    if int(count) != len(found):
        return "another count of members"
    if found and python_json(bytes.fromhex(value[0])) != (found[0],):
        return "another member"
    return None


def compare_json(tell, count, seed):
    inputs = mutants("json", count, seed, 0)
    told = ask([tell, "json"], [data.hex() for data in inputs])
    return [(data, judge_json(data, verdict, python_json(data))) for data, verdict in zip(inputs, told)]


# ---- HTTP ----

class Socket:
    """What http.client reads from."""

    def __init__(self, data):
        self.data = data

    def makefile(self, _mode):
        return io.BytesIO(self.data)


def python_http(data):
    """'done STATUS BODY' or 'no'. It knows no interim response but 100."""
    response = http.client.HTTPResponse(Socket(data))
    try:
        response.begin()
        return ("done %d %s" % (response.status, response.read().hex())).strip()
    except (http.client.HTTPException, ValueError, OverflowError):
        return "no"


def judge_http(data, told, name, other):
    if told == "no":
        return None if other == "no" else "refused"
    _, status, taken, *body = told.split(" ")
    mine = ("done %s %s" % (status, body[0] if body else "")).strip()
    is_other_interim = name == "http.client" and re.match(rb"HTTP/1\.[01] 1(?!00)", data)
    if other == mine or is_other_interim:
        return None
    return "accepted" if other == "no" else "told by %s as %s, by ours as %s" % (name, other[:60], mine[:60])


def compare_http(tell, count, seed):
    inputs = mutants("http", count, seed, 1)
    told = ask([tell, "http"], [data.hex() for data in inputs])
    rows = [(data, judge_http(data, verdict, "http.client", python_http(data)) if verdict != "no" else None)
            for data, verdict in zip(inputs, told)]
    if shutil.which("node"):
        others = ask(["node", "--no-warnings", HERE / "llhttp.js"], [data.hex() for data in inputs])
        rows += [(data, judge_http(data, verdict, "llhttp", other.strip()))
                 for data, verdict, other in zip(inputs, told, others)]
    else:
        print("there is no node: llhttp is not asked")
    return rows


# ---- The result ----

def report(kind, rows):
    counts = collections.Counter()
    faults = []
    for data, wrong in rows:
        if wrong is None:
            counts["the same"] += 1
            continue
        known = {"refused": STRICTER, "accepted": LOOSER}.get(wrong, OTHERWISE).get(kind, ())
        reason = next((name for name, fits in known if fits(data)), None)
        if reason is None:
            faults.append((data, wrong))
        else:
            counts["%s here alone: %s" % (wrong if wrong in ("refused", "accepted") else "read so", reason)] += 1
    for name, count in counts.most_common():
        print("%7d %s" % (count, name))
    for data, wrong in faults[:20]:
        print("*** %s: %s" % (wrong, packing.pack(data)))
    print("%s: %d verdicts, %d other differences" % (kind, len(rows), len(faults)))
    return 1 if faults else 0


def main():
    tell, kind = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 20000
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    if kind == "constraints":
        try:
            import openssl_constraints
        except ImportError as error:
            print(error)
            return SKIPPED
        return openssl_constraints.compare(tell, count, seed, ask)
    compare = {"json": compare_json, "http": compare_http}[kind]
    return report(kind, compare(tell, count, seed))


if __name__ == "__main__":
    sys.exit(main())
