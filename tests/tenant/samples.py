"""Connections to test and show with: invented, but shaped like real ones.

Every credential in them holds the word SECRET, and SECRETS lists them all: a test
that finds one of these strings in any output has found a leak. Texts are written
as JSON by hand where its spelling is the point: numbers, escapes, white space,
duplicate keys.
"""

import base64
import hashlib

from . import raw_json

SECRETS = set()


def _secret(label, length=40):
    """A credential that is easy to find wherever it should not be."""
    tail = base64.b64encode(hashlib.sha256(label.encode()).digest()).decode()
    value = ("SECRET-%s-%s" % (label, tail))[:max(length, len(label) + 20)]
    SECRETS.add(value)
    return value


def _pem(label, kind="CERTIFICATE", size=700, start=""):
    """Text in PEM's form; inside is no certificate, only letters arranged like one."""
    letters = base64.b64encode(hashlib.shake_256(label.encode()).digest(size)).decode()
    letters = start + letters[len(start):]
    lines = [letters[at:at + 64] + "\n" for at in range(0, len(letters), 64)]
    return "-----BEGIN %s-----\n%s-----END %s-----\n" % (kind, "".join(lines), kind)


def _private_key(label):
    """A key whose first line is the string to look for."""
    text = _pem(label, "PRIVATE KEY", 400, "SECRET" + label)
    SECRETS.add(text.split("\n")[1])
    return text


def connection(connection_id, name, strategy, options, display_name=None, more=()):
    """A whole connection's text. `options` is raw JSON text; None leaves it out."""
    pairs = [("id", raw_json.quote(connection_id))]
    if options is not None:
        pairs.append(("options", options if isinstance(options, bytes) else options.encode()))
    pairs += [("strategy", raw_json.quote(strategy)), ("name", raw_json.quote(name))]
    if display_name is not None:
        pairs.append(("display_name", raw_json.quote(display_name)))
    pairs += [("is_domain_connection", b"false"), ("show_as_button", b"true"),
              ("realms", b"[" + raw_json.quote(name) + b"]"), *more,
              ("enabled_clients", b'["fIcTiTiOuS0cLiEnT1iDvAlUe2xYz3Ab"]')]
    return raw_json.build([(raw_json.quote(key), value) for key, value in pairs])


def _object(*pairs):
    """Compact JSON text of an object: values are raw bytes, or str to be quoted."""
    return raw_json.build([(raw_json.quote(key),
                            value if isinstance(value, bytes) else raw_json.quote(value))
                           for key, value in pairs])


def google(connection_id="con_2bXy7LmQ9fTzWkRa", name="google-oauth2"):
    """The demo's connection: the setting is absent, and there are 14 other options."""
    options = _object(
        ("email", b"true"), ("profile", b"true"), ("calendar", b"false"),
        ("scope", b'["email","profile"]'),
        ("client_id", "417203958846-cv9examplee2nobodys.apps.example.test"),
        ("client_secret", _secret("google-client")),
        ("allowed_audiences", b'["com.example.ios","com.example.android"]'),
        ("freeform_scopes", b'["https://scopes.example.test/drive.file"]'),
        ("upstream_params", b'{"prompt":{"value":"select_account"},"hd":{"alias":"login_hint"}}'),
        ("non_persistent_attrs", b'["ethnicity","gender"]'),
        ("icon_url", "https://static.example.test/logo.svg?size=64&dark=1"),
        ("federated_connections_access_tokens", b'{"active":true}'),
        ("gateway_authentication", b"null"), ("schema_version", b"3"))
    return connection(connection_id, name, "google-oauth2", options,
                      display_name="Sign in with Google")


def samlp():
    """Enterprise SAML: the setting sits in the middle; certificates, metadata, a signing key."""
    metadata = ('<EntityDescriptor entityID="urn:idp.example.test"><KeyDescriptor use="signing">'
                "<X509Certificate>%s</X509Certificate></KeyDescriptor></EntityDescriptor>"
                % base64.b64encode(b"a certificate, nearly " * 30).decode())
    options = _object(
        ("signInEndpoint", "https://idp.example.test/saml2/sso?a=1&b=2"),
        ("signingCert", _pem("saml-idp")), ("cert", _pem("saml-idp")),
        ("subject", b'{"commonName":"idp.example.test"}'),
        ("expires", "2031-05-06T07:08:09.000Z"), ("thumbprints", b'["5d41402abc4b2a76b9719d91"]'),
        ("set_user_root_attributes", "on_each_login"),
        ("fieldsMap", b'{"email":["mail","http:\\/\\/claims.example.test\\/email"],"name":"cn"}'),
        ("signing_key", _object(("key", _private_key("samlsigning")),
                                ("cert", _pem("samlsigning")))),
        ("idpinitiated", b'{"enabled":false,"client_id":"","client_protocol":"samlp"}'),
        ("metadataXml", metadata), ("signSAMLRequest", b"true"), ("digestAlgorithm", "sha256"),
        ("domain_aliases", b"[]"), ("assertion_decryption_settings", b"{}"))
    return connection("con_Kd83hQpZs0VbNtYe", "corp-saml", "samlp", options,
                      display_name="Corporate sign-in")


