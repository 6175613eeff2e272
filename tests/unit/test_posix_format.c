/* The printf() of the static programs, against that of this machine's C library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "platform/posix/libc/posix_format.h"

#define OUT_SIZE 128u

static const char *const flags[] = {"", "-", "0", "-0"};
static const char *const widths[] = {"", "1", "2", "7", "24"};
static const char *const precisions[] = {"", ".", ".0", ".1", ".3", ".25"};
static const size_t sizes[] = {0, 1, 2, 5, OUT_SIZE};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int ours(char *out, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = cs_posix_format(out, size, format, arguments);
    va_end(arguments);
    return length;
}

static int ours_to(FILE *file, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = cs_posix_format_to(file, format, arguments);
    va_end(arguments);
    return length;
}

/* The formats under test are put together, and so no literals. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

/* Both with the same format and the same argument, whatever its type. */
#define COMPARE(format, value)                                                                     \
    do {                                                                                           \
        for (size_t each = 0; each < COUNT(sizes); each++) {                                       \
            char mine[OUT_SIZE + 1];                                                               \
            char theirs[OUT_SIZE + 1];                                                             \
            memset(mine, '#', sizeof mine);                                                        \
            memset(theirs, '#', sizeof theirs);                                                    \
            int length = ours(mine, sizes[each], format, value);                                   \
            assert_int_equal(length, snprintf(theirs, sizes[each], format, value));                \
            assert_memory_equal(mine, theirs, sizes[each]);                                        \
            assert_int_equal(mine[sizes[each]], '#');                                              \
        }                                                                                          \
    } while (0)

/* Calls `check` with every format that flags, widths and precisions make with `end`. */
static void sweep(const char *end, void (*check)(const char *format))
{
    char format[32];

    for (size_t flag = 0; flag < COUNT(flags); flag++) {
        for (size_t width = 0; width < COUNT(widths); width++) {
            for (size_t precision = 0; precision < COUNT(precisions); precision++) {
                (void)snprintf(format, sizeof format, "<%%%s%s%s%s>", flags[flag], widths[width],
                               precisions[precision], end);
                check(format);
            }
        }
    }
}

static void check_int(const char *format)
{
    static const int values[] = {0, 1, -1, 9, 10, 12345, INT32_MAX, INT32_MIN};

    for (size_t i = 0; i < COUNT(values); i++) {
        COMPARE(format, values[i]);
    }
}

static void check_long_long(const char *format)
{
    static const long long values[] = {0, -7, 4294967296, INT64_MAX, INT64_MIN};

    for (size_t i = 0; i < COUNT(values); i++) {
        COMPARE(format, values[i]);
    }
}

static void check_long(const char *format)
{
    COMPARE(format, INT32_MIN + 0L);
    COMPARE(format, 77L);
}

static void check_size(const char *format)
{
    COMPARE(format, SIZE_MAX);
    COMPARE(format, (size_t)0);
}

static void check_string(const char *format)
{
    static const char *const values[] = {"", "a", "four", "a text of thirty-three characters"};

    for (size_t i = 0; i < COUNT(values); i++) {
        COMPARE(format, values[i]);
    }
}

static void test_numbers(void **state)
{
    static const char *const ints[] = {"d", "i", "u", "x", "X", "hd", "hu", "hhd", "hhu", "hhx"};

    (void)state;
    for (size_t i = 0; i < COUNT(ints); i++) {
        sweep(ints[i], check_int);
    }
    sweep("ld", check_long);
    sweep("lx", check_long);
    sweep("lld", check_long_long);
    sweep("llu", check_long_long);
    sweep("llX", check_long_long);
    sweep("jd", check_long_long);
    sweep("zu", check_size);
    sweep("tx", check_size);
}

static void test_texts(void **state)
{
    (void)state;
    sweep("s", check_string);
    COMPARE("%c", 'x');
    COMPARE("%5c|", 'x');
    COMPARE("%-5c|", 'x');
    COMPARE("100%% of %s, and 5%%", "all");
}

/* A text without its NUL is read as far as the precision, and no further. */
static void test_unterminated(void **state)
{
    static const char text[3] = {'a', 'b', 'c'};
    char out[8];

    (void)state;
    assert_int_equal(ours(out, sizeof out, "%.*s", 3, text), 3);
    assert_string_equal(out, "abc");
}

static void test_stars(void **state)
{
    static const int numbers[] = {-12, -1, 0, 1, 12};
    char mine[OUT_SIZE];
    char theirs[OUT_SIZE];

    (void)state;
    for (size_t width = 0; width < COUNT(numbers); width++) {
        for (size_t precision = 0; precision < COUNT(numbers); precision++) {
            int length = ours(mine, sizeof mine, "[%*.*s|%0*d]", numbers[width], numbers[precision],
                              "some", numbers[width], -3);
            assert_int_equal(length, snprintf(theirs, sizeof theirs, "[%*.*s|%0*d]", numbers[width],
                                              numbers[precision], "some", numbers[width], -3));
            assert_string_equal(mine, theirs);
        }
    }
}

static void test_many_arguments(void **state)
{
    char out[OUT_SIZE];

    (void)state;
    /* More than go through registers, of different widths. */
    assert_int_equal(ours(out, sizeof out, "%d %lld %s %u %zu %c %lld %x %s", -1, -2LL, "three", 4u,
                          (size_t)5, '6', 7LL, 8u, "nine"),
                     26);
    assert_string_equal(out, "-1 -2 three 4 5 6 7 8 nine");
}

static void test_unknown(void **state)
{
    static const char *const formats[] = {"%",   "a%", "%f",  "%5", "%+d",
                                          "%#x", "%n", "%Lf", "%.", "%l"};
    char out[OUT_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT(formats); i++) {
        assert_true(ours(out, sizeof out, formats[i], 0) < 0);
        assert_true(strlen(out) <= 1);
    }
}

static void test_to_a_file(void **state)
{
    char out[OUT_SIZE] = "";
    FILE *file = tmpfile();

    (void)state;
    assert_non_null(file);
    assert_int_equal(ours_to(file, "%s=%-4u|", "n", 7u), 7);
    rewind(file);
    assert_int_equal(fread(out, 1, sizeof out, file), 7);
    assert_string_equal(out, "n=7   |");
    (void)fclose(file);
    /* What the file does not take is told. */
    file = fopen("/dev/full", "w");
    assert_non_null(file);
    (void)setvbuf(file, NULL, _IONBF, 0);
    assert_true(ours_to(file, "%d", 1) < 0);
    (void)fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_unterminated),   cmocka_unit_test(test_stars),
        cmocka_unit_test(test_many_arguments), cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_to_a_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
