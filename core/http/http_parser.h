/*
 * The inside of the response parser: its states, and what the fields of a head mean (RFC 9110).
 * Only http_response.c and http_field.c use this.
 */
#ifndef CONNSYNC_CORE_HTTP_HTTP_PARSER_H
#define CONNSYNC_CORE_HTTP_HTTP_PARSER_H

#include "core/http/http.h"

/* Named by what may come next. Those up to CS_HTTP_EXPECT_LAST_LF read a head or a trailer. */
enum cs_http_state {
    CS_HTTP_EXPECT_STATUS, /* the status line up to its three digits */
    CS_HTTP_EXPECT_SPACE_OR_END,
    CS_HTTP_EXPECT_REASON,
    CS_HTTP_EXPECT_LINE_LF,
    CS_HTTP_EXPECT_NAME, /* or the end of the fields, while the name is empty */
    CS_HTTP_EXPECT_VALUE,
    CS_HTTP_EXPECT_LAST_LF,
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

/* Forgets what a head said, before the first and between one and the next. */
void cs_http_fields_reset(struct cs_http_parser *parser);

/* The number of the field whose name has just been read, in lower case; -1 when nothing is done
 * with it. */
int cs_http_field_find(const struct cs_http_parser *parser);

/* A number of which two lines that say different things have said nothing. */
void cs_http_set_once(struct cs_http_parser *parser, uint64_t *kept, uint64_t value);

/* Takes the field that has just been read: its number, and its value without white
 * space around it. CONNSYNC_ERR_HTTP_SYNTAX when the message must not be trusted. */
enum connsync_status cs_http_field_take(struct cs_http_parser *parser);

/* All fields are there: settles what depends on more than one, the framing
 * (RFC 9112 section 6.3) and the connection's future (section 9.3) too. */
enum connsync_status cs_http_fields_settle(struct cs_http_parser *parser);

#endif
