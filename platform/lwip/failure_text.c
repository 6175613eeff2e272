/* Kept apart from the sentences of the command line, which are three times as long and name its
 * flags. Each row costs 8 bytes beside its text. */
#include "platform/lwip/failure_text.h"

#include <stddef.h>

struct row {
    unsigned char status;
    const char *text;
};

static const char no_answer[] = "no answer in time";
static const char no_json[] = "the answer is not strict JSON";

/* All that a board can meet: it neither cancels nor plans, and has no client certificate. */
static const struct row rows[] = {
    {CONNSYNC_ERR_ARGUMENT, "a setting is missing or not valid"},
    {CONNSYNC_ERR_MEMORY, "too little memory"},
    {CONNSYNC_ERR_NAME, "the domain's name has no address"},
    {CONNSYNC_ERR_CONNECT, "no connection to the domain"},
    {CONNSYNC_ERR_RESET, "connection reset"},
    {CONNSYNC_ERR_NETWORK, "no network"},
    {CONNSYNC_ERR_ENTROPY, "no random bytes"},
    {CONNSYNC_ERR_TIMEOUT, no_answer},
    {CONNSYNC_ERR_CLOSED, "connection closed without an answer"},
    {CONNSYNC_ERR_NAME_TEMPORARY, no_answer}, /* the resolver's reason follows */
    {CONNSYNC_ERR_TLS, "the TLS handshake failed"},
    {CONNSYNC_ERR_TLS_VERSION, "neither TLS 1.2 nor TLS 1.3"},
    {CONNSYNC_ERR_CERT_UNTRUSTED, "the certificate's authority is not trusted"},
    {CONNSYNC_ERR_CERT_NAME, "the certificate is for another name"},
    {CONNSYNC_ERR_CERT_EXPIRED, "a certificate has expired"},
    {CONNSYNC_ERR_CERT_NOT_YET_VALID, "a certificate is not valid yet"},
    {CONNSYNC_ERR_TIME_UNKNOWN, "the time is not known"},
    {CONNSYNC_ERR_CERT_USAGE, "a certificate is not for servers"},
    {CONNSYNC_ERR_CERT_WEAK, "a certificate is too weak"},
    {CONNSYNC_ERR_CERT_CONSTRAINT, "name constraints or an unknown critical extension"},
    {CONNSYNC_ERR_TLS_POST_HANDSHAKE, "the server negotiates again"},
    {CONNSYNC_ERR_HTTP_SYNTAX, "the answer is not HTTP/1.1"},
    {CONNSYNC_ERR_HTTP_TOO_LARGE, "the answer is too large"},
    {CONNSYNC_ERR_HTTP_TRUNCATED, "the answer was cut short"},
    {CONNSYNC_ERR_HTTP_CONTENT_ENCODING, "the answer is compressed"},
    {CONNSYNC_ERR_HTTP_REQUEST, "a token or name that no request can carry"},
    {CONNSYNC_ERR_JSON_SYNTAX, no_json},
    {CONNSYNC_ERR_JSON_DEPTH, no_json},
    {CONNSYNC_ERR_JSON_UTF8, no_json},
    {CONNSYNC_ERR_JSON_TOKENS, "the answer has too many values"},
    {CONNSYNC_ERR_UNAUTHORIZED, "the token was not accepted"},
    {CONNSYNC_ERR_FORBIDDEN, "the token may not do this"},
    {CONNSYNC_ERR_SCOPE, "the token lacks a scope"},
    {CONNSYNC_ERR_NOT_FOUND, "no such connection"},
    {CONNSYNC_ERR_RATE_LIMITED, "the rate limit outlasts the job"},
    {CONNSYNC_ERR_REJECTED, "the service declined the request"},
    {CONNSYNC_ERR_SERVER, "the service has a problem"},
    {CONNSYNC_ERR_ANSWER, "not an answer of the Management API"},
    {CONNSYNC_ERR_CLIENT_CREDENTIALS, "no token for these client credentials"},
    {CONNSYNC_ERR_TOKEN, "no usable token in the answer"},
    {CONNSYNC_REFUSED_NO_OPTIONS, "no `options`: the token lacks read:connections_options"},
    {CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT, "`options` is not an object"},
    {CONNSYNC_REFUSED_PASSWORDLESS, "passwordless"},
    {CONNSYNC_REFUSED_STRATEGY, "a database connection that cannot carry the setting"},
    {CONNSYNC_REFUSED_ENCRYPTED_CONFIGURATION, "`options.configuration` is encrypted"},
    {CONNSYNC_REFUSED_DUPLICATE, "a member is there twice"},
    {CONNSYNC_REFUSED_DEPTH, "deeper than 64 levels"},
    {CONNSYNC_REFUSED_TOO_LARGE, "larger than the memory"},
    {CONNSYNC_REFUSED_NOT_JSON, no_json},
    {CONNSYNC_REFUSED_AMBIGUOUS, "several connections have this name"},
    {CONNSYNC_REFUSED_VALUE, "the setting is not a string"},
    {CONNSYNC_ERR_LOSS, "options lost or changed by the write"},
    {CONNSYNC_ERR_NOT_APPLIED, "the write did not change the setting"},
    {CONNSYNC_ERR_UNVERIFIED, "written, not verified"},
};

const char *cs_failure_text(enum connsync_status status)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].status == (unsigned)status) {
            return rows[i].text;
        }
    }
    return "unknown status";
}
