/*
 * What connsync knows of Auth0's Management API: its URLs, its forms, its lists and its error
 * bodies. No I/O. A connection is auth0_connection.h's.
 */
#ifndef CONNSYNC_CORE_AUTH0_AUTH0_H
#define CONNSYNC_CORE_AUTH0_AUTH0_H

#include "core/connsync.h"
#include "core/http/http.h"
#include "core/json/json.h"

/* Longest request target: a percent-encoded name or cursor, and the query. */
#define CS_AUTH0_TARGET_SIZE 1024

/* Is this CONNECTION an id rather than a name? Names cannot hold an underscore. */
bool cs_auth0_is_id(const char *connection);

/* ---- Request targets ---- */

/* `connection` is an id, or the name that the answer's list is narrowed to; `more` the members
 * that are asked for beside those that are read, as connsync_config has them. */
void cs_auth0_write_get(struct cs_writer *target, const char *connection, bool by_id,
                        const char *more);
void cs_auth0_write_patch(struct cs_writer *target, const char *id);
/* `cursor` is the page before's `next`, or empty for the first page. */
void cs_auth0_write_list(struct cs_writer *target, unsigned take, const char *cursor,
                         bool with_options);

/* The form-encoded body of a client credentials grant (RFC 6749 section 4.4), with the
 * client's secret if it has one.
 * `audience` NULL means the API of `domain`. */
void cs_auth0_write_token_request(struct cs_writer *body, const struct connsync_config *config);

/* Room that is enough for the body above. */
size_t cs_auth0_token_request_size(const struct connsync_config *config);

/* Names in `out` the scopes that reading, or with `writes` also writing, needs and `granted`,
 * a token answer's `scope`, lacks. False when it has them all. */
bool cs_auth0_missing_scopes(struct cs_slice granted, bool writes, char out[CONNSYNC_SCOPES_SIZE]);

/* ---- Answers ---- */

/* The list inside an answer: a bare array, or an object's `connections`; else no array. */
struct cs_slice cs_auth0_connections(struct cs_slice answer);

/* `next` of an answer with checkpoint pagination; false when this page is the
 * last or the cursor does not fit. */
bool cs_auth0_next_cursor(struct cs_slice answer, char *cursor, size_t size);

/* The status of a response that is not 2xx. */
enum connsync_status cs_auth0_status(const struct cs_http_head *head);

/* Copies an error body's errorCode or error, if it is a plain word: texts may quote what
 * was sent. Empty if there is none. */
void cs_auth0_service_code(struct cs_slice answer, char *out, size_t size);

/* The scope that an error body asks for, or NULL. */
const char *cs_auth0_scope_in_text(struct cs_slice body);

/* How long to wait before another try, in milliseconds: Retry-After first, else
 * X-RateLimit-Reset by the answer's own Date, else doubling from half a second.
 * `head` is NULL where there was no answer. `random` spreads the clients that were
 * turned away together. */
uint32_t cs_auth0_pause_ms(const struct cs_http_head *head, unsigned attempt, uint32_t random);

#endif
