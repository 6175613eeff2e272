/*
 * The states of the response parser, and its half that reads heads and trailers
 * (RFC 9112 sections 4 and 5). Only the response parser uses this.
 */
#ifndef CONNSYNC_CORE_HTTP_HTTP_STATE_H
#define CONNSYNC_CORE_HTTP_HTTP_STATE_H

#include "core/http/http_field.h"

/* Named by what may come next. Those before CS_HTTP_HEAD_STATES_END read a head
 * or a trailer. */
enum cs_http_state {
    CS_HTTP_EXPECT_STATUS, /* the status line up to its three digits */
    CS_HTTP_EXPECT_SPACE_OR_END,
    CS_HTTP_EXPECT_REASON,
    CS_HTTP_EXPECT_LINE_LF,
    CS_HTTP_EXPECT_NAME_OR_END,
    CS_HTTP_EXPECT_NAME,
    CS_HTTP_EXPECT_BLANKS,
    CS_HTTP_EXPECT_VALUE,
    CS_HTTP_EXPECT_LAST_LF,
    CS_HTTP_HEAD_STATES_END,
    CS_HTTP_EXPECT_CHUNK_SIZE,
    CS_HTTP_EXPECT_CHUNK_EXTENSION,
    CS_HTTP_EXPECT_CHUNK_SIZE_LF,
    CS_HTTP_EXPECT_CHUNK_CR,
    CS_HTTP_EXPECT_CHUNK_LF,
    CS_HTTP_EXPECT_BODY,
    CS_HTTP_EXPECT_CHUNK_DATA,
    CS_HTTP_EXPECT_BODY_OR_CLOSE,
    CS_HTTP_EXPECT_NOTHING,
    CS_HTTP_FAILED
};

static inline enum cs_http_event cs_http_go(struct cs_http_parser *parser, enum cs_http_state state)
{
    parser->state = (uint8_t)state;
    return CS_HTTP_MORE;
}

enum cs_http_event cs_http_fail(struct cs_http_parser *parser, enum connsync_status error);

/* Goes on to `next` if the byte `c` is the one that may stand here. */
enum cs_http_event cs_http_require(struct cs_http_parser *parser, int c, int wanted,
                                   enum cs_http_state next);

/* What a field's value, a reason or a chunk extension is made of (RFC 9110
 * section 5.5). */
static inline bool cs_http_is_text(int c)
{
    return c == '\t' || (c >= ' ' && c != 0x7f);
}

/* Ready for a head: the first one, or the one after an interim response. */
void cs_http_head_begin(struct cs_http_parser *parser);

/* Takes one byte, in a state before CS_HTTP_HEAD_STATES_END. CS_HTTP_HEAD at the
 * end of the head, CS_HTTP_DONE at the end of a trailer. */
enum cs_http_event cs_http_head_take(struct cs_http_parser *parser, int c);

#endif
