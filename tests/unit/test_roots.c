/* The first end among roots that are compiled in. */
#include "platform/posix/cli/job/roots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "platform/posix/cli/base/log.h"

/* 2030-06-01T00:00:00Z */
#define UNTIL INT64_C(1906502400)
#define DAY_S INT64_C(86400)

/* A certificate with no more in it than is looked at, whose end has a digit that the test sets. */
#define OUTLINE                                                                                    \
    "\x30\x42\x30\x3C\xA0\x03\x02\x01\x02\x02\x01\x01\x30\x00\x30\x00"                             \
    "\x30\x1E\x17\x0D"                                                                             \
    "200601000000Z"                                                                                \
    "\x17\x0D"                                                                                     \
    "300601000000Z"                                                                                \
    "\x30\x0C\x31\x0A\x30\x08\x06\x03\x55\x04\x03\x0C\x01"                                         \
    "A"                                                                                            \
    "\x30\x00\x30\x00\x03\x00"
#define OUTLINE_SIZE (sizeof OUTLINE - 1)
#define YEAR_AT 36
#define NAME_AT 61

static char note[512];

void log_format(enum log_level level, const char *format, ...)
{
    va_list arguments;

    assert_int_equal(level, LOG_NOTE);
    va_start(arguments, format);
    (void)vsnprintf(note, sizeof note, format, arguments);
    va_end(arguments);
}

void log_time(char out[LOG_TIME_SIZE], int64_t utc_seconds)
{
    assert_int_equal(utc_seconds, UNTIL);
    (void)snprintf(out, LOG_TIME_SIZE, "%s", "2030-06-01T00:00:00Z");
}

/* Two: the second ends first. */
static char roots[2 * OUTLINE_SIZE];

static void use_two(void)
{
    memcpy(roots, OUTLINE, OUTLINE_SIZE);
    memcpy(roots + OUTLINE_SIZE, OUTLINE, OUTLINE_SIZE);
    roots[YEAR_AT] = '1';
    roots[OUTLINE_SIZE + NAME_AT] = 'B';
    roots_use(cs_slice_make(roots, sizeof roots));
}

static void test_the_first_end(void **unused)
{
    struct roots_end end;

    (void)unused;
    roots_use(cs_slice_make(NULL, 0));
    assert_false(roots_first_end(0, &end));
    use_two();
    assert_true(roots_first_end(UNTIL - 100 * DAY_S, &end));
    assert_string_equal(end.subject, "CN=B");
    assert_true(end.until == UNTIL);
    assert_int_equal(end.days, 100);
}

static void test_the_warning(void **unused)
{
    (void)unused;
    use_two();
    note[0] = '\0';
    roots_warn(UNTIL - ROOTS_WARNING_DAYS * DAY_S);
    assert_string_equal(note, "");
    roots_warn(UNTIL - ROOTS_WARNING_DAYS * DAY_S + 1);
    assert_string_equal(note, "the compiled-in root CN=B ends on 2030-06-01: get a newer connsync, "
                              "or name roots with --ca-file");
    note[0] = '\0';
    roots_warn(UNTIL + DAY_S);
    assert_true(note[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_end),
        cmocka_unit_test(test_the_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
