"""The tenant's connections: raw members, what a PATCH does to them, and how they misbehave."""

from dataclasses import dataclass, field, fields as dataclass_fields, replace

from . import raw_json

SETTING = "set_user_root_attributes"


@dataclass
class Behaviour:
    """How the service treats a connection. Every value's default is the plain, honest service.

    Keys of `derive`, `change` and `drop` name members of `options`; values are raw JSON bytes.
    """

    reorder: str = ""              # order of option keys in answers: "", "reverse" or "deep"
    spaced: bool = False           # answers carry white space wherever JSON allows it
    derive: dict = field(default_factory=dict)   # members the service adds after a PATCH
    change: dict = field(default_factory=dict)   # members the service alters on a PATCH
    drop: tuple = ()               # members the service loses on a PATCH
    stale_reads: int = 0           # this many reads after a PATCH still see the old state
    ignore_setting: bool = False   # answers 200 but leaves set_user_root_attributes as it was
    ignore_patch: bool = False     # answers 200 and changes nothing at all
    display_name_rule: bool = True     # a PATCH without display_name resets it to the name
    fetched: int = 0               # bytes of metadata that a PATCH makes the service fetch
    strategy_rules: bool = True        # refuses the setting where the real service does


class Connection:
    """One connection as raw members, in the order in which they came."""

    def __init__(self, raw):
        raw_json.check(raw)
        self.members = [(m.key, m.raw_key, m.value) for m in raw_json.members(raw)]
        self.history = [self.get("options")]
        self._stale = None
        self._stale_left = 0

    def get(self, key):
        """The raw value of a top-level member, or None."""
        for name, _, value in self.members:
            if name == key:
                return value
        return None

    def text(self, key):
        """The string in a top-level member, or "" when it is absent or no string."""
        value = self.get(key)
        return raw_json.text(value) if value and value[:1] == b'"' else ""

    def put(self, key, value):
        """Replaces a top-level member in its place, or appends it."""
        for index, (name, raw_key, _) in enumerate(self.members):
            if name == key:
                self.members[index] = (name, raw_key, value)
                return
        self.members.append((key, raw_json.quote(key), value))

    def remember_options(self):
        """Keeps the present `options` as one more entry of the history."""
        self.history.append(self.get("options"))

    def patch(self, body, behaviour):
        """Applies an accepted PATCH body as the service would, faults included."""
        before = list(self.members)
        if not behaviour.ignore_patch:
            self._apply(body, behaviour)
        self.remember_options()
        self._stale, self._stale_left = before, behaviour.stale_reads

    def _apply(self, body, behaviour):
        sent = raw_json.members(body)
        for member in sent:
            value = member.value
            if member.key == "options":
                value = self._stored_options(value, behaviour)
            self.put(member.key, value)
        if behaviour.display_name_rule and self.get("display_name") is not None:
            if not any(member.key == "display_name" for member in sent):
                self.put("display_name", self.get("name"))

    def _stored_options(self, value, behaviour):
        if behaviour.ignore_setting:
            old = raw_json.get(self.get("options") or b"{}", SETTING)
            kept = raw_json.without(value, SETTING)
            value = kept if old is None else raw_json.put(kept, SETTING, old)
        for key in behaviour.drop:
            value = raw_json.without(value, key)
        for changes in (behaviour.change, behaviour.derive):
            for key, raw in changes.items():
                value = raw_json.put(value, key, raw)
        return value

    def read(self):
        """The members that a read sees now; counts down stale reads."""
        if self._stale_left > 0:
            self._stale_left -= 1
            return self._stale
        return self.members

    def render(self, members, behaviour, wanted=None, excluded=(), with_options=True):
        """The answer's text. `wanted` None means all members."""
        pairs = []
        for key, raw_key, value in members:
            if wanted is not None and key not in wanted or key in excluded:
                continue
            if key == "options":
                if not with_options:
                    continue
                value = _ordered(value, behaviour.reorder)
            pairs.append((raw_key, value))
        raw = raw_json.build(pairs)
        return raw_json.spaced(raw) if behaviour.spaced else raw


def _ordered(options, order):
    if not order or raw_json.kind(options) != b"{":
        return options
    return raw_json.reversed_object(options, deep=order == "deep")


class Store:
    """All connections of the tenant, by id, in the order in which they were added."""

    def __init__(self):
        self.connections = {}
        self.default = Behaviour()
        self.own = {}
        self.created = 0

    def add(self, raw):
        """Adds a connection given as its JSON text; returns its id."""
        connection = Connection(raw)
        connection_id = connection.text("id")
        if not connection_id or not connection.text("name"):
            raise ValueError("a connection needs an id and a name")
        self.connections[connection_id] = connection
        return connection_id

    def create(self, body):
        """A connection of what a POST said, with what the service puts around that; its id."""
        self.created += 1
        name = raw_json.get(body, "name")
        pairs = (("id", b'"con_new%013d"' % self.created),
                 ("options", raw_json.get(body, "options") or b"{}"),
                 ("strategy", raw_json.get(body, "strategy")), ("name", name),
                 ("is_domain_connection", b"false"), ("realms", b"[" + name + b"]"),
                 ("enabled_clients", b"[]"))
        return self.add(raw_json.build([(raw_json.quote(key), value) for key, value in pairs]))

    def behave(self, connection_id, changes):
        """Sets behaviour for one connection, or (id None) for all without their own value."""
        known = {item.name for item in dataclass_fields(Behaviour)}
        unknown = set(changes) - known
        if unknown:
            raise ValueError("no such behaviour: " + ", ".join(sorted(unknown)))
        if connection_id is None:
            self.default = replace(self.default, **changes)
        else:
            self.own.setdefault(connection_id, {}).update(changes)

    def behaviour(self, connection_id):
        """The behaviour in force for a connection."""
        return replace(self.default, **self.own.get(connection_id, {}))

    def matching(self, name=None, strategies=()):
        """(id, connection) of those with that exact name and one of those strategies."""
        return [(key, item) for key, item in self.connections.items()
                if (name is None or item.text("name") == name)
                and (not strategies or item.text("strategy") in strategies)]
