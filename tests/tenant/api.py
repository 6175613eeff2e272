"""The Management API's endpoints for connections, and the token endpoint's place beside them."""

import base64
import re
from urllib.parse import parse_qs, unquote, urlsplit

from . import answers, raw_json, validation
from .http_wire import Answer

_ONE = re.compile(r"/api/v2/connections/([^/]+)")
_READ = ("read:connections",)
_UPDATE = ("update:connections",)
_CREATE = ("create:connections",)
_DELETE = ("delete:connections",)


class Api:
    """Answers requests from the store. Knows nothing of sockets or faults."""

    def __init__(self, store, tokens, page_limit=100):
        self.store, self.tokens, self.page_limit = store, tokens, page_limit

    def handle(self, head, body):
        """The answer to one request."""
        parts = urlsplit(head.target)
        if parts.path == "/oauth/token":
            if head.method != "POST":
                return answers.error(404, "Not Found")
            return self.tokens.answer(head, body)
        one = _ONE.fullmatch(parts.path)
        if not one and parts.path != "/api/v2/connections":
            return answers.error(404, "Not Found")
        grant, refusal = self._grant(head)
        if refusal is not None:
            return refusal
        query = parse_qs(parts.query, keep_blank_values=True)
        if not one:
            if head.method == "POST":
                return self._create(grant, head, body)
            if head.method != "GET":
                return answers.error(404, "Not Found")
            return self._list(grant, query)
        connection_id = unquote(one.group(1))
        if head.method == "GET":
            return self._read(grant, connection_id, query)
        if head.method == "PATCH":
            return self._patch(grant, connection_id, head, body)
        if head.method == "DELETE":
            return self._delete(grant, connection_id)
        return answers.error(404, "Not Found")

    def _grant(self, head):
        """(grant, None), or (None, refusal) for a token that opens nothing."""
        value = head.one("Authorization")
        if not value:
            return None, answers.error(401, "Missing authentication")
        scheme, _, token = value.partition(" ")
        if scheme.lower() != "bearer" or not token or " " in token:
            return None, answers.error(400, "Bad HTTP authentication header format", "Bearer")
        grant = self.tokens.issued.get(token)
        if grant is None:
            return None, _unauthorised("Invalid token")
        if not grant.alive():
            return None, _unauthorised("Expired token received for JSON Web Token validation")
        return grant, None

    def _shown(self, connection_id, connection, grant, query=None, members=None):
        """The text of one connection, with the members that token and query allow."""
        wanted, excluded = _fields(query or {})
        return connection.render(
            connection.read() if members is None else members,
            self.store.behaviour(connection_id), wanted, excluded,
            with_options="read:connections_options" in grant.scopes)

    def _read(self, grant, connection_id, query):
        if not grant.scopes.intersection(_READ):
            return _insufficient(_READ)
        connection = self.store.connections.get(connection_id)
        if connection is None:
            return _inexistent()
        return Answer(200, self._shown(connection_id, connection, grant, query))

    def _patch(self, grant, connection_id, head, body):
        if not grant.scopes.intersection(_UPDATE):
            return _insufficient(_UPDATE)
        refusal = validation.refuse_body(head.one("Content-Type"), body)
        if refusal is not None:
            return refusal
        if raw_json.get(body, "options") is not None:
            if "update:connections_options" not in grant.scopes:
                return answers.error(403, "Updating the \"options\" property requires the "
                                     "\"update:connections_options\" scope.")
        connection = self.store.connections.get(connection_id)
        if connection is None:
            return _inexistent()
        behaviour = self.store.behaviour(connection_id)
        if behaviour.strategy_rules:
            refusal = (validation.refuse_strategy(connection, body)
                       or validation.refuse_metadata(connection, body, behaviour.fetched))
            if refusal is not None:
                return refusal
        connection.patch(body, behaviour)
        answer = Answer(200, self._shown(connection_id, connection, grant,
                                         members=connection.members))
        answer.applied = True
        return answer

    def _create(self, grant, head, body):
        """As far as tools/try-tenant needs it: connsync makes no connections."""
        if not grant.scopes.intersection(_CREATE):
            return _insufficient(_CREATE)
        refusal = validation.refuse_new(head.one("Content-Type"), body)
        if refusal is not None:
            return refusal
        name = raw_json.text(raw_json.get(body, "name"))
        if self.store.matching(name):
            return answers.error(409, "A connection with this name already exists", "conflict")
        connection_id = self.store.create(body)
        return Answer(201, self._shown(connection_id, self.store.connections[connection_id], grant))

    def _delete(self, grant, connection_id):
        """The service says that it will; here it is done by then."""
        if not grant.scopes.intersection(_DELETE):
            return _insufficient(_DELETE)
        if self.store.connections.pop(connection_id, None) is None:
            return _inexistent()
        return Answer(202, b'{"deleted_at":"2026-01-31T09:00:00.000Z"}')

    def _list(self, grant, query):
        if not grant.scopes.intersection(_READ):
            return _insufficient(_READ)
        name = query["name"][-1] if "name" in query else None
        found = self.store.matching(name, query.get("strategy", ()))
        try:
            if "take" in query or "from" in query:
                return self._checkpoint_page(grant, query, found)
            return self._numbered_page(grant, query, found)
        except ValueError as error:
            return answers.error(400, "Query validation error: " + str(error),
                                 "invalid_query_string")

    def _texts(self, grant, query, found):
        return b"[" + b",".join(self._shown(key, item, grant, query) for key, item in found) + b"]"

    def _checkpoint_page(self, grant, query, found):
        take = _number(query, "take", 50, 1, self.page_limit)
        start = _position(query, found)
        page = found[start:start + take]
        text = self._texts(grant, query, page)
        if start + take >= len(found):
            return Answer(200, b'{"connections":' + text + b"}")
        following = base64.urlsafe_b64encode(b"after:" + page[-1][0].encode()).rstrip(b"=")
        return Answer(200, b'{"next":"' + following + b'","connections":' + text + b"}")

    def _numbered_page(self, grant, query, found):
        per_page = _number(query, "per_page", self.page_limit, 1, self.page_limit)
        page = _number(query, "page", 0, 0, 1000000)
        if (page + 1) * per_page > 1000:
            raise ValueError("You can only page through the first 1000 records.")
        start = page * per_page
        text = self._texts(grant, query, found[start:start + per_page])
        if query.get("include_totals", [""])[-1] != "true":
            return Answer(200, text)
        return Answer(200, b'{"total":%d,"start":%d,"limit":%d,"connections":%s}'
                      % (len(found), start, per_page, text))


