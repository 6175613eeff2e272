/* mbedTLS 3.6: a generator of ours, and codes that are sums. See library.h. */
#include "core/tls/mbedtls/library.h"

#include "port/mbedtls/mbedtls_psa.h"

#include <mbedtls/ctr_drbg.h>

/* ---- Random numbers ---- */

/* The hook of a world: PSA draws from the same generator, less than a request's
 * maximum. */
static int draw(void *context, uint8_t *out, size_t length)
{
    const struct cs_tls_world *world = context;

    return mbedtls_ctr_drbg_random(world->generator, out, length);
}

enum connsync_status cs_library_start(struct cs_tls_world *world, mbedtls_ssl_config *config)
{
    mbedtls_ctr_drbg_context *generator = cs_arena_allocate(world->arena, sizeof *generator);

    if (generator == NULL) {
        return CONNSYNC_ERR_MEMORY;
    }
    world->generator = generator;
    world->hooks.random = draw;
    mbedtls_ctr_drbg_init(generator);
    if (mbedtls_ctr_drbg_seed(generator, cs_tls_world_entropy, world, NULL, 0) != 0) {
        return CONNSYNC_ERR_ENTROPY;
    }
    if (config == NULL) {
        return CONNSYNC_OK;
    }
    mbedtls_ssl_conf_rng(config, mbedtls_ctr_drbg_random, generator);
    return cs_mbedtls_psa_begin() == 0 ? CONNSYNC_OK : CONNSYNC_ERR_ENTROPY;
}

void cs_library_stop(struct cs_tls_world *world, const mbedtls_ssl_config *config)
{
    if (config != NULL) {
        cs_mbedtls_psa_end();
    }
    if (world->generator != NULL) {
        mbedtls_ctr_drbg_free(world->generator);
        cs_arena_release(world->arena, world->generator);
        world->generator = NULL;
    }
}

/* ---- Error codes ---- */

enum connsync_status cs_library_status(int code)
{
    if (code == MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED) {
        return CONNSYNC_ERR_ENTROPY;
    }
    /* The high-level part carries the reason. */
    switch (-(-code & 0xff80)) {
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
        return CONNSYNC_ERR_TLS_VERSION;
    case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:
        return CONNSYNC_ERR_CERT_UNTRUSTED;
    case MBEDTLS_ERR_SSL_BAD_CERTIFICATE:
        return CONNSYNC_ERR_CERT_USAGE;
    case MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG:
    case MBEDTLS_ERR_X509_SIG_MISMATCH:
        return CONNSYNC_ERR_CERT_WEAK;
    case MBEDTLS_ERR_X509_INVALID_EXTENSIONS:
    case MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE:
        return CONNSYNC_ERR_CERT_CONSTRAINT;
    default:
        return CONNSYNC_ERR_TLS;
    }
}
