/*
 * Fields that hold dates, and those that tell what is left of a rate: only who paces its
 * requests, or issues assertions by the service's clock, has a use for them. A parser that is
 * not given cs_http_dates links none of this.
 */
#include "core/base/civil.h"
#include "core/http/http_field.h"

#include <string.h>

/* ---- Dates ---- */

#define SECONDS_PER_DAY 86400

/* 'a' stands for any byte, looked at later, and '0' for a digit. */
static const char date_shape[] = "aaa, 00 aaa 0000 00:00:00 GMT";
#define DAY_NAME_AT 0
#define MONTH_NAME_AT 8
#define NAME_LENGTH 3
static const char day_names[] = "MonTueWedThuFriSatSun";
static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* The numbers of a date, in the order of its text. */
enum {
    DAY,
    YEAR,
    HOUR,
    MINUTE,
    SECOND,
    NUMBERS
};

static bool read_date_numbers(struct cs_slice text, int numbers[NUMBERS])
{
    int *number = numbers;

    if (text.length != sizeof date_shape - 1) {
        return false;
    }
    for (size_t i = 0; i < text.length; i++) {
        int digit = text.data[i] - '0';
        if (date_shape[i] != '0') {
            if (date_shape[i] != 'a' && date_shape[i] != text.data[i]) {
                return false;
            }
            continue;
        }
        if (digit < 0 || digit > 9) {
            return false;
        }
        *number = *number * 10 + digit;
        number += date_shape[i + 1] != '0';
    }
    return true;
}

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
    int numbers[NUMBERS] = {0};

    if (!read_date_numbers(text, numbers)) {
        return CS_HTTP_UNKNOWN;
    }
    struct cs_civil civil = {.year = numbers[YEAR],
                             .month = name_index(text.data + MONTH_NAME_AT, month_names) + 1,
                             .day = numbers[DAY],
                             .hour = numbers[HOUR],
                             .minute = numbers[MINUTE],
                             .second = numbers[SECOND]};
    if (!cs_civil_is_valid(&civil) || civil.year < 1970) {
        return CS_HTTP_UNKNOWN;
    }
    uint64_t utc = (uint64_t)cs_civil_to_utc(&civil);
    /* A leap second counts for the day that it ends; 1970-01-01 was a Thursday. */
    uint64_t day = (utc - (uint64_t)civil.second) / SECONDS_PER_DAY;
    int weekday = name_index(text.data + DAY_NAME_AT, day_names);
    return weekday == (int)((day + 3) % 7) ? utc : CS_HTTP_UNKNOWN;
}

/* ---- The fields ---- */

enum {
    DATE = CS_HTTP_FIELD_EXTRA,
    RATELIMIT_LIMIT,
    RATELIMIT_REMAINING
};

static void take(struct cs_http_parser *parser, bool repeated)
{
    struct cs_http_head *head = &parser->head;
    struct cs_slice value = cs_http_field_value(parser);
    uint64_t number = CS_HTTP_UNKNOWN;

    (void)cs_slice_to_u64(value, &number);
    switch (parser->field) {
    case DATE:
        cs_http_set_once(&head->date, repeated, cs_http_parse_date(value));
        break;
    case RATELIMIT_LIMIT:
        cs_http_set_once(&head->ratelimit_limit, repeated, number);
        break;
    case RATELIMIT_REMAINING:
        cs_http_set_once(&head->ratelimit_remaining, repeated, number);
        break;
    default:
        cs_http_set_once(&head->retry_after_date, repeated, cs_http_parse_date(value));
        break;
    }
}

/* A Retry-After that is a date becomes seconds. */
static void settle(struct cs_http_head *head)
{
    uint64_t when = head->retry_after_date;

    if (when != CS_HTTP_UNKNOWN && head->date != CS_HTTP_UNKNOWN) {
        head->retry_after = when > head->date ? when - head->date : 0;
    }
}

const struct cs_http_extra_fields cs_http_dates = {
    "date\0x-ratelimit-limit\0x-ratelimit-remaining\0", take, settle};