_LOGIN_SCRIPT = (
    "function login(email, password, callback) {\n"
    "  // Gr\u00fc\u00dfe, \u4f60\u597d, \U0001f512 \"quoted\" \\ back\\slash \t tab\n"
    "  const re = /^[\\w.+-]+@\"?example\\.test\"?$/;\n"
    "  if (!re.test(email) && password <= '&<>') { return callback(new Error('no')); }\n"
    "  callback(null, { user_id: '42', email });\n}\n")


def custom_database(configuration=b"{}", connection_id="con_Vt5mWc2HrJ8xGfLo",
                    name="legacy-users", importing=b"false"):
    """A custom database with an external store: it can carry the setting."""
    options = _object(
        ("enabledDatabaseCustomization", b"true"), ("import_mode", importing),
        ("customScripts", _object(("login", _LOGIN_SCRIPT),
                                  ("get_user", "function getUser(e, cb) { cb(null, null); }"))),
        ("configuration", configuration), ("passwordPolicy", "good"),
        ("password_complexity_options", b'{"min_length":12}'),
        ("password_history", b'{"size":5,"enable":true}'),
        ("mfa", b'{"active":true,"return_enroll_settings":true}'),
        ("brute_force_protection", b"true"), ("disable_signup", b"true"),
        ("authentication_methods", b'{"password":{"enabled":true},"passkey":{"enabled":false}}'),
        ("passkey_options", b'{"challenge_ui":"both"}'), ("validation", b"null"))
    return connection(connection_id, name, "auth0", options)


def encrypted_configuration():
    """A custom database whose secrets come back as ciphertext."""
    sealed = _object(("api_key", "2.0$" + _secret("sealed-key", 60)),
                     ("url", "2.0$" + _secret("sealed-url", 60)))
    return custom_database(sealed, "con_Qz1sRk6MvB4yTnUa", "vault-users")


def importing_database():
    """A custom database that imports its users: it cannot carry the setting."""
    return custom_database(b"{}", "con_Hy9aXe3FpD7wJcIm", "migrating-users", b"true")


def plain_database():
    """The ordinary user database: it cannot carry the setting."""
    options = _object(("mfa", b'{"active":true,"return_enroll_settings":true}'),
                      ("passwordPolicy", "fair"), ("strategy_version", b"2"),
                      ("brute_force_protection", b"true"))
    return connection("con_Ub4nLs8GtO2kZvEi", "Username-Password-Authentication", "auth0", options)


def okta():
    """Enterprise Okta, set to the first login already."""
    options = _object(
        ("type", "back_channel"), ("domain", "example-org.okta.test"),
        ("client_id", "0oa7example7okta7"), ("client_secret", _secret("okta-client")),
        ("scope", "openid email profile"), ("issuer", "https://example-org.okta.test"),
        ("oidc_metadata", b'{"issuer":"https://example-org.okta.test","userinfo_endpoint":null}'),
        ("attribute_map", b'{"mapping_mode":"basic_profile","attributes":{}}'),
        ("connection_settings", b'{"pkce":"auto"}'), ("schema_version", "openid-1.0.0"),
        ("set_user_root_attributes", "on_first_login"))
    return connection("con_77aBdR5oWmXq2SyC", "okta", "okta", options, display_name="Okta")


def oidc():
    """Every spelling that a careless copy would change, and decoys of the setting's own name."""
    options = ("""{ "type" : "back_channel",\t"client_id":"p\\u0061rtner-\\uD83D\\uDD12-\\/id",
    "client_secret":"%s", "ratios":[1.0,1e3,-0,0.10,1E+2,12345678901234567890,2.50e-07],
  "nested":{"set_user_root_attributes":"decoy","options":{"set_user_root_attributes":1},
    "twice":1,"twice":"two","":[ ] , "empty":{ }},"text":"\\"set_user_root_attributes\\":\\"x\\"",
  "set_user_root_attribute":"near", "controls":"\\b\\f\\n\\r\\t\\u0000\\u001f",
  "na\u00efve \u952e":[[],{},[{}],null,true,false,""], "twice":{"a":1},"twice":[2] , "zero":0 }"""
               % _secret("partner-client"))
    return connection("con_Ew6tPj0NzA3cRbHu", "partner-oidc", "oidc", options.encode("utf-8"),
                      display_name="Partner \u2013 \"OIDC\"",
                      more=[("metadata", b'{"cost_centre":"4711"}')])


