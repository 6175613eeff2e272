/*
 * Reads the date of a field, and the fields that only they have a use for who have one for dates:
 * who paces its requests, or issues assertions by the service's clock. A parser that is not given
 * cs_http_rates links none of it.
 */
#include "core/base/civil.h"
#include "core/http/http_parser.h"

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

/* ---- Fields ---- */

static int find(const struct cs_http_parser *parser)
{
    static const char names[] = "x-ratelimit-limit\0x-ratelimit-remaining\0date\0";
    int found = cs_words_find(names, cs_slice_make(parser->name, parser->name_length));

    return found < 0 ? found : CS_HTTP_FIELD_MORE + found;
}

static void take(struct cs_http_parser *parser, struct cs_slice value)
{
    struct cs_http_head *head = &parser->head;
    uint64_t number = CS_HTTP_UNKNOWN;

    (void)cs_slice_to_u64(value, &number);
    switch (parser->field - CS_HTTP_FIELD_MORE) {
    case 0:
        cs_http_set_once(parser, &head->ratelimit_limit, number);
        break;
    case 1:
        cs_http_set_once(parser, &head->ratelimit_remaining, number);
        break;
    default:
        cs_http_set_once(parser, &head->date, cs_http_parse_date(value));
        break;
    }
}

const struct cs_http_more cs_http_rates = {find, take, cs_http_parse_date};
