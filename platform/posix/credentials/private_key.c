/* A private key from PEM: which kinds are accepted for what use. Parsing and signing are the
 * core's, through core/tls/key.h. */
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

static bool is_usable(const struct cs_pem_block *block)
{
    return cs_slice_is(block->label, "PRIVATE KEY") ||
           cs_slice_is(block->label, "RSA PRIVATE KEY") ||
           cs_slice_is(block->label, "EC PRIVATE KEY");
}

static enum cs_credential_status refusal_of(const struct cs_pem_block *block)
{
    static const struct {
        const char *label;
        enum cs_credential_status status;
    } refusals[] = {
        {"ENCRYPTED PRIVATE KEY", CS_CREDENTIAL_ENCRYPTED},
        {"OPENSSH PRIVATE KEY", CS_CREDENTIAL_OPENSSH_KEY},
        {"DSA PRIVATE KEY", CS_CREDENTIAL_OTHER_KEY},
    };

    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (cs_slice_is(block->label, refusals[i].label)) {
            return refusals[i].status;
        }
    }
    return is_usable(block) && block->encrypted ? CS_CREDENTIAL_ENCRYPTED : CS_CREDENTIAL_OK;
}

static void note(struct contents *contents, const struct cs_pem_block *block)
{
    contents->any = true;
    contents->public_key = contents->public_key || cs_slice_is(block->label, "PUBLIC KEY") ||
                           cs_slice_is(block->label, "RSA PUBLIC KEY");
    contents->certificate = contents->certificate || cs_slice_is(block->label, "CERTIFICATE") ||
                            cs_slice_is(block->label, "TRUSTED CERTIFICATE");
}

static enum cs_credential_status status_of(const struct contents *contents)
{
    if (contents->key) {
        return CS_CREDENTIAL_OK;
    }
    if (contents->certificate) {
        return CS_CREDENTIAL_CERTIFICATE;
    }
    if (contents->public_key) {
        return CS_CREDENTIAL_PUBLIC_KEY;
    }
    return contents->any ? CS_CREDENTIAL_NO_KEY : CS_CREDENTIAL_NOT_PEM;
}

static enum cs_credential_status find_key(struct cs_private_key *key, struct cs_pem *pem)
{
    struct contents contents = {false, false, false, false};

