/* What is told of certificates: names, keys and extensions of a whole one, and of damaged ones. */
#include "core/tls/certificate_trouble.h"
#include "core/tls/der.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* O=Odd, Inc., OU=Unit, CN=Root: a P-521 key, policyConstraints that are critical. Made by
 * `openssl req -x509`. */
static const uint8_t whole[] = {
    0x30, 0x82, 0x02, 0x6c, 0x30, 0x82, 0x01, 0xcd, 0xa0, 0x03, 0x02, 0x01, 0x02, 0x02, 0x14, 0x15,
    0xf9, 0xc4, 0x51, 0x37, 0x67, 0x7a, 0xeb, 0xd7, 0x4f, 0x7d, 0x85, 0x53, 0xde, 0x1a, 0x7f, 0x97,
    0xa6, 0xcd, 0x9f, 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02, 0x30,
    0x3f, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02, 0x55, 0x53, 0x31, 0x12,
    0x30, 0x10, 0x06, 0x03, 0x55, 0x04, 0x0a, 0x0c, 0x09, 0x4f, 0x64, 0x64, 0x2c, 0x20, 0x49, 0x6e,
    0x63, 0x2e, 0x31, 0x0d, 0x30, 0x0b, 0x06, 0x03, 0x55, 0x04, 0x0b, 0x0c, 0x04, 0x55, 0x6e, 0x69,
    0x74, 0x31, 0x0d, 0x30, 0x0b, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x04, 0x52, 0x6f, 0x6f, 0x74,
    0x30, 0x1e, 0x17, 0x0d, 0x32, 0x36, 0x31, 0x31, 0x32, 0x39, 0x31, 0x38, 0x33, 0x33, 0x31, 0x38,
    0x5a, 0x17, 0x0d, 0x33, 0x36, 0x31, 0x31, 0x32, 0x36, 0x31, 0x38, 0x33, 0x33, 0x31, 0x38, 0x5a,
    0x30, 0x3f, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02, 0x55, 0x53, 0x31,
    0x12, 0x30, 0x10, 0x06, 0x03, 0x55, 0x04, 0x0a, 0x0c, 0x09, 0x4f, 0x64, 0x64, 0x2c, 0x20, 0x49,
    0x6e, 0x63, 0x2e, 0x31, 0x0d, 0x30, 0x0b, 0x06, 0x03, 0x55, 0x04, 0x0b, 0x0c, 0x04, 0x55, 0x6e,
    0x69, 0x74, 0x31, 0x0d, 0x30, 0x0b, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x04, 0x52, 0x6f, 0x6f,
    0x74, 0x30, 0x81, 0x9b, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
    0x05, 0x2b, 0x81, 0x04, 0x00, 0x23, 0x03, 0x81, 0x86, 0x00, 0x04, 0x00, 0x43, 0x25, 0x4a, 0x9d,
    0x4c, 0x74, 0x32, 0xd0, 0xb0, 0xc7, 0xdb, 0xee, 0x53, 0x5e, 0xb8, 0xc2, 0x51, 0x31, 0xdc, 0xec,
    0xa2, 0x77, 0x4e, 0xf3, 0x85, 0xf3, 0x4f, 0xd0, 0x7e, 0xb2, 0x3a, 0xd0, 0x80, 0xf2, 0x05, 0x81,
    0x8f, 0x48, 0xeb, 0x83, 0xae, 0x45, 0x4d, 0xfd, 0x56, 0x7d, 0x86, 0xd9, 0x7f, 0xf6, 0xaa, 0x06,
    0x9d, 0x72, 0x17, 0x2c, 0xc1, 0x78, 0x3b, 0xeb, 0x79, 0x42, 0x20, 0x79, 0x37, 0x00, 0xe0, 0x24,
    0xad, 0xf5, 0x4e, 0x38, 0x0c, 0x12, 0x75, 0x04, 0xf0, 0x8e, 0x96, 0x93, 0x38, 0x27, 0xda, 0x27,
    0x9f, 0x5b, 0x50, 0x9b, 0x8f, 0x13, 0xf7, 0x4f, 0x02, 0x47, 0x1b, 0x6f, 0x0e, 0x60, 0xc4, 0x21,
    0xd2, 0x98, 0x62, 0xaa, 0xbe, 0x96, 0x71, 0x2c, 0xcc, 0x57, 0x5b, 0x8c, 0x41, 0x64, 0x60, 0xfc,
    0x44, 0xcb, 0x15, 0x33, 0xc3, 0x45, 0xeb, 0xca, 0x37, 0xe1, 0x7b, 0x09, 0xd6, 0xf8, 0x59, 0xa3,
    0x64, 0x30, 0x62, 0x30, 0x1d, 0x06, 0x03, 0x55, 0x1d, 0x0e, 0x04, 0x16, 0x04, 0x14, 0xa2, 0xe7,
    0x4b, 0x50, 0x5c, 0x48, 0x69, 0x7c, 0x8b, 0x6d, 0x50, 0xfe, 0x4b, 0xe5, 0x3c, 0x24, 0x29, 0x1a,
    0x97, 0x4a, 0x30, 0x1f, 0x06, 0x03, 0x55, 0x1d, 0x23, 0x04, 0x18, 0x30, 0x16, 0x80, 0x14, 0xa2,
    0xe7, 0x4b, 0x50, 0x5c, 0x48, 0x69, 0x7c, 0x8b, 0x6d, 0x50, 0xfe, 0x4b, 0xe5, 0x3c, 0x24, 0x29,
    0x1a, 0x97, 0x4a, 0x30, 0x0f, 0x06, 0x03, 0x55, 0x1d, 0x13, 0x01, 0x01, 0xff, 0x04, 0x05, 0x30,
    0x03, 0x01, 0x01, 0xff, 0x30, 0x0f, 0x06, 0x03, 0x55, 0x1d, 0x24, 0x01, 0x01, 0xff, 0x04, 0x05,
    0x30, 0x03, 0x80, 0x01, 0x00, 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03,
    0x02, 0x03, 0x81, 0x8c, 0x00, 0x30, 0x81, 0x88, 0x02, 0x42, 0x00, 0xdd, 0x03, 0x7e, 0x73, 0x0d,
    0x40, 0x79, 0xfb, 0x95, 0xbe, 0xd5, 0x7e, 0xaf, 0xe1, 0xa0, 0xc1, 0x9f, 0xe1, 0x2c, 0x7d, 0xdf,
    0x87, 0x9e, 0x1e, 0x80, 0x0e, 0x32, 0xb1, 0xe1, 0x21, 0x9d, 0xb1, 0x53, 0x72, 0x47, 0x41, 0xe6,
    0x55, 0x84, 0xc9, 0x3a, 0xb5, 0x2e, 0xa7, 0x31, 0x82, 0x2f, 0x01, 0xd5, 0x7c, 0x97, 0x50, 0xf8,
    0x76, 0x39, 0xf6, 0xf9, 0xb8, 0x70, 0x2c, 0x8a, 0xa5, 0x8d, 0xb4, 0xf8, 0x02, 0x42, 0x01, 0x90,
    0x04, 0xea, 0x33, 0x57, 0x1d, 0xf2, 0xa9, 0x61, 0x58, 0x85, 0xe4, 0xe8, 0x23, 0x15, 0x14, 0xa9,
    0xcb, 0x10, 0xee, 0x3b, 0xf3, 0x7a, 0x6b, 0x7a, 0x9d, 0x22, 0xa3, 0x52, 0xd8, 0x6b, 0x1e, 0x9d,
    0x86, 0xc0, 0xba, 0xb0, 0x1b, 0xd4, 0xcb, 0x2a, 0xbf, 0x88, 0x9e, 0xc2, 0x6f, 0xc6, 0x8d, 0xaf,
    0x45, 0x39, 0xc9, 0x03, 0x1e, 0xf0, 0x83, 0x02, 0xb9, 0xad, 0x26, 0x2a, 0x8a, 0xd8, 0x91, 0xcd,
};

