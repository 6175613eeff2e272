#include "core/base/civil.h"
#include "core/http/http_state.h"

#include <string.h>

/* ---- Dates ---- */

#ifndef CONNSYNC_CORE_SMALL

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

#endif

/* ---- Lists and numbers ---- */

static struct cs_slice value_of(const struct cs_http_parser *parser)
{
    return cs_slice_make(parser->value, parser->value_length);
}

/* Is there something in a list that is `word`, or (`equal` false) that is not? */
static bool list_has(const struct cs_http_parser *parser, const char *word, bool equal)
{
    const char *at = parser->value;
    const char *end = at + parser->value_length;

    while (at < end) {
        const char *start = at;
        while (at < end && *at != ',' && *at != ' ' && *at != '\t') {
            at++;
        }
        struct cs_slice item = cs_slice_make(start, (size_t)(at++ - start));
        if (item.length > 0 && cs_slice_is_nocase(item, word) == equal) {
            return true;
        }
    }
    return false;
}

/* ---- Each field ---- */

/* The order is that of `field_names`. */
enum field {
    FIELD_CONNECTION,
    FIELD_CONTENT_ENCODING,
    FIELD_CONTENT_LENGTH,
    FIELD_RETRY_AFTER,
    FIELD_TRANSFER_ENCODING,
    FIELD_RATELIMIT_RESET,
    FIELD_DATE,
    FIELD_CONTENT_TYPE,
    FIELD_RATELIMIT_LIMIT,
    FIELD_RATELIMIT_REMAINING
};

static const char field_names[] = "connection\0"
                                  "content-encoding\0"
                                  "content-length\0"
                                  "retry-after\0"
                                  "transfer-encoding\0"
                                  "x-ratelimit-reset\0"
#ifndef CONNSYNC_CORE_SMALL
                                  "date\0"
                                  "content-type\0"
                                  "x-ratelimit-limit\0"
                                  "x-ratelimit-remaining\0"
#endif
    ;

int cs_http_field_find(struct cs_slice name)
{
    return cs_words_find(field_names, name);
}

#ifndef CONNSYNC_CORE_SMALL
static bool is_json_type(struct cs_slice type)
{
    const size_t suffix = sizeof "+json" - 1;
    const char *parameters = memchr(type.data, ';', type.length);

    if (parameters != NULL) {
        type.length = (size_t)(parameters - type.data);
    }
    while (type.length > 0 && strchr(" \t", type.data[type.length - 1]) != NULL) {
        type.length--;
    }

    if (cs_slice_is_nocase(type, "application/json")) {
        return true;
    }
    return type.length > suffix &&
           cs_slice_is_nocase(cs_slice_make(type.data + type.length - suffix, suffix), "+json");
}
#endif

/* The body's length may be said once and in one way only: a peer that says more
 * is read differently by different readers. */
static enum connsync_status announce(struct cs_http_parser *parser, enum cs_http_state body)
{
    if (parser->body != CS_HTTP_EXPECT_BODY_OR_CLOSE) {
        return CONNSYNC_ERR_HTTP_SYNTAX;
    }
    parser->body = (uint8_t)body;
    return CONNSYNC_OK;
}

static enum connsync_status take_content_length(struct cs_http_parser *parser, uint64_t length)
{
    if (length == CS_HTTP_UNKNOWN) {
        return CONNSYNC_ERR_HTTP_SYNTAX;
    }
    parser->head.content_length = length;
    parser->remaining = length;
    return announce(parser, length > 0 ? CS_HTTP_EXPECT_BODY : CS_HTTP_EXPECT_NOTHING);
}

static enum connsync_status take_transfer_encoding(struct cs_http_parser *parser)
{
    /* HTTP/1.0 has no transfer codings: RFC 9112 section 6.1 calls it faulty. */
    if (cs_http_is_1_0(parser) || !cs_slice_is_nocase(value_of(parser), "chunked")) {
        return CONNSYNC_ERR_HTTP_SYNTAX;
    }
    return announce(parser, CS_HTTP_EXPECT_CHUNK_SIZE);
}

/* Two lines of one field that say different things have said nothing. */
static void set_once(uint64_t *kept, bool repeated, uint64_t value)
{
    *kept = repeated && *kept != value ? CS_HTTP_UNKNOWN : value;
}

/* Where the number of a field is kept that can hold nonsense without making the message
 * unsound. */
