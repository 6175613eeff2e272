#include "platform/posix/credentials/private_key.h"

#include "platform/posix/credentials/pem.h"
#include "platform/posix/credentials/workspace.h"

#include <mbedtls/asn1.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
#include <string.h>

/* ---- Finding the key's block ---- */

/* What a text held that is no private key, for the words of its refusal. */
struct sight {
    bool any;
    bool public_key;
    bool certificate;
    bool key;
};

static bool is_usable(const struct connsync_pem_block *block)
{
    return cs_slice_is(block->label, "PRIVATE KEY") ||
           cs_slice_is(block->label, "RSA PRIVATE KEY") ||
           cs_slice_is(block->label, "EC PRIVATE KEY");
}

static enum connsync_credential_status refusal_of(const struct connsync_pem_block *block)
{
    static const struct {
        const char *label;
        enum connsync_credential_status status;
    } refusals[] = {
        {"ENCRYPTED PRIVATE KEY", CONNSYNC_CREDENTIAL_ENCRYPTED},
        {"OPENSSH PRIVATE KEY", CONNSYNC_CREDENTIAL_OPENSSH_KEY},
        {"DSA PRIVATE KEY", CONNSYNC_CREDENTIAL_OTHER_KEY},
    };

    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (cs_slice_is(block->label, refusals[i].label)) {
            return refusals[i].status;
        }
    }
    return is_usable(block) && block->encrypted ? CONNSYNC_CREDENTIAL_ENCRYPTED
                                                : CONNSYNC_CREDENTIAL_OK;
}

static void note(struct sight *sight, const struct connsync_pem_block *block)
{
    sight->any = true;
    sight->public_key = sight->public_key || cs_slice_is(block->label, "PUBLIC KEY") ||
                        cs_slice_is(block->label, "RSA PUBLIC KEY");
    sight->certificate = sight->certificate || cs_slice_is(block->label, "CERTIFICATE") ||
                         cs_slice_is(block->label, "TRUSTED CERTIFICATE");
}

static enum connsync_credential_status status_of(const struct sight *sight)
{
    if (sight->key) {
        return CONNSYNC_CREDENTIAL_OK;
    }
    if (sight->certificate) {
        return CONNSYNC_CREDENTIAL_CERTIFICATE;
    }
    if (sight->public_key) {
        return CONNSYNC_CREDENTIAL_PUBLIC_KEY;
    }
    return sight->any ? CONNSYNC_CREDENTIAL_NO_KEY : CONNSYNC_CREDENTIAL_NOT_PEM;
}

static enum connsync_credential_status find_key(struct connsync_private_key *key,
                                                struct connsync_pem *pem)
{
    struct sight sight = {false, false, false, false};

    for (;;) {
        struct connsync_pem_block block;
        bool found = false;
        enum connsync_credential_status status = connsync_pem_next(pem, &block, &found);
        if (status != CONNSYNC_CREDENTIAL_OK || !found) {
            return status != CONNSYNC_CREDENTIAL_OK ? status : status_of(&sight);
        }
        note(&sight, &block);
        status = refusal_of(&block);
        if (status == CONNSYNC_CREDENTIAL_OK && is_usable(&block)) {
            status = sight.key ? CONNSYNC_CREDENTIAL_SEVERAL_KEYS
                               : connsync_pem_decode(&block, CONNSYNC_CREDENTIAL_KEY_LARGE,
                                                     key->der, sizeof key->der, &key->length);
            sight.key = true;
        }
        if (status != CONNSYNC_CREDENTIAL_OK) {
            return status;
        }
    }
}

/* ---- Judging the key ---- */

