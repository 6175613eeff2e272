"""What a PATCH body has to be, in the order and the words of the real service."""

from . import raw_json
from .answers import error
from .connections import SETTING

SIZE_LIMIT = 1024 * 1024
DISPLAY_NAME_LIMIT = 128
# By strategy, in bytes.
METADATA_LIMITS = {"adfs": 128 * 1024, "oidc": 128 * 1024, "samlp": 4 * 1024 * 1024}
METADATA_MEMBERS = ("fedMetadataXml", "oidc_metadata", "metadataXml")
VALUES = ("on_each_login", "on_first_login", "never_on_login")

_ALLOWED = {
    "display_name": "string", "options": "object", "is_domain_connection": "boolean",
    "show_as_button": "boolean", "realms": "array", "metadata": "object",
    "authentication": "object", "connected_accounts": "object",
    "cross_app_access_requesting_app": "object", "cross_app_access_resource_app": "object",
}
_TYPES = {b'"': "string", b"{": "object", b"[": "array", b"t": "boolean", b"f": "boolean",
          b"n": "null"}
_ONLY_FOR = ("options.set_user_root_attributes can be set only for enterprise connections, "
             "social connections or custom database connections (using external users store)")


def invalid(message):
    """A 400 about the body."""
    return error(400, message, "invalid_body")


def refuse_body(content_type, body):
    """The refusal of a body that no connection could take, or None."""
    if len(body) > SIZE_LIMIT:
        return error(413, "Payload content length greater than maximum allowed: %d" % SIZE_LIMIT)
    if content_type.split(";")[0].strip().lower() != "application/json":
        return error(415, "Unsupported Media Type")
    try:
        raw_json.check(body)
    except ValueError:
        return error(400, "Invalid request payload JSON format")
    if raw_json.kind(body) != b"{":
        return invalid("Payload validation error: 'Expected type object but found type %s'."
                       % _type_of(body))
    return _refuse_members(body)


def refuse_new(content_type, body):
    """The same of a connection that is to be made, which has a name and a strategy as well."""
    try:
        raw_json.check(body)
        named = all(raw_json.get(body, key) for key in ("name", "strategy"))
        rest = raw_json.without(raw_json.without(body, "name"), "strategy")
    except ValueError:
        return error(400, "Invalid request payload JSON format")
    if not named:
        return invalid("Payload validation error: 'Missing required property: name'.")
    return refuse_body(content_type, rest)


def _type_of(raw):
    return _TYPES.get(raw_json.kind(raw), "number")


def _refuse_members(body):
    found = raw_json.members(body)
    unknown = [member.key for member in found if member.key not in _ALLOWED]
    if unknown:
        return invalid("Payload validation error: 'Additional properties not allowed: %s'."
                       % ",".join(unknown))
    for member in found:
        wanted, given = _ALLOWED[member.key], _type_of(member.value)
        if given != wanted:
            return invalid("Payload validation error: 'Expected type %s but found type %s' on "
                           "property %s." % (wanted, given, member.key))
    display_name = raw_json.get(body, "display_name")
    if display_name and len(raw_json.text(display_name)) > DISPLAY_NAME_LIMIT:
        return invalid("Payload validation error: 'String is too long (%d chars), maximum %d' on "
                       "property display_name." % (len(raw_json.text(display_name)),
                                                   DISPLAY_NAME_LIMIT))
    return _refuse_setting(raw_json.get(body, "options"))


def _refuse_setting(options):
    value = raw_json.get(options, SETTING) if options else None
    if value is None:
        return None
    if _type_of(value) != "string":
        return invalid("Payload validation error: 'Expected type string but found type %s' on "
                       "property options.%s." % (_type_of(value), SETTING))
    if raw_json.text(value) not in VALUES:
        return invalid("Payload validation error: 'No enum match for: %s' on property options.%s."
                       % (raw_json.text(value), SETTING))
    return None


def refuse_strategy(connection, body):
    """The refusal of the setting on a connection that cannot carry it, or None."""
    options = raw_json.get(body, "options")
    if options is None or raw_json.get(options, SETTING) is None:
        return None
    strategy = connection.text("strategy")
    if strategy in ("sms", "email"):
        return invalid(_ONLY_FOR)
    if strategy == "auth0" and not _external_store(options):
        return invalid(_ONLY_FOR)
    return None


def refuse_metadata(connection, body, fetched):
    """The refusal of metadata that is larger than the service takes since July 2026, be it in the
    body or behind an address in it, or None. It was stored before that. The words are ours: none
    have been seen yet."""
    strategy = connection.text("strategy")
    options = raw_json.get(body, "options")
    limit = METADATA_LIMITS.get(strategy)
    if options is None or limit is None:
        return None
    size = max([fetched] + [len(raw_json.get(options, key) or b"") for key in METADATA_MEMBERS])
    if size <= limit:
        return None
    return error(422, "Connection metadata exceeds the maximum size of %d bytes" % limit,
                 "invalid_body")


def _external_store(options):
    custom = raw_json.get(options, "enabledDatabaseCustomization")
    importing = raw_json.get(options, "import_mode")
    return custom == b"true" and importing != b"true"
