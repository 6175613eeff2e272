/*
 * The half of the response parser that reads heads and trailers, byte by byte (RFC 9112
 * sections 4 and 5). What a field means is left to http_field.c.
 */
#include "core/http/http_state.h"

#include <string.h>

enum cs_http_event cs_http_fail(struct cs_http_parser *parser, enum connsync_status error)
{
    parser->state = CS_HTTP_FAILED;
    parser->error = error;
    return CS_HTTP_ERROR;
}

static enum cs_http_event refuse(struct cs_http_parser *parser)
{
    return cs_http_fail(parser, CONNSYNC_ERR_HTTP_SYNTAX);
}

enum cs_http_event cs_http_require(struct cs_http_parser *parser, int c, int wanted,
                                   enum cs_http_state next)
{
    return c == wanted ? cs_http_go(parser, next) : refuse(parser);
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

/* A visible character that is no delimiter. */
static bool is_token(int c)
{
    return c > ' ' && c < 0x7f && strchr("\"(),/:;<=>?@[\\]{}", c) == NULL;
}

/* ---- The status line ---- */

void cs_http_head_begin(struct cs_http_parser *parser)
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
    return fits && is_known_status(parser->head.status)
               ? cs_http_go(parser, CS_HTTP_EXPECT_SPACE_OR_END)
               : refuse(parser);
}

static enum cs_http_event take_reason(struct cs_http_parser *parser, int c)
{
    if (cs_http_is_text(c)) {
        return CS_HTTP_MORE;
    }
    return cs_http_require(parser, c, '\r', CS_HTTP_EXPECT_LINE_LF);
}

/* The space belongs to the line even where no reason follows, but senders that
 * leave both out are many and leave no doubt. */
static enum cs_http_event take_space_or_end(struct cs_http_parser *parser, int c)
{
    if (c == ' ') {
        return cs_http_go(parser, CS_HTTP_EXPECT_REASON);
    }
    return cs_http_require(parser, c, '\r', CS_HTTP_EXPECT_LINE_LF);
}

/* ---- Fields, of the head and of a chunked body's trailer ---- */

/* Names are cut at a length that none has which is of interest. */
static enum cs_http_event take_name_byte(struct cs_http_parser *parser, int c)
{
    if (parser->name_length < sizeof parser->name) {
        /* Makes letters small, and letters of nothing else that a name may hold. */
        parser->name[parser->name_length++] = (char)(c | 0x20);
    }
    return cs_http_go(parser, CS_HTTP_EXPECT_NAME);
}

/* A trailer is checked and dropped: it comes too late to change the head. */
static int find_field(const struct cs_http_parser *parser)
{
    struct cs_slice name = cs_slice_make(parser->name, parser->name_length);

    return parser->trailer ? -1 : cs_http_field_find(parser->extra, name);
}

static enum cs_http_event take_name(struct cs_http_parser *parser, int c)
{
    if (is_token(c)) {
        return take_name_byte(parser, c);
    }
    if (parser->name_length == 0) {
        return cs_http_require(parser, c, '\r', CS_HTTP_EXPECT_LAST_LF);
    }
    parser->field = (int8_t)find_field(parser);
    parser->value_length = 0;
    return cs_http_require(parser, c, ':', CS_HTTP_EXPECT_BLANKS);
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
    return status == CONNSYNC_OK ? cs_http_go(parser, CS_HTTP_EXPECT_LINE_LF)
                                 : cs_http_fail(parser, status);
}

static enum cs_http_event take_value(struct cs_http_parser *parser, int c)
{
    if (c == '\r') {
        return finish_field(parser);
    }
    if (!cs_http_is_text(c)) {
        return refuse(parser);
    }
    cs_http_go(parser, CS_HTTP_EXPECT_VALUE);
    if (parser->field < 0) {
        return CS_HTTP_MORE;
    }
    if (parser->value_length == CS_HTTP_VALUE_MAX) {
        return cs_http_fail(parser, CONNSYNC_ERR_HTTP_TOO_LARGE);
    }
    parser->value[parser->value_length++] = (char)c;
    return CS_HTTP_MORE;
}

static enum cs_http_event take_blanks(struct cs_http_parser *parser, int c)
{
    return is_blank(c) ? CS_HTTP_MORE : take_value(parser, c);
}

/* ---- The end of the head ---- */

static enum cs_http_event skip_interim(struct cs_http_parser *parser)
{
    if (parser->interim == CS_HTTP_INTERIM_MAX) {
        return cs_http_fail(parser, CONNSYNC_ERR_HTTP_TOO_LARGE);
    }
    parser->interim++;
    cs_http_head_begin(parser);
    return CS_HTTP_MORE;
}

static enum cs_http_event finish_head(struct cs_http_parser *parser)
{
    enum connsync_status status = cs_http_fields_settle(parser);

    if (status != CONNSYNC_OK) {
        return cs_http_fail(parser, status);
    }
    if (parser->head.status < 200) {
        return skip_interim(parser);
    }
    parser->value_length = 0;
    parser->state = parser->body;
    return CS_HTTP_HEAD;
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

enum cs_http_event cs_http_head_take(struct cs_http_parser *parser, int c)
{
    parser->head_bytes++;
    if (parser->head_bytes > CS_HTTP_HEAD_MAX) {
        return cs_http_fail(parser, CONNSYNC_ERR_HTTP_TOO_LARGE);
    }
    switch (parser->state) {
    case CS_HTTP_EXPECT_STATUS:
        return take_status(parser, c);
    case CS_HTTP_EXPECT_SPACE_OR_END:
        return take_space_or_end(parser, c);
    case CS_HTTP_EXPECT_REASON:
        return take_reason(parser, c);
    case CS_HTTP_EXPECT_LINE_LF:
        return cs_http_require(parser, c, '\n', CS_HTTP_EXPECT_NAME_OR_END);
    case CS_HTTP_EXPECT_NAME_OR_END:
        parser->name_length = 0;
        return take_name(parser, c);
    case CS_HTTP_EXPECT_NAME:
        return take_name(parser, c);
    case CS_HTTP_EXPECT_BLANKS:
        return take_blanks(parser, c);
    case CS_HTTP_EXPECT_VALUE:
        return take_value(parser, c);
    default:
        return take_last_lf(parser, c);
    }
}
