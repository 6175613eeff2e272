/*
 * The response parser: takes heads, chunked bodies and trailers apart, byte by byte (RFC 9112
 * sections 4 to 7). What a field means is left to http_field.c.
 */
#include "core/http/http_parser.h"

#include <string.h>

/* Of a chunk size, which is to fit 64 bits. */
#define CHUNK_SIZE_DIGITS_MAX 16

static enum cs_http_event go(struct cs_http_parser *parser, enum cs_http_state state)
{
    parser->state = (uint8_t)state;
    return CS_HTTP_MORE;
}

static enum cs_http_event fail(struct cs_http_parser *parser, enum connsync_status error)
{
    parser->state = CS_HTTP_FAILED;
    parser->error = error;
    return CS_HTTP_ERROR;
}

/* Behind a sound head it is the transfer that broke: there are proxies that tell so with a chunk
 * that is none. */
static enum cs_http_event refuse(struct cs_http_parser *parser)
{
    bool in_head = parser->state <= CS_HTTP_EXPECT_LAST_LF && !parser->trailer;

    return fail(parser, in_head ? CONNSYNC_ERR_HTTP_SYNTAX : CONNSYNC_ERR_HTTP_TRUNCATED);
}

/* Goes on to `next` if the byte `c` is the one that may stand here. */
static enum cs_http_event require(struct cs_http_parser *parser, int c, int expected,
                                  enum cs_http_state next)
{
    return c == expected ? go(parser, next) : refuse(parser);
}

/* ---- Classes of bytes (RFC 9110 sections 5.5 and 5.6.2) ---- */

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(int c)
{
    return c == ' ' || c == '\t';
}

/* What a field's value, a reason or a chunk extension is made of. */
static bool is_text(int c)
{
    return c == '\t' || (c >= ' ' && c != 0x7f);
}

/* A visible character that is no delimiter. */
static bool is_token(int c)
{
    return c > ' ' && c < 0x7f && strchr("\"(),/:;<=>?@[\\]{}", c) == NULL;
}

/* ---- The status line ---- */

/* Ready for a head: the first one, or the one after an interim response. */
static void begin_head(struct cs_http_parser *parser)
{
    cs_http_fields_reset(parser);
    parser->head_bytes = 0;
    parser->value_length = 0;
    parser->state = CS_HTTP_EXPECT_STATUS;
}

/* 101 would hand the connection to a protocol that nobody asked for. */
static bool is_known_status(int status)
{
    return status >= 100 && status <= 599 && status != 101;
}

static enum cs_http_event take_status(struct cs_http_parser *parser, int c)
{
    /* 'm' stands for the minor version, 'd' for a digit of the status. */
    static const char shape[] = "HTTP/1.m ddd";
    char expected = shape[parser->value_length++];
    bool fits = c == expected;

    if (expected == 'm') {
        parser->http_1_0 = c == '0';
        fits = parser->http_1_0 || c == '1';
    } else if (expected == 'd') {
        parser->head.status = (uint16_t)(parser->head.status * 10 + (c - '0'));
        fits = is_digit(c);
    }
    if (fits && parser->value_length < sizeof shape - 1) {
        return CS_HTTP_MORE;
    }
    return fits && is_known_status(parser->head.status) ? go(parser, CS_HTTP_EXPECT_SPACE_OR_END)
                                                        : refuse(parser);
}

/* The space belongs to the line even where no reason follows, but senders that
 * leave both out are many and leave no doubt. */
static enum cs_http_event take_space_or_end(struct cs_http_parser *parser, int c)
{
    return c == ' ' ? go(parser, CS_HTTP_EXPECT_REASON)
                    : require(parser, c, '\r', CS_HTTP_EXPECT_LINE_LF);
}

static enum cs_http_event take_reason(struct cs_http_parser *parser, int c)
{
    return is_text(c) ? CS_HTTP_MORE : require(parser, c, '\r', CS_HTTP_EXPECT_LINE_LF);
}

/* ---- Fields, of the head and of a chunked body's trailer ---- */

static enum cs_http_event take_line_lf(struct cs_http_parser *parser, int c)
{
    parser->name_length = 0;
    return require(parser, c, '\n', CS_HTTP_EXPECT_NAME);
}

