/* Slices and bounded writers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/text.h"

static void test_slices(void **state)
{
    struct cs_slice empty = cs_slice_make(NULL, 0);

    (void)state;
    assert_int_equal(cs_slice_of(NULL).length, 0);
    assert_int_equal(cs_slice_of("abc").length, 3);
    assert_true(cs_slice_equal(empty, cs_slice_of("")));
    assert_true(cs_slice_equal(cs_slice_of("abc"), cs_slice_make("abcd", 3)));
    assert_false(cs_slice_equal(cs_slice_of("abc"), cs_slice_of("abd")));
    assert_false(cs_slice_equal(cs_slice_of("abc"), cs_slice_of("ab")));
    assert_true(cs_slice_is(cs_slice_of("abc"), "abc"));
    assert_false(cs_slice_is(cs_slice_of("abc"), "ABC"));
    assert_false(cs_slice_is(cs_slice_make("a\0b", 3), "a"));
    assert_true(cs_slice_is(empty, ""));
    assert_true(cs_slice_starts_with(cs_slice_of("Bearer x"), "Bearer "));
    assert_true(cs_slice_starts_with(cs_slice_of("Bearer"), ""));
    assert_true(cs_slice_starts_with(empty, ""));
    assert_false(cs_slice_starts_with(cs_slice_of("Bear"), "Bearer"));
    assert_false(cs_slice_starts_with(cs_slice_of("bearer x"), "Bearer"));
}

static void test_case_is_ascii_only(void **state)
{
    (void)state;
    assert_true(cs_slice_equal_nocase(cs_slice_of("Retry-AFTER"), cs_slice_of("retry-after")));
    assert_false(cs_slice_equal_nocase(cs_slice_of("retry-after"), cs_slice_of("retry_after")));
    assert_false(cs_slice_equal_nocase(cs_slice_of("a"), cs_slice_of("ab")));
    /* Neighbours of the letters differ from each other by the same bit as cases do. */
    assert_false(cs_slice_equal_nocase(cs_slice_of("@[\\]^"), cs_slice_of("`{|}~")));
    assert_false(cs_slice_equal_nocase(cs_slice_of("\xC3\x84"), cs_slice_of("\xC3\xA4")));
    assert_true(cs_slice_equal_nocase(cs_slice_make(NULL, 0), cs_slice_of("")));
}

static void test_words(void **state)
{
    struct cs_slice scope = cs_slice_of("read:connections  update:connections read:users");

    (void)state;
    assert_true(cs_slice_has_word(scope, "read:connections"));
    assert_true(cs_slice_has_word(scope, "update:connections"));
    assert_true(cs_slice_has_word(scope, "read:users"));
    assert_false(cs_slice_has_word(scope, "read:connection"));
    assert_false(cs_slice_has_word(scope, "read:connections_options"));
    assert_false(cs_slice_has_word(scope, "users"));
    assert_false(cs_slice_has_word(scope, ""));
    assert_false(cs_slice_has_word(scope, "read:connections  update:connections"));
    assert_false(cs_slice_has_word(cs_slice_make(NULL, 0), "read"));
    assert_false(cs_slice_has_word(cs_slice_make("readx", 4), "readx"));
    assert_true(cs_slice_has_word(cs_slice_make("readx", 4), "read"));
}

static void test_contains(void **state)
{
    (void)state;
    assert_true(cs_slice_contains(cs_slice_of("abcabd"), "abd"));
    assert_true(cs_slice_contains(cs_slice_of("abc"), "abc"));
    assert_true(cs_slice_contains(cs_slice_of("abc"), ""));
    assert_true(cs_slice_contains(cs_slice_make(NULL, 0), ""));
    assert_false(cs_slice_contains(cs_slice_make("abcd", 3), "cd"));
    assert_false(cs_slice_contains(cs_slice_of("ab"), "abc"));
    assert_false(cs_slice_contains(cs_slice_make(NULL, 0), "a"));
}

static void test_numbers(void **state)
{
    static const char *const wrong[] = {"",
                                        " 1",
                                        "1 ",
                                        "+1",
                                        "-1",
                                        "0x1",
                                        "1e3",
                                        "1.0",
                                        "a",
                                        "18446744073709551616",
                                        "18446744073709551620",
                                        "99999999999999999999",
                                        "184467440737095516150",
                                        "/",
                                        ":"};
    uint64_t value = 7;

    (void)state;
    assert_true(cs_slice_to_u64(cs_slice_of("0"), &value));
    assert_true(value == 0);
    assert_true(cs_slice_to_u64(cs_slice_of("007"), &value));
    assert_true(value == 7);
    assert_true(cs_slice_to_u64(cs_slice_of("18446744073709551615"), &value));
    assert_true(value == UINT64_MAX);
    assert_true(cs_slice_to_u64(cs_slice_make("129", 2), &value));
    assert_true(value == 12);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(cs_slice_to_u64(cs_slice_of(wrong[i]), &value));
        assert_true(value == 12);
    }
}

static void test_writer(void **state)
{
    char data[64];
    struct cs_writer writer;

    (void)state;
    cs_writer_init(&writer, data, sizeof data);
    assert_string_equal(data, "");
    cs_write_string(&writer, "GET ");
    cs_write(&writer, cs_slice_make("/abc", 2));
    cs_write(&writer, cs_slice_make(NULL, 0));
    cs_write_u64(&writer, 0);
    cs_write_string(&writer, " ");
    cs_write_u64(&writer, UINT64_MAX);
    assert_string_equal(data, "GET /a0 18446744073709551615");
    assert_true(cs_slice_is(cs_written(&writer), data));
    assert_false(writer.overflowed);
}