/* Copies of it, so that a sanitizer sees a read behind the end. */
static uint8_t copy[sizeof whole];

static struct cs_slice first(size_t length)
{
    memcpy(copy + sizeof copy - length, whole, length);
    return cs_slice_make((const char *)copy + sizeof copy - length, length);
}

static void test_the_outline(void **state)
{
    struct cs_certificate parts;

    (void)state;
    assert_true(cs_certificate_read(first(sizeof whole), &parts));
    assert_true(cs_slice_equal(parts.subject, parts.issuer));
    assert_int_equal(parts.key.data[0], 0x30);
    assert_int_equal(cs_certificate_extensions(&parts).data[0], 0x30);
    for (size_t length = 0; length < sizeof whole; length++) {
        struct connsync_certificate told = {0};
        assert_false(cs_certificate_read(first(length), &parts));
        cs_certificate_find_trouble(&told, first(length));
        assert_int_equal(told.trouble, CONNSYNC_ANCHOR_UNREADABLE);
    }
}

/* Lengths in the shortest form alone, and none beyond the end. */
static void test_lengths(void **state)
{
    static const struct {
        uint8_t head[4];
        size_t head_length;
        size_t length;
        bool good;
    } cases[] = {
        {{0x30, 0x00}, 2, 0, true},
        {{0x30, 0x7f}, 2, 127, true},
        {{0x30, 0x7f}, 2, 126, false},
        {{0x30, 0x80}, 2, 0, false},
        {{0x30, 0x81, 0x7f}, 3, 127, false},
        {{0x30, 0x81, 0x80}, 3, 128, true},
        {{0x30, 0x81, 0x80}, 3, 127, false},
        {{0x30, 0x82, 0x00, 0xff}, 4, 255, false},
        {{0x30, 0x82, 0x01, 0x00}, 4, 256, true},
        {{0x30, 0x81}, 2, 0, false},
        {{0x30}, 1, 0, false},
    };
    uint8_t bytes[4 + 256] = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cs_slice from =
            cs_slice_make((const char *)bytes, cases[i].head_length + cases[i].length);
        struct cs_der_item item;
        memcpy(bytes, cases[i].head, sizeof cases[i].head);
        assert_int_equal(cs_der_next(&from, &item), cases[i].good);
        if (cases[i].good) {
            assert_int_equal(item.contents.length, cases[i].length);
            assert_int_equal(from.length, 0);
        }
    }
}

