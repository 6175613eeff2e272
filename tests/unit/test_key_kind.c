/* Keys of certificates: each kind, whole and cut at every byte. What they make of a session is for
 * the wire tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/status.h"
#include "core/tls/key_kind.h"

#define OID(text) (text), sizeof(text) - 1

struct key_case {
    const char *algorithm;
    size_t algorithm_length;
    const char *curve; /* or NULL */
    size_t curve_length;
    size_t key_length; /* of an RSA modulus, or of nothing in particular */
    uint8_t why;
};

static const struct key_case cases[] = {
    {OID("\x2a\x86\x48\xce\x3d\x02\x01"), OID("\x2a\x86\x48\xce\x3d\x03\x01\x07"), 65, 0},
    {OID("\x2a\x86\x48\xce\x3d\x02\x01"), OID("\x2b\x81\x04\x00\x22"), 97, 0},
    {OID("\x2a\x86\x48\xce\x3d\x02\x01"), OID("\x2b\x81\x04\x00\x23"), 133, CONNSYNC_TLS_KEY_P521},
    {OID("\x2a\x86\x48\xce\x3d\x02\x01"), OID("\x2b\x81\x04\x00\x0a"), 65, CONNSYNC_TLS_KEY_CURVE},
    {OID("\x2a\x86\x48\xce\x3d\x02\x01"), NULL, 0, 65, CONNSYNC_TLS_KEY_CURVE},
    {OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), NULL, 0, 257, 0},
    {OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), NULL, 0, 513, 0},
    {OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), NULL, 0, 514, CONNSYNC_TLS_KEY_RSA},
    {OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), NULL, 0, 257, CONNSYNC_TLS_KEY_RSA_PSS},
    {OID("\x2b\x65\x70"), NULL, 0, 32, CONNSYNC_TLS_KEY_ED25519},
    {OID("\x2b\x65\x71"), NULL, 0, 57, CONNSYNC_TLS_KEY_ED448},
    {OID("\x2b\x65\x6e"), NULL, 0, 32, CONNSYNC_TLS_KEY_UNKNOWN},
};

/* Writes DER from its end to its beginning, so that a length is known when it is written. */
struct back {
    unsigned char bytes[2048];
    size_t at;
};

static void put(struct back *out, const void *data, size_t length)
{
    out->at -= length;
    memcpy(out->bytes + out->at, data, length);
}

static void put_byte(struct back *out, unsigned value)
{
    out->bytes[--out->at] = (unsigned char)value;
}

/* The head of an element whose contents end at `end`. */
static void put_head(struct back *out, unsigned tag, size_t end)
{
    size_t length = end - out->at;

    put_byte(out, length & 0xff);
    if (length > 0xff) {
        put_byte(out, (unsigned)(length >> 8));
    }
    if (length > 0x7f) {
        put_byte(out, length > 0xff ? 0x82 : 0x81);
    }
    put_byte(out, tag);
}

static void put_key(struct back *out, const struct key_case *one)
{
    size_t end = out->at;

    out->at -= one->key_length;
    memset(out->bytes + out->at, 0x11, one->key_length);
    put_head(out, 0x02, end);
    put_head(out, 0x30, end);
    put_byte(out, 0);
    put_head(out, 0x03, end);
    size_t algorithm_end = out->at;
    if (one->curve != NULL) {
        put(out, one->curve, one->curve_length);
        put_head(out, 0x06, algorithm_end);
    }
    size_t oid_end = out->at;
    put(out, one->algorithm, one->algorithm_length);
    put_head(out, 0x06, oid_end);
    put_head(out, 0x30, algorithm_end);
    put_head(out, 0x30, end);
}

/* A copy of its own size, so that a byte read beyond it is found out. The caller frees it. */
static char *certificate_for(const struct key_case *one, size_t *length)
{
    static const unsigned char before[] = {0xa0, 3, 2,    1, 2,    2, 1,    9,
                                           0x30, 0, 0x30, 0, 0x30, 0, 0x30, 0};
    static struct back out;
    size_t end = out.at = sizeof out.bytes;

    put_key(&out, one);
    put(&out, before, sizeof before);
    put_head(&out, 0x30, end);
    put_head(&out, 0x30, end);
    char *copy = malloc(end - out.at);
    assert_non_null(copy);
    memcpy(copy, out.bytes + out.at, end - out.at);
    *length = end - out.at;
    return copy;
}

static void test_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t length;
        char *bytes = certificate_for(&cases[i], &length);
        assert_int_equal(cs_tls_key_trouble(cs_slice_make(bytes, length)), cases[i].why);
        free(bytes);
    }
}

static void test_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t whole;
        char *bytes = certificate_for(&cases[i], &whole);
        for (size_t length = 0; length < whole; length++) {
            char *cut = malloc(length + (length == 0));
            assert_non_null(cut);
            memcpy(cut, bytes, length);
            assert_int_equal(cs_tls_key_trouble(cs_slice_make(cut, length)), CONNSYNC_TLS_UNTOLD);
            free(cut);
        }
        free(bytes);
    }
}

/* Each byte in turn is another: whatever comes of it, nothing is read beyond. */
static void test_damaged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t length;
        char *bytes = certificate_for(&cases[i], &length);
        struct cs_slice whole = cs_slice_make(bytes, length);
        for (size_t at = 0; at < length; at++) {
            bytes[at] ^= (char)0xff;
            uint8_t why = cs_tls_key_trouble(whole);
            assert_true(why == CONNSYNC_TLS_UNTOLD ||
                        (why >= CONNSYNC_TLS_KEY_UNKNOWN && why <= CONNSYNC_TLS_KEY_ED448));
            bytes[at] ^= (char)0xff;
        }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
