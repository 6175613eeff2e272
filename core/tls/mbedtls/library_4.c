/* mbedTLS 4.x: PSA's own generator, and codes of which the inner one is told. See library.h. */
#include "core/tls/mbedtls/library.h"

#include "port/mbedtls/mbedtls_psa.h"

#include <mbedtls/error.h>
#include <psa/crypto.h>

/* ---- Random numbers ---- */

/* PSA seeds its generator from the port as it starts, and never again. */
enum connsync_status cs_library_start(struct cs_tls_world *world, mbedtls_ssl_config *config)
{
    size_t failures_before = world->arena->failed;

    (void)config;
    world->hooks.random = cs_tls_world_entropy;
    world->generator = world; /* so that it is stopped */
    if (cs_mbedtls_psa_begin() == 0) {
        return CONNSYNC_OK;
    }
    world->generator = NULL;
    return world->arena->failed != failures_before ? CONNSYNC_ERR_MEMORY : CONNSYNC_ERR_ENTROPY;
}

void cs_library_stop(struct cs_tls_world *world, const mbedtls_ssl_config *config)
{
    (void)config;
    if (world->generator != NULL) {
        cs_mbedtls_psa_end();
        world->generator = NULL;
    }
}

/* ---- Error codes ---- */

enum connsync_status cs_library_status(int code)
{
    switch (code) {
    case PSA_ERROR_INSUFFICIENT_ENTROPY:
        return CONNSYNC_ERR_ENTROPY;
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
        return CONNSYNC_ERR_TLS_VERSION;
    case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:
        return CONNSYNC_ERR_CERT_UNTRUSTED;
    case MBEDTLS_ERR_SSL_BAD_CERTIFICATE:
        return CONNSYNC_ERR_CERT_USAGE;
    /* A signature with SHA-1 is one that is not known at all. */
    case MBEDTLS_ERR_X509_UNKNOWN_OID:
    case MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG:
    case MBEDTLS_ERR_X509_SIG_MISMATCH:
        return CONNSYNC_ERR_CERT_WEAK;
    /* A critical extension that is not known is told by this alone; so is a certificate that
     * is damaged in certain places, which is seen far less often. */
    case MBEDTLS_ERR_ASN1_UNEXPECTED_TAG:
    case MBEDTLS_ERR_X509_INVALID_EXTENSIONS:
    case MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE:
        return CONNSYNC_ERR_CERT_CONSTRAINT;
    default:
        return CONNSYNC_ERR_TLS;
    }
}
