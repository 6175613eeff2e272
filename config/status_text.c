/* A sentence for each status. */
#include "config/status_text.h"

#include <stddef.h>

static const char *const sentences[] = {
    [CONNSYNC_OK] = "done",
    [CONNSYNC_WOULD_BLOCK] = "not finished yet",
    [CONNSYNC_ITEM] = "one more connection",
    [CONNSYNC_ERR_ARGUMENT] = "a setting of the program is missing or not valid",
    [CONNSYNC_ERR_MEMORY] = "the block of memory is too small; give it more",
    [CONNSYNC_ERR_CANCELLED] = "stopped on request",
    [CONNSYNC_ERR_NAME] = "the domain's name has no address; check the domain and the resolver",
    [CONNSYNC_ERR_CONNECT] =
        "no connection to the domain; check the network, the port and firewalls",
    [CONNSYNC_ERR_RESET] = "the connection was reset; try again",
    [CONNSYNC_ERR_NETWORK] = "there is no network; check the link and the route",
    [CONNSYNC_ERR_ENTROPY] = "the random source failed; TLS cannot be used without it",
    [CONNSYNC_ERR_TIMEOUT] = "no answer in time; try again or raise --timeout",
    [CONNSYNC_ERR_CLOSED] = "the server closed the connection without an answer; try again",
    [CONNSYNC_ERR_NAME_TEMPORARY] =
        "no name server gave an answer for the domain's name; try again, or check the resolver",
    [CONNSYNC_ERR_TLS] = "the TLS handshake failed",
    [CONNSYNC_ERR_TLS_VERSION] = "the server speaks neither TLS 1.2 nor TLS 1.3",
    [CONNSYNC_ERR_CERT_UNTRUSTED] =
        "the certificate's authority is not trusted; name yours with --ca-file",
    [CONNSYNC_ERR_CERT_NAME] = "the certificate is for another name; check the domain",
    [CONNSYNC_ERR_CERT_EXPIRED] = "a certificate has expired; check the clock, then the server",
    [CONNSYNC_ERR_CERT_NOT_YET_VALID] =
        "a certificate is not valid yet; check the clock, then the server",
    [CONNSYNC_ERR_TIME_UNKNOWN] =
        "the time is not known, so certificates cannot be judged; set the clock",
    [CONNSYNC_ERR_CERT_USAGE] = "a certificate is not meant for servers (key usage)",
    [CONNSYNC_ERR_CERT_WEAK] = "a certificate is too weak (its signature, curve or key size)",
    [CONNSYNC_ERR_CERT_CONSTRAINT] =
        "an authority in the chain may not vouch for this name, or its name constraints are not "
        "understood",
    [CONNSYNC_ERR_CLIENT_CERTIFICATE] =
        "the server asks for a client certificate, or did not accept the one it was shown; "
        "see --client-certificate",
    [CONNSYNC_ERR_CERT_ANCHOR] =
        "the root that the chain leads to is among those trusted, but cannot be used",
    [CONNSYNC_ERR_CERT_CRITICAL_EXTENSION] =
        "a certificate has a critical extension that is not understood",
    [CONNSYNC_ERR_TLS_POST_HANDSHAKE] =
        "the server asks in the middle of a connection for what TLS here can have at its "
        "beginning only",
    [CONNSYNC_ERR_HTTP_SYNTAX] =
        "the answer is not well-formed HTTP/1.1; is there a proxy in between?",
    [CONNSYNC_ERR_HTTP_TOO_LARGE] = "the answer, or its head, is larger than can be taken",
    [CONNSYNC_ERR_HTTP_TRUNCATED] = "the answer was cut short; try again",
    [CONNSYNC_ERR_HTTP_CONTENT_ENCODING] =
        "the answer is compressed although that was declined; is there a proxy in between?",
    [CONNSYNC_ERR_HTTP_REQUEST] =
        "the token or the connection's name holds bytes that a request cannot carry",
    [CONNSYNC_ERR_JSON_SYNTAX] = "the answer is not strict JSON",
    [CONNSYNC_ERR_JSON_DEPTH] = "the answer nests deeper than 64 levels",
    [CONNSYNC_ERR_JSON_UTF8] = "the answer is not valid UTF-8",
    [CONNSYNC_ERR_JSON_TOKENS] = "the answer has more values than the memory given to it can hold",
    [CONNSYNC_ERR_UNAUTHORIZED] = "the token was not accepted; get a new one for this tenant",
    [CONNSYNC_ERR_FORBIDDEN] = "the token may not do this; check its scopes",
    [CONNSYNC_ERR_SCOPE] = "the token lacks a scope; grant it to the client and get a new token",
    [CONNSYNC_ERR_NOT_FOUND] = "there is no such connection; see connsync list",
    [CONNSYNC_ERR_RATE_LIMITED] =
        "the tenant's rate limit outlasts the time-out; wait, or raise --timeout",
    [CONNSYNC_ERR_REJECTED] = "the service declined the request",
    [CONNSYNC_ERR_SERVER] = "the service has a problem; try again later",
    [CONNSYNC_ERR_ANSWER] = "the answer does not look like the Management API's; check the domain",
    [CONNSYNC_ERR_CLIENT_CREDENTIALS] =
        "no token for these client credentials; check the id, the secret or key, the "
        "audience and the client's grant",
    [CONNSYNC_ERR_ASSERTION] = "the private key made no client assertion; check the key",
    [CONNSYNC_ERR_TOKEN] =
        "the answer to the request for a token has none that can be used; check the domain",
    [CONNSYNC_ERR_WEB_PAGE] = "the answer is a web page, not the API's: it is of a firewall, a "
                              "proxy or an edge in between",
    [CONNSYNC_REFUSED_NO_OPTIONS] =
        "the answer has no `options`; is the scope read:connections_options granted?",
    [CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT] = "`options` is not an object",
    [CONNSYNC_REFUSED_PASSWORDLESS] = "passwordless connections cannot carry this setting",
    [CONNSYNC_REFUSED_STRATEGY] =
        "a database connection carries this setting only with a custom database that is not "
        "imported",
    [CONNSYNC_REFUSED_ENCRYPTED_CONFIGURATION] =
        "`options.configuration` came back encrypted and a write might encrypt it again; "
        "--allow-encrypted-configuration goes on all the same",
    [CONNSYNC_REFUSED_DUPLICATE] = "the answer has a member twice that must be addressed once",
    [CONNSYNC_REFUSED_DEPTH] = "the answer nests deeper than 64 levels",
    [CONNSYNC_REFUSED_TOO_LARGE] = "the connection is larger than the memory given to it",
    [CONNSYNC_REFUSED_NOT_JSON] = "the answer is not strict JSON",
    [CONNSYNC_REFUSED_AMBIGUOUS] = "several connections have this name: use the id",
    [CONNSYNC_REFUSED_VALUE] = "the setting holds something that is not a string",
    [CONNSYNC_REFUSED_CHANGED] =
        "the connection has changed since the plan was made; make a new plan",
    [CONNSYNC_REFUSED_BACKUP] = "the backup cannot be written",
    [CONNSYNC_REFUSED_OTHER_CONNECTION] = "the backup is of a connection with another strategy",
    [CONNSYNC_ERR_LOSS] =
        "reading again after the write found other members or options lost or changed",
    [CONNSYNC_ERR_NOT_APPLIED] = "the service accepted the write but the setting did not change",
    [CONNSYNC_ERR_UNVERIFIED] = "a write was sent and could not be verified; run the command again",
};

#define COUNT (sizeof sentences / sizeof sentences[0])
_Static_assert(COUNT == CONNSYNC_ERR_UNVERIFIED + 1, "the last status has no sentence");

const char *cs_status_text(enum connsync_status status)
{
    size_t number = (size_t)status;

    return number < COUNT && sentences[number] != NULL
               ? sentences[number]
               : "a status that is not known; is it of another version of connsync?";
}
