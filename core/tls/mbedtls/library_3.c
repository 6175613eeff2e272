/* mbedTLS 3.6: a generator of ours, keys without PSA, codes that are sums. See library.h. */
#include "core/tls/mbedtls/library.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/rsa.h>
#include <psa/crypto.h>

/* ---- Random numbers ---- */

/* The hook of a world: PSA draws from the same generator. */
static int draw(void *context, uint8_t *out, size_t length)
{
    struct cs_tls_world *world = context;

    while (length > 0) {
        size_t part = length < MBEDTLS_CTR_DRBG_MAX_REQUEST ? length : MBEDTLS_CTR_DRBG_MAX_REQUEST;
        if (mbedtls_ctr_drbg_random(world->generator, out, part) != 0) {
            return -1;
        }
        out += part;
        length -= part;
    }
    return 0;
}

enum connsync_status cs_library_start(struct cs_tls_world *world)
{
    mbedtls_ctr_drbg_context *generator = cs_arena_allocate(world->arena, sizeof *generator);

    if (generator == NULL) {
        return CONNSYNC_ERR_MEMORY;
    }
    world->generator = generator;
    world->hooks.random = draw;
    mbedtls_ctr_drbg_init(generator);
    return mbedtls_ctr_drbg_seed(generator, cs_tls_world_entropy, world, NULL, 0) == 0
               ? CONNSYNC_OK
               : CONNSYNC_ERR_ENTROPY;
}

void cs_library_stop(struct cs_tls_world *world)
{
    if (world->generator != NULL) {
        mbedtls_ctr_drbg_free(world->generator);
        cs_arena_release(world->arena, world->generator);
        world->generator = NULL;
    }
}

enum connsync_status cs_library_start_session(struct cs_tls_world *world,
                                              mbedtls_ssl_config *config)
{
    enum connsync_status status = cs_library_start(world);

    if (status != CONNSYNC_OK) {
        return status;
    }
    mbedtls_ssl_conf_rng(config, mbedtls_ctr_drbg_random, world->generator);
    return psa_crypto_init() == PSA_SUCCESS ? CONNSYNC_OK : CONNSYNC_ERR_ENTROPY;
}

void cs_library_stop_session(struct cs_tls_world *world)
{
    mbedtls_psa_crypto_free();
    cs_library_stop(world);
}

/* ---- Error codes ---- */

enum connsync_status cs_library_status(int code)
{
    if (code == MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION) {
        return CONNSYNC_ERR_TLS_VERSION;
    }
    if (code == MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED) {
        return CONNSYNC_ERR_ENTROPY;
    }
    if (code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) {
        return CONNSYNC_ERR_CERT_UNTRUSTED;
    }
    if (code == MBEDTLS_ERR_SSL_BAD_CERTIFICATE) {
        return CONNSYNC_ERR_CERT_USAGE;
    }
    /* X.509 codes carry the reason in their high-level part. */
    switch (-(-code & 0xff80)) {
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

/* ---- Private keys ---- */

int cs_library_parse_key(struct cs_tls_world *world, mbedtls_pk_context *pk, struct cs_slice der)
{
    return mbedtls_pk_parse_key(pk, (const unsigned char *)der.data, der.length, NULL, 0,
                                mbedtls_ctr_drbg_random, world->generator);
}

static enum cs_key_kind kind_of_curve(mbedtls_ecp_group_id curve)
{
    if (curve == MBEDTLS_ECP_DP_SECP256R1) {
        return CS_KEY_P256;
    }
    /* X25519 is for key agreement only; mbedTLS counts it among the EC keys. */
    return curve == MBEDTLS_ECP_DP_SECP384R1 ? CS_KEY_P384 : CS_KEY_OTHER;
}

void cs_library_key_facts(const mbedtls_pk_context *pk, struct cs_key_facts *facts)
{
    facts->bits = (unsigned)mbedtls_pk_get_bitlen(pk);
    facts->kind = mbedtls_pk_get_type(pk) == MBEDTLS_PK_RSA
                      ? CS_KEY_RSA
                      : kind_of_curve(mbedtls_ecp_keypair_get_group_id(mbedtls_pk_ec(*pk)));
}

int cs_library_check_rsa(struct cs_tls_world *world, mbedtls_pk_context *pk)
{
    (void)world;
    return mbedtls_rsa_check_privkey(mbedtls_pk_rsa(*pk));
}

int cs_library_check_pair(struct cs_tls_world *world, const mbedtls_pk_context *public_key,
                          mbedtls_pk_context *pk)
{
    return mbedtls_pk_check_pair(public_key, pk, mbedtls_ctr_drbg_random, world->generator);
}

int cs_library_sign(struct cs_tls_world *world, mbedtls_pk_context *pk,
                    enum cs_key_algorithm algorithm, struct cs_slice digest, uint8_t *signature)
{
    mbedtls_md_type_t hash = algorithm == CS_KEY_RS384 ? MBEDTLS_MD_SHA384 : MBEDTLS_MD_SHA256;
    int padding = algorithm == CS_KEY_PS256 ? MBEDTLS_RSA_PKCS_V21 : MBEDTLS_RSA_PKCS_V15;
    mbedtls_rsa_context *rsa = mbedtls_pk_rsa(*pk);
    int code = mbedtls_rsa_set_padding(rsa, padding, hash);

    /* The generator blinds the operation; of PSS it also makes the salt, which is as
     * long as the digest, as RFC 7518, section 3.5, wants it. */
    return code != 0 ? code
                     : mbedtls_rsa_pkcs1_sign(rsa, mbedtls_ctr_drbg_random, world->generator, hash,
                                              (unsigned)digest.length,
                                              (const unsigned char *)digest.data, signature);
}
