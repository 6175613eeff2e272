/*
 * What the fields of a response head mean (RFC 9110): framing, the connection's future, and when
 * to ask again. How bytes become fields is left to http_response.c, dates and what is left of a
 * rate to http_date.c.
 */
#include "core/http/http_parser.h"

#include <string.h>

/* The fields that are always looked at, in the order of their names. */
enum {
    CONNECTION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    RETRY_AFTER,
    RATELIMIT_RESET
};
static const char field_names[] = "connection\0content-encoding\0content-length\0"
                                  "transfer-encoding\0retry-after\0x-ratelimit-reset\0";

_Static_assert(RATELIMIT_RESET + 1 == CS_HTTP_FIELD_MORE, "the others are numbered behind them");

int cs_http_field_find(const struct cs_http_parser *parser)
{
    /* A trailer is checked and dropped: it comes too late to change the head. */
    if (parser->trailer) {
        return -1;
    }
    int found = cs_words_find(field_names, cs_slice_make(parser->name, parser->name_length));

    return found < 0 && parser->more != NULL ? parser->more->find(parser) : found;
}

/* ---- Framing and the connection ---- */

/* Is there something in a list that is `word`, or (`equal` false) that is not? */
static bool list_has(struct cs_slice list, const char *word, bool equal)
{
    const char *at = list.data;
    const char *end = at + list.length;

    for (;; at++) {
        const char *start = at;
        while (at < end && *at != ',' && *at != ' ' && *at != '\t') {
            at++;
        }
        struct cs_slice item = cs_slice_make(start, (size_t)(at - start));
        if (item.length > 0 && cs_slice_equal_nocase(item, cs_slice_of(word)) == equal) {
            return true;
        }
        if (at == end) {
            return false;
        }
    }
}

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

static enum connsync_status take_transfer_encoding(struct cs_http_parser *parser,
                                                   struct cs_slice value)
{
    /* HTTP/1.0 has no transfer codings: RFC 9112 section 6.1 calls it faulty. */
    if (parser->http_1_0 || !cs_slice_equal_nocase(value, cs_slice_of("chunked"))) {
        return CONNSYNC_ERR_HTTP_SYNTAX;
    }
    return announce(parser, CS_HTTP_EXPECT_CHUNK_SIZE);
}

/* ---- When to ask again ---- */

void cs_http_set_once(struct cs_http_parser *parser, uint64_t *kept, uint64_t value)
{
    uint16_t bit = (uint16_t)(1u << parser->field);
    bool repeated = (parser->seen & bit) != 0;

    parser->seen |= bit;
    *kept = repeated && *kept != value ? CS_HTTP_UNKNOWN : value;
}

static void take_retry_after(struct cs_http_parser *parser, struct cs_slice value, uint64_t number)
{
    struct cs_http_head *head = &parser->head;
    uint16_t seen = parser->seen;

    cs_http_set_once(parser, &head->retry_after, number);
    if (parser->more != NULL) {
        parser->seen = seen;
        uint64_t date = parser->more->parse_date(value);
        cs_http_set_once(parser, &head->retry_after_date, date);
    }
}

enum connsync_status cs_http_field_take(struct cs_http_parser *parser)
{
    struct cs_slice value = cs_slice_make(parser->value, parser->value_length);
    uint64_t number = CS_HTTP_UNKNOWN;

    (void)cs_slice_to_u64(value, &number);
    switch (parser->field) {
    case CONNECTION:
        parser->wants_close |= list_has(value, "close", true);
        parser->wants_keep_alive |= list_has(value, "keep-alive", true);
        return CONNSYNC_OK;
    case CONTENT_ENCODING:
        parser->head.encoded |= list_has(value, "identity", false);
        return CONNSYNC_OK;
    case CONTENT_LENGTH:
        return take_content_length(parser, number);
    case TRANSFER_ENCODING:
        return take_transfer_encoding(parser, value);
    case RETRY_AFTER:
        take_retry_after(parser, value, number);
        return CONNSYNC_OK;
    case RATELIMIT_RESET:
        cs_http_set_once(parser, &parser->head.ratelimit_reset, number);
        return CONNSYNC_OK;
    default:
        parser->more->take(parser, value);
        return CONNSYNC_OK;
    }
}

/* ---- All fields together ---- */

void cs_http_fields_reset(struct cs_http_parser *parser)
{
    struct cs_http_head *head = &parser->head;

    memset(head, 0xFF, sizeof *head); /* every number is CS_HTTP_UNKNOWN */
    head->status = 0;
    head->keep_alive = false;
    head->encoded = false;
    parser->remaining = 0;
    parser->body = CS_HTTP_EXPECT_BODY_OR_CLOSE;
    parser->seen = 0;
    parser->wants_close = false;
    parser->wants_keep_alive = false;
}

enum connsync_status cs_http_fields_settle(struct cs_http_parser *parser)
{
    struct cs_http_head *head = &parser->head;
    bool announced =
        parser->body == CS_HTTP_EXPECT_BODY || parser->body == CS_HTTP_EXPECT_CHUNK_SIZE;

    /* RFC 9110 section 8.6 and RFC 9112 section 6.1 forbid 1xx and 204 to announce a body; one
     * that does may be followed by it. A length of 0 is common, and clear. */
    if (announced && (head->status < 200 || head->status == 204)) {
        return CONNSYNC_ERR_HTTP_SYNTAX;
    }
    if (head->status < 200 || head->status == 204 || head->status == 304) {
        parser->body = CS_HTTP_EXPECT_NOTHING;
    }
    head->keep_alive = (!parser->http_1_0 || parser->wants_keep_alive) && !parser->wants_close &&
                       parser->body != CS_HTTP_EXPECT_BODY_OR_CLOSE;
    /* A Retry-After that is a date becomes seconds. */
    if (head->retry_after_date != CS_HTTP_UNKNOWN && head->date != CS_HTTP_UNKNOWN) {
        bool is_later = head->retry_after_date > head->date;
        head->retry_after = is_later ? head->retry_after_date - head->date : 0;
    }
    return CONNSYNC_OK;
}
