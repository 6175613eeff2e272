#include "platform/posix/credentials/private_key.h"

#include "core/tls/der.h"
#include "platform/posix/credentials/pem.h"

#include <string.h>

/* ---- Finding the key's block ---- */

/* What a text held that is no private key, for the words of its refusal. */
struct contents {
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

static void note(struct contents *contents, const struct connsync_pem_block *block)
{
    contents->any = true;
    contents->public_key = contents->public_key || cs_slice_is(block->label, "PUBLIC KEY") ||
                           cs_slice_is(block->label, "RSA PUBLIC KEY");
    contents->certificate = contents->certificate || cs_slice_is(block->label, "CERTIFICATE") ||
                            cs_slice_is(block->label, "TRUSTED CERTIFICATE");
}

static enum connsync_credential_status status_of(const struct contents *contents)
{
    if (contents->key) {
        return CONNSYNC_CREDENTIAL_OK;
    }
    if (contents->certificate) {
        return CONNSYNC_CREDENTIAL_CERTIFICATE;
    }
    if (contents->public_key) {
        return CONNSYNC_CREDENTIAL_PUBLIC_KEY;
    }
    return contents->any ? CONNSYNC_CREDENTIAL_NO_KEY : CONNSYNC_CREDENTIAL_NOT_PEM;
}

static enum connsync_credential_status find_key(struct connsync_private_key *key,
                                                struct connsync_pem *pem)
{
    struct contents contents = {false, false, false, false};

    for (;;) {
        struct connsync_pem_block block;
        bool found = false;
        enum connsync_credential_status status = connsync_pem_next(pem, &block, &found);
        if (status != CONNSYNC_CREDENTIAL_OK || !found) {
            return status != CONNSYNC_CREDENTIAL_OK ? status : status_of(&contents);
        }
        note(&contents, &block);
        status = refusal_of(&block);
        if (status == CONNSYNC_CREDENTIAL_OK && is_usable(&block)) {
            status = contents.key ? CONNSYNC_CREDENTIAL_SEVERAL_KEYS
                                  : connsync_pem_decode(&block, CONNSYNC_CREDENTIAL_KEY_LARGE,
                                                        key->der, sizeof key->der, &key->length);
            contents.key = true;
        }
        if (status != CONNSYNC_CREDENTIAL_OK) {
            return status;
        }
    }
}

/* ---- Judging the key ---- */

/* rsaEncryption 1.2.840.113549.1.1.1 and id-ecPublicKey 1.2.840.10045.2.1 */
#define OID_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define OID_EC "\x2a\x86\x48\xce\x3d\x02\x01"

/* Goes into a SEQUENCE that begins with a version, and behind that; `*next` is the tag of
 * what follows. */
static bool enter(struct cs_slice der, struct cs_slice *rest, uint8_t *next)
{
    struct cs_slice version;

    if (!cs_der_expect(&der, CS_DER_SEQUENCE, rest) ||
        !cs_der_expect(rest, CS_DER_INTEGER, &version) || rest->length == 0) {
        return false;
    }
    *next = (uint8_t)rest->data[0];
    return true;
}

/* A modulus that is too large for the library. `rest` begins with it, in PKCS#1. */
static enum connsync_credential_status refusal_of_modulus(struct cs_slice rest)
{
    struct cs_slice modulus;
    bool found = cs_der_expect(&rest, CS_DER_INTEGER, &modulus);

    /* A zero stands before a first byte whose highest bit is set. */
    return found && modulus.length > CONNSYNC_PRIVATE_KEY_BITS_MAX / 8 + 1
               ? CONNSYNC_CREDENTIAL_KEY_LARGE
               : CONNSYNC_CREDENTIAL_KEY_INVALID;
}

/* What stands in PKCS#8 behind the version. */
static enum connsync_credential_status refusal_of_pkcs8(struct cs_slice rest)
{
    struct cs_slice algorithm;
    struct cs_slice oid;
    struct cs_slice inner;
    uint8_t next = 0;

