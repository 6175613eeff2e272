/* Frees the peer's certificates and the handshake's state as soon as nothing reads them any
 * more, and lets a cookie pass. The one file that knows mbedTLS's own structures; see
 * mbedtls_trim.h. */
#if defined(CONNSYNC_TLS_TRIM)

/* mbedTLS's own, which opens its structures to this file; it comes first. */
#include <common.h>

#include <ssl_misc.h>

#include "port/mbedtls/mbedtls_trim.h"

#include <mbedtls/platform.h>
#include <mbedtls/version.h>

/* What is freed below, and that nothing reads it afterwards, was checked in the
 * sources of this series. */
#if defined(MBEDTLS_VERSION_NUMBER) &&                                                             \
    (MBEDTLS_VERSION_NUMBER < 0x03060700 || MBEDTLS_VERSION_NUMBER >= 0x03070000)
#error                                                                                             \
    "port/mbedtls/mbedtls_trim.c knows mbedTLS 3.6.7 and later 3.6: build without CONNSYNC_TLS_TRIM"
#endif

#if defined(MBEDTLS_SSL_RENEGOTIATION)
#error "with renegotiation mbedTLS still needs the handshake's state"
#endif

/*
 * The server's Finished comes next, so its chain was verified and its key has
 * proved itself (CertificateVerify, or ServerKeyExchange in TLS 1.2). Freed here and
 * not later, for the session's keys are allocated in the next step: they then lie low,
 * and what is free beyond them is one piece.
 */
static void drop_peer_certificates(mbedtls_ssl_context *ssl)
{
    mbedtls_ssl_session *session = ssl->session_negotiate;

    if (session == NULL || session->peer_cert == NULL) {
        return;
    }
    mbedtls_x509_crt_free(session->peer_cert);
    mbedtls_free(session->peer_cert);
    session->peer_cert = NULL;
}

/* TLS 1.2 has done this by itself. mbedtls_ssl_free looks at the negotiated
 * transform only while there is a handshake, so that one goes too. */
static void drop_handshake(mbedtls_ssl_context *ssl)
{
    if (ssl->handshake == NULL) {
        return;
    }
    mbedtls_ssl_handshake_free(ssl);
    mbedtls_free(ssl->handshake);
    ssl->handshake = NULL;
    mbedtls_ssl_transform_free(ssl->transform_negotiate);
    mbedtls_free(ssl->transform_negotiate);
    ssl->transform_negotiate = NULL;
}

/* Where mbedTLS notes the extensions of a ticket: all zeros serve. */
bool cs_mbedtls_expect_ticket(mbedtls_ssl_context *ssl)
{
    if (ssl->handshake == NULL) {
        ssl->handshake = mbedtls_calloc(1, sizeof *ssl->handshake);
    }
    return ssl->handshake != NULL;
}

/*
 * A server's extensions answer the client's, and mbedTLS refuses others. It does not make the
 * one exception (RFC 8446, section 4.2): the cookie of a HelloRetryRequest answers nothing (mbedTLS
 * issue 9543). So one counts as sent while a hello is awaited; in any other message than that
 * request mbedTLS does not allow a cookie at all.
 */
static void expect_cookie(mbedtls_ssl_context *ssl)
{
    mbedtls_ssl_tls13_set_hs_sent_ext_mask(ssl, MBEDTLS_TLS_EXT_COOKIE);
}

void cs_mbedtls_trim(mbedtls_ssl_context *ssl)
{
    if (ssl->state == MBEDTLS_SSL_SERVER_HELLO) {
        expect_cookie(ssl);
    }
    if (ssl->state == MBEDTLS_SSL_SERVER_FINISHED) {
        drop_peer_certificates(ssl);
    }
    if (ssl->state == MBEDTLS_SSL_HANDSHAKE_OVER) {
        drop_handshake(ssl);
    }
}

#else
/* A translation unit must not be empty. */
extern int cs_mbedtls_trim_is_left_out;
#endif
