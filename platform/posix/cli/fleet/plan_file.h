/*
 * A plan: which connections are to have which value, and the SHA-256 of the bytes of
 * `options` that each had when the plan was made. It has no value of `options` but the
 * setting's, and no secret.
 *
 *     {"connsync_plan":1,"domain":"tenant.eu.auth0.com","made":"2026-01-31T09:00:00Z",
 *     "connections":[
 *     {"id":"con_...","name":"...","strategy":"...","before":"on_each_login",
 *     "set_user_root_attributes":"on_first_login","options_sha256":"..."}
 *     ],
 *     "listed":60,"changes":1}
 *
 * It is of all the connections that the tenant had: `listed` of them, each of which was read, and
 * `changes` of those are in the list. What does not end with both counts is not whole.
 *
 * One at a time.
 */
#ifndef CONNSYNC_CLI_PLAN_FILE_H
#define CONNSYNC_CLI_PLAN_FILE_H

#include "core/connsync.h"
#include "platform/posix/cli/base/digest.h"
#include "platform/posix/cli/options/options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan_step {
    char id[CONNSYNC_ID_SIZE];
    char name[CONNSYNC_NAME_SIZE];
    char strategy[CONNSYNC_STRATEGY_SIZE];
    enum connsync_setting before;
    enum connsync_setting wanted;
    uint8_t digest[DIGEST_SIZE];
};

/* Begins a new plan beside the file that it is to become. False, with a report, if it
 * cannot be written. */
bool plan_file_begin(const char *path, const struct cli_tenant *tenant);
void plan_file_add(const struct plan_step *step);
/* It becomes the file, whole, in the place of an older one. `listed` is how many connections
 * it covers: those to be changed, and all that stay as they are. */
bool plan_file_commit(uint64_t listed);
/* It leaves no trace. */
void plan_file_abandon(void);

/* Reads all of a plan, and sees that it is one, whole, and for this tenant. False with the
 * message set. */
bool plan_file_open(const char *path, const struct cli_tenant *tenant, struct cli_message *message);
/* The steps in turn; false at the end. */
bool plan_file_next(struct plan_step *step);
size_t plan_file_count(void);
void plan_file_close(void);

#endif
