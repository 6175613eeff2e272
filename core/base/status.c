/*
 * The stable names of the statuses, and which of them are refusals. What a status means to
 * a person, and to whoever started a program, is out of scope: config/ has that for the
 * command line, a board and an embedder have words of their own.
 */
#include "core/base/status.h"

#include "core/base/text.h"

/* The numbers of refusals, including those that have no name yet. */
#define REFUSALS_FIRST 120
#define REFUSALS_LAST 139

#define NAMES(X)                                                                                   \
    X(CONNSYNC_OK, "ok")                                                                           \
    X(CONNSYNC_WOULD_BLOCK, "would_block")                                                         \
    X(CONNSYNC_ITEM, "item")                                                                       \
    X(CONNSYNC_ERR_ARGUMENT, "argument")                                                           \
    X(CONNSYNC_ERR_MEMORY, "memory")                                                               \
    X(CONNSYNC_ERR_CANCELLED, "cancelled")                                                         \
    X(CONNSYNC_ERR_NAME, "name_not_resolved")                                                      \
    X(CONNSYNC_ERR_CONNECT, "connect_failed")                                                      \
    X(CONNSYNC_ERR_RESET, "connection_reset")                                                      \
    X(CONNSYNC_ERR_NETWORK, "network_down")                                                        \
    X(CONNSYNC_ERR_ENTROPY, "no_entropy")                                                          \
    X(CONNSYNC_ERR_TIMEOUT, "timeout")                                                             \
    X(CONNSYNC_ERR_CLOSED, "connection_closed")                                                    \
    X(CONNSYNC_ERR_NAME_TEMPORARY, "name_temporary")                                               \
    X(CONNSYNC_ERR_TLS, "tls_failed")                                                              \
    X(CONNSYNC_ERR_TLS_VERSION, "tls_version")                                                     \
    X(CONNSYNC_ERR_CERT_UNTRUSTED, "cert_untrusted")                                               \
    X(CONNSYNC_ERR_CERT_NAME, "cert_name_mismatch")                                                \
    X(CONNSYNC_ERR_CERT_EXPIRED, "cert_expired")                                                   \
    X(CONNSYNC_ERR_CERT_NOT_YET_VALID, "cert_not_yet_valid")                                       \
    X(CONNSYNC_ERR_TIME_UNKNOWN, "time_unknown")                                                   \
    X(CONNSYNC_ERR_CERT_USAGE, "cert_usage")                                                       \
    X(CONNSYNC_ERR_CERT_WEAK, "cert_weak")                                                         \
    X(CONNSYNC_ERR_CERT_CONSTRAINT, "cert_constraint")                                             \
    X(CONNSYNC_ERR_CLIENT_CERTIFICATE, "client_certificate")                                       \
    X(CONNSYNC_ERR_CERT_ANCHOR, "cert_anchor")                                                     \
    X(CONNSYNC_ERR_CERT_CRITICAL_EXTENSION, "cert_critical_extension")                             \
    X(CONNSYNC_ERR_TLS_POST_HANDSHAKE, "tls_post_handshake")                                       \
    X(CONNSYNC_ERR_HTTP_SYNTAX, "http_syntax")                                                     \
    X(CONNSYNC_ERR_HTTP_TOO_LARGE, "http_too_large")                                               \
    X(CONNSYNC_ERR_HTTP_TRUNCATED, "http_truncated")                                               \
    X(CONNSYNC_ERR_HTTP_CONTENT_ENCODING, "http_content_encoding")                                 \
    X(CONNSYNC_ERR_HTTP_REQUEST, "http_request")                                                   \
    X(CONNSYNC_ERR_JSON_SYNTAX, "json_syntax")                                                     \
    X(CONNSYNC_ERR_JSON_DEPTH, "json_depth")                                                       \
    X(CONNSYNC_ERR_JSON_UTF8, "json_utf8")                                                         \
    X(CONNSYNC_ERR_JSON_TOKENS, "json_tokens")                                                     \
    X(CONNSYNC_ERR_UNAUTHORIZED, "unauthorized")                                                   \
    X(CONNSYNC_ERR_FORBIDDEN, "forbidden")                                                         \
    X(CONNSYNC_ERR_SCOPE, "insufficient_scope")                                                    \
    X(CONNSYNC_ERR_NOT_FOUND, "no_such_connection")                                                \
    X(CONNSYNC_ERR_RATE_LIMITED, "rate_limited")                                                   \
    X(CONNSYNC_ERR_REJECTED, "rejected")                                                           \
    X(CONNSYNC_ERR_SERVER, "server_error")                                                         \
    X(CONNSYNC_ERR_ANSWER, "unexpected_answer")                                                    \
    X(CONNSYNC_ERR_CLIENT_CREDENTIALS, "client_credentials")                                       \
    X(CONNSYNC_ERR_ASSERTION, "client_assertion")                                                  \
    X(CONNSYNC_ERR_TOKEN, "unusable_token")                                                        \
    X(CONNSYNC_ERR_WEB_PAGE, "web_page")                                                           \
    X(CONNSYNC_REFUSED_NO_OPTIONS, "missing_options")                                              \
    X(CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT, "options_not_object")                                   \
    X(CONNSYNC_REFUSED_PASSWORDLESS, "passwordless")                                               \
    X(CONNSYNC_REFUSED_STRATEGY, "strategy")                                                       \
    X(CONNSYNC_REFUSED_ENCRYPTED_CONFIGURATION, "encrypted_configuration")                         \
    X(CONNSYNC_REFUSED_DUPLICATE, "duplicate_member")                                              \
    X(CONNSYNC_REFUSED_DEPTH, "too_deep")                                                          \
    X(CONNSYNC_REFUSED_TOO_LARGE, "too_large")                                                     \
    X(CONNSYNC_REFUSED_NOT_JSON, "not_json")                                                       \
    X(CONNSYNC_REFUSED_AMBIGUOUS, "ambiguous")                                                     \
    X(CONNSYNC_REFUSED_VALUE, "unknown_value")                                                     \
    X(CONNSYNC_REFUSED_CHANGED, "changed_since_plan")                                              \
    X(CONNSYNC_REFUSED_BACKUP, "no_backup")                                                        \
    X(CONNSYNC_REFUSED_OTHER_CONNECTION, "other_connection")                                       \
    X(CONNSYNC_REFUSED_WORD, "ambiguous_value")                                                    \
    X(CONNSYNC_ERR_LOSS, "verify_loss")                                                            \
    X(CONNSYNC_ERR_NOT_APPLIED, "not_applied")                                                     \
    X(CONNSYNC_ERR_UNVERIFIED, "unverified")

#define NUMBER(status, text) status,
#define TEXT(status, text) text "\0"
static const uint8_t statuses[] = {NAMES(NUMBER)};
static const char names[] = NAMES(TEXT);

_Static_assert(CONNSYNC_ERR_UNVERIFIED <= UINT8_MAX, "a status is no byte");

const char *connsync_status_name(enum connsync_status status)
{
    const char *name = cs_words_numbered(names, statuses, sizeof statuses, (unsigned)status);

    return name != NULL ? name : "unknown_status";
}

bool connsync_status_is_refusal(enum connsync_status status)
{
    return (int)status >= REFUSALS_FIRST && (int)status <= REFUSALS_LAST;
}
