/*
 * One error space for all layers.
 *
 * A range of numbers belongs to each layer, so that a number alone tells where a failure
 * arose. `connsync_status_name` gives the stable word that programs may match on. What a
 * status means in sentences is for whoever shows it.
 */
#ifndef CONNSYNC_CORE_BASE_STATUS_H
#define CONNSYNC_CORE_BASE_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum connsync_status {
    CONNSYNC_OK = 0,
    CONNSYNC_WOULD_BLOCK = 1, /* nothing wrong: step again when the wait is over */
    CONNSYNC_ITEM = 2,        /* list: one more connection is in the result */

    /* The caller and its block of memory: 10..19 */
    CONNSYNC_ERR_ARGUMENT = 10,
    CONNSYNC_ERR_MEMORY = 11,
    CONNSYNC_ERR_CANCELLED = 12,

    /* The world, through the port: 20..39 */
    CONNSYNC_ERR_NAME = 20,
    CONNSYNC_ERR_CONNECT = 21,
    CONNSYNC_ERR_RESET = 22,
    CONNSYNC_ERR_NETWORK = 23,
    CONNSYNC_ERR_ENTROPY = 24,
    CONNSYNC_ERR_TIMEOUT = 25,
    CONNSYNC_ERR_CLOSED = 26,
    CONNSYNC_ERR_NAME_TEMPORARY = 27,

    /* TLS and certificates: 40..59 */
    CONNSYNC_ERR_TLS = 40,
    CONNSYNC_ERR_TLS_VERSION = 41,
    CONNSYNC_ERR_CERT_UNTRUSTED = 42,
    CONNSYNC_ERR_CERT_NAME = 43,
    CONNSYNC_ERR_CERT_EXPIRED = 44,
    CONNSYNC_ERR_CERT_NOT_YET_VALID = 45,
    CONNSYNC_ERR_TIME_UNKNOWN = 46,
    CONNSYNC_ERR_CERT_USAGE = 47,
    CONNSYNC_ERR_CERT_WEAK = 48,
    CONNSYNC_ERR_CERT_CONSTRAINT = 49,
    CONNSYNC_ERR_CLIENT_CERTIFICATE = 50,
    CONNSYNC_ERR_CERT_ANCHOR = 51,
    CONNSYNC_ERR_CERT_CRITICAL_EXTENSION = 52,
    CONNSYNC_ERR_TLS_POST_HANDSHAKE = 54,

    /* HTTP: 60..79 */
    CONNSYNC_ERR_HTTP_SYNTAX = 60,
    CONNSYNC_ERR_HTTP_TOO_LARGE = 61,
    CONNSYNC_ERR_HTTP_TRUNCATED = 62,
    CONNSYNC_ERR_HTTP_CONTENT_ENCODING = 63,
    CONNSYNC_ERR_HTTP_REQUEST = 64,

    /* JSON: 80..99 */
    CONNSYNC_ERR_JSON_SYNTAX = 80,
    CONNSYNC_ERR_JSON_DEPTH = 81,
    CONNSYNC_ERR_JSON_UTF8 = 82,
    CONNSYNC_ERR_JSON_TOKENS = 83,

    /* The service's answers: 100..119 */
    CONNSYNC_ERR_UNAUTHORIZED = 100,
    CONNSYNC_ERR_FORBIDDEN = 101,
    CONNSYNC_ERR_SCOPE = 102,
    CONNSYNC_ERR_NOT_FOUND = 103,
    CONNSYNC_ERR_RATE_LIMITED = 104,
    CONNSYNC_ERR_REJECTED = 105,
    CONNSYNC_ERR_SERVER = 106,
    CONNSYNC_ERR_ANSWER = 107,
    CONNSYNC_ERR_CLIENT_CREDENTIALS = 108,
    CONNSYNC_ERR_ASSERTION = 109,
    CONNSYNC_ERR_TOKEN = 110,
    CONNSYNC_ERR_WEB_PAGE = 111, /* told by who listens to answers */

    /* Refusals: nothing was written. 120..139 */
    CONNSYNC_REFUSED_NO_OPTIONS = 120,
    CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT = 121,
    CONNSYNC_REFUSED_PASSWORDLESS = 122,
    CONNSYNC_REFUSED_STRATEGY = 123,
    CONNSYNC_REFUSED_ENCRYPTED_CONFIGURATION = 124,
    CONNSYNC_REFUSED_DUPLICATE = 125,
    CONNSYNC_REFUSED_DEPTH = 126,
    CONNSYNC_REFUSED_TOO_LARGE = 127,
    CONNSYNC_REFUSED_NOT_JSON = 128,
    CONNSYNC_REFUSED_AMBIGUOUS = 129,
    CONNSYNC_REFUSED_VALUE = 130,
    CONNSYNC_REFUSED_CHANGED = 131,
    CONNSYNC_REFUSED_BACKUP = 132,
    CONNSYNC_REFUSED_OTHER_CONNECTION = 133,
    CONNSYNC_REFUSED_WORD = 134, /* of the Dashboard, by who reads such words */

    /* After a write: 140..149 */
    CONNSYNC_ERR_LOSS = 140,
    CONNSYNC_ERR_NOT_APPLIED = 141,
    CONNSYNC_ERR_UNVERIFIED = 142
};

