#include "core/tls/tls.h"

#ifndef CONNSYNC_CORE_SMALL

#include <string.h>

enum connsync_status cs_tls_identify(struct cs_tls *tls, struct cs_slice chain, struct cs_slice key)
{
    const unsigned char *at = (const unsigned char *)chain.data;
    const unsigned char *end = at + chain.length;
    const mbedtls_x509_crt *last = &tls->own_chain;

    connsync_mbedtls_enter(&tls->world);
    mbedtls_x509_crt_init(&tls->own_chain);
    mbedtls_pk_init(&tls->own_key);
    tls->failures_before = tls->arena->failed;
    int code = mbedtls_pk_parse_key(&tls->own_key, (const unsigned char *)key.data, key.length,
                                    NULL, 0, mbedtls_ctr_drbg_random, &tls->random);
    while (code == 0 && (at < end || last->raw.len == 0)) { /* at least one */
        code = mbedtls_x509_crt_parse_der_nocopy(&tls->own_chain, at, (size_t)(end - at));
        last = last->next != NULL ? last->next : last;
        at += last->raw.len;
    }
    if (code == 0) {
        code = mbedtls_ssl_conf_own_cert(&tls->config, &tls->own_chain, &tls->own_key);
    }
    if (code == 0) {
        return CONNSYNC_OK;
    }
    return tls->arena->failed != tls->failures_before ? CONNSYNC_ERR_MEMORY
                                                      : CONNSYNC_ERR_CLIENT_CERTIFICATE;
}

/* Alerts by which a server says what it thinks of a certificate: RFC 8446, section 6.2. */
static bool is_about_certificates(unsigned char alert)
{
    static const unsigned char alerts[] = {
        MBEDTLS_SSL_ALERT_MSG_NO_CERT,          MBEDTLS_SSL_ALERT_MSG_BAD_CERT,
        MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT, MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED,
        MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED,     MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN,
        MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA,       MBEDTLS_SSL_ALERT_MSG_ACCESS_DENIED,
        MBEDTLS_SSL_ALERT_MSG_CERT_REQUIRED};

    return memchr(alerts, alert, sizeof alerts) != NULL;
}

bool cs_tls_lacks_identity(const struct cs_tls *tls, int code)
{
    if (code != MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
        return false;
    }
    /* mbedTLS has no call that tells which alert it was. */
    unsigned char alert = tls->ssl.MBEDTLS_PRIVATE(in_msg)[1];
    int state = tls->ssl.MBEDTLS_PRIVATE(state);
    /* In TLS 1.2 servers also complain in general terms; for want of a common cipher
     * suite they do so much earlier. */
    return is_about_certificates(alert) ||
           (alert == MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE &&
            state > MBEDTLS_SSL_CLIENT_CERTIFICATE && state < MBEDTLS_SSL_HANDSHAKE_OVER);
}

void cs_tls_forget_identity(struct cs_tls *tls)
{
    mbedtls_x509_crt_free(&tls->own_chain);
    mbedtls_pk_free(&tls->own_key);
}

#else
/* A translation unit must not be empty. */
extern int cs_tls_identity_is_left_out;
#endif