    for (;;) {
        struct cs_pem_block block;
        bool found = false;
        enum cs_credential_status status = cs_pem_next(pem, &block, &found);
        if (status != CS_CREDENTIAL_OK || !found) {
            return status != CS_CREDENTIAL_OK ? status : status_of(&contents);
        }
        note(&contents, &block);
        status = refusal_of(&block);
        if (status == CS_CREDENTIAL_OK && is_usable(&block)) {
            status = contents.key ? CS_CREDENTIAL_SEVERAL_KEYS
                                  : cs_pem_decode(&block, CS_CREDENTIAL_KEY_LARGE, key->der,
                                                  sizeof key->der, &key->length);
            contents.key = true;
        }
        if (status != CS_CREDENTIAL_OK) {
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
static enum cs_credential_status refusal_of_modulus(struct cs_slice rest)
{
    struct cs_slice modulus;
    bool found = cs_der_expect(&rest, CS_DER_INTEGER, &modulus);

    /* A zero stands before a first byte whose highest bit is set. */
    return found && modulus.length > CS_PRIVATE_KEY_BITS_MAX / 8 + 1 ? CS_CREDENTIAL_KEY_LARGE
                                                                     : CS_CREDENTIAL_KEY_INVALID;
}

/* What stands in PKCS#8 behind the version. */
static enum cs_credential_status refusal_of_pkcs8(struct cs_slice rest)
{
    struct cs_slice algorithm;
    struct cs_slice oid;
    struct cs_slice inner;
    uint8_t next = 0;

    if (!cs_der_expect(&rest, CS_DER_SEQUENCE, &algorithm) ||
        !cs_der_expect(&algorithm, CS_DER_OID, &oid)) {
        return CS_CREDENTIAL_KEY_INVALID;
    }
    if (!cs_slice_is(oid, OID_RSA)) {
        return cs_slice_is(oid, OID_EC) ? CS_CREDENTIAL_EC_CURVE : CS_CREDENTIAL_OTHER_KEY;
    }
    if (!cs_der_expect(&rest, CS_DER_OCTET_STRING, &inner) || !enter(inner, &rest, &next)) {
        return CS_CREDENTIAL_KEY_INVALID;
    }
    return refusal_of_modulus(rest);
}

/*
 * The library has one refusal for all that it does not take. The first members tell what
 * kind of key it is. PKCS#8 (RFC 5208, section 5): version, SEQUENCE { OID, ... }, OCTET
 * STRING with the key; PKCS#1 (RFC 8017, section A.1.2): version, modulus, ...; SEC 1
 * (RFC 5915, section 3): version, OCTET STRING, ...
 */
static enum cs_credential_status refusal_of_der(struct cs_slice der)
{
    struct cs_slice rest;
    uint8_t next = 0;

    if (!enter(der, &rest, &next)) {
        return CS_CREDENTIAL_KEY_INVALID;
    }
    if (next == CS_DER_OCTET_STRING) {
        return CS_CREDENTIAL_EC_CURVE;
    }
    return next == CS_DER_INTEGER ? refusal_of_modulus(rest) : refusal_of_pkcs8(rest);
}

static enum cs_credential_status judge_rsa(unsigned bits, enum cs_key_status status)
{
    if (bits < CS_PRIVATE_KEY_BITS_MIN) {
        return CS_CREDENTIAL_KEY_SHORT;
    }
    if (bits > CS_PRIVATE_KEY_BITS_MAX) {
        return CS_CREDENTIAL_KEY_LARGE;
    }
    return cs_credential_of_key(status, CS_CREDENTIAL_KEY_INCONSISTENT);
}

static enum cs_credential_status judge(struct cs_private_key *key, enum cs_private_key_use use,
                                       const struct cs_key_scratch *scratch)
{
    struct cs_slice der = cs_slice_make((const char *)key->der, key->length);
    struct cs_key_facts facts = {CS_KEY_OTHER, 0};
    enum cs_key_status status = cs_key_inspect(scratch, der, &facts);

    key->bits = facts.bits;
    if (status != CS_KEY_OK && status != CS_KEY_INCONSISTENT) {
        return cs_credential_of_key(status, refusal_of_der(der));
    }
    if (facts.kind == CS_KEY_RSA) {
        return judge_rsa(facts.bits, status);
    }
    if (facts.kind == CS_KEY_OTHER) {
        return CS_CREDENTIAL_OTHER_KEY;
    }
    return use == CS_PRIVATE_KEY_ASSERTION ? CS_CREDENTIAL_EC_KEY : CS_CREDENTIAL_OK;
}

/* Any EC key that cannot be parsed is refused as an EC key where none is wanted. */
static enum cs_credential_status for_use(enum cs_credential_status status,
                                         enum cs_private_key_use use)
{
    return status == CS_CREDENTIAL_EC_CURVE && use == CS_PRIVATE_KEY_ASSERTION
               ? CS_CREDENTIAL_EC_KEY
               : status;
}

static enum cs_credential_status load(struct cs_private_key *key,
                                      const struct cs_credential_source *source,
                                      const struct cs_key_scratch *scratch)
{
    struct cs_arena arena;
    struct cs_pem pem;

    cs_arena_init(&arena, scratch->memory, scratch->size);
    enum cs_credential_status status = cs_pem_open(&pem, &arena, source);
    if (status != CS_CREDENTIAL_OK) {
        return status;
    }
    key->exposed = pem.exposed;
    status = find_key(key, &pem);
    cs_pem_close(&pem, &arena);
    return status;
}

enum cs_credential_status cs_private_key_read(struct cs_private_key *key,
                                              enum cs_private_key_use use,
                                              const struct cs_credential_source *source,
                                              const struct cs_key_scratch *scratch)
{
    key->length = 0;
    key->bits = 0;
    key->exposed = false;
    enum cs_credential_status status = load(key, source, scratch);
    if (status == CS_CREDENTIAL_OK) {
        status = for_use(judge(key, use, scratch), use);
    }
    if (status != CS_CREDENTIAL_OK) {
        cs_private_key_wipe(key);
    }
    return status;
}

void cs_private_key_wipe(struct cs_private_key *key)
{
    if (key->length > 0) {
        cs_wipe(key->der, sizeof key->der);
    }
    key->length = 0;
    key->bits = 0;
}
