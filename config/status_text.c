/* A sentence for each status. */
#include "config/status_text.h"

#include "core/base/text.h"

#define SENTENCES(X)                                                                               \
    X(CONNSYNC_OK, "done")                                                                         \
    X(CONNSYNC_WOULD_BLOCK, "not finished yet")                                                    \
    X(CONNSYNC_ITEM, "one more connection")                                                        \
    X(CONNSYNC_ERR_ARGUMENT, "a setting of the program is missing or not valid")                   \
    X(CONNSYNC_ERR_MEMORY, "the block of memory is too small; give it more")                       \
    X(CONNSYNC_ERR_CANCELLED, "stopped on request")                                                \
    X(CONNSYNC_ERR_NAME, "the domain's name has no address; check the domain and the resolver")    \
    X(CONNSYNC_ERR_CONNECT,                                                                        \
      "no connection to the domain; check the network, the port and firewalls")                    \
    X(CONNSYNC_ERR_RESET, "the connection was reset; try again")                                   \
    X(CONNSYNC_ERR_NETWORK, "there is no network; check the link and the route")                   \
    X(CONNSYNC_ERR_ENTROPY, "the random source failed; TLS cannot be used without it")             \
    X(CONNSYNC_ERR_TIMEOUT, "no answer in time; try again or raise --timeout")                     \
    X(CONNSYNC_ERR_CLOSED, "the server closed the connection without an answer; try again")        \
    X(CONNSYNC_ERR_NAME_TEMPORARY,                                                                 \
      "no name server gave an answer for the domain's name; try again, or check the resolver")     \
    X(CONNSYNC_ERR_TLS, "the TLS handshake failed")                                                \
    X(CONNSYNC_ERR_TLS_VERSION, "the server speaks neither TLS 1.2 nor TLS 1.3")                   \
    X(CONNSYNC_ERR_CERT_UNTRUSTED,                                                                 \
      "the certificate's authority is not trusted; name yours with --ca-file")                     \
    X(CONNSYNC_ERR_CERT_NAME, "the certificate is for another name; check the domain")             \
    X(CONNSYNC_ERR_CERT_EXPIRED, "a certificate has expired; check the clock, then the server")    \
    X(CONNSYNC_ERR_CERT_NOT_YET_VALID,                                                             \
      "a certificate is not valid yet; check the clock, then the server")                          \
    X(CONNSYNC_ERR_TIME_UNKNOWN,                                                                   \
      "the time is not known, so certificates cannot be judged; set the clock")                    \
    X(CONNSYNC_ERR_CERT_USAGE, "a certificate is not meant for servers (key usage)")               \
    X(CONNSYNC_ERR_CERT_WEAK, "a certificate is too weak (its signature, curve or key size)")      \
    X(CONNSYNC_ERR_CERT_CONSTRAINT,                                                                \
      "an authority in the chain may not vouch for this name, or its name constraints are not "    \
      "understood")                                                                                \
    X(CONNSYNC_ERR_CLIENT_CERTIFICATE,                                                             \
      "the server asks for a client certificate, or did not accept the one it was shown; "         \
      "see --client-certificate")                                                                  \
    X(CONNSYNC_ERR_CERT_ANCHOR,                                                                    \
      "the root that the chain leads to is among those trusted, but cannot be used")               \
    X(CONNSYNC_ERR_CERT_CRITICAL_EXTENSION,                                                        \
      "a certificate has a critical extension that is not understood")                             \
    X(CONNSYNC_ERR_TLS_POST_HANDSHAKE,                                                             \
      "the server asks in the middle of a connection for what TLS here can have at its "           \
      "beginning only")                                                                            \
    X(CONNSYNC_ERR_HTTP_SYNTAX,                                                                    \
      "the answer is not well-formed HTTP/1.1; is there a proxy in between?")                      \
    X(CONNSYNC_ERR_HTTP_TOO_LARGE, "the answer, or its head, is larger than can be taken")         \
    X(CONNSYNC_ERR_HTTP_TRUNCATED, "the answer was cut short; try again")                          \
    X(CONNSYNC_ERR_HTTP_CONTENT_ENCODING,                                                          \
      "the answer is compressed although that was declined; is there a proxy in between?")         \
    X(CONNSYNC_ERR_HTTP_REQUEST,                                                                   \
      "the token or the connection's name holds bytes that a request cannot carry")                \
    X(CONNSYNC_ERR_JSON_SYNTAX, "the answer is not strict JSON")                                   \
    X(CONNSYNC_ERR_JSON_DEPTH, "the answer nests deeper than 64 levels")                           \
    X(CONNSYNC_ERR_JSON_UTF8, "the answer is not valid UTF-8")                                     \
    X(CONNSYNC_ERR_JSON_TOKENS, "the answer has more values than the memory given to it can hold") \
    X(CONNSYNC_ERR_UNAUTHORIZED, "the token was not accepted; get a new one for this tenant")      \
    X(CONNSYNC_ERR_FORBIDDEN, "the token may not do this; check its scopes")                       \
    X(CONNSYNC_ERR_SCOPE, "the token lacks a scope; grant it to the client and get a new token")   \
    X(CONNSYNC_ERR_NOT_FOUND, "there is no such connection; see connsync list")                    \
    X(CONNSYNC_ERR_RATE_LIMITED,                                                                   \
      "the tenant's rate limit outlasts the time-out; wait, or raise --timeout")                   \
    X(CONNSYNC_ERR_REJECTED, "the service declined the request")                                   \
    X(CONNSYNC_ERR_SERVER, "the service has a problem; try again later")                           \
    X(CONNSYNC_ERR_ANSWER, "the answer does not look like the Management API's; check the domain") \
    X(CONNSYNC_ERR_CLIENT_CREDENTIALS,                                                             \
      "no token for these client credentials; check the id, the secret or key, the "               \
      "audience and the client's grant")                                                           \
    X(CONNSYNC_ERR_ASSERTION, "the private key made no client assertion; check the key")           \
    X(CONNSYNC_ERR_TOKEN,                                                                          \
      "the answer to the request for a token has none that can be used; check the domain")         \
    X(CONNSYNC_ERR_WEB_PAGE, "the answer is a web page, not the API's: it is of a firewall, a "    \
                             "proxy or an edge in between")                                        \
    X(CONNSYNC_REFUSED_NO_OPTIONS,                                                                 \
      "the answer has no `options`; is the scope read:connections_options granted?")               \
    X(CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT, "`options` is not an object")                           \
    X(CONNSYNC_REFUSED_PASSWORDLESS, "passwordless connections cannot carry this setting")         \
    X(CONNSYNC_REFUSED_STRATEGY,                                                                   \
      "a database connection carries this setting only with a custom database that is not "        \
      "imported")                                                                                  \
    X(CONNSYNC_REFUSED_ENCRYPTED_CONFIGURATION,                                                    \
      "`options.configuration` came back encrypted and a write might encrypt it again; "           \
      "--allow-encrypted-configuration goes on all the same")                                      \
    X(CONNSYNC_REFUSED_DUPLICATE, "the answer has a member twice that must be addressed once")     \
    X(CONNSYNC_REFUSED_DEPTH, "the answer nests deeper than 64 levels")                            \
    X(CONNSYNC_REFUSED_TOO_LARGE, "the connection is larger than the memory given to it")          \
    X(CONNSYNC_REFUSED_NOT_JSON, "the answer is not strict JSON")                                  \
    X(CONNSYNC_REFUSED_AMBIGUOUS, "several connections have this name: use the id")                \
    X(CONNSYNC_REFUSED_VALUE, "the setting holds something that is not a string")                  \
    X(CONNSYNC_REFUSED_CHANGED,                                                                    \
      "the connection has changed since the plan was made; make a new plan")                       \
    X(CONNSYNC_REFUSED_BACKUP, "the backup cannot be written")                                     \
    X(CONNSYNC_REFUSED_OTHER_CONNECTION, "the backup is of a connection with another strategy")    \
    X(CONNSYNC_REFUSED_WORD,                                                                       \
      "off can mean two things for an enterprise connection: say on_first_login, or "              \
      "never_on_login, which also keeps it from creating users")                                   \
    X(CONNSYNC_ERR_LOSS,                                                                           \
      "reading again after the write found other members or options lost or changed")              \
    X(CONNSYNC_ERR_NOT_APPLIED, "the service accepted the write but the setting did not change")   \
    X(CONNSYNC_ERR_UNVERIFIED, "a write was sent and could not be verified; run the command "      \
                               "again")

#define NUMBER(status, text) status,
#define TEXT(status, text) text "\0"
static const uint8_t statuses[] = {SENTENCES(NUMBER)};
static const char sentences[] = SENTENCES(TEXT);

_Static_assert(CONNSYNC_ERR_UNVERIFIED <= UINT8_MAX, "a status is no byte");

const char *cs_status_text(enum connsync_status status)
{
    const char *sentence =
        cs_words_numbered(sentences, statuses, sizeof statuses, (unsigned)status);

    return sentence != NULL ? sentence
                            : "a status that is not known; is it of another version of connsync?";
}
