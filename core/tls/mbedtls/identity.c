/* The client's certificate and key, as mbedTLS holds them. See core/tls/tls.h. */
#include "core/tls/mbedtls/session.h"

#include <string.h>

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

static bool is_missed(const struct cs_tls *tls, int code)
{
    if (code != MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
        return false;
    }
    /* Before 4.1, mbedTLS has no call that tells which alert it was. */
    unsigned char alert = tls->ssl.MBEDTLS_PRIVATE(in_msg)[1];
    int state = tls->ssl.MBEDTLS_PRIVATE(state);
    /* In TLS 1.2 servers also complain in general terms; for want of a common cipher
     * suite they do so much earlier. */
    return is_about_certificates(alert) ||
           (alert == MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE &&
            state > MBEDTLS_SSL_CLIENT_CERTIFICATE && state < MBEDTLS_SSL_HANDSHAKE_OVER);
}

static void forget(struct cs_tls *tls)
{
    struct cs_tls_identity *identity = tls->identity;

    mbedtls_x509_crt_free(&identity->chain);
    mbedtls_pk_free(&identity->key);
    cs_arena_release(tls->world.arena, identity);
    tls->identity = NULL;
}

static bool take(struct cs_tls *tls, struct cs_slice chain, struct cs_slice key)
{
    struct cs_tls_identity *identity = tls->identity;

    return cs_library_parse_key(&tls->world, &identity->key, key) == 0 &&
           cs_library_parse_chain(&identity->chain, chain) > 0 &&
           mbedtls_ssl_conf_own_cert(&tls->config, &identity->chain, &identity->key) == 0;
}

enum connsync_status cs_tls_identify(struct cs_tls *tls, struct cs_slice chain, struct cs_slice key)
{
    struct cs_arena *arena = tls->world.arena;
    size_t failures_before = arena->failed;
    struct cs_tls_identity *identity = cs_arena_allocate(arena, sizeof *identity);

    if (identity == NULL) {
        return CONNSYNC_ERR_MEMORY;
    }
    cs_mbedtls_enter(&tls->world.hooks);
    identity->is_missed = is_missed;
    identity->forget = forget;
    mbedtls_x509_crt_init(&identity->chain);
    mbedtls_pk_init(&identity->key);
    tls->identity = identity;
    if (chain.data == NULL || take(tls, chain, key)) {
        return CONNSYNC_OK;
    }
    return arena->failed != failures_before ? CONNSYNC_ERR_MEMORY : CONNSYNC_ERR_CLIENT_CERTIFICATE;
}