static uint64_t *advice(struct cs_http_parser *parser)
{
    switch (parser->field) {
    case FIELD_RETRY_AFTER:
        return &parser->head.retry_after;
#ifndef CONNSYNC_CORE_SMALL
    case FIELD_DATE:
        return &parser->head.date;
    case FIELD_RATELIMIT_LIMIT:
        return &parser->head.ratelimit_limit;
    case FIELD_RATELIMIT_REMAINING:
        return &parser->head.ratelimit_remaining;
#endif
    default:
        return &parser->head.ratelimit_reset;
    }
}

enum connsync_status cs_http_field_take(struct cs_http_parser *parser)
{
    unsigned bit = 1u << parser->field;
    bool repeated = (parser->seen & bit) != 0;
    uint64_t number = CS_HTTP_UNKNOWN;

    parser->seen = (uint16_t)(parser->seen | bit);
    (void)cs_slice_to_u64(value_of(parser), &number);
    switch (parser->field) {
    case FIELD_CONNECTION:
        parser->wants_close |= list_has(parser, "close", true);
        if (cs_http_is_1_0(parser)) {
            parser->wants_keep_alive |= list_has(parser, "keep-alive", true);
        }
        return CONNSYNC_OK;
    case FIELD_CONTENT_ENCODING:
        parser->head.encoded |= list_has(parser, "identity", false);
        return CONNSYNC_OK;
    case FIELD_CONTENT_LENGTH:
        return take_content_length(parser, number);
    case FIELD_TRANSFER_ENCODING:
        return take_transfer_encoding(parser);
#ifndef CONNSYNC_CORE_SMALL
    case FIELD_CONTENT_TYPE:
        parser->head.json = is_json_type(value_of(parser)) && (parser->head.json || !repeated);
        return CONNSYNC_OK;
    case FIELD_DATE:
        number = cs_http_parse_date(value_of(parser));
        break;
    case FIELD_RETRY_AFTER:
        set_once(&parser->retry_after_date, repeated, cs_http_parse_date(value_of(parser)));
        break;
#endif
    default:
        break;
    }
    set_once(advice(parser), repeated, number);
    return CONNSYNC_OK;
}

/* ---- All fields together ---- */

void cs_http_fields_reset(struct cs_http_parser *parser)
{
    struct cs_http_head *head = &parser->head;

    memset(head, 0xFF, sizeof *head); /* every number is CS_HTTP_UNKNOWN */
    head->status = 0;
    head->keep_alive = false;
    head->encoded = false;
    head->json = false;
    parser->retry_after_date = CS_HTTP_UNKNOWN;
    parser->remaining = 0;
    parser->body = CS_HTTP_EXPECT_BODY_OR_CLOSE;
    parser->seen = 0;
    parser->wants_close = false;
    parser->wants_keep_alive = false;
}

#ifndef CONNSYNC_CORE_SMALL
/* A date becomes seconds. */
static void settle_retry_after(struct cs_http_parser *parser)
{
    struct cs_http_head *head = &parser->head;
    uint64_t when = parser->retry_after_date;

    if (head->date != CS_HTTP_UNKNOWN) {
        head->retry_after = when > head->date ? when - head->date : 0;
    }
}

#endif

enum connsync_status cs_http_fields_settle(struct cs_http_parser *parser)
{
    int status = parser->head.status;
    bool announced =
        parser->body == CS_HTTP_EXPECT_BODY || parser->body == CS_HTTP_EXPECT_CHUNK_SIZE;

    if (status < 200 || status == 204) {
        /* RFC 9110 section 8.6 and RFC 9112 section 6.1 forbid these to announce a body;
         * one that does may be followed by it. A length of 0 is common, and clear. */
        if (announced) {
            return CONNSYNC_ERR_HTTP_SYNTAX;
        }
        parser->body = CS_HTTP_EXPECT_NOTHING;
    }
    if (parser->head_request || status == 304) {
        parser->body = CS_HTTP_EXPECT_NOTHING;
    }
    parser->head.keep_alive = (!cs_http_is_1_0(parser) || parser->wants_keep_alive) &&
                              !parser->wants_close && parser->body != CS_HTTP_EXPECT_BODY_OR_CLOSE;
#ifndef CONNSYNC_CORE_SMALL
    if (parser->retry_after_date != CS_HTTP_UNKNOWN) {
        settle_retry_after(parser);
    }
#endif
    return CONNSYNC_OK;
}
