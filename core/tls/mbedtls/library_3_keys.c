/* mbedTLS 3.6: private keys, without PSA. See library.h. */
#include "core/tls/mbedtls/library.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/rsa.h>

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
