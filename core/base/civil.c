/*
 * The calendar, by arithmetic alone: no time zone, no locale, no table of months. Which texts
 * hold a date is left to who reads them.
 */
#include "core/base/civil.h"

#include <string.h>

#define DAYS_TO_1970 719468 /* from 1 March of the year 0 */
#define DAYS_PER_400_YEARS 146097
#define SECONDS_PER_DAY 86400

/* Days from 1970 on to the first of a month, which may be 13, the January after. Years are
 * counted from 1 March, so that a leap day is the last of its year. */
static int32_t days_to_month(int year, int month)
{
    int32_t since_march = (month + 9) % 12;
    int32_t years = year + 400 - (month <= 2 ? 1 : 0); /* never negative, and the same days */

    return years * 365 + years / 4 - years / 100 + years / 400 + (153 * since_march + 2) / 5 -
           DAYS_PER_400_YEARS - DAYS_TO_1970;
}

bool cs_civil_is_valid(const struct cs_civil *civil)
{
    if (civil->year < 0 || civil->year > 9999 || civil->month < 1 || civil->month > 12) {
        return false;
    }
    int32_t days =
        days_to_month(civil->year, civil->month + 1) - days_to_month(civil->year, civil->month);
    return civil->day >= 1 && civil->day <= days && civil->hour >= 0 && civil->hour <= 23 &&
           civil->minute >= 0 && civil->minute <= 59 && civil->second >= 0 && civil->second <= 60;
}

int64_t cs_civil_to_utc(const struct cs_civil *civil)
{
    int64_t days = days_to_month(civil->year, civil->month) + civil->day - 1;

    return ((days * 24 + civil->hour) * 60 + civil->minute) * 60 + civil->second;
}

void cs_civil_from_utc(int64_t seconds, struct cs_civil *civil)
{
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

bool cs_civil_read(struct cs_civil *civil, struct cs_slice text, const char *shape)
{
    int *const parts[] = {&civil->year, &civil->month,  &civil->day,
                          &civil->hour, &civil->minute, &civil->second};

    memset(civil, 0, sizeof *civil);
    if (text.length != strlen(shape)) {
        return false;
    }
    for (size_t i = 0; i < text.length; i++) {
        bool is_literal = shape[i] < '0' || shape[i] > '5';
        int digit = text.data[i] - '0';
        if (is_literal ? shape[i] != '?' && shape[i] != text.data[i] : digit < 0 || digit > 9) {
            return false;
        }
        if (!is_literal) {
            int *part = parts[shape[i] - '0'];
            *part = *part * 10 + digit;
        }
    }
    return true;
}
