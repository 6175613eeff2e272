/*
 * Gives back, during and after a handshake, what mbedTLS would keep as long as the
 * session lasts although nothing reads it any more: the peer's certificates and,
 * in TLS 1.3, the state of the handshake. A device of 64 KB needs these bytes for
 * the document. And makes good what mbedTLS 3.6 gets wrong on the way: a HelloRetryRequest with
 * a cookie, as Java's servers send.
 *
 * mbedTLS 3.6 has no public call for that, so mbedtls_trim.c reaches into its
 * structures, and is the only file that does. Built without CONNSYNC_TLS_TRIM
 * nothing is given back early, such a cookie ends the handshake, and everything else works the
 * same, in more memory (see docs/footprint.md).
 */
#ifndef CONNSYNC_MBEDTLS_TRIM_H
#define CONNSYNC_MBEDTLS_TRIM_H

#include <mbedtls/ssl.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(CONNSYNC_TLS_TRIM)
/* To be called before every step of the handshake, and at its end. */
void cs_mbedtls_trim(mbedtls_ssl_context *ssl);

/* To be called before a ticket is read, which takes for a while what was given back; the call above
 * ends that. False if there is no memory for it. */
bool cs_mbedtls_expect_ticket(mbedtls_ssl_context *ssl);
#else
static inline void cs_mbedtls_trim(mbedtls_ssl_context *ssl)
{
    (void)ssl;
}

static inline bool cs_mbedtls_expect_ticket(mbedtls_ssl_context *ssl)
{
    (void)ssl;
    return true;
}
#endif

#ifdef __cplusplus
}
#endif

#endif
