"""Generated documents and merge patches through core/json/merge, against a second implementation.

    sweep.py MERGE_TOOL

Each result is held against RFC 7396's own algorithm by value, and against a plain description
of the bytes: every member that the patch does not name has its bytes, in the order it was in,
with the white space before it, unless members before it are gone. The seed is printed;
CONNSYNC_SEED repeats a run.
"""

import json
import os
import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tenant import raw_json  # noqa: E402

PAIRS = 4000
NAMES = ["a", "b", "c", "aa", "", "\u00e9", "\U0001f600", "x\"y", "\\", "\u0001"]
SCALARS = ["1", "1.50e+2", "-0", "true", "false", "null", '""', '"a"', '"\\u00e9\\/"', "[]",
           '[null,{"a":null}]', '"null"', "9007199254740993"]


class Generator:
    """JSON texts in odd spellings."""

    def __init__(self, seed):
        self.chance = random.Random(seed)

    def space(self):
        return self.chance.choice(["", "", "", " ", "\n\t", " \r\n "])

    def name(self, name):
        """The same name is now spelled in one way, now in another."""
        if self.chance.random() < 0.2:
            units = name.encode("utf-16-be", "surrogatepass")
            return '"%s"' % "".join("\\u%04x" % int.from_bytes(units[i:i + 2], "big")
                                    for i in range(0, len(units), 2))
        return json.dumps(name, ensure_ascii=self.chance.random() < 0.5)

    def value(self, depth):
        return self.object(depth - 1) if depth and self.chance.random() < 0.35 \
            else self.chance.choice(SCALARS)

    def object(self, depth, twins=0.0):
        names = self.chance.sample(NAMES, self.chance.randint(0, 6))
        if names and self.chance.random() < twins:
            names.append(self.chance.choice(names))
        inside = ",".join("%s%s%s:%s%s%s" % (
            self.space(), self.name(name), self.space(), self.space(), self.value(depth),
            self.space()) for name in names)
        return "{%s%s}" % (inside, "" if names else self.space())


def has_twins(raw):
    """Does any object in it have a name twice?"""
    kind = raw[:1]
    if kind == b"{":
        names = raw_json.keys(raw)
        return len(set(names)) < len(names) or any(has_twins(m.value)
                                                   for m in raw_json.members(raw))
    return kind == b"[" and any(has_twins(item) for item in raw_json.elements(raw))


def names_a_twin(target, patch):
    """Does the patch name a member that the target has twice?"""
    if target[:1] != b"{" or patch[:1] != b"{":
        return False
    names = raw_json.keys(target)
    return any(names.count(m.key) > 1 or
               (m.key in names and names_a_twin(raw_json.get(target, m.key), m.value))
               for m in raw_json.members(patch))


def by_value(raw):
    """Numbers as they are spelled; duplicates as they stand."""
    def pairs(found):
        return tuple(sorted(found, key=lambda pair: (pair[0], repr(pair[1]))))
    return json.loads(raw, parse_int=str, parse_float=str, object_pairs_hook=pairs)


def merged_value(target, patch):
    """The algorithm of RFC 7396, section 2, on raw values; the pairs of an object by name."""
    if patch[:1] != b"{":
        return by_value(patch)
    kept = [] if target is None or target[:1] != b"{" else \
        [(m.key, m.value) for m in raw_json.members(target)]
    result = [(key, by_value(value)) for key, value in kept]
    for member in raw_json.members(patch):
        old = dict(kept).get(member.key)
        result = [pair for pair in result if pair[0] != member.key]
        if member.value != b"null":
            result.append((member.key, merged_value(old, member.value)))
    return tuple(sorted(result, key=lambda pair: (pair[0], repr(pair[1]))))


def check_bytes(target, patch, result):
    """The members of the result, each with its bytes; and what lies between them."""
    named = {m.key: m.value for m in raw_json.members(patch)}
    old, new = raw_json.members(target), raw_json.members(result)
    kept = [m for m in old if named.get(m.key) != b"null"]
    added = [m for m in raw_json.members(patch)
             if m.value != b"null" and m.key not in {m.key for m in old}]
    assert len(new) == len(kept) + len(added), "the number of members"
    for before, after in zip(kept, new):
        assert before.raw_key == after.raw_key, "a name or the order"
        between = target[before.start:before.value_start]
        assert result[after.start:after.value_start] == between, "the space in a member"
        if before.key not in named:
            assert before.value == after.value, "a member that was not named"
        elif named[before.key][:1] == b"{" == before.value[:1]:
            check_bytes(before.value, named[before.key], after.value)
        elif named[before.key][:1] != b"{":
            assert after.value == named[before.key], "a value that was replaced"
    for index, before in enumerate(kept):
        place = old.index(before)
        lead = target[old[place - 1].end if place else 1:before.start]
        if index == 0 and place > 0:
            lead = target[1:old[0].start]  # where the first one stood
        mine = result[new[index - 1].end if index else 1:new[index].start]
        assert mine == lead, "the space before a member"
    for wanted, after in zip(added, new[len(kept):]):
        assert (wanted.raw_key, wanted.key) == (after.raw_key, after.key), "a new member's name"
        if wanted.value[:1] != b"{":
            assert wanted.value == after.value, "a new member's value"
    tail = target[old[-1].end if old else 1:]
    assert result[new[-1].end if new else 1:] == tail, "the space at the end"


def run_tool(tool, pairs):
    sent = b"".join(b"%d %d\n%s%s" % (len(target), len(patch), target, patch)
                    for target, patch in pairs)
    run = subprocess.run([tool], input=sent, stdout=subprocess.PIPE, check=True, timeout=250)
    rest, answers = run.stdout, []
    for _ in pairs:
        head, rest = rest.split(b"\n", 1)
        status, length = head.split()
        answers.append((status.decode(), rest[:int(length)]))
        rest = rest[int(length):]
    return answers


def judge(target, patch, status, result):
    """What the tool's answer was right about."""
    if has_twins(patch):
        assert status == "duplicate_member", status
        return "patch refused"
    if names_a_twin(target, patch):
        assert status == "duplicate_member", status
        return "target refused"
    assert status == "ok", status
    raw_json.check(result)
    assert by_value(result) == merged_value(target, patch), "another value"
    check_bytes(target, patch, result)
    return "merged"


def main():
    seed = int(os.environ.get("CONNSYNC_SEED", random.SystemRandom().randrange(1 << 32)))
    print("CONNSYNC_SEED=%d" % seed)
    generator = Generator(seed)
    pairs = [(generator.object(3, twins=0.1).encode(), generator.object(3, twins=0.03).encode())
             for _ in range(PAIRS)]
    counts = {}
    for (target, patch), (status, result) in zip(pairs, run_tool(sys.argv[1], pairs)):
        try:
            found = judge(target, patch, status, result)
        except AssertionError as wrong:
            sys.exit("%s: %r + %r gave %s %r" % (wrong, target, patch, status, result))
        counts[found] = counts.get(found, 0) + 1
    print(", ".join("%d %s" % (count, word) for word, count in sorted(counts.items())))
    if len(counts) != 3 or counts["merged"] < PAIRS // 2:
        sys.exit("too little was tried")


if __name__ == "__main__":
    main()
