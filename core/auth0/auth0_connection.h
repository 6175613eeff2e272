/*
 * A connection as the Management API answers it: its parts, which of them connsync may write,
 * and the body of a write. URLs, errors and tokens are auth0.h's.
 */
#ifndef CONNSYNC_CORE_AUTH0_AUTH0_CONNECTION_H
#define CONNSYNC_CORE_AUTH0_AUTH0_CONNECTION_H

#include "core/connsync.h"
#include "core/json/json.h"
#include "core/json/merge.h"

/* The member this program exists for. */
#define CS_AUTH0_SETTING "set_user_root_attributes"

/* What is read of a connection. The first five are members of the connection, the rest of its
 * `options`. */
enum cs_auth0_part {
    CS_AUTH0_ID,
    CS_AUTH0_NAME,
    CS_AUTH0_STRATEGY,
    CS_AUTH0_DISPLAY_NAME,
    CS_AUTH0_OPTIONS,
    CS_AUTH0_OPTIONS_SETTING,
    CS_AUTH0_OPTIONS_CONFIGURATION,
    CS_AUTH0_OPTIONS_CUSTOM_DATABASE,
    CS_AUTH0_OPTIONS_IMPORT_MODE
};
#define CS_AUTH0_PARTS 9

/* The parts as slices of the document; see cs_json_check_find. */
struct cs_auth0_connection {
    struct cs_json_sought parts[CS_AUTH0_PARTS];
};

/* What to look for, with nothing found yet. */
void cs_auth0_connection_init(struct cs_auth0_connection *connection);

/* Finds the parts in a connection of a checked text. */
void cs_auth0_find_connection(struct cs_auth0_connection *connection, struct cs_slice object);

/* A part as received; data NULL where it is absent. */
struct cs_slice cs_auth0_part(const struct cs_auth0_connection *connection,
                              enum cs_auth0_part part);

/* Is it a connection that connsync understands? CONNSYNC_ERR_ANSWER where an id, name or
 * strategy is no string, and the refusals of members that are there twice, and of options that
 * are absent or no object. */
enum connsync_status cs_auth0_judge_connection(const struct cs_auth0_connection *connection);

/* The setting that a connection has; an absent member means on each login. */
enum connsync_setting cs_auth0_setting(const struct cs_auth0_connection *connection);

/* May the setting be written? CONNSYNC_OK or the refusal. `allow_encrypted`: although
 * `options.configuration` came back encrypted. */
enum connsync_status cs_auth0_may_write(const struct cs_auth0_connection *connection,
                                        bool allow_encrypted);

/* May these `options` be written in the place of others? They may hold what came back
 * encrypted, too. */
enum connsync_status cs_auth0_may_restore(struct cs_slice options, bool allow_encrypted);

/* Does the service compute this member of `options` (a name with its quotes) from others, so
 * that another value after a write is no loss? */
bool cs_auth0_is_derived(struct cs_slice name);

/* The slices around `options` in the body of a write. */
#define CS_AUTH0_BODY_SLICES 4

/* Adds what stands before `options` in the body of a write, display_name as received, and what
 * stands behind. */
void cs_auth0_begin_body(struct cs_slices *body, const struct cs_auth0_connection *connection);
void cs_auth0_end_body(struct cs_slices *body);

#endif
