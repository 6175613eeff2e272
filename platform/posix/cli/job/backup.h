/*
 * Backups: the bytes of `options` before a write, in a file of their own, and back from it.
 *
 *     {"connsync_backup":2,"domain":"tenant.eu.auth0.com","made":"2026-01-31T09:00:00Z",
 *     "id":"con_...","name":"google-oauth2","strategy":"google-oauth2",
 *     "sha256":"...",
 *     "options":{...}}
 *
 * The value of `options` are the very bytes that the service sent. The digest is of domain,
 * made, id, name and strategy, each with a NUL behind it, and of those bytes. Backups of version
 * 1 have "options_sha256" instead, of the bytes alone; they are read, with a word about it.
 *
 * The file holds secrets: only its owner can read it.
 */
#ifndef CONNSYNC_CLI_BACKUP_H
#define CONNSYNC_CLI_BACKUP_H

#include "core/base/text.h"
#include "core/connsync.h"
#include "platform/posix/cli/options/options.h"

#include <stdbool.h>

/* Writes one for the connection of `result` into a directory, and sees to it that it is on the
 * disk. Never in the place of another file. False with errno. */
bool backup_write(const char *directory, const struct cli_tenant *tenant,
                  const struct connsync_result *result, struct cs_slice text);

/* Reads the file of `connsync restore`, and points the job at what is in it. False with the
 * options' message of what is wrong with it. */
bool backup_read(struct cli_options *options);

/* Wipes what was read. */
void backup_free(void);

/* Is it the strategy of the connection in the backup that was read? */
bool backup_is_strategy(const char *strategy);

#endif