static const uint8_t oid_rsa[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
static const uint8_t oid_ec[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};

static bool is_oid(const mbedtls_asn1_buf *oid, const uint8_t *bytes, size_t length)
{
    return oid->len == length && memcmp(oid->p, bytes, length) == 0;
}

/* Goes into a SEQUENCE that begins with a version, and behind that. */
static bool enter(unsigned char **at, const unsigned char *end)
{
    size_t length = 0;
    int version = 0;

    return mbedtls_asn1_get_tag(at, end, &length,
                                MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) == 0 &&
           mbedtls_asn1_get_int(at, end, &version) == 0 && *at < end;
}

/* A modulus that is too large for mbedTLS. `at` is where it stands in PKCS#1. */
static enum connsync_credential_status refusal_of_modulus(unsigned char *at,
                                                          const unsigned char *end)
{
    size_t length = 0;
    bool found = mbedtls_asn1_get_tag(&at, end, &length, MBEDTLS_ASN1_INTEGER) == 0;

    /* A zero stands before a first byte whose highest bit is set. */
    return found && length > CONNSYNC_PRIVATE_KEY_BITS_MAX / 8 + 1
               ? CONNSYNC_CREDENTIAL_KEY_LARGE
               : CONNSYNC_CREDENTIAL_KEY_INVALID;
}

/*
 * mbedTLS has one code for all that it does not take. The first members tell what kind
 * of key it is. PKCS#8 (RFC 5208, section 5): version, SEQUENCE { OID, ... }, OCTET
 * STRING with the key; PKCS#1 (RFC 8017, section A.1.2): version, modulus, ...; SEC 1
 * (RFC 5915, section 3): version, OCTET STRING, ...
 */
static enum connsync_credential_status refusal_of_der(struct connsync_private_key *key)
{
    unsigned char *at = key->der;
    const unsigned char *end = at + key->length;
    mbedtls_asn1_buf oid;
    mbedtls_asn1_buf parameters;
    size_t length = 0;

    if (!enter(&at, end)) {
        return CONNSYNC_CREDENTIAL_KEY_INVALID;
    }
    if (*at == MBEDTLS_ASN1_OCTET_STRING) {
        return CONNSYNC_CREDENTIAL_EC_CURVE;
    }
    if (*at == MBEDTLS_ASN1_INTEGER) {
        return refusal_of_modulus(at, end);
    }
    if (mbedtls_asn1_get_alg(&at, end, &oid, &parameters) != 0) {
        return CONNSYNC_CREDENTIAL_KEY_INVALID;
    }
    if (!is_oid(&oid, oid_rsa, sizeof oid_rsa)) {
        return is_oid(&oid, oid_ec, sizeof oid_ec) ? CONNSYNC_CREDENTIAL_EC_CURVE
                                                   : CONNSYNC_CREDENTIAL_OTHER_KEY;
    }
    if (mbedtls_asn1_get_tag(&at, end, &length, MBEDTLS_ASN1_OCTET_STRING) != 0 ||
        !enter(&at, end)) {
        return CONNSYNC_CREDENTIAL_KEY_INVALID;
    }
    return refusal_of_modulus(at, end);
}

static enum connsync_credential_status judge_rsa(const struct connsync_workspace *workspace,
                                                 const mbedtls_pk_context *pk, unsigned bits)
{
    if (bits < CONNSYNC_PRIVATE_KEY_BITS_MIN) {
        return CONNSYNC_CREDENTIAL_KEY_SHORT;
    }
    if (bits > CONNSYNC_PRIVATE_KEY_BITS_MAX) {
        return CONNSYNC_CREDENTIAL_KEY_LARGE;
    }
    return mbedtls_rsa_check_privkey(mbedtls_pk_rsa(*pk)) == 0
               ? CONNSYNC_CREDENTIAL_OK
               : connsync_workspace_failure(workspace, CONNSYNC_CREDENTIAL_KEY_INCONSISTENT);
}

/* X25519 is for key agreement only; mbedTLS counts it among the EC keys. */
static enum connsync_credential_status judge_ec(const mbedtls_pk_context *pk)
{
    switch (mbedtls_ecp_keypair_get_group_id(mbedtls_pk_ec(*pk))) {
    case MBEDTLS_ECP_DP_SECP256R1:
    case MBEDTLS_ECP_DP_SECP384R1:
        return CONNSYNC_CREDENTIAL_OK;
    default:
        return CONNSYNC_CREDENTIAL_OTHER_KEY;
    }
}

static enum connsync_credential_status judge(struct connsync_private_key *key,
                                             enum connsync_private_key_use use,
                                             struct connsync_workspace *workspace)
{
    enum connsync_credential_status status = CONNSYNC_CREDENTIAL_OK;
    mbedtls_pk_context pk;

    mbedtls_pk_init(&pk);
    int code = mbedtls_pk_parse_key(&pk, key->der, key->length, NULL, 0, mbedtls_ctr_drbg_random,
                                    &workspace->random);
    key->bits = code == 0 ? (unsigned)mbedtls_pk_get_bitlen(&pk) : 0;
    if (code != 0) {
        status = connsync_workspace_failure(workspace, refusal_of_der(key));
    } else if (mbedtls_pk_get_type(&pk) == MBEDTLS_PK_RSA) {
        status = judge_rsa(workspace, &pk, key->bits);
    } else {
        status = judge_ec(&pk);
        if (status == CONNSYNC_CREDENTIAL_OK && use == CONNSYNC_PRIVATE_KEY_ASSERTION) {
            status = CONNSYNC_CREDENTIAL_EC_KEY;
        }
    }
    mbedtls_pk_free(&pk);
    return status;
}

/* Any EC key that cannot be parsed is refused as an EC key where none is wanted. */
static enum connsync_credential_status for_use(enum connsync_credential_status status,
                                               enum connsync_private_key_use use)
{
    return status == CONNSYNC_CREDENTIAL_EC_CURVE && use == CONNSYNC_PRIVATE_KEY_ASSERTION
               ? CONNSYNC_CREDENTIAL_EC_KEY
               : status;
}

static enum connsync_credential_status load(struct connsync_private_key *key,
                                            const struct connsync_credential_source *source,
                                            struct connsync_workspace *workspace)
{
    struct connsync_pem pem;
    enum connsync_credential_status status = connsync_pem_open(&pem, &workspace->arena, source);

    if (status != CONNSYNC_CREDENTIAL_OK) {
        return status;
    }
    key->exposed = pem.exposed;
    status = find_key(key, &pem);
    connsync_pem_close(&pem, &workspace->arena);
    return status;
}

enum connsync_credential_status
connsync_private_key_read(struct connsync_private_key *key, enum connsync_private_key_use use,
                          const struct connsync_credential_source *source,
                          const struct connsync_credential_scratch *scratch)
{
    struct connsync_workspace workspace;

    key->length = 0;
    key->bits = 0;
    key->exposed = false;
    connsync_workspace_open(&workspace, scratch);
    enum connsync_credential_status status = load(key, source, &workspace);
    if (status == CONNSYNC_CREDENTIAL_OK) {
        status = connsync_workspace_seed(&workspace);
    }
    if (status == CONNSYNC_CREDENTIAL_OK) {
        status = for_use(judge(key, use, &workspace), use);
    }
    connsync_workspace_close(&workspace);
    if (status != CONNSYNC_CREDENTIAL_OK) {
        connsync_private_key_wipe(key);
    }
    return status;
}

void connsync_private_key_wipe(struct connsync_private_key *key)
{
    if (key->length > 0) {
        cs_wipe(key->der, sizeof key->der);
    }
    key->length = 0;
    key->bits = 0;
}
