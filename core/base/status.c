#include "core/base/status.h"

#include <stddef.h>

/* Exit codes of a program; see README.md. */
enum {
    EXIT_DONE = 0,
    EXIT_FAILURE_OTHER = 1,
    EXIT_REFUSAL = 3,
    EXIT_CREDENTIALS = 4,
    EXIT_NO_CONNECTION = 5,
    EXIT_RATE_LIMIT = 6,
    EXIT_VERIFY = 7,
    EXIT_TLS = 8,
    EXIT_USAGE_ERROR = 64
};

#ifdef CONNSYNC_NO_STATUS_TEXT
#define TEXT(text) ""
#else
#define TEXT(text) text
#endif

struct row {
    unsigned char status;
    unsigned char exit_code;
    const char *name;
    const char *text;
};

static const struct row rows[] = {
    {CONNSYNC_OK, EXIT_DONE, "ok", TEXT("done")},
    {CONNSYNC_WOULD_BLOCK, EXIT_FAILURE_OTHER, "would_block", TEXT("not finished yet")},
    {CONNSYNC_ITEM, EXIT_DONE, "item", TEXT("one more connection")},
    {CONNSYNC_ERR_ARGUMENT, EXIT_USAGE_ERROR, "argument",
     TEXT("a setting of the program is missing or not valid")},
    {CONNSYNC_ERR_MEMORY, EXIT_FAILURE_OTHER, "memory",
     TEXT("the block of memory is too small; give it more")},
    {CONNSYNC_ERR_CANCELLED, EXIT_FAILURE_OTHER, "cancelled",
     TEXT("stopped on request; nothing written")},
    {CONNSYNC_ERR_NAME, EXIT_FAILURE_OTHER, "name_not_resolved",
     TEXT("the domain's name has no address; check the domain and the resolver")},
    {CONNSYNC_ERR_CONNECT, EXIT_FAILURE_OTHER, "connect_failed",
     TEXT("no connection to the domain; check the network, the port and firewalls")},
    {CONNSYNC_ERR_RESET, EXIT_FAILURE_OTHER, "connection_reset",
     TEXT("the connection was reset; try again")},
    {CONNSYNC_ERR_NETWORK, EXIT_FAILURE_OTHER, "network_down",
     TEXT("there is no network; check the link and the route")},
    {CONNSYNC_ERR_ENTROPY, EXIT_FAILURE_OTHER, "no_entropy",
     TEXT("the random source failed; TLS cannot be used without it")},
    {CONNSYNC_ERR_TIMEOUT, EXIT_FAILURE_OTHER, "timeout",
     TEXT("no answer in time; try again or raise --timeout")},
    {CONNSYNC_ERR_CLOSED, EXIT_FAILURE_OTHER, "connection_closed",
     TEXT("the server closed the connection without an answer; try again")},
    {CONNSYNC_ERR_TLS, EXIT_TLS, "tls_failed",
     TEXT("the TLS handshake failed; is this an HTTPS server with ECDHE and AEAD suites?")},
    {CONNSYNC_ERR_TLS_VERSION, EXIT_TLS, "tls_version",
     TEXT("the server speaks neither TLS 1.2 nor TLS 1.3")},
    {CONNSYNC_ERR_CERT_UNTRUSTED, EXIT_TLS, "cert_untrusted",
     TEXT("the certificate's authority is not trusted; name yours with --ca-file")},
    {CONNSYNC_ERR_CERT_NAME, EXIT_TLS, "cert_name_mismatch",
     TEXT("the certificate is for another name; check the domain")},
    {CONNSYNC_ERR_CERT_EXPIRED, EXIT_TLS, "cert_expired",
     TEXT("a certificate has expired; check the clock, then the server")},
    {CONNSYNC_ERR_CERT_NOT_YET_VALID, EXIT_TLS, "cert_not_yet_valid",
     TEXT("a certificate is not valid yet; check the clock, then the server")},
    {CONNSYNC_ERR_TIME_UNKNOWN, EXIT_TLS, "time_unknown",
     TEXT("the time is not known, so certificates cannot be judged; set the clock")},
    {CONNSYNC_ERR_CERT_USAGE, EXIT_TLS, "cert_usage",
     TEXT("a certificate is not meant for servers (key usage)")},
    {CONNSYNC_ERR_CERT_WEAK, EXIT_TLS, "cert_weak",
     TEXT("a certificate is too weak (its signature, curve or key size)")},
    {CONNSYNC_ERR_CERT_CONSTRAINT, EXIT_TLS, "cert_constraint",
     TEXT("an authority in the chain may not vouch for this name, or a certificate has a "
          "critical extension that is not understood (name constraints)")},
#ifndef CONNSYNC_CORE_SMALL
    {CONNSYNC_ERR_CLIENT_CERTIFICATE, EXIT_CREDENTIALS, "client_certificate",
     TEXT("the server asks for a client certificate, or did not accept the one it was shown; see "
          "--client-certificate")},
    {CONNSYNC_ERR_ASSERTION, EXIT_CREDENTIALS, "client_assertion",
     TEXT("the private key made no client assertion; check the key")},
#endif
    {CONNSYNC_ERR_HTTP_SYNTAX, EXIT_FAILURE_OTHER, "http_syntax",
     TEXT("the answer is not well-formed HTTP/1.1; is there a proxy in between?")},
    {CONNSYNC_ERR_HTTP_TOO_LARGE, EXIT_FAILURE_OTHER, "http_too_large",
     TEXT("the answer, or its head, is larger than can be taken")},
    {CONNSYNC_ERR_HTTP_TRUNCATED, EXIT_FAILURE_OTHER, "http_truncated",
     TEXT("the answer was cut short; try again")},
    {CONNSYNC_ERR_HTTP_CONTENT_ENCODING, EXIT_FAILURE_OTHER, "http_content_encoding",
     TEXT("the answer is compressed although that was declined; is there a proxy in between?")},
    {CONNSYNC_ERR_HTTP_REQUEST, EXIT_USAGE_ERROR, "http_request",
     TEXT("the token or the connection's name holds bytes that a request cannot carry")},
    {CONNSYNC_ERR_JSON_SYNTAX, EXIT_FAILURE_OTHER, "json_syntax",
     TEXT("the answer is not strict JSON")},
    {CONNSYNC_ERR_JSON_DEPTH, EXIT_FAILURE_OTHER, "json_depth",
     TEXT("the answer nests deeper than 64 levels")},
    {CONNSYNC_ERR_JSON_UTF8, EXIT_FAILURE_OTHER, "json_utf8",
     TEXT("the answer is not valid UTF-8")},
    {CONNSYNC_ERR_JSON_TOKENS, EXIT_FAILURE_OTHER, "json_tokens",
     TEXT("the answer has more values than the memory given to it can hold")},
    {CONNSYNC_ERR_UNAUTHORIZED, EXIT_CREDENTIALS, "unauthorized",
     TEXT("the token was not accepted; get a new one for this tenant")},
    {CONNSYNC_ERR_FORBIDDEN, EXIT_CREDENTIALS, "forbidden",
     TEXT("the token may not do this; check its scopes")},
    {CONNSYNC_ERR_SCOPE, EXIT_CREDENTIALS, "insufficient_scope",
     TEXT("the token lacks a scope; grant it to the client and get a new token")},
    {CONNSYNC_ERR_NOT_FOUND, EXIT_NO_CONNECTION, "no_such_connection",
     TEXT("there is no such connection; see connsync list")},
    {CONNSYNC_ERR_RATE_LIMITED, EXIT_RATE_LIMIT, "rate_limited",
     TEXT("the tenant's rate limit outlasts the time-out; wait, or raise --timeout")},
    {CONNSYNC_ERR_REJECTED, EXIT_FAILURE_OTHER, "rejected",
     TEXT("the service declined the request")},
    {CONNSYNC_ERR_SERVER, EXIT_FAILURE_OTHER, "server_error",
     TEXT("the service has a problem; try again later")},
    {CONNSYNC_ERR_ANSWER, EXIT_FAILURE_OTHER, "unexpected_answer",
     TEXT("the answer does not look like the Management API's; check the domain")},
    {CONNSYNC_ERR_CLIENT_CREDENTIALS, EXIT_CREDENTIALS, "client_credentials",
     TEXT("no token for these client credentials; check the id, the secret or key, the audience "
          "and the client's grant")},
    {CONNSYNC_REFUSED_NO_OPTIONS, EXIT_REFUSAL, "missing_options",
     TEXT("the answer has no `options`: the token lacks the scope read:connections_options; "
          "nothing written")},
    {CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT, EXIT_REFUSAL, "options_not_object",
     TEXT("`options` is not an object; nothing written")},
    {CONNSYNC_REFUSED_PASSWORDLESS, EXIT_REFUSAL, "passwordless",
     TEXT("passwordless connections cannot carry this setting; nothing written")},
    {CONNSYNC_REFUSED_STRATEGY, EXIT_REFUSAL, "strategy",
     TEXT("a database connection carries this setting only with a custom database that is not "
          "imported; nothing written")},
    {CONNSYNC_REFUSED_ENCRYPTED_CONFIGURATION, EXIT_REFUSAL, "encrypted_configuration",
     TEXT("`options.configuration` came back encrypted and a write might encrypt it again; "
          "--allow-encrypted-configuration goes on all the same; nothing written")},
    {CONNSYNC_REFUSED_DUPLICATE, EXIT_REFUSAL, "duplicate_member",
     TEXT("the answer has a member twice that must be addressed once; nothing written")},
    {CONNSYNC_REFUSED_DEPTH, EXIT_REFUSAL, "too_deep",
     TEXT("the connection nests deeper than 64 levels; nothing written")},
    {CONNSYNC_REFUSED_TOO_LARGE, EXIT_REFUSAL, "too_large",
     TEXT("the connection is larger than the memory given to it; nothing written")},
    {CONNSYNC_REFUSED_NOT_JSON, EXIT_REFUSAL, "not_json",
     TEXT("the answer is not strict JSON; nothing written")},
    {CONNSYNC_REFUSED_AMBIGUOUS, EXIT_REFUSAL, "ambiguous",
     TEXT("several connections have this name: use the id; nothing written")},
    {CONNSYNC_REFUSED_VALUE, EXIT_REFUSAL, "unknown_value",
     TEXT("the setting holds something that is not a string; nothing written")},
    {CONNSYNC_REFUSED_CHANGED, EXIT_REFUSAL, "changed_since_plan",
     TEXT("the connection has changed since the plan was made; make a new plan; nothing written")},
    {CONNSYNC_REFUSED_BACKUP, EXIT_REFUSAL, "no_backup",
     TEXT("the backup cannot be written; nothing written")},
    {CONNSYNC_REFUSED_OTHER_CONNECTION, EXIT_REFUSAL, "other_connection",
     TEXT("the backup is of a connection with another strategy; nothing written")},
    {CONNSYNC_ERR_LOSS, EXIT_VERIFY, "verify_loss",
     TEXT("reading again after the write found options lost or changed")},
    {CONNSYNC_ERR_NOT_APPLIED, EXIT_VERIFY, "not_applied",
     TEXT("the service accepted the write but the setting did not change")},
    {CONNSYNC_ERR_UNVERIFIED, EXIT_FAILURE_OTHER, "unverified",
     TEXT("a write was sent and could not be verified; run the command again")},
};

static const struct row *find(enum connsync_status status)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].status == (unsigned char)status) {
            return &rows[i];
        }
    }
    return &rows[0];
}

const char *connsync_status_name(enum connsync_status status)
{
    return find(status)->name;
}

const char *connsync_status_text(enum connsync_status status)
{
    return find(status)->text;
}

int connsync_status_exit_code(enum connsync_status status)
{
    return find(status)->exit_code;
}

bool connsync_status_is_refusal(enum connsync_status status)
{
    return find(status)->exit_code == EXIT_REFUSAL;
}
