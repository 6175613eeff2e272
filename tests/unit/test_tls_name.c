/* Names in certificates: wildcards, addresses, constraints, and damaged DER. */
#include "core/tls/certificate.h"
#include "core/tls/tls_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DNS 0x82
#define IP 0x87

struct der {
    char bytes[512];
    size_t length;
};

static void add(struct der *der, int tag, const char *contents, size_t length)
{
    der->bytes[der->length++] = (char)tag;
    der->bytes[der->length++] = (char)length; /* short form: all of ours are short */
    memcpy(der->bytes + der->length, contents, length);
    der->length += length;
}

static struct cs_slice slice(const struct der *der)
{
    return cs_slice_make(der->bytes, der->length);
}

static bool matches(const char *pattern, const char *host)
{
    struct der names = {{0}, 0};

    add(&names, DNS, pattern, strlen(pattern));
    return cs_tls_names_include(slice(&names), cs_slice_of(host));
}

static void test_dns_names(void **state)
{
    (void)state;
    assert_true(matches("tenant.auth0.com", "tenant.auth0.com"));
    assert_true(matches("Tenant.AUTH0.com", "tenant.auth0.COM"));
    assert_true(matches("*.eu.auth0.com", "tenant.eu.auth0.com"));
    assert_false(matches("*.auth0.com", "tenant.eu.auth0.com"));
    assert_false(matches("*.auth0.com", "auth0.com"));
    assert_false(matches("*.auth0.com", ".auth0.com"));
    assert_false(matches("*.com", "auth0.com"));
    assert_false(matches("*", "auth0"));
    assert_false(matches("t*.auth0.com", "tenant.auth0.com"));
    assert_false(matches("tenant.*.com", "tenant.auth0.com"));
    assert_false(matches("*.*.auth0.com", "a.b.auth0.com"));
    assert_false(matches("tenant.auth0.com", "tenant.auth0.com.evil.test"));
    assert_false(matches("127.0.0.1", "127.0.0.1"));
    assert_false(matches("*.0.0.1", "127.0.0.1"));
    assert_false(matches("", ""));
}

static void check_address(const char *text, size_t length, const char *bytes)
{
    uint8_t address[CS_TLS_ADDRESS_MAX];

    assert_int_equal(cs_tls_parse_address(cs_slice_of(text), address), length);
    if (length > 0) {
        assert_memory_equal(address, bytes, length);
    }
}

