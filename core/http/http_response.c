/*
 * The response parser: drives the states, and takes bodies apart, chunked ones too (RFC 9112
 * sections 6 and 7). Heads and trailers are left to http_head.c.
 */
#include "core/http/http_state.h"

#include <string.h>

/* Of a chunk size, which is to fit 64 bits. */
#define CHUNK_SIZE_DIGITS_MAX 16

/* ---- Chunks (RFC 9112 section 7.1) ---- */

static enum cs_http_event take_chunk_size(struct cs_http_parser *parser, int c)
{
    int digit = cs_hex_digit(c);

    if (digit >= 0 && parser->value_length < CHUNK_SIZE_DIGITS_MAX) {
        parser->remaining = parser->remaining << 4 | (uint64_t)digit;
        parser->value_length++;
        return CS_HTTP_MORE;
    }
    if (parser->value_length > 0 && c == ';') {
        return cs_http_go(parser, CS_HTTP_EXPECT_CHUNK_EXTENSION);
    }
    return cs_http_require(parser, parser->value_length > 0 ? c : -1, '\r',
                           CS_HTTP_EXPECT_CHUNK_SIZE_LF);
}

/* Nobody has a use for extensions: they are skipped, within a budget, so that a
 * peer cannot feed them for ever in place of data. */
static enum cs_http_event take_chunk_extension(struct cs_http_parser *parser, int c)
{
    if (!cs_http_is_text(c)) {
        return cs_http_require(parser, c, '\r', CS_HTTP_EXPECT_CHUNK_SIZE_LF);
    }
    parser->extension_bytes++;
    parser->extension_total++;
    if (parser->extension_bytes > CS_HTTP_CHUNK_EXTENSION_MAX ||
        parser->extension_total > CS_HTTP_HEAD_MAX) {
        return cs_http_fail(parser, CONNSYNC_ERR_HTTP_TOO_LARGE);
    }
    return CS_HTTP_MORE;
}

static enum cs_http_event take_chunk_size_lf(struct cs_http_parser *parser, int c)
{
    parser->value_length = 0;
    parser->extension_bytes = 0;
    if (parser->remaining > 0) {
        return cs_http_require(parser, c, '\n', CS_HTTP_EXPECT_CHUNK_DATA);
    }
    parser->trailer = true;
    parser->head_bytes = 0; /* the trailer has a bound of its own */
    return cs_http_require(parser, c, '\n', CS_HTTP_EXPECT_NAME_OR_END);
}

/* ---- Bodies ---- */

static enum cs_http_event take_body(struct cs_slice *input, struct cs_slice *body, size_t length)
{
    *body = cs_slice_make(input->data, length);
    *input = cs_slice_make(input->data + length, input->length - length);
    return CS_HTTP_BODY;
}

static enum cs_http_event take_counted(struct cs_http_parser *parser, struct cs_slice *input,
                                       struct cs_slice *body, enum cs_http_state next)
{
    size_t length = input->length;

    if (length >= parser->remaining) {
        length = (size_t)parser->remaining;
        parser->state = (uint8_t)next;
    }
    parser->remaining -= length;
    return take_body(input, body, length);
}

/* ---- Driving it ---- */

static enum cs_http_event take_chunk_byte(struct cs_http_parser *parser, int c)
{
    switch (parser->state) {
    case CS_HTTP_EXPECT_CHUNK_SIZE:
        return take_chunk_size(parser, c);
    case CS_HTTP_EXPECT_CHUNK_EXTENSION:
        return take_chunk_extension(parser, c);
    case CS_HTTP_EXPECT_CHUNK_SIZE_LF:
        return take_chunk_size_lf(parser, c);
    case CS_HTTP_EXPECT_CHUNK_CR:
        return cs_http_require(parser, c, '\r', CS_HTTP_EXPECT_CHUNK_LF);
    default:
        return cs_http_require(parser, c, '\n', CS_HTTP_EXPECT_CHUNK_SIZE);
    }
}

/* Takes at least one byte of an input that is not empty. */
static enum cs_http_event take_some(struct cs_http_parser *parser, struct cs_slice *input,
                                    struct cs_slice *body)
{
    switch (parser->state) {
    case CS_HTTP_EXPECT_BODY:
        return take_counted(parser, input, body, CS_HTTP_EXPECT_NOTHING);
    case CS_HTTP_EXPECT_CHUNK_DATA:
        return take_counted(parser, input, body, CS_HTTP_EXPECT_CHUNK_CR);
    case CS_HTTP_EXPECT_BODY_OR_CLOSE:
        return take_body(input, body, input->length);
    default:
        break;
    }
    int c = (unsigned char)*input->data++;
    input->length--;
    return parser->state < CS_HTTP_HEAD_STATES_END ? cs_http_head_take(parser, c)
                                                   : take_chunk_byte(parser, c);
}

void cs_http_parser_init(struct cs_http_parser *parser, const struct cs_http_extra_fields *extra)
{
    memset(parser, 0, sizeof *parser);
    parser->extra = extra;
    cs_http_head_begin(parser);
}

enum cs_http_event cs_http_next(struct cs_http_parser *parser, struct cs_slice *input,
                                struct cs_slice *body)
{
    enum cs_http_event event = CS_HTTP_MORE;

    *body = cs_slice_make(NULL, 0);
    if (parser->state == CS_HTTP_EXPECT_NOTHING) {
        return CS_HTTP_DONE;
    }
    if (parser->state == CS_HTTP_FAILED) {
        return CS_HTTP_ERROR;
    }
    while (event == CS_HTTP_MORE && input->length > 0) {
        event = take_some(parser, input, body);
    }
    return event;
}

enum cs_http_event cs_http_end(struct cs_http_parser *parser)
{
    if (parser->state == CS_HTTP_EXPECT_BODY_OR_CLOSE) {
        parser->state = CS_HTTP_EXPECT_NOTHING;
    }
    if (parser->state == CS_HTTP_EXPECT_NOTHING) {
        return CS_HTTP_DONE;
    }
    if (parser->state == CS_HTTP_FAILED) {
        return CS_HTTP_ERROR;
    }
    bool untouched =
        parser->state == CS_HTTP_EXPECT_STATUS && parser->head_bytes == 0 && parser->interim == 0;
    return cs_http_fail(parser, untouched ? CONNSYNC_ERR_CLOSED : CONNSYNC_ERR_HTTP_TRUNCATED);
}
