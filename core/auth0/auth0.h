/*
 * What connsync knows of Auth0's Management API: its URLs, its bodies, its error
 * bodies, and which connections may carry the setting. No I/O.
 */
#ifndef CONNSYNC_CORE_AUTH0_AUTH0_H
#define CONNSYNC_CORE_AUTH0_AUTH0_H

#include "core/connsync.h"
#include "core/http/http.h"
#include "core/json/patch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The member this program exists for. */
#define CS_AUTH0_SETTING "set_user_root_attributes"

/* Longest request target: a percent-encoded name or cursor, and the query. */
#define CS_AUTH0_TARGET_SIZE 1024

/* Is this CONNECTION an id rather than a name? Names cannot hold an underscore. */
bool cs_auth0_is_id(const char *connection);

/* ---- Request targets ---- */

/* `connection` is an id, or the name that the answer's list is narrowed to. */
void cs_auth0_write_get(struct cs_writer *target, const char *connection, bool by_id);
void cs_auth0_write_patch(struct cs_writer *target, const char *id);
/* `cursor` is the page before's `next`, or empty for the first page. */
void cs_auth0_write_list(struct cs_writer *target, unsigned take, const char *cursor);

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

/* A connection's parts, as token indexes into a document (CS_JSON_NONE: absent). */
struct cs_auth0_connection {
    int id;
    int name;
    int strategy;
    int display_name;
    int options;
    int setting; /* the value of options.set_user_root_attributes */
};

/* The list inside an answer: a bare array, or an object's `connections`. */
int cs_auth0_connections(const struct cs_json *json);

/* `next` of an answer with checkpoint pagination; false when this page is the
 * last or the cursor does not fit. */
bool cs_auth0_next_cursor(const struct cs_json *json, char *cursor, size_t size);

/* Finds the parts of `object`, and refuses members that are there twice, an id,
 * name or strategy that is no string, and options that are absent or no object.
 * What could be found is set in any case. */
enum connsync_status cs_auth0_read_connection(const struct cs_json *json, int object,
                                              struct cs_auth0_connection *connection);

/* The setting that a connection has; an absent member means on each login. */
enum connsync_setting cs_auth0_setting(const struct cs_json *json,
                                       const struct cs_auth0_connection *connection);

/* May the setting be written? CONNSYNC_OK or the refusal. */
enum connsync_status cs_auth0_may_write(const struct cs_json *json,
                                        const struct cs_auth0_connection *connection,
                                        const struct connsync_job *job);

/* May these be put in the place of `options`? They may hold what came back encrypted, too. */
enum connsync_status cs_auth0_may_restore(const struct cs_json *options,
                                          const struct connsync_job *job);

/* The longest setting as a JSON string, with a final NUL. */
#define CS_AUTH0_VALUE_SIZE sizeof "\"on_first_login\""

struct cs_auth0_patch {
    char value[CS_AUTH0_VALUE_SIZE];
    struct cs_patch body;
};

/* The body of the write: options with the setting, display_name as received. */
enum connsync_status cs_auth0_patch_body(struct cs_auth0_patch *patch, const struct cs_json *json,
                                         const struct cs_auth0_connection *connection,
                                         enum connsync_setting wanted);

/* The same with another text for `options`. */
void cs_auth0_rewrite_body(struct cs_auth0_patch *patch, const struct cs_json *json,
                           const struct cs_auth0_connection *connection, struct cs_slice options);

/* Is this member of `options` one that the service computes from others, so that
 * another value after a write is no loss? */
bool cs_auth0_is_derived(const struct cs_json *json, int key);

/* The status of a response that is not 2xx. */
enum connsync_status cs_auth0_status(const struct cs_http_head *head);

/* Copies an error body's errorCode or error, if it is a plain word: texts may quote what
 * was sent. Empty if there is none. */
void cs_auth0_service_code(const struct cs_json *json, char *out, size_t size);

/* The scope that an error body asks for, or NULL. */
const char *cs_auth0_scope_in_text(struct cs_slice body);

/* How long to wait before another try, in milliseconds: Retry-After first, else
 * X-RateLimit-Reset by the answer's own Date, else doubling from half a second.
 * `head` is NULL where there was no answer. `random` spreads the clients that were
 * turned away together. */
uint32_t cs_auth0_pause_ms(const struct cs_http_head *head, unsigned attempt, uint32_t random);

#ifdef __cplusplus
}
#endif

#endif