static void test_addresses(void **state)
{
    static const char *const not_addresses[] = {"",
                                                "1.2.3",
                                                "1.2.3.4.",
                                                "1.2.3.256",
                                                "1-2-3-4",
                                                "1.2.3:4",
                                                "1.2.3/4",
                                                "1:2:3:4:5:6:7.8",
                                                "1.2.3.4.5",
                                                "1..2.3",
                                                "a.b.c.d",
                                                "1:2:3",
                                                ":",
                                                ":::",
                                                "1::2::3",
                                                "12345::",
                                                "g::",
                                                "1:2:3:4:5:6:7",
                                                "[::1",
                                                "::1]",
                                                "1.2.3.4x",
                                                "1:2:3:4:5:6:7:8:9",
                                                "::1%eth0",
                                                "1:",
                                                ":1",
                                                "1234",
                                                "0001.2.3.4",
                                                "1:2:3:4:5:6:7:8::",
                                                "1:2:3:4:5:6:7::8"};

    (void)state;
    check_address("127.0.0.1", 4, "\x7f\0\0\1");
    check_address("255.255.255.255", 4, "\xff\xff\xff\xff");
    check_address("::", 16, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    check_address("::1", 16, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1");
    check_address("[::1]", 16, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1");
    check_address("fe80::", 16, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    check_address("2001:DB8::a:0:1", 16, "\x20\1\xd\xb8\0\0\0\0\0\0\0\xa\0\0\0\1");
    check_address("1:2:3:4:5:6:7:8", 16, "\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\10");
    for (size_t i = 0; i < sizeof not_addresses / sizeof not_addresses[0]; i++) {
        check_address(not_addresses[i], 0, "");
    }
}

static void test_address_entries(void **state)
{
    struct der names = {{0}, 0};

    (void)state;
    add(&names, DNS, "other.test", 10);
    add(&names, IP, "\x7f\0\0\1", 4);
    assert_true(cs_tls_names_include(slice(&names), cs_slice_of("127.0.0.1")));
    assert_false(cs_tls_names_include(slice(&names), cs_slice_of("127.0.0.2")));
    assert_false(cs_tls_names_include(slice(&names), cs_slice_of("::1")));
}

/* One list of subtrees with one base. */
static struct der constraint(int list, int tag, const char *base, size_t length)
{
    struct der subtree = {{0}, 0};
    struct der subtrees = {{0}, 0};
    struct der all = {{0}, 0};

    add(&subtree, tag, base, length);
    add(&subtrees, 0x30, subtree.bytes, subtree.length);
    add(&all, list, subtrees.bytes, subtrees.length);
    return all;
}

static bool permitted(int list, const char *base, const char *name, const char *host)
{
    struct der names = {{0}, 0};
    struct der constraints = constraint(list, DNS, base, strlen(base));

    add(&names, DNS, name, strlen(name));
    return cs_tls_names_permitted(slice(&names), cs_slice_of(host), slice(&constraints));
}

static void test_constraints(void **state)
{
    enum {
        PERMITTED = 0xa0,
        EXCLUDED = 0xa1
    };
    struct der addresses = constraint(PERMITTED, IP, "\x0a\0\0\0\xff\0\0\0", 8);
    struct der names = {{0}, 0};

    (void)state;
    assert_true(permitted(PERMITTED, "auth0.com", "t.auth0.com", "t.auth0.com"));
    assert_true(permitted(PERMITTED, "auth0.com", "*.auth0.com", "t.auth0.com"));
    assert_true(permitted(PERMITTED, "", "t.auth0.com", "t.auth0.com"));
    assert_true(permitted(PERMITTED, ".auth0.com", "t.auth0.com", "t.auth0.com"));
    assert_false(permitted(PERMITTED, ".auth0.com", "auth0.com", "auth0.com"));
    assert_false(permitted(PERMITTED, "auth0.com", "t.notauth0.com", "t.notauth0.com"));
    assert_false(permitted(PERMITTED, "auth0.com", "t.auth0.com", "other.test"));
    assert_false(permitted(EXCLUDED, "auth0.com", "T.Auth0.com", "t.auth0.com"));
    assert_true(permitted(EXCLUDED, "evil.test", "t.auth0.com", "t.auth0.com"));
    add(&names, IP, "\x0a\1\2\3", 4);
    assert_true(cs_tls_names_permitted(slice(&names), cs_slice_of("10.1.2.3"), slice(&addresses)));
    assert_false(cs_tls_names_permitted(slice(&names), cs_slice_of("11.1.2.3"), slice(&addresses)));
    /* An extension that is there but cannot be read permits nothing. */
    assert_false(
        cs_tls_names_permitted(slice(&names), cs_slice_of("10.1.2.3"), cs_slice_make("", 0)));
}

/* Every byte of a list of names replaced by every value, and every cut: no overrun
 * (the sanitizers watch), no endless loop. */
static void test_damaged_der(void **state)
{
    struct der good = {{0}, 0};
    struct der constraints = constraint(0xa0, DNS, "auth0.com", 9);

    (void)state;
    add(&good, DNS, "a.auth0.com", 11);
    add(&good, IP, "\x7f\0\0\1", 4);
    for (size_t at = 0; at < good.length; at++) {
        for (int value = 0; value < 256; value++) {
            struct der bad = good;
            bad.bytes[at] = (char)value;
            bad.length = good.length - (size_t)value % good.length;
            (void)cs_tls_names_include(slice(&bad), cs_slice_of("127.0.0.1"));
            (void)cs_tls_names_permitted(slice(&good), cs_slice_of("a.auth0.com"), slice(&bad));
            (void)cs_tls_names_permitted(slice(&bad), cs_slice_of("a.auth0.com"),
                                         slice(&constraints));
            (void)cs_tls_extension(slice(&bad), CS_TLS_OID_SUBJECT_ALT_NAME);
            struct cs_slice rest = slice(&bad);
            struct cs_certificate certificate;
            while (cs_certificate_next(&rest, &certificate)) {
                assert_true(certificate.whole.length > 0);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dns_names),       cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_address_entries), cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_damaged_der),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
