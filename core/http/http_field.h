/*
 * What the fields of a response head mean (RFC 9110), apart from how their
 * bytes are read. Only the response parser uses this.
 */
#ifndef CONNSYNC_CORE_HTTP_HTTP_FIELD_H
#define CONNSYNC_CORE_HTTP_HTTP_FIELD_H

#include "core/http/http.h"

/* Numbers of the fields that are looked at, in the order of their names. */
enum cs_http_field {
    CS_HTTP_FIELD_CONNECTION,
    CS_HTTP_FIELD_CONTENT_ENCODING,
    CS_HTTP_FIELD_CONTENT_LENGTH,
    CS_HTTP_FIELD_TRANSFER_ENCODING,
    CS_HTTP_FIELD_RETRY_AFTER,
    CS_HTTP_FIELD_RATELIMIT_RESET,
    CS_HTTP_FIELD_EXTRA /* the first of `names` below */
};

struct cs_http_extra_fields {
    const char *names; /* as cs_words_find takes them */
    /* Shown Retry-After and the fields of `names`, as cs_http_field_take is. */
    void (*take)(struct cs_http_parser *parser, bool repeated);
    void (*settle)(struct cs_http_head *head);
};

/* Forgets what a head said, before the first and between one and the next. */
void cs_http_fields_reset(struct cs_http_parser *parser);

/* The number of the field with this name, given in lower case; -1 when nothing is done
 * with it. */
int cs_http_field_find(const struct cs_http_extra_fields *extra, struct cs_slice name);

static inline struct cs_slice cs_http_field_value(const struct cs_http_parser *parser)
{
    return cs_slice_make(parser->value, parser->value_length);
}

/* Two lines of one field that say different things have said nothing. */
static inline void cs_http_set_once(uint64_t *kept, bool repeated, uint64_t value)
{
    *kept = repeated && *kept != value ? CS_HTTP_UNKNOWN : value;
}

/* Takes the field that has just been read: its number, and its value without white
 * space around it. CONNSYNC_ERR_HTTP_SYNTAX when the message must not be trusted. */
enum connsync_status cs_http_field_take(struct cs_http_parser *parser);

/* All fields are there: settles what depends on more than one, the framing
 * (RFC 9112 section 6.3) and the connection's future (section 9.3) too. */
enum connsync_status cs_http_fields_settle(struct cs_http_parser *parser);

#endif
