/* Dates and seconds: one sweep over every day there is, against the rule of the calendar
 * and against each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/civil.h"

#define SECONDS_PER_DAY 86400

static void advance(struct cs_civil *date)
{
    date->day++;
    if (cs_civil_is_valid(date)) {
        return;
    }
    date->day = 1;
    date->month++;
    if (date->month > 12) {
        date->month = 1;
        date->year++;
    }
}

static void test_every_day(void **state)
{
    struct cs_civil expected = {1970, 1, 1, 23, 59, 58};
    int64_t seconds = SECONDS_PER_DAY - 2;
    unsigned days = 0;

    (void)state;
    for (; expected.year <= 9999; seconds += SECONDS_PER_DAY, days++) {
        struct cs_civil date;
        cs_civil_from_utc(seconds, &date);
        assert_memory_equal(&date, &expected, sizeof date);
        assert_int_equal(cs_civil_to_utc(&expected), seconds);
        advance(&expected);
    }
    assert_int_equal(days, 2932897);
}

static void test_every_second_of_a_day(void **state)
{
    (void)state;
    for (int64_t second = 0; second < SECONDS_PER_DAY; second++) {
        struct cs_civil date;
        cs_civil_from_utc(1763856000 + second, &date);
        assert_true(cs_civil_is_valid(&date));
        assert_int_equal((date.hour * 60 + date.minute) * 60 + date.second, second);
        assert_int_equal(cs_civil_to_utc(&date), 1763856000 + second);
    }
}

static void test_before_1970(void **state)
{
    const struct cs_civil first = {1970, 1, 1, 0, 0, 0};
    struct cs_civil date;

    (void)state;
    cs_civil_from_utc(INT64_MIN, &date);
    assert_memory_equal(&date, &first, sizeof date);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_every_second_of_a_day),
        cmocka_unit_test(test_before_1970),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
