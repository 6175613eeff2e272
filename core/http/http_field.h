/*
 * What the fields of a response head mean (RFC 9110), apart from how their
 * bytes are read. Only the response parser uses this.
 */
#ifndef CONNSYNC_CORE_HTTP_HTTP_FIELD_H
#define CONNSYNC_CORE_HTTP_HTTP_FIELD_H

#include "core/http/http.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Forgets what a head said, before the first and between one and the next. */
void cs_http_fields_reset(struct cs_http_parser *parser);

/* The number of the field with this name, given in lower case; -1 when nothing is done
 * with it. */
int cs_http_field_find(struct cs_slice name);

/* Takes the field that has just been read: its number, and its value without white
 * space around it. CONNSYNC_ERR_HTTP_SYNTAX when the message must not be trusted. */
enum connsync_status cs_http_field_take(struct cs_http_parser *parser);

/* All fields are there: settles what depends on more than one, the framing
 * (RFC 9112 section 6.3) and the connection's future (section 9.3) too. */
enum connsync_status cs_http_fields_settle(struct cs_http_parser *parser);

#ifdef __cplusplus
}
#endif

#endif