def _fields(query):
    """(wanted or None, excluded) from fields= and include_fields=."""
    if "fields" not in query:
        return None, ()
    names = query["fields"][-1].split(",")
    if query.get("include_fields", ["true"])[-1] == "false":
        return None, names
    return names, ()


def _number(query, name, default, lowest, highest):
    word = query.get(name, [str(default)])[-1]
    if not re.fullmatch("[0-9]{1,7}", word) or not lowest <= int(word) <= highest:
        raise ValueError("'Value %s is out of range %d..%d' on property %s."
                         % (word, lowest, highest, name))
    return int(word)


def _position(query, found):
    if "from" not in query:
        return 0
    word = query["from"][-1]
    try:
        plain = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode("utf-8")
    except ValueError as error:
        raise ValueError("'Invalid checkpoint' on property from.") from error
    for index, (key, _) in enumerate(found):
        if plain == "after:" + key:
            return index + 1
    raise ValueError("'Invalid checkpoint' on property from.")


def _unauthorised(message):
    return answers.error(401, message, attributes={"error": message})


def _insufficient(scopes):
    return answers.error(403, "Insufficient scope, expected any of: " + ",".join(scopes),
                         "insufficient_scope")


def _inexistent():
    return answers.error(404, "The connection does not exist", "inexistent_connection")