static enum cs_http_event take_name(struct cs_http_parser *parser, int c)
{
    if (is_token(c)) {
        /* Names are cut at a length that none has which is of interest. */
        if (parser->name_length < sizeof parser->name) {
            /* Makes letters small, and letters of nothing else that a name may hold. */
            parser->name[parser->name_length++] = (char)(c | 0x20);
        }
        return CS_HTTP_MORE;
    }
    if (parser->name_length == 0) {
        return require(parser, c, '\r', CS_HTTP_EXPECT_LAST_LF);
    }
    parser->field = (int8_t)cs_http_field_find(parser);
    parser->value_length = 0;
    return require(parser, c, ':', CS_HTTP_EXPECT_VALUE);
}

static enum cs_http_event finish_field(struct cs_http_parser *parser)
{
    enum connsync_status status = CONNSYNC_OK;

    while (parser->value_length > 0 && is_blank(parser->value[parser->value_length - 1])) {
        parser->value_length--;
    }
    if (parser->field >= 0) {
        status = cs_http_field_take(parser);
    }
    return status == CONNSYNC_OK ? go(parser, CS_HTTP_EXPECT_LINE_LF) : fail(parser, status);
}

static enum cs_http_event take_value(struct cs_http_parser *parser, int c)
{
    bool is_before = parser->value_length == 0 && is_blank(c);

    if (c == '\r') {
        return finish_field(parser);
    }
    if (!is_text(c)) {
        return refuse(parser);
    }
    if (parser->field < 0 || is_before) {
        return CS_HTTP_MORE;
    }
    if (parser->value_length == CS_HTTP_VALUE_MAX) {
        /* Of what is only told, the beginning is enough. */
        return parser->field < CS_HTTP_RATES_END ? fail(parser, CONNSYNC_ERR_HTTP_TOO_LARGE)
                                                 : CS_HTTP_MORE;
    }
    parser->value[parser->value_length++] = (char)c;
    return CS_HTTP_MORE;
}

static enum cs_http_event finish_head(struct cs_http_parser *parser)
{
    enum connsync_status status = cs_http_fields_settle(parser);

    if (status != CONNSYNC_OK) {
        return fail(parser, status);
    }
    if (parser->head.status >= 200) {
        parser->value_length = 0;
        parser->state = parser->body;
        return CS_HTTP_HEAD;
    }
    if (parser->interim == CS_HTTP_INTERIM_MAX) {
        return fail(parser, CONNSYNC_ERR_HTTP_TOO_LARGE);
    }
    parser->interim++;
    begin_head(parser);
    return CS_HTTP_MORE;
}

static enum cs_http_event take_last_lf(struct cs_http_parser *parser, int c)
{
    if (c != '\n') {
        return refuse(parser);
    }
    if (parser->trailer) {
        parser->state = CS_HTTP_EXPECT_NOTHING;
        return CS_HTTP_DONE;
    }
    return finish_head(parser);
}

/* ---- Chunks (RFC 9112 section 7.1) ---- */

static enum cs_http_event take_chunk_size(struct cs_http_parser *parser, int c)
{
    int digit = cs_hex_digit(c);

    if (digit >= 0 && parser->value_length < CHUNK_SIZE_DIGITS_MAX) {
        parser->remaining = parser->remaining << 4 | (uint64_t)digit;
        parser->value_length++;
        return CS_HTTP_MORE;
    }
    if (parser->value_length == 0) {
        return refuse(parser);
    }
    return c == ';' ? go(parser, CS_HTTP_EXPECT_CHUNK_EXTENSION)
                    : require(parser, c, '\r', CS_HTTP_EXPECT_CHUNK_SIZE_LF);
}

/* Nobody has a use for extensions: they are skipped, within a budget, so that a
 * peer cannot feed them for ever in place of data. */
static enum cs_http_event take_chunk_extension(struct cs_http_parser *parser, int c)
{
    if (!is_text(c)) {
        return require(parser, c, '\r', CS_HTTP_EXPECT_CHUNK_SIZE_LF);
    }
    parser->extension_bytes++;
    parser->extension_total++;
    if (parser->extension_bytes > CS_HTTP_CHUNK_EXTENSION_MAX ||
        parser->extension_total > CS_HTTP_HEAD_MAX) {
        return fail(parser, CONNSYNC_ERR_HTTP_TOO_LARGE);
    }
    return CS_HTTP_MORE;
}