/* Every size from one byte: exact fit is fine, one less overflows and stays inside. */
static void test_writer_at_every_size(void **state)
{
    static const char text[] = "abc%2F42";

    (void)state;
    for (size_t size = 1; size <= sizeof text; size++) {
        char data[sizeof text + 1];
        struct cs_writer writer;

        memset(data, '#', sizeof data);
        cs_writer_init(&writer, data, size);
        cs_write_string(&writer, "abc");
        cs_write_percent_encoded(&writer, cs_slice_of("/"));
        cs_write_u64(&writer, 42);
        assert_int_equal(writer.overflowed, size < sizeof text);
        assert_int_equal(writer.length, size - 1);
        assert_memory_equal(data, text, size - 1);
        assert_int_equal(data[size - 1], '\0');
        assert_int_equal(data[size], '#');
    }
}

static void test_overflow_is_remembered(void **state)
{
    char data[4];
    struct cs_writer writer;

    (void)state;
    cs_writer_init(&writer, data, sizeof data);
    cs_write_string(&writer, "abcd");
    assert_true(writer.overflowed);
    cs_write_string(&writer, "");
    assert_true(writer.overflowed);
    assert_string_equal(data, "abc");
}

static void test_percent_encoding(void **state)
{
    char data[1024];
    char all[256];
    struct cs_writer writer;
    size_t plain = 26 + 26 + 10 + 4;

    (void)state;
    cs_writer_init(&writer, data, sizeof data);
    cs_write_percent_encoded(&writer, cs_slice_of("aZ09-._~ /?#+&=%|\x7F\xC3\xA9"));
    assert_string_equal(data, "aZ09-._~%20%2F%3F%23%2B%26%3D%25%7C%7F%C3%A9");
    cs_writer_init(&writer, data, sizeof data);
    cs_write_percent_encoded(&writer, cs_slice_make("\0", 1));
    assert_string_equal(data, "%00");
    for (int i = 0; i < 256; i++) {
        all[i] = (char)i;
    }
    cs_writer_init(&writer, data, sizeof data);
    cs_write_percent_encoded(&writer, cs_slice_make(all, sizeof all));
    assert_false(writer.overflowed);
    assert_int_equal(writer.length, plain + 3 * (256 - plain));
}

static void test_copy(void **state)
{
    char out[4] = "old";

    (void)state;
    assert_true(cs_copy_string(out, sizeof out, cs_slice_of("abc")));
    assert_string_equal(out, "abc");
    assert_false(cs_copy_string(out, sizeof out, cs_slice_of("abcd")));
    assert_string_equal(out, "");
    assert_true(cs_copy_string(out, sizeof out, cs_slice_make(NULL, 0)));
    assert_string_equal(out, "");
    assert_true(cs_copy_string(out, 1, cs_slice_of("")));
    assert_false(cs_copy_string(out, 1, cs_slice_of("a")));
}

static void test_wipe(void **state)
{
    static const char wanted[] = {'s', 0, 0, 0, 'e', 't'};
    char secret[6] = {'s', 'e', 'c', 'r', 'e', 't'};

    (void)state;
    cs_wipe(secret + 1, 3);
    assert_memory_equal(secret, wanted, sizeof wanted);
    cs_wipe(secret, 0);
    assert_memory_equal(secret, wanted, sizeof wanted);
}

/* Below U+10000; above it nothing is odd, and no first byte is one of these. */
static size_t encode(unsigned number, char *out)
{
    size_t length = number < 0x80 ? 1 : number < 0x800 ? 2 : 3;

    if (length == 1) {
        out[0] = (char)number;
    } else if (length == 2) {
        out[0] = (char)(0xC0 | number >> 6);
    } else {
        out[0] = (char)(0xE0 | number >> 12);
        out[1] = (char)(0x80 | (number >> 6 & 0x3F));
    }
    if (length > 1) {
        out[length - 1] = (char)(0x80 | (number & 0x3F));
    }
    out[length] = '\0';
    return length;
}

static void test_odd(void **state)
{
    char text[4];

    (void)state;
    for (unsigned number = 1; number < 0x10000; number++) {
        bool odd = number < 0x20 || (number >= 0x7F && number < 0xA0) ||
                   (number >= 0xD800 && number < 0xE000);
        size_t length = encode(number, text);
        if (cs_odd_length(text) != (odd ? length : 0)) {
            fail_msg("U+%04X", number);
        }
    }
    assert_int_equal(cs_odd_length(""), 0);
    assert_int_equal(cs_odd_length("\xC2"), 0);
    assert_int_equal(cs_odd_length("\xC2\x1F"), 0);
    assert_int_equal(cs_odd_length("\xED"), 0);
    assert_int_equal(cs_odd_length("\xED\xA0"), 2);
    assert_int_equal(cs_odd_length("\xED\xA0\""), 2);
    assert_int_equal(cs_odd_length("\xF0\x9F\x98\x80"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_case_is_ascii_only),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_contains),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_writer),
        cmocka_unit_test(test_writer_at_every_size),
        cmocka_unit_test(test_overflow_is_remembered),
        cmocka_unit_test(test_percent_encoding),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_odd),
        cmocka_unit_test(test_wipe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