# Strategies of 2026, each a server of tools.
TOOL_STRATEGIES = ("asana", "atlassian", "cloudflare-mcp", "gitlab", "hubspot-mcp", "linear-mcp",
                   "notion-mcp", "sentry-mcp", "slack")


def tools(number=0):
    """A strategy that connsync has never heard of, and a member of this year."""
    strategy = TOOL_STRATEGIES[number]
    options = _object(
        ("client_id", "tools-client-%d" % number), ("client_secret", _secret("tools-%d" % number)),
        ("scope", b'["read","write"]'), ("id_token_session_expiry_supported", b"false"))
    return connection("con_Tools%011d" % number, strategy, strategy, options,
                      more=[("cross_app_access_resource_app", b'{"status":"enabled"}')])


def azure():
    """Azure AD: values that other systems write, and never_on_login."""
    options = _object(
        ("client_id", "a1b2c3d4-0000-4000-8000-feedfacecafe"),
        ("client_secret", _secret("azure-client")), ("tenant_domain", "example.onazure.test"),
        ("domain_aliases", b'["example.test","sub.example.test"]'),
        ("app_domain", "tenant.example.auth0.test"), ("identity_api", "microsoft-identity-v2.0"),
        ("thumbprints", b"[]"), ("waad_protocol", "openid-connect"),
        ("max_groups_to_retrieve", "50"),
        ("ext_groups", b"true"), ("ext_profile", b"true"), ("granted", b"false"),
        ("cert_rollover_notification", "2026-01-02T03:04:05.678Z"),
        ("set_user_root_attributes", "never_on_login"), ("use_wsfed", b"false"))
    return connection("con_Sf2gYi9KuQ5dMxOl", "azure-ad", "waad", options)


def sms():
    """Passwordless: it cannot carry the setting."""
    options = _object(
        ("from", "+15550100200"), ("syntax", "md_with_macros"), ("template", "Code: @@password@@"),
        ("totp", b'{"length":6,"time_step":180}'), ("twilio_sid", "ACexamplesid"),
        ("twilio_token", _secret("twilio")), ("messaging_service_sid", b"null"),
        ("brute_force_protection", b"true"), ("disable_signup", b"false"))
    return connection("con_8sPqNc1VhL6zBtWe", "sms", "sms", options)


def email():
    """Passwordless as well."""
    options = _object(
        ("email", b'{"from":"{{ application.name }} <root@example.test>","syntax":"liquid",'
                  b'"subject":"Sign in","body":"<html>\\n<b>{{ code }}</b>\\n</html>"}'),
        ("totp", b'{"length":6,"time_step":300}'), ("auth_params", b'{"scope":"openid"}'),
        ("brute_force_protection", b"true"))
    return connection("con_Gm7rKa4TjX0pFsDy", "email", "email", options)


def everything():
    """One of each, none with the same id or name as another."""
    return [google(), samlp(), custom_database(), encrypted_configuration(), importing_database(),
            plain_database(), okta(), oidc(), azure(), sms(), email()]


def able():
    """Those that can carry the setting without further words."""
    return [google(), samlp(), custom_database(), okta(), oidc(), azure()]


def with_options(options, strategy="oidc", connection_id="con_Zz0options0Zz000", name="made"):
    """A connection with any text as its options, for cases that need just one oddity."""
    return connection(connection_id, name, strategy, options)


def large(size, **how):
    """A connection whose options are `size` bytes: one long script and a few small members."""
    start = b'{"client_secret":' + raw_json.quote(_secret("large")) + b',"script":"'
    end = b'","after":[1,2,3]}'
    filler = b"// line of a script, \\\"quoted\\\"\\n" * (size // 30 + 1)
    room = size - len(start) - len(end)
    cut = filler[:room - room % 33]
    return with_options(start + cut + b"x" * (room - len(cut)) + end, **how)


def wide(count, **how):
    """A connection with that many small options."""
    return with_options(b"{" + b",".join(b'"k%d":%d' % (i, i) for i in range(count)) + b"}", **how)


def option_values(raw):
    """Every string anywhere in a connection's options that must not be printed by anyone."""
    options = raw_json.get(raw, "options") or b"{}"
    return sorted({value for value in raw_json.strings(options) if len(value) >= 8
                   and value not in ("on_each_login", "on_first_login", "never_on_login")})


# Once, so that SECRETS is complete for those who only import it.
everything()
large(200)
