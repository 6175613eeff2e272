/*
 * The stable names of the statuses, and which of them are refusals. What a status means to
 * a person, and to whoever started a program, is out of scope: config/ has that for the
 * command line, a board and an embedder have words of their own.
 */
#include "core/base/status.h"

#include <stddef.h>

/* The numbers of refusals, including those that have no name yet. */
#define REFUSALS_FIRST 120
#define REFUSALS_LAST 139

static const char *const names[] = {
    [CONNSYNC_OK] = "ok",
    [CONNSYNC_WOULD_BLOCK] = "would_block",
    [CONNSYNC_ITEM] = "item",
    [CONNSYNC_ERR_ARGUMENT] = "argument",
    [CONNSYNC_ERR_MEMORY] = "memory",
    [CONNSYNC_ERR_CANCELLED] = "cancelled",
    [CONNSYNC_ERR_NAME] = "name_not_resolved",
    [CONNSYNC_ERR_CONNECT] = "connect_failed",
    [CONNSYNC_ERR_RESET] = "connection_reset",
    [CONNSYNC_ERR_NETWORK] = "network_down",
    [CONNSYNC_ERR_ENTROPY] = "no_entropy",
    [CONNSYNC_ERR_TIMEOUT] = "timeout",
    [CONNSYNC_ERR_CLOSED] = "connection_closed",
    [CONNSYNC_ERR_NAME_TEMPORARY] = "name_temporary",
    [CONNSYNC_ERR_TLS] = "tls_failed",
    [CONNSYNC_ERR_TLS_VERSION] = "tls_version",
    [CONNSYNC_ERR_CERT_UNTRUSTED] = "cert_untrusted",
    [CONNSYNC_ERR_CERT_NAME] = "cert_name_mismatch",
    [CONNSYNC_ERR_CERT_EXPIRED] = "cert_expired",
    [CONNSYNC_ERR_CERT_NOT_YET_VALID] = "cert_not_yet_valid",
    [CONNSYNC_ERR_TIME_UNKNOWN] = "time_unknown",
    [CONNSYNC_ERR_CERT_USAGE] = "cert_usage",
    [CONNSYNC_ERR_CERT_WEAK] = "cert_weak",
    [CONNSYNC_ERR_CERT_CONSTRAINT] = "cert_constraint",
    [CONNSYNC_ERR_CLIENT_CERTIFICATE] = "client_certificate",
    [CONNSYNC_ERR_CERT_ANCHOR] = "cert_anchor",
    [CONNSYNC_ERR_CERT_CRITICAL_EXTENSION] = "cert_critical_extension",
    [CONNSYNC_ERR_TLS_POST_HANDSHAKE] = "tls_post_handshake",
    [CONNSYNC_ERR_HTTP_SYNTAX] = "http_syntax",
    [CONNSYNC_ERR_HTTP_TOO_LARGE] = "http_too_large",
    [CONNSYNC_ERR_HTTP_TRUNCATED] = "http_truncated",
    [CONNSYNC_ERR_HTTP_CONTENT_ENCODING] = "http_content_encoding",
    [CONNSYNC_ERR_HTTP_REQUEST] = "http_request",
    [CONNSYNC_ERR_JSON_SYNTAX] = "json_syntax",
    [CONNSYNC_ERR_JSON_DEPTH] = "json_depth",
    [CONNSYNC_ERR_JSON_UTF8] = "json_utf8",
    [CONNSYNC_ERR_JSON_TOKENS] = "json_tokens",
    [CONNSYNC_ERR_UNAUTHORIZED] = "unauthorized",
    [CONNSYNC_ERR_FORBIDDEN] = "forbidden",
    [CONNSYNC_ERR_SCOPE] = "insufficient_scope",
    [CONNSYNC_ERR_NOT_FOUND] = "no_such_connection",
    [CONNSYNC_ERR_RATE_LIMITED] = "rate_limited",
    [CONNSYNC_ERR_REJECTED] = "rejected",
    [CONNSYNC_ERR_SERVER] = "server_error",
    [CONNSYNC_ERR_ANSWER] = "unexpected_answer",
    [CONNSYNC_ERR_CLIENT_CREDENTIALS] = "client_credentials",
    [CONNSYNC_ERR_ASSERTION] = "client_assertion",
    [CONNSYNC_ERR_TOKEN] = "unusable_token",
    [CONNSYNC_ERR_WEB_PAGE] = "web_page",
    [CONNSYNC_REFUSED_NO_OPTIONS] = "missing_options",
    [CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT] = "options_not_object",
    [CONNSYNC_REFUSED_PASSWORDLESS] = "passwordless",
    [CONNSYNC_REFUSED_STRATEGY] = "strategy",
    [CONNSYNC_REFUSED_ENCRYPTED_CONFIGURATION] = "encrypted_configuration",
    [CONNSYNC_REFUSED_DUPLICATE] = "duplicate_member",
    [CONNSYNC_REFUSED_DEPTH] = "too_deep",
    [CONNSYNC_REFUSED_TOO_LARGE] = "too_large",
    [CONNSYNC_REFUSED_NOT_JSON] = "not_json",
    [CONNSYNC_REFUSED_AMBIGUOUS] = "ambiguous",
    [CONNSYNC_REFUSED_VALUE] = "unknown_value",
    [CONNSYNC_REFUSED_CHANGED] = "changed_since_plan",
    [CONNSYNC_REFUSED_BACKUP] = "no_backup",
    [CONNSYNC_REFUSED_OTHER_CONNECTION] = "other_connection",
    [CONNSYNC_ERR_LOSS] = "verify_loss",
    [CONNSYNC_ERR_NOT_APPLIED] = "not_applied",
    [CONNSYNC_ERR_UNVERIFIED] = "unverified",
};

#define COUNT (sizeof names / sizeof names[0])
_Static_assert(COUNT == CONNSYNC_ERR_UNVERIFIED + 1, "the last status has no name");

const char *connsync_status_name(enum connsync_status status)
{
    size_t number = (size_t)status;

    return number < COUNT && names[number] != NULL ? names[number] : "unknown_status";
}

bool connsync_status_is_refusal(enum connsync_status status)
{
    return (int)status >= REFUSALS_FIRST && (int)status <= REFUSALS_LAST;
}
