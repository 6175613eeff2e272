/* mbedTLS 4.x: private keys, by way of PSA. See library.h. */
#include "core/tls/mbedtls/library.h"

#include <psa/crypto.h>

int cs_library_parse_key(struct cs_tls_world *world, mbedtls_pk_context *pk, struct cs_slice der)
{
    (void)world;
    return mbedtls_pk_parse_key(pk, (const unsigned char *)der.data, der.length, NULL, 0);
}

void cs_library_key_facts(const mbedtls_pk_context *pk, struct cs_key_facts *facts)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;

    facts->bits = (unsigned)mbedtls_pk_get_bitlen(pk);
    facts->kind = CS_KEY_OTHER;
    /* X25519, which is for key agreement only, has no attributes with which to sign. */
    if (mbedtls_pk_get_psa_attributes(pk, PSA_KEY_USAGE_SIGN_HASH, &attributes) != 0) {
        return;
    }
    psa_key_type_t type = psa_get_key_type(&attributes);
    if (PSA_KEY_TYPE_IS_RSA(type)) {
        facts->kind = CS_KEY_RSA;
    } else if (PSA_KEY_TYPE_IS_ECC(type) &&
               PSA_KEY_TYPE_ECC_GET_FAMILY(type) == PSA_ECC_FAMILY_SECP_R1) {
        facts->kind = CS_KEY_EC;
    }
    psa_reset_key_attributes(&attributes);
}

/* The public half of a private key, as PSA makes it: what the parser leaves beside an RSA key
 * may be empty (TF-PSA-Crypto #807). */
static int public_half(const mbedtls_pk_context *pk, mbedtls_pk_context *half)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    mbedtls_svc_key_id_t key = MBEDTLS_SVC_KEY_ID_INIT;
    int code = mbedtls_pk_get_psa_attributes(pk, PSA_KEY_USAGE_SIGN_HASH, &attributes);

    if (code == 0) {
        code = mbedtls_pk_import_into_psa(pk, &attributes, &key);
    }
    if (code == 0) {
        code = mbedtls_pk_copy_public_from_psa(key, half);
    }
    (void)psa_destroy_key(key);
    psa_reset_key_attributes(&attributes);
    return code;
}

/* Does `half` verify what the private key signs? */
static int check_by_use(mbedtls_pk_context *pk, mbedtls_pk_context *half)
{
    static const uint8_t digest[PSA_HASH_LENGTH(PSA_ALG_SHA_256)] = {1};
    uint8_t signature[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
    size_t length = 0;
    int code = mbedtls_pk_sign(pk, MBEDTLS_MD_SHA256, digest, sizeof digest, signature,
                               sizeof signature, &length);

    if (code != 0) {
        return code;
    }
    return mbedtls_pk_verify(half, MBEDTLS_MD_SHA256, digest, sizeof digest, signature, length);
}

/* mbedtls_pk_check_pair compares two public halves, and does not look at what is private. */
int cs_library_check_pair(struct cs_tls_world *world, const mbedtls_pk_context *public_key,
                          mbedtls_pk_context *pk)
{
    mbedtls_pk_context half;

    (void)world;
    mbedtls_pk_init(&half);
    int code = public_half(pk, &half);
    if (code == 0 && public_key != pk) {
        code = mbedtls_pk_check_pair(public_key, pk);
    }
    if (code == 0) {
        code = check_by_use(pk, &half);
    }
    mbedtls_pk_free(&half);
    return code;
}

int cs_library_sign(struct cs_tls_world *world, mbedtls_pk_context *pk,
                    enum cs_key_algorithm algorithm, struct cs_slice text, uint8_t *signature)
{
    bool longer = algorithm == CS_KEY_RS384;
    mbedtls_md_type_t hash = longer ? MBEDTLS_MD_SHA384 : MBEDTLS_MD_SHA256;
    /* Of PSS, PSA makes the salt as long as the digest, as RFC 7518, section 3.5, wants it. */
    mbedtls_pk_sigalg_t scheme =
        algorithm == CS_KEY_PS256 ? MBEDTLS_PK_SIGALG_RSA_PSS : MBEDTLS_PK_SIGALG_RSA_PKCS1V15;
    uint8_t digest[PSA_HASH_MAX_SIZE];
    size_t length = 0;

    (void)world;
    if (psa_hash_compute(longer ? PSA_ALG_SHA_384 : PSA_ALG_SHA_256, (const uint8_t *)text.data,
                         text.length, digest, sizeof digest, &length) != PSA_SUCCESS) {
        return -1;
    }
    return mbedtls_pk_sign_ext(scheme, pk, hash, digest, length, signature, CS_KEY_BITS_MAX / 8,
                               &length);
}