/*
 * What there is to say of a session that failed, beside its status. From 1 to 127 it is the alert
 * that the server sent (RFC 8446, section 6); from 128 on it is what was found here. Numbers are
 * never reused.
 */
enum connsync_tls_reason {
    CONNSYNC_TLS_UNTOLD = 0,
    CONNSYNC_TLS_ALERT_LAST = 127,
    CONNSYNC_TLS_NOT_TLS = 128,        /* bytes that are no record */
    CONNSYNC_TLS_COOKIE = 129,         /* of a HelloRetryRequest, that cannot be sent back */
    CONNSYNC_TLS_LIST_TOO_LARGE = 130, /* of certificates: beyond 16 KB */
    /* A certificate in its list has a key that cannot be used: */
    CONNSYNC_TLS_KEY_UNKNOWN = 131,
    CONNSYNC_TLS_KEY_RSA = 132, /* of an odd length, beyond 4,096 bits mostly */
    CONNSYNC_TLS_KEY_RSA_PSS = 133,
    CONNSYNC_TLS_KEY_P521 = 134,
    CONNSYNC_TLS_KEY_CURVE = 135, /* on another curve */
    CONNSYNC_TLS_KEY_ED25519 = 136,
    CONNSYNC_TLS_KEY_ED448 = 137,
    /* What the server asked for in the middle of a session: */
    CONNSYNC_TLS_KEY_UPDATE = 138,
    CONNSYNC_TLS_RENEGOTIATION = 139
};

/* Room for a name in a certificate, of which the end may be missing, and for the digits of an
 * object identifier; both with their final NUL. */
#define CONNSYNC_CERTIFICATE_NAME_SIZE 192
#define CONNSYNC_OID_SIZE 40

/* Why a trusted certificate with the name of a chain's issuer does not vouch for it. */
enum connsync_anchor_trouble {
    CONNSYNC_ANCHOR_NONE = 0,      /* there is none of that name */
    CONNSYNC_ANCHOR_OTHER_KEY = 1, /* it can be used, but did not sign the chain */
    CONNSYNC_ANCHOR_KEY_P521 = 2,
    CONNSYNC_ANCHOR_KEY_RSA = 3,      /* of more than 4,096 bits */
    CONNSYNC_ANCHOR_KEY_OTHER = 4,    /* another kind of key, another curve */
    CONNSYNC_ANCHOR_EXTENSION = 5,    /* a critical one, `extension`, is not understood */
    CONNSYNC_ANCHOR_NO_AUTHORITY = 6, /* no CA:TRUE; nor is it the server's own certificate */
    CONNSYNC_ANCHOR_KEY_USAGE = 7,    /* which does not have the signing of certificates */
    CONNSYNC_ANCHOR_UNREADABLE = 8    /* the signature's algorithm, or anything */
};

/* The certificate for which a chain was refused, for who is to find out; empty when there is
 * none. */
struct connsync_certificate {
    uint8_t trouble; /* of an anchor with its issuer's name: enum connsync_anchor_trouble */
    char extension[CONNSYNC_OID_SIZE];            /* that is not understood: "2.5.29.36" */
    char subject[CONNSYNC_CERTIFICATE_NAME_SIZE]; /* "CN=tenant.eu.auth0.com", */
    char issuer[CONNSYNC_CERTIFICATE_NAME_SIZE];  /* "O=Example, CN=Example Root": printable */
};

/* "ok", "cert_expired", "missing_options": stable, lower case, one word. "unknown_status" for
 * a number that is none of the above. */
const char *connsync_status_name(enum connsync_status status);

/* Did connsync refuse to write, with certainty that nothing was written? True for 120 to 139,
 * of which later versions may use more. */
bool connsync_status_is_refusal(enum connsync_status status);

#ifdef __cplusplus
}
#endif

#endif
