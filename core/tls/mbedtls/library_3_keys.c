/* mbedTLS 3.6: private keys, without PSA. See library.h. */
#include "core/tls/mbedtls/library.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/rsa.h>
#include <psa/crypto.h>

int cs_library_parse_key(struct cs_tls_world *world, mbedtls_pk_context *pk, struct cs_slice der)
{
    return mbedtls_pk_parse_key(pk, (const unsigned char *)der.data, der.length, NULL, 0,
                                mbedtls_ctr_drbg_random, world->generator);
}

void cs_library_key_facts(const mbedtls_pk_context *pk, struct cs_key_facts *facts)
{
    facts->bits = (unsigned)mbedtls_pk_get_bitlen(pk);
    facts->kind = CS_KEY_RSA;
    if (mbedtls_pk_get_type(pk) != MBEDTLS_PK_RSA) {
        mbedtls_ecp_group_id curve = mbedtls_ecp_keypair_get_group_id(mbedtls_pk_ec(*pk));
        /* X25519 is for key agreement only; mbedTLS counts it among the EC keys. */
        facts->kind = curve == MBEDTLS_ECP_DP_SECP256R1 || curve == MBEDTLS_ECP_DP_SECP384R1
                          ? CS_KEY_EC
                          : CS_KEY_OTHER;
    }
}

/* mbedTLS compares the two halves of an RSA key only after it looked at each. */
int cs_library_check_pair(struct cs_tls_world *world, const mbedtls_pk_context *public_key,
                          mbedtls_pk_context *pk)
{
    return mbedtls_pk_check_pair(public_key, pk, mbedtls_ctr_drbg_random, world->generator);
}

int cs_library_sign(struct cs_tls_world *world, mbedtls_pk_context *pk,
                    enum cs_key_algorithm algorithm, struct cs_slice text, uint8_t *signature)
{
    bool longer = algorithm == CS_KEY_RS384;
    mbedtls_md_type_t hash = longer ? MBEDTLS_MD_SHA384 : MBEDTLS_MD_SHA256;
    int padding = algorithm == CS_KEY_PS256 ? MBEDTLS_RSA_PKCS_V21 : MBEDTLS_RSA_PKCS_V15;
    mbedtls_rsa_context *rsa = mbedtls_pk_rsa(*pk);
    uint8_t digest[PSA_HASH_MAX_SIZE];
    size_t length = 0;

    if (psa_hash_compute(longer ? PSA_ALG_SHA_384 : PSA_ALG_SHA_256, (const uint8_t *)text.data,
                         text.length, digest, sizeof digest, &length) != PSA_SUCCESS ||
        mbedtls_rsa_set_padding(rsa, padding, hash) != 0) {
        return -1;
    }
    /* The generator blinds the operation; of PSS it also makes the salt, which is as
     * long as the digest, as RFC 7518, section 3.5, wants it. */
    return mbedtls_rsa_pkcs1_sign(rsa, mbedtls_ctr_drbg_random, world->generator, hash,
                                  (unsigned)length, digest, signature);
}
