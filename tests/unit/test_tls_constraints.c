/* Name constraints that are damaged in one place, whatever the place: they permit nothing.
 * Each case begins with sound ones that permit the name, so that the damage alone is what
 * it is refused for. */
#include "core/tls/tls_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    PERMITTED = 0xa0,
    EXCLUDED = 0xa1,
    OTHER_NAME = 0xa0,
    RFC822_NAME = 0x81,
    DNS_NAME = 0x82,
    X400_ADDRESS = 0xa3,
    DIRECTORY_NAME = 0xa4,
    URI = 0x86,
    IP_ADDRESS = 0x87,
    REGISTERED_ID = 0x88,
    SEQUENCE = 0x30
};

/* What is done to one element. */
enum damage {
    SOUND,
    WRONG_TAG,
    LENGTH_SHORT,
    LENGTH_LONG,
    INDEFINITE,
    LONG_FORM,
    PADDED_LENGTH,
    EMPTY,
    ANOTHER_BEHIND,
    BYTE_BEHIND,
    DAMAGES
};

struct der {
    char bytes[512];
    size_t length;
};

static struct cs_slice slice(const struct der *der)
{
    return cs_slice_make(der->bytes, der->length);
}

static void add_bytes(struct der *der, const char *bytes, size_t length)
{
    memcpy(der->bytes + der->length, bytes, length);
    der->length += length;
}

static void add_byte(struct der *der, int byte)
{
    der->bytes[der->length++] = (char)byte;
}

/* The length octets of an element, damaged or not; all of ours are below 128. */
static void add_length(struct der *der, size_t length, enum damage damage)
{
    if (damage == INDEFINITE) {
        add_byte(der, 0x80);
        return;
    }
    if (damage == LONG_FORM || damage == PADDED_LENGTH) {
        add_byte(der, damage == LONG_FORM ? 0x81 : 0x82);
    }
    if (damage == PADDED_LENGTH) {
        add_byte(der, 0);
    }
    add_byte(der, (int)length + (damage == LENGTH_LONG) - (damage == LENGTH_SHORT));
}

/* One element around `contents`. */
static struct der wrap(int tag, struct cs_slice contents, enum damage damage)
{
    struct der der = {{0}, 0};
    size_t length = damage == EMPTY ? 0 : contents.length;

    add_byte(&der, damage == WRONG_TAG ? 0x05 : tag);
    add_length(&der, length, damage);
    add_bytes(&der, contents.data, length);
    if (damage == INDEFINITE) {
        add_bytes(&der, "\0\0", 2);
    }
    if (damage == ANOTHER_BEHIND) {
        add_bytes(&der, "\x05\0", 2); /* a sound element, of no form that belongs here */
    }
    if (damage == BYTE_BEHIND) {
        add_byte(&der, 0);
    }
    return der;
}

struct base {
    int tag;
    const char *contents;
    size_t length;
    bool may_be_empty;
    bool covers; /* one of the names that are asked for */
};

