/*
 * The client assertion of private_key_jwt (RFC 7523, section 2.2; OpenID Connect Core,
 * section 9): a JWT (RFC 7519) in place of a client secret.
 *
 *     {"alg":"RS256","typ":"JWT","kid":KEY ID}          kid only if one is given
 *     {"iss":CLIENT ID,"sub":CLIENT ID,"aud":"https://DOMAIN/",
 *      "iat":NOW,"exp":NOW + 60,"jti":RANDOM}
 *
 * Auth0 takes the issuer, with its slash, as the one audience, a lifetime of five minutes
 * at the most, each jti once, and a clock that is ten seconds off.
 *
 * Signing blocks for as long as the private key's operation takes.
 */
#ifndef CONNSYNC_POSIX_ASSERTION_H
#define CONNSYNC_POSIX_ASSERTION_H

#include "core/connsync.h"
#include "platform/posix/credentials/private_key.h"

#ifdef __cplusplus
extern "C" {
#endif

/* From `iat` to `exp`. */
#define CS_ASSERTION_LIFETIME_S 60

enum cs_assertion_algorithm {
    CS_ASSERTION_RS256 = 0, /* RSASSA-PKCS1-v1_5 with SHA-256 */
    CS_ASSERTION_RS384,     /* the same with SHA-384 */
    CS_ASSERTION_PS256      /* RSASSA-PSS with SHA-256, a salt of 32 bytes */
};

/* Understands "RS256", "RS384" and "PS256", which are all that Auth0 takes. */
bool cs_assertion_algorithm_parse(const char *text, enum cs_assertion_algorithm *algorithm);

/* Everything that it points at is the caller's. */
struct cs_assertion {
    const struct cs_private_key *key;
    enum cs_assertion_algorithm algorithm;
    const char *key_id; /* or NULL: the service tries the application's keys */
    const char *client_id;
    const char *domain; /* the tenant's or its custom one, without scheme or slash */
    struct cs_key_scratch scratch;
};

/*
 * Writes an assertion that is made at `now`, in seconds since 1970, as a string.
 * Each call makes another one. CS_CREDENTIAL_OUTPUT if it does not fit `size`; in
 * CONNSYNC_ASSERTION_SIZE bytes there is room for an RSA-4096 signature, and a client id,
 * a key id and a domain of 255 characters each. On any failure `out` is an empty string.
 */
enum cs_credential_status cs_assertion_write(const struct cs_assertion *assertion, int64_t now,
                                             char *out, size_t size);

#ifdef __cplusplus
}
#endif

#endif