static enum cs_http_event take_chunk_size_lf(struct cs_http_parser *parser, int c)
{
    parser->value_length = 0;
    parser->extension_bytes = 0;
    if (parser->remaining > 0) {
        return require(parser, c, '\n', CS_HTTP_EXPECT_CHUNK_DATA);
    }
    parser->trailer = true;
    parser->head_bytes = 0; /* the trailer has a bound of its own */
    return take_line_lf(parser, c);
}

/* ---- Bodies ---- */

static enum cs_http_event take_body(struct cs_http_parser *parser, struct cs_slice *input,
                                    struct cs_slice *body, size_t length)
{
    parser->body_bytes += length;
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
    return take_body(parser, input, body, length);
}

/* ---- Driving it ---- */

static enum cs_http_event take_byte(struct cs_http_parser *parser, int c)
{
    if (parser->state <= CS_HTTP_EXPECT_LAST_LF && ++parser->head_bytes > CS_HTTP_HEAD_MAX) {
        return fail(parser, CONNSYNC_ERR_HTTP_TOO_LARGE);
    }
    switch (parser->state) {
    case CS_HTTP_EXPECT_STATUS:
        return take_status(parser, c);
    case CS_HTTP_EXPECT_SPACE_OR_END:
        return take_space_or_end(parser, c);
    case CS_HTTP_EXPECT_REASON:
        return take_reason(parser, c);
    case CS_HTTP_EXPECT_LINE_LF:
        return take_line_lf(parser, c);
    case CS_HTTP_EXPECT_NAME:
        return take_name(parser, c);
    case CS_HTTP_EXPECT_VALUE:
        return take_value(parser, c);
    case CS_HTTP_EXPECT_LAST_LF:
        return take_last_lf(parser, c);
    case CS_HTTP_EXPECT_CHUNK_SIZE:
        return take_chunk_size(parser, c);
    case CS_HTTP_EXPECT_CHUNK_EXTENSION:
        return take_chunk_extension(parser, c);
    case CS_HTTP_EXPECT_CHUNK_SIZE_LF:
        return take_chunk_size_lf(parser, c);
    case CS_HTTP_EXPECT_CHUNK_CR:
        return require(parser, c, '\r', CS_HTTP_EXPECT_CHUNK_LF);
    default:
        return require(parser, c, '\n', CS_HTTP_EXPECT_CHUNK_SIZE);
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
        return take_body(parser, input, body, input->length);
    default:
        input->length--;
        return take_byte(parser, (unsigned char)*input->data++);
    }
}

/* CS_HTTP_DONE or CS_HTTP_ERROR where the parser stays, else CS_HTTP_MORE. */
static enum cs_http_event outcome(const struct cs_http_parser *parser)
{
    if (parser->state == CS_HTTP_EXPECT_NOTHING) {
        return CS_HTTP_DONE;
    }
    return parser->state == CS_HTTP_FAILED ? CS_HTTP_ERROR : CS_HTTP_MORE;
}

void cs_http_parser_init(struct cs_http_parser *parser, const struct cs_http_more *more,
                         const void *context)
{
    memset(parser, 0, sizeof *parser);
    parser->more = more;
    parser->context = context;
    begin_head(parser);
}

enum cs_http_event cs_http_next(struct cs_http_parser *parser, struct cs_slice *input,
                                struct cs_slice *body)
{
    enum cs_http_event event = outcome(parser);

    *body = cs_slice_make(NULL, 0);
    while (event == CS_HTTP_MORE && input->length > 0) {
        event = take_some(parser, input, body);
    }
    return event;
}

enum cs_http_event cs_http_end(struct cs_http_parser *parser)
{
    bool untouched =
        parser->state == CS_HTTP_EXPECT_STATUS && parser->head_bytes == 0 && parser->interim == 0;

    if (parser->state == CS_HTTP_EXPECT_BODY_OR_CLOSE) {
        parser->state = CS_HTTP_EXPECT_NOTHING;
    }
    enum cs_http_event event = outcome(parser);
    return event != CS_HTTP_MORE
               ? event
               : fail(parser, untouched ? CONNSYNC_ERR_CLOSED : CONNSYNC_ERR_HTTP_TRUNCATED);
}
