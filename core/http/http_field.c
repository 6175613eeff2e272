/*
 * What the fields of a response head mean (RFC 9110): framing, the connection's future, and
 * the seconds that a service asks for. Fields of dates are left to http_dates.c, how bytes
 * become fields to http_head.c.
 */
#include "core/http/http_state.h"

#include <string.h>

/* ---- Lists and numbers ---- */

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

/* In the order of enum cs_http_field. */
static const char field_names[] = "connection\0content-encoding\0content-length\0"
                                  "transfer-encoding\0retry-after\0x-ratelimit-reset\0";

int cs_http_field_find(const struct cs_http_extra_fields *extra, struct cs_slice name)
{
    int found = cs_words_find(field_names, name);

    if (found < 0 && extra != NULL) {
        found = cs_words_find(extra->names, name);
        found += found < 0 ? 0 : CS_HTTP_FIELD_EXTRA;
    }
    return found;
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

static enum connsync_status take_transfer_encoding(struct cs_http_parser *parser)
{
    /* HTTP/1.0 has no transfer codings: RFC 9112 section 6.1 calls it faulty. */
    if (parser->http_1_0 || !cs_slice_is_nocase(cs_http_field_value(parser), "chunked")) {
        return CONNSYNC_ERR_HTTP_SYNTAX;
    }
    return announce(parser, CS_HTTP_EXPECT_CHUNK_SIZE);
}

enum connsync_status cs_http_field_take(struct cs_http_parser *parser)
{
    struct cs_http_head *head = &parser->head;
    unsigned bit = 1u << parser->field;
    bool repeated = (parser->seen & bit) != 0;
    uint64_t number = CS_HTTP_UNKNOWN;

    parser->seen = (uint16_t)(parser->seen | bit);
    (void)cs_slice_to_u64(cs_http_field_value(parser), &number);
    switch (parser->field) {
    case CS_HTTP_FIELD_CONNECTION:
        parser->wants_close |= list_has(parser, "close", true);
        parser->wants_keep_alive |= list_has(parser, "keep-alive", true);
        return CONNSYNC_OK;
    case CS_HTTP_FIELD_CONTENT_ENCODING:
        head->encoded |= list_has(parser, "identity", false);
        return CONNSYNC_OK;
    case CS_HTTP_FIELD_CONTENT_LENGTH:
        return take_content_length(parser, number);
    case CS_HTTP_FIELD_TRANSFER_ENCODING:
        return take_transfer_encoding(parser);
    case CS_HTTP_FIELD_RATELIMIT_RESET:
        cs_http_set_once(&head->ratelimit_reset, repeated, number);
        return CONNSYNC_OK;
    case CS_HTTP_FIELD_RETRY_AFTER:
        cs_http_set_once(&head->retry_after, repeated, number);
        break;
    default:
        break;
    }
    if (parser->extra != NULL) {
        parser->extra->take(parser, repeated);
    }
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
    parser->remaining = 0;
    parser->body = CS_HTTP_EXPECT_BODY_OR_CLOSE;
    parser->seen = 0;
    parser->wants_close = false;
    parser->wants_keep_alive = false;
}

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
    if (status == 304) {
        parser->body = CS_HTTP_EXPECT_NOTHING;
    }
    parser->head.keep_alive = (!parser->http_1_0 || parser->wants_keep_alive) &&
                              !parser->wants_close && parser->body != CS_HTTP_EXPECT_BODY_OR_CLOSE;
    if (parser->extra != NULL) {
        parser->extra->settle(&parser->head);
    }
    return CONNSYNC_OK;
}