static void test_dates(void **state)
{
    enum {
        TIMES_AT = 114 /* of the first one's tag */
    };
    struct cs_certificate parts;
    int64_t from = 0;
    int64_t to = 0;

    (void)state;
    assert_true(cs_certificate_read(first(sizeof whole), &parts));
    assert_true(cs_certificate_dates(&parts, &from, &to));
    assert_int_equal(from, 1795977198); /* 2026-11-29 18:33:18 */
    assert_int_equal(to, 2111337198);   /* ten years less three days */
    copy[TIMES_AT + 2] = '5';           /* 1956 */
    assert_true(cs_certificate_dates(&parts, &from, &to));
    assert_true(from < 0);
    copy[TIMES_AT + 4] = '2'; /* the month 21 */
    assert_false(cs_certificate_dates(&parts, &from, &to));
    (void)first(sizeof whole);
    copy[TIMES_AT] = 0x18; /* a year of four digits, with two */
    assert_false(cs_certificate_dates(&parts, &from, &to));
    copy[TIMES_AT] = 0x19;
    assert_false(cs_certificate_dates(&parts, &from, &to));
}

/* Each of the parts has to be a sequence. */
static void test_parts(void **state)
{
    struct cs_certificate parts;

    (void)state;
    assert_true(cs_certificate_read(first(sizeof whole), &parts));
    for (size_t i = 0; i < CS_CERTIFICATE_PARTS; i++) {
        struct cs_slice certificate = first(sizeof whole);
        copy[(const uint8_t *)parts.parts[i].data - copy] = 0x31;
        struct cs_certificate other;
        assert_false(cs_certificate_read(certificate, &other));
    }
}

static void test_names(void **state)
{
    struct cs_certificate parts;
    char name[CONNSYNC_CERTIFICATE_NAME_SIZE];

    (void)state;
    assert_true(cs_certificate_read(first(sizeof whole), &parts));
    cs_certificate_name(name, parts.subject);
    assert_string_equal(name, "O=Odd\\2C Inc., OU=Unit, CN=Root");
    for (size_t length = 0; length < parts.subject.length; length++) {
        cs_certificate_name(name, cs_slice_make(parts.subject.data, length));
        assert_string_equal(name, "");
    }
}

static void test_the_key_is_told_before_the_extension(void **state)
{
    struct connsync_certificate told = {0};
    struct cs_certificate parts;

    (void)state;
    cs_certificate_find_trouble(&told, first(sizeof whole));
    assert_int_equal(told.trouble, CONNSYNC_ANCHOR_KEY_P521);
    assert_string_equal(told.extension, "");
    assert_true(cs_certificate_read(first(sizeof whole), &parts));
    assert_true(cs_certificate_odd_extension(&told, &parts));
    assert_string_equal(told.extension, "2.5.29.36");
}

