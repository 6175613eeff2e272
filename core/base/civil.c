#include "core/base/civil.h"

static const uint16_t days_before_month[12] = {0,   31,  59,  90,  120, 151,
                                               181, 212, 243, 273, 304, 334};

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    if (month == 2) {
        return is_leap(year) ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool cs_civil_is_valid(const struct cs_civil *civil)
{
    if (civil->year < 0 || civil->year > 9999 || civil->month < 1 || civil->month > 12) {
        return false;
    }
    if (civil->day < 1 || civil->day > days_in_month(civil->year, civil->month)) {
        return false;
    }
    return civil->hour >= 0 && civil->hour <= 23 && civil->minute >= 0 && civil->minute <= 59 &&
           civil->second >= 0 && civil->second <= 60;
}

/* Leap days of the years before `year`, counted from year 0. */
static int32_t leap_days_before(int32_t year)
{
    int32_t last = year - 1;

    return last < 0 ? 0 : last / 4 - last / 100 + last / 400 + 1;
}

int64_t cs_civil_to_utc(const struct cs_civil *civil)
{
    int32_t days = civil->year * 365 + leap_days_before(civil->year);

    days += days_before_month[civil->month - 1] + civil->day - 1;
    if (civil->month > 2 && is_leap(civil->year)) {
        days++;
    }
    days -= 1970 * 365 + leap_days_before(1970);
    return (((int64_t)days * 24 + civil->hour) * 60 + civil->minute) * 60 + civil->second;
}

/* Days are counted from 1 March, so that a leap day is the last of its year. */
void cs_civil_from_utc(int64_t seconds, struct cs_civil *civil)
{
    enum {
        DAYS_TO_1970 = 719468,
        DAYS_PER_400_YEARS = 146097,
        SECONDS_PER_DAY = 86400
    };
    uint64_t moment = seconds > 0 ? (uint64_t)seconds : 0;
    uint32_t of_day = (uint32_t)(moment % SECONDS_PER_DAY);
    uint32_t days = (uint32_t)(moment / SECONDS_PER_DAY) + DAYS_TO_1970;
    uint32_t era = days / DAYS_PER_400_YEARS;
    uint32_t day_of_era = days % DAYS_PER_400_YEARS;
    uint32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t month = (5 * day_of_year + 2) / 153; /* 0 is March */

    civil->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    civil->month = (int)(month < 10 ? month + 3 : month - 9);
    civil->year = (int)(era * 400 + year_of_era + (civil->month <= 2 ? 1 : 0));
    civil->hour = (int)(of_day / 3600);
    civil->minute = (int)(of_day / 60 % 60);
    civil->second = (int)(of_day % 60);
}