    if (!cs_der_expect(&rest, CS_DER_SEQUENCE, &algorithm) ||
        !cs_der_expect(&algorithm, CS_DER_OID, &oid)) {
        return CONNSYNC_CREDENTIAL_KEY_INVALID;
    }
    if (!cs_slice_is(oid, OID_RSA)) {
        return cs_slice_is(oid, OID_EC) ? CONNSYNC_CREDENTIAL_EC_CURVE
                                        : CONNSYNC_CREDENTIAL_OTHER_KEY;
    }
    if (!cs_der_expect(&rest, CS_DER_OCTET_STRING, &inner) || !enter(inner, &rest, &next)) {
        return CONNSYNC_CREDENTIAL_KEY_INVALID;
    }
    return refusal_of_modulus(rest);
}

/*
 * The library has one refusal for all that it does not take. The first members tell what
 * kind of key it is. PKCS#8 (RFC 5208, section 5): version, SEQUENCE { OID, ... }, OCTET
 * STRING with the key; PKCS#1 (RFC 8017, section A.1.2): version, modulus, ...; SEC 1
 * (RFC 5915, section 3): version, OCTET STRING, ...
 */
static enum connsync_credential_status refusal_of_der(struct cs_slice der)
{
    struct cs_slice rest;
    uint8_t next = 0;

    if (!enter(der, &rest, &next)) {
        return CONNSYNC_CREDENTIAL_KEY_INVALID;
    }
    if (next == CS_DER_OCTET_STRING) {
        return CONNSYNC_CREDENTIAL_EC_CURVE;
    }
    return next == CS_DER_INTEGER ? refusal_of_modulus(rest) : refusal_of_pkcs8(rest);
}

static enum connsync_credential_status judge_rsa(unsigned bits, enum cs_key_status status)
{
    if (bits < CONNSYNC_PRIVATE_KEY_BITS_MIN) {
        return CONNSYNC_CREDENTIAL_KEY_SHORT;
    }
    if (bits > CONNSYNC_PRIVATE_KEY_BITS_MAX) {
        return CONNSYNC_CREDENTIAL_KEY_LARGE;
    }
    return connsync_credential_of_key(status, CONNSYNC_CREDENTIAL_KEY_INCONSISTENT);
}

static enum connsync_credential_status judge(struct connsync_private_key *key,
                                             enum connsync_private_key_use use,
                                             const struct cs_key_scratch *scratch)
{
    struct cs_slice der = cs_slice_make((const char *)key->der, key->length);
    struct cs_key_facts facts = {CS_KEY_OTHER, 0};
    enum cs_key_status status = cs_key_inspect(scratch, der, &facts);

    key->bits = facts.bits;
    if (status != CS_KEY_OK && status != CS_KEY_INCONSISTENT) {
        return connsync_credential_of_key(status, refusal_of_der(der));
    }
    if (facts.kind == CS_KEY_RSA) {
        return judge_rsa(facts.bits, status);
    }
    if (facts.kind == CS_KEY_OTHER) {
        return CONNSYNC_CREDENTIAL_OTHER_KEY;
    }
    return use == CONNSYNC_PRIVATE_KEY_ASSERTION ? CONNSYNC_CREDENTIAL_EC_KEY
                                                 : CONNSYNC_CREDENTIAL_OK;
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
                                            const struct cs_key_scratch *scratch)
{
    struct cs_arena arena;
    struct connsync_pem pem;

    cs_arena_init(&arena, scratch->memory, scratch->size);
    enum connsync_credential_status status = connsync_pem_open(&pem, &arena, source);
    if (status != CONNSYNC_CREDENTIAL_OK) {
        return status;
    }
    key->exposed = pem.exposed;
    status = find_key(key, &pem);
    connsync_pem_close(&pem, &arena);
    return status;
}

enum connsync_credential_status
connsync_private_key_read(struct connsync_private_key *key, enum connsync_private_key_use use,
                          const struct connsync_credential_source *source,
                          const struct cs_key_scratch *scratch)
{
    key->length = 0;
    key->bits = 0;
    key->exposed = false;
    enum connsync_credential_status status = load(key, source, scratch);
    if (status == CONNSYNC_CREDENTIAL_OK) {
        status = for_use(judge(key, use, scratch), use);
    }
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
