"""What tools/try-tenant saw of a tenant, and how that is told beside what was seen of another.

An observation is a dictionary for each step: numbers, names, types, words of connsync's own. Of a
value in a body nothing is kept. Names come from a stranger as values do, so each of them passes
Words.shown(), which withholds whatever holds something of the tenant's.
"""

import json
import re

# Of these the value is shown too, where it looks as it always does.
HARMLESS = ("cache-control", "connection", "content-encoding", "content-type", "transfer-encoding",
            "vary")
_HARMLESS_VALUE = re.compile(r"[a-z0-9/*;=,. -]{1,60}", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]{0,63}")
_SCOPE = re.compile(r"(create|read|update|delete):connections(_options)?")
WITHHELD = "(withheld)"
SHORTEST = 4
# Labels of a domain that every tenant's has.
_ANY_TENANT = {"auth0", "com", "www"}


class Words:
    """What must not be told. `secrets`, of the tenant, its client and the connection, stand nowhere;
    `suspects` may be words of ours too, and stand in nothing that came from the tenant."""

    def __init__(self):
        self.secrets, self.suspects = set(), set()

    def add(self, *texts):
        self.secrets.update(text.lower() for text in texts if text and len(text) >= SHORTEST)

    def add_domain(self, domain):
        self.add(domain)
        labels = set(re.split(r"[.:]", domain.lower())) - _ANY_TENANT
        self.suspects.update(label for label in labels if len(label) >= SHORTEST)

    def add_values(self, value):
        """Every string in a body that is too long to be a word of the API's."""
        if isinstance(value, dict):
            value = list(value.values())
        for item in value if isinstance(value, list) else ():
            self.add_values(item)
        if isinstance(value, str) and len(value) > 12:
            self.suspects.add(value.lower())

    def are_told(self, text):
        """Does a text of ours hold a secret?"""
        return any(secret in text.lower() for secret in self.secrets)

    def may_tell(self, text):
        """Is there nothing of the tenant's in a text of its own?"""
        text = text.lower()
        return not any(word in text for word in self.secrets | self.suspects)

    def shown(self, text):
        """A name, if it looks like one and may be told."""
        return text if _NAME.fullmatch(text) and self.may_tell(text) else WITHHELD


def _type(value):
    for kind, name in ((bool, "boolean"), (dict, "object"), (list, "array"), (str, "string"),
                       (type(None), "null")):
        if isinstance(value, kind):
            return name
    return "number"


def shape(value, words, path=""):
    """{path: types} of all that is in a JSON value, with the names that may be told."""
    found = {path or "(body)": {_type(value)}}
    if isinstance(value, dict):
        inside = [("%s.%s" % (path, words.shown(key)) if path else words.shown(key), item)
                  for key, item in value.items()]
    else:
        inside = [(path + "[]", item) for item in value] if isinstance(value, list) else []
    for key, item in inside:
        for name, types in shape(item, words, key).items():
            found.setdefault(name, set()).update(types)
    return found


def order(value, words):
    """Names as they stand, at the top and in `options`."""
    found = {}
    for path, item in (("(body)", value), ("options", value.get("options"))):
        if isinstance(item, dict):
            found[path] = [words.shown(key) for key in item]
    return found


def observe(status, fields, body, seconds, words):
    """One request's answer."""
    try:
        value = json.loads(body) if body else None
    except ValueError:
        value = None
    words.add_values(value)
    seen = {"status": status, "ms": seconds * 1000, "is JSON": value is not None,
            "headers": {}, "members": {}, "order": {}}
    for name, text in fields:
        name = words.shown(name.lower())
        harmless = name in HARMLESS and _HARMLESS_VALUE.fullmatch(text) and words.may_tell(text)
        seen["headers"][name] = text if harmless else None
    if value is not None:
        seen["members"] = shape(value, words)
    if isinstance(value, dict):
        seen["order"] = order(value, words)
        seen["scopes"] = _scopes(value.get("scope"))
    return seen, value


def _scopes(text):
    """Those of connections; of others only how many."""
    if not isinstance(text, str):
        return None
    known = sorted(word for word in text.split() if _SCOPE.fullmatch(word))
    return ["%d others" % (len(text.split()) - len(known))] + known


# ---- Two of them ----

def _only(here, there):
    return sorted(name for name in here if name not in there)


def _headers(one, other):
    for name in _only(one, other):
        yield "header only there: %s" % _with(name, one[name])
    for name in _only(other, one):
        yield "header only at the fake tenant: %s" % _with(name, other[name])
    for name in sorted(set(one) & set(other)):
        if one[name] != other[name] and name in HARMLESS:
            yield "header %s: %s, fake: %s" % (name, one[name] or WITHHELD, other[name] or WITHHELD)


def _with(name, value):
    return "%s: %s" % (name, value) if value else name


def _types(types):
    return "|".join(sorted(types))


def _members(one, other):
    for name in _only(one, other):
        yield "member only there: %s (%s)" % (name, _types(one[name]))
    for name in _only(other, one):
        yield "member only at the fake tenant: %s (%s)" % (name, _types(other[name]))
    for name in sorted(set(one) & set(other)):
        if one[name] != other[name]:
            yield "member %s: %s, fake: %s" % (name, _types(one[name]), _types(other[name]))


def _orders(one, other):
    for path in sorted(set(one) & set(other)):
        both = [name for name in one[path] if name in other[path]]
        if both != [name for name in other[path] if name in one[path]]:
            yield "order in %s: %s" % (path, ", ".join(both))


def _facts(one, other):
    for name in sorted((set(one) | set(other)) - {"ms", "headers", "members", "order"}):
        if one.get(name) != other.get(name):
            yield "%s: %s, fake: %s" % (name, _plain(one.get(name)), _plain(other.get(name)))


def _plain(value):
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return {None: "none", True: "yes", False: "no"}.get(value, value) \
        if not isinstance(value, int) or isinstance(value, bool) else str(value)


def differences(one, other):
    """Lines on one step."""
    if one is None or other is None:
        return ["not done%s" % (" at the fake tenant" if other is None else "")]
    return [*_facts(one, other), *_headers(one.get("headers", {}), other.get("headers", {})),
            *_members(one.get("members", {}), other.get("members", {})),
            *_orders(one.get("order", {}), other.get("order", {}))]


def _outcome(seen):
    """What a run of connsync ended with."""
    if "exit code" not in seen:
        return ""
    return " (exit code %d, %s)" % (seen["exit code"], seen.get("status", "no line"))


def report(there, fake, version):
    """The whole text. Both are {step: observation}, in the order of what was done."""
    lines = ["connsync tried on a tenant, beside the fake tenant of its tests",
             "%s; names and types only, no value of the tenant's" % version, ""]
    for step in [*there, *(step for step in fake if step not in there)]:
        found = differences(there.get(step), fake.get(step))
        lines.append("%s: %s%s" % (step, "as at the fake tenant" if not found else "differs",
                                   _outcome(there.get(step, {}))))
        lines += ["  " + line for line in found]
    lines += ["", "milliseconds (fake):"]
    for step in there:
        if step in fake:
            lines.append("  %-28s %6.0f (%.0f)" % (step, there[step]["ms"], fake[step]["ms"]))
    return "\n".join(lines) + "\n"
