/* Goes to a certificate's SubjectPublicKeyInfo and looks its algorithm up. See key_kind.h. */
#include "core/tls/key_kind.h"

#include "core/tls/certificate.h"
#include "core/tls/der.h"

/* The longest modulus that the library takes, and the byte that keeps it positive. */
#define RSA_BYTES_MAX (4096 / 8 + 1)

struct kind {
    uint8_t why;
    uint8_t length;
    char oid[9];
};

/* RFC 3279, section 2.3; RFC 4055, section 3.1; RFC 8410, section 3. Of RSA the length of the
 * modulus is looked at as well, of EC the curve. */
static const struct kind algorithms[] = {
    {CONNSYNC_TLS_KEY_RSA, 9, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"},
    {CONNSYNC_TLS_KEY_CURVE, 7, "\x2a\x86\x48\xce\x3d\x02\x01"},
    {CONNSYNC_TLS_KEY_RSA_PSS, 9, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"},
    {CONNSYNC_TLS_KEY_ED25519, 3, "\x2b\x65\x70"},
    {CONNSYNC_TLS_KEY_ED448, 3, "\x2b\x65\x71"},
    {CONNSYNC_TLS_KEY_UNKNOWN, 0, ""}};

/* RFC 5480, section 2.1.1.1. */
static const struct kind curves[] = {
    {CONNSYNC_TLS_UNTOLD, 8, "\x2a\x86\x48\xce\x3d\x03\x01\x07"}, /* P-256 */
    {CONNSYNC_TLS_UNTOLD, 5, "\x2b\x81\x04\x00\x22"},             /* P-384 */
    {CONNSYNC_TLS_KEY_P521, 5, "\x2b\x81\x04\x00\x23"},
    {CONNSYNC_TLS_KEY_CURVE, 0, ""}};

/* The last of `kinds` is any. */
static uint8_t find(const struct kind *kinds, struct cs_slice oid)
{
    while (kinds->length > 0 && !cs_slice_equal(oid, cs_slice_make(kinds->oid, kinds->length))) {
        kinds++;
    }
    return kinds->why;
}

/* RSAPublicKey ::= SEQUENCE { modulus, exponent }, behind the count of unused bits of the BIT
 * STRING, which is 0. */
static uint8_t judge_rsa(struct cs_slice bits)
{
    struct cs_der_item item;
    struct cs_slice modulus;

    if (!cs_der_next(&bits, &item) || item.contents.length == 0) {
        return CONNSYNC_TLS_UNTOLD;
    }
    bits = cs_slice_make(item.contents.data + 1, item.contents.length - 1);
    bool is_sound = cs_der_expect(&bits, CS_DER_SEQUENCE, &bits) &&
                    cs_der_expect(&bits, CS_DER_INTEGER, &modulus);
    return is_sound && modulus.length > RSA_BYTES_MAX ? CONNSYNC_TLS_KEY_RSA : CONNSYNC_TLS_UNTOLD;
}

uint8_t cs_tls_key_trouble(struct cs_slice certificate)
{
    struct cs_certificate parts;
    struct cs_slice key;
    struct cs_slice algorithm;
    struct cs_slice oid;

    /* SubjectPublicKeyInfo ::= SEQUENCE { AlgorithmIdentifier, BIT STRING } */
    if (!cs_certificate_next(&certificate, &parts) ||
        !cs_der_only(parts.key, CS_DER_SEQUENCE, &key) ||
        !cs_der_expect(&key, CS_DER_SEQUENCE, &algorithm) ||
        !cs_der_expect(&algorithm, CS_DER_OID, &oid)) {
        return CONNSYNC_TLS_UNTOLD;
    }
    uint8_t why = find(algorithms, oid);
    if (why == CONNSYNC_TLS_KEY_RSA) {
        return judge_rsa(key);
    }
    if (why == CONNSYNC_TLS_KEY_CURVE && cs_der_expect(&algorithm, CS_DER_OID, &oid)) {
        return find(curves, oid);
    }
    return why;
}