/* The last bytes of the extension's id: of those that are read, none is odd. */
static void test_extensions(void **state)
{
    static const struct {
        uint8_t last;
        const char *odd;
    } cases[] = {{14, ""},          {15, ""},         {17, ""},          {19, ""},
                 {35, ""},          {37, ""},         {30, "2.5.29.30"}, {32, "2.5.29.32"},
                 {33, "2.5.29.33"}, {54, "2.5.29.54"}};
    enum {
        AT = 458
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct connsync_certificate told = {0};
        struct cs_certificate parts;
        struct cs_slice certificate = first(sizeof whole);
        copy[AT] = cases[i].last;
        assert_true(cs_certificate_read(certificate, &parts));
        assert_int_equal(cs_certificate_odd_extension(&told, &parts), cases[i].odd[0] != '\0');
        assert_string_equal(told.extension, cases[i].odd);
        copy[AT + 3] = 0; /* not critical */
        assert_false(cs_certificate_odd_extension(&told, &parts));
    }
}

/* One extension is odd, and it is told so. */
static void expect_told(const struct cs_certificate *parts, const char *id)
{
    struct connsync_certificate told = {0};

    assert_true(cs_certificate_odd_extension(&told, parts));
    assert_string_equal(told.extension, id);
}

/* What is told of a critical extension with this id. */
static void expect_id(const char *id, size_t length, const char *text)
{
    enum {
        HEADS = 3 + 4 + 2
    };
    struct cs_certificate parts = {0};
    char extensions[64] = {'\xa3', (char)(length + HEADS + 2), '\x30', (char)(length + HEADS),
                           '\x30', (char)(length + HEADS - 2), '\x06', (char)length};
    static const char behind[] = {1, 1, '\xff', 4, 0};

    memcpy(extensions + 8, id, length);
    memcpy(extensions + 8 + length, behind, sizeof behind);
    parts.rest = cs_slice_make(extensions, 8 + length + sizeof behind);
    expect_told(&parts, text);
}

/* Numbers may be of any size, and 2.25 has those of 128 bits. */
static void test_ids(void **state)
{
    (void)state;
    expect_id("\x69\x81\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11, "2.25.18446744073709551615");
    expect_id("\x69\x82\x80\x80\x80\x80\x80\x80\x80\x80\x1e", 11, "");
    expect_id("\x55\x1d\x1e", 3, "2.5.29.30");
    expect_id("\x55\x1d\x80\x1e", 4, "");
    expect_id("\x55\x1d\x9e", 3, "");
    expect_id("\x69\x81\xff\xff\xff\xff\xff\xff\xff\xff\x7f"
              "\x81\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
              21, "");
    expect_id("", 0, "");
}

/* Numbers of an identifier: the first two are in one, and a byte that goes on is no end. */
static void test_ids_of_a_certificate(void **state)
{
    static const struct {
        uint8_t bytes[3];
        const char *told;
    } cases[] = {
        {{0x2b, 0x06, 0x01}, "1.3.6.1"}, {{0x27, 0x00, 0x7f}, "0.39.0.127"},
        {{0x28, 0x01, 0x02}, "1.0.1.2"}, {{0x4f, 0x01, 0x02}, "1.39.1.2"},
        {{0x50, 0x01, 0x02}, "2.0.1.2"}, {{0x55, 0x81, 0x00}, "2.5.128"},
        {{0x81, 0x34, 0x03}, "2.100.3"},
    };
    enum {
        AT = 456
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cs_certificate parts;
        struct cs_slice certificate = first(sizeof whole);
        memcpy(copy + AT, cases[i].bytes, sizeof cases[i].bytes);
        assert_true(cs_certificate_read(certificate, &parts));
        expect_told(&parts, cases[i].told);
    }
}

/* Whatever a byte is, what is told is text. */
static void test_damage(void **state)
{
    (void)state;
    for (size_t at = 0; at < sizeof whole; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            struct connsync_certificate told = {0};
            struct cs_certificate parts;
            struct cs_slice certificate = first(sizeof whole);
            copy[at] ^= (uint8_t)(1u << bit);
            cs_certificate_find_trouble(&told, certificate);
            assert_in_range(told.trouble, CONNSYNC_ANCHOR_KEY_P521, CONNSYNC_ANCHOR_UNREADABLE);
            if (!cs_certificate_read(certificate, &parts)) {
                continue;
            }
            cs_certificate_name(told.subject, parts.subject);
            (void)cs_certificate_odd_extension(&told, &parts);
            for (const char *c = told.subject; *c != '\0'; c++) {
                assert_in_range(*c, ' ', '~');
            }
            assert_int_equal(strspn(told.extension, "0123456789."), strlen(told.extension));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_outline),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_the_key_is_told_before_the_extension),
        cmocka_unit_test(test_extensions),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_ids_of_a_certificate),
        cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