/* The forms of GeneralName. */
static const struct base bases[] = {
    {DNS_NAME, "evil.test", 9, true, false},
    {DNS_NAME, "auth0.com", 9, true, true},
    {IP_ADDRESS, "\x0b\0\0\0\xff\0\0\0", 8, false, false},
    {IP_ADDRESS, "\x0a\0\0\0\xff\0\0\0", 8, false, true},
    {IP_ADDRESS, "\x20\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32,
     false, false},
    {RFC822_NAME, "evil.test", 9, true, false},
    {URI, "evil.test", 9, true, false},
    {REGISTERED_ID, "\x2a\x03\x04", 3, false, false},
    {DIRECTORY_NAME, "\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02\x58\x58", 15, false,
     false},
    {OTHER_NAME, "\x06\x02\x2a\x03\xa0\x02\x05\0", 8, false, false},
    {X400_ADDRESS, "\x30\0", 2, false, false},
    {DNS_NAME, "t.auth0.com", 11, true, true},
    {DNS_NAME, "T.AUTH0.com", 11, true, true},
    {DNS_NAME, ".auth0.com", 10, true, true},
    {DNS_NAME, "0.com", 5, true, false},
    {DNS_NAME, "s.t.auth0.com", 13, true, false},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Constraints of one subtree, with one element damaged: 0 the list, 1 the subtree, 2 the
 * base. */
static struct der constraints_of(int list, const struct base *base, int level, enum damage damage)
{
    struct der name =
        wrap(base->tag, cs_slice_make(base->contents, base->length), level == 2 ? damage : SOUND);
    struct der subtree = wrap(SEQUENCE, slice(&name), level == 1 ? damage : SOUND);

    return wrap(list, slice(&subtree), level == 0 ? damage : SOUND);
}

static bool permits(struct cs_slice constraints, const char *host)
{
    struct der names = wrap(DNS_NAME, cs_slice_of("t.auth0.com"), SOUND);
    struct der address = wrap(IP_ADDRESS, cs_slice_make("\x0a\1\2\3", 4), SOUND);

    add_bytes(&names, address.bytes, address.length);
    return cs_tls_names_permitted(slice(&names), cs_slice_of(host), constraints);
}

static bool permits_any(struct cs_slice constraints)
{
    return permits(constraints, "t.auth0.com") || permits(constraints, "10.1.2.3");
}

static void refuse(const struct der *constraints, const char *what, int list, int tag, int detail)
{
    if (permits_any(slice(constraints))) {
        fail_msg("%s: list %02x, form %02x, %d", what, (unsigned)list, (unsigned)tag, detail);
    }
}

/* Do the names pass these constraints, when they are sound? Of a permitted list they do if
 * it covers them, or does not speak of their form. */
static bool passes(int list, const struct base *base)
{
    bool asked = base->tag == DNS_NAME || base->tag == IP_ADDRESS;

    return list == EXCLUDED ? !base->covers : base->covers || !asked;
}

static void for_each_sound(void (*check)(int list, const struct base *base))
{
    for (size_t i = 0; i < COUNT(bases); i++) {
        for (int list = PERMITTED; list <= EXCLUDED; list++) {
            struct der sound = constraints_of(list, &bases[i], 0, SOUND);
            if (passes(list, &bases[i]) != permits_any(slice(&sound))) {
                fail_msg("sound: list %02x, form %02x", (unsigned)list, (unsigned)bases[i].tag);
            }
            check(list, &bases[i]);
        }
    }
}

static void check_cuts(int list, const struct base *base)
{
    struct der all = constraints_of(list, base, 0, SOUND);

    for (size_t length = 0; length < all.length; length++) {
        struct der cut = all;
        cut.length = length;
        refuse(&cut, "cut", list, base->tag, (int)length);
    }
}

static void test_cut_at_each_byte(void **state)
{
    (void)state;
    for_each_sound(check_cuts);
}

static void check_elements(int list, const struct base *base)
{
    for (int level = 0; level < 3; level++) {
        for (int damage = SOUND + 1; damage < DAMAGES; damage++) {
            struct der damaged = constraints_of(list, base, level, (enum damage)damage);
            if (level == 2 && damage == EMPTY && base->may_be_empty) {
                continue; /* every name, or none: sound */
            }
            refuse(&damaged, "element", list, base->tag, 100 * level + damage);
        }
    }
}

static void test_each_element_damaged(void **state)
{
    (void)state;
    for_each_sound(check_elements);
}

/* Every value of every byte of the tags and lengths but the right one. */
static void check_bytes(int list, const struct base *base)
{
    for (size_t at = 0; at < 6; at++) {
        for (int value = 0; value < 256; value++) {
            struct der damaged = constraints_of(list, base, 0, SOUND);
            bool is_other_form = at == 4 && (value & 0xf0) != (base->tag & 0xf0);
            bool is_other_list = at == 0 && (value == PERMITTED || value == EXCLUDED);
            if (value == (uint8_t)damaged.bytes[at] || is_other_list ||
                (at == 4 && !is_other_form)) {
                continue;
            }
            if (at == 4 && value >= OTHER_NAME && value <= 0xa5) {
                continue; /* such a form may hold anything that is an element */
            }
            if (at == 4 && value >= 0x80 && value <= REGISTERED_ID) {
                continue; /* and such a one any text */
            }
            damaged.bytes[at] = (char)value;
            refuse(&damaged, "byte", list, base->tag, (int)(1000 * at) + value);
        }
    }
}

static void test_each_tag_and_length(void **state)
{
    (void)state;
    for_each_sound(check_bytes);
}

/* GeneralSubtree's minimum and maximum: RFC 5280 has 0 and none, which DER leaves out. */
static void check_distances(int list, const struct base *base)
{
    static const char *const distances[] = {"\x80\1\0", "\x80\1\1", "\x81\1\1", "\x80\1\0\x81\1\2"};

    for (size_t i = 0; i < COUNT(distances); i++) {
        struct der subtree = wrap(base->tag, cs_slice_make(base->contents, base->length), SOUND);
        add_bytes(&subtree, distances[i], i == 3 ? 6 : 3);
        struct der list_of_one = wrap(SEQUENCE, slice(&subtree), SOUND);
        struct der all = wrap(list, slice(&list_of_one), SOUND);
        refuse(&all, "distance", list, base->tag, (int)i);
    }
}

static void test_minimum_and_maximum(void **state)
{
    (void)state;
    for_each_sound(check_distances);
}

/* Both lists, once each, the permitted one first; a second subtree is read as well. */
static void test_lists(void **state)
{
    struct der excluded = constraints_of(EXCLUDED, &bases[0], 0, SOUND);
    struct der permitted = constraints_of(PERMITTED, &bases[1], 0, SOUND);
    struct der both = permitted;
    struct der swapped = excluded;
    struct der twice = excluded;

    (void)state;
    add_bytes(&both, excluded.bytes, excluded.length);
    assert_true(permits(slice(&both), "t.auth0.com"));
    add_bytes(&swapped, permitted.bytes, permitted.length);
    refuse(&swapped, "swapped", 0, 0, 0);
    add_bytes(&twice, excluded.bytes, excluded.length);
    refuse(&twice, "twice", 0, 0, 0);

    struct der good = wrap(DNS_NAME, cs_slice_of("evil.test"), SOUND);
    struct der bad = wrap(DNS_NAME, cs_slice_of("evil..test"), SOUND);
    struct der subtrees = wrap(SEQUENCE, slice(&good), SOUND);
    struct der second = wrap(SEQUENCE, slice(&bad), SOUND);
    add_bytes(&subtrees, second.bytes, second.length);
    struct der all = wrap(EXCLUDED, slice(&subtrees), SOUND);
    refuse(&all, "second subtree", EXCLUDED, DNS_NAME, 0);
}

static void test_dns_names_that_are_none(void **state)
{
    static const struct cs_slice names[] = {{".", 1},
                                            {"..", 2},
                                            {"a..b", 4},
                                            {"evil.test.", 10},
                                            {"*.evil.test", 11},
                                            {"evil test", 9},
                                            {"evil\0.test", 10},
                                            {"..evil.test", 11},
                                            {"\xe9vil.test", 9},
                                            {"evil.test/", 10},
                                            {"evil@test", 9}};

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        const struct base base = {DNS_NAME, names[i].data, names[i].length, false, false};
        for (int list = PERMITTED; list <= EXCLUDED; list++) {
            struct der all = constraints_of(list, &base, 0, SOUND);
            refuse(&all, "name", list, DNS_NAME, (int)i);
        }
    }
}

