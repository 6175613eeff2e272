/* Calendar dates (proleptic Gregorian, UTC) as seconds since 1970-01-01. */
#ifndef CONNSYNC_CORE_BASE_CIVIL_H
#define CONNSYNC_CORE_BASE_CIVIL_H

#include "core/base/text.h"

struct cs_civil {
    int year;  /* 0 to 9999 */
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
    int hour;
    int minute;
    int second; /* 60, a leap second, is taken */
};

/* Is every part in its range, the day within its month? */
bool cs_civil_is_valid(const struct cs_civil *civil);

/* Seconds since 1970-01-01T00:00:00Z of a valid date. */
int64_t cs_civil_to_utc(const struct cs_civil *civil);

/* The date of a moment from 1970 on (an earlier one counts as 1970). */
void cs_civil_from_utc(int64_t seconds, struct cs_civil *civil);

/* Reads a text that looks like `shape`, where '0' to '5' stand for a digit of the year, the month,
 * and so on to the second, '?' for any byte, and all else for itself. A part without a digit is 0.
 * False if it looks otherwise; whether there is such a date is not asked. */
bool cs_civil_read(struct cs_civil *civil, struct cs_slice text, const char *shape);

#endif
