/* core/base/civil.c: the calendar. */
#include "core/base/civil.c"

#include "proof.h"

static struct cs_civil any_date(void)
{
    struct cs_civil civil = {nondet_int(), nondet_int(), nondet_int(),
                             nondet_int(), nondet_int(), nondet_int()};
    return civil;
}

void prove_civil_to_utc(void)
{
    struct cs_civil civil = any_date();

    if (cs_civil_is_valid(&civil)) {
        int64_t utc = cs_civil_to_utc(&civil);
        __CPROVER_assert(utc >= -62167219200 && utc <= 253402300800, "from the year 0 to 9999");
    }
}

void prove_civil_from_utc(void)
{
    struct cs_civil civil;
    int64_t seconds = (int64_t)nondet_u64();
    __CPROVER_assume(seconds <= 253402300799);

    cs_civil_from_utc(seconds, &civil);
    __CPROVER_assert(civil.year >= 1970 && civil.year <= 9999, "a year of four digits");
    __CPROVER_assert(civil.month >= 1 && civil.month <= 12 && civil.day >= 1 && civil.day <= 31 &&
                         civil.hour <= 23 && civil.minute <= 59 && civil.second <= 59,
                     "a date");
}

void prove_civil_read(void)
{
    /* The shapes that there are: of certificates, and of RFC 9110. */
    static const char *const shapes[] = {"001122334455Z", "00001122334455Z",
                                         "???, 22 ??? 0000 33:44:55 GMT"};
    const char *shape = shapes[any_size(2)];
    struct cs_civil civil;

    if (cs_civil_read(&civil, any_text(), shape)) {
        __CPROVER_assert(civil.year >= 0 && civil.year <= 9999 && civil.second <= 99, "digits");
    }
}
