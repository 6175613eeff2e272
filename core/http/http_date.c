/*
 * Reads the date of a field. Only who paces its requests, or issues assertions by the service's
 * clock, has a use for dates: a parser that is not given this function links none of it.
 */
#include "core/base/civil.h"
#include "core/http/http.h"

#include <string.h>

#define SECONDS_PER_DAY 86400

static const char shape[] = "???, 22 ??? 0000 33:44:55 GMT";
#define DAY_NAME_AT 0
#define MONTH_NAME_AT 8
#define NAME_LENGTH 3
static const char day_names[] = "MonTueWedThuFriSatSun";
static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* Which of the `names` stands at `text`; -1 for none. */
static int name_index(const char *text, const char *names)
{
    for (int i = 0; names[i] != '\0'; i += NAME_LENGTH) {
        if (memcmp(text, names + i, NAME_LENGTH) == 0) {
            return i / NAME_LENGTH;
        }
    }
    return -1;
}

uint64_t cs_http_parse_date(struct cs_slice text)
{
    struct cs_civil civil;

    if (!cs_civil_read(&civil, text, shape)) {
        return CS_HTTP_UNKNOWN;
    }
    civil.month = name_index(text.data + MONTH_NAME_AT, month_names) + 1;
    if (!cs_civil_is_valid(&civil) || civil.year < 1970) {
        return CS_HTTP_UNKNOWN;
    }
    uint64_t utc = (uint64_t)cs_civil_to_utc(&civil);
    /* A leap second counts for the day that it ends; 1970-01-01 was a Thursday. */
    uint64_t day = (utc - (uint64_t)civil.second) / SECONDS_PER_DAY;
    int weekday = name_index(text.data + DAY_NAME_AT, day_names);
    return weekday == (int)((day + 3) % 7) ? utc : CS_HTTP_UNKNOWN;
}