static void test_addresses_that_are_none(void **state)
{
    static const char masks[][4] = {{0x7f, 0, 0, 0},   {0, 0, 0, 1},      {'\xff', 0, '\xff', 0},
                                    {'\xfd', 0, 0, 0}, {'\xff', 1, 0, 0}, {'\xf0', '\x80', 0, 0}};
    char range[64] = {0x0b};

    (void)state;
    for (int list = PERMITTED; list <= EXCLUDED; list++) {
        for (size_t length = 0; length <= sizeof range; length++) {
            const struct base base = {IP_ADDRESS, range, length, false, false};
            struct der all = constraints_of(list, &base, 0, SOUND);
            if (length != 8 && length != 32) {
                refuse(&all, "length", list, IP_ADDRESS, (int)length);
            }
        }
        for (size_t i = 0; i < COUNT(masks); i++) {
            const struct base base = {IP_ADDRESS, range, 8, false, false};
            memcpy(range + 4, masks[i], 4);
            struct der all = constraints_of(list, &base, 0, SOUND);
            refuse(&all, "mask", list, IP_ADDRESS, (int)i);
        }
        memset(range + 4, 0, 4);
    }
}

static void test_forms_that_hold_elements(void **state)
{
    static const struct base damaged[] = {
        {DIRECTORY_NAME, "\x31\0", 2, false, false},         /* a SET in place of a SEQUENCE */
        {DIRECTORY_NAME, "\x30\x02\x30\0", 4, false, false}, /* no SET inside */
        {DIRECTORY_NAME, "\x30\x03\x31\x02\x30", 5, false, false}, /* one that is cut */
        {DIRECTORY_NAME, "\x30\0\x30\0", 4, false, false},         /* two of them */
        {DIRECTORY_NAME, "\x30\x80\0\0", 4, false, false},
        {OTHER_NAME, "\x06\x03\x2a\x03", 4, false, false},
        {X400_ADDRESS, "\x30", 1, false, false},
        {RFC822_NAME, "\xe9vil.test", 9, false, false},
        {URI, "\xe9vil.test", 9, false, false},
        {0x89, "evil.test", 9, false, false},
        {0xa2, "\x30\0", 2, false, false},
        {0x30, "\x30\0", 2, false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(damaged); i++) {
        for (int list = PERMITTED; list <= EXCLUDED; list++) {
            struct der all = constraints_of(list, &damaged[i], 0, SOUND);
            refuse(&all, "form", list, damaged[i].tag, (int)i);
        }
    }
}

/* ---- The extension around them ---- */

static struct der extension_of(const char *oid, struct cs_slice value, int level,
                               enum damage damage)
{
    struct der sequence = wrap(SEQUENCE, value, level == 3 ? damage : SOUND);
    struct der octets = wrap(0x04, slice(&sequence), level == 2 ? damage : SOUND);
    struct der all = wrap(0x06, cs_slice_make(oid, 3), SOUND);

    add_bytes(&all, octets.bytes, octets.length);
    return wrap(SEQUENCE, slice(&all), level == 1 ? damage : SOUND);
}

/* Usage, constraints, and an unknown one: `level` 0 is the list, 1 to 3 are inside of the
 * constraints, 4 is the one before them. */
static struct der extensions_of(int level, enum damage damage)
{
    struct der constraints = constraints_of(EXCLUDED, &bases[0], 0, SOUND);
    struct der all =
        extension_of("\x55\x1d\x0f", cs_slice_make("\x05\0", 2), 1, level == 4 ? damage : SOUND);
    struct der middle = extension_of("\x55\x1d\x1e", slice(&constraints), level, damage);
    struct der last = extension_of("\x55\x1d\x0e", cs_slice_make("\x05\0", 2), 0, SOUND);

    add_bytes(&all, middle.bytes, middle.length);
    add_bytes(&all, last.bytes, last.length);
    return wrap(SEQUENCE, slice(&all), level == 0 ? damage : SOUND);
}

static void refuse_extensions(const struct der *extensions, int level, int detail)
{
    struct cs_slice constraints = cs_tls_extension(slice(extensions), CS_TLS_OID_NAME_CONSTRAINTS);

    if (constraints.data == NULL || permits_any(constraints)) {
        fail_msg("extensions: level %d, %d", level, detail);
    }
}

static void test_extensions(void **state)
{
    struct der good = extensions_of(0, SOUND);

    (void)state;
    assert_true(
        permits(cs_tls_extension(slice(&good), CS_TLS_OID_NAME_CONSTRAINTS), "t.auth0.com"));
    assert_null(cs_tls_extension(cs_slice_make(NULL, 0), CS_TLS_OID_NAME_CONSTRAINTS).data);
    for (int level = 0; level <= 4; level++) {
        for (int damage = SOUND + 1; damage < DAMAGES; damage++) {
            struct der damaged = extensions_of(level, (enum damage)damage);
            refuse_extensions(&damaged, level, damage);
        }
    }
    for (size_t length = 1; length < good.length; length++) {
        struct der cut = good;
        cut.length = length;
        refuse_extensions(&cut, -1, (int)length);
    }
}

/* Of two, the stricter one could be overlooked. */
static void test_extension_twice(void **state)
{
    struct der constraints = constraints_of(EXCLUDED, &bases[0], 0, SOUND);
    struct der one = extension_of("\x55\x1d\x1e", slice(&constraints), 0, SOUND);
    struct der two = one;

    (void)state;
    add_bytes(&two, one.bytes, one.length);
    struct der all = wrap(SEQUENCE, slice(&two), SOUND);
    refuse_extensions(&all, 0, 0);
}

/* A certificate whose own names cannot be read has none that is permitted. */
static void test_names_that_cannot_be_read(void **state)
{
    struct der constraints = constraints_of(EXCLUDED, &bases[0], 0, SOUND);
    struct der short_address = wrap(IP_ADDRESS, cs_slice_make("\x0a\1\2", 3), SOUND);
    struct der names = wrap(DNS_NAME, cs_slice_of("t.auth0.com"), SOUND);
    struct cs_slice host = cs_slice_of("t.auth0.com");

    (void)state;
    assert_true(cs_tls_names_permitted(slice(&names), host, slice(&constraints)));
    assert_true(cs_tls_names_include(slice(&names), host));
    assert_false(cs_tls_names_permitted(slice(&short_address), host, slice(&constraints)));
    add_byte(&names, DNS_NAME);
    assert_false(cs_tls_names_permitted(slice(&names), host, slice(&constraints)));
    assert_false(cs_tls_names_include(slice(&names), host));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_at_each_byte),
        cmocka_unit_test(test_each_element_damaged),
        cmocka_unit_test(test_each_tag_and_length),
        cmocka_unit_test(test_minimum_and_maximum),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_dns_names_that_are_none),
        cmocka_unit_test(test_addresses_that_are_none),
        cmocka_unit_test(test_forms_that_hold_elements),
        cmocka_unit_test(test_extensions),
        cmocka_unit_test(test_extension_twice),
        cmocka_unit_test(test_names_that_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
