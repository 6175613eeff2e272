/*
 * The token or the client's id and secret or private key, from files that options name,
 * from connsync.json or from the environment, never from the command line itself, which
 * every user of a machine sees.
 */
#ifndef CONNSYNC_CLI_SECRETS_H
#define CONNSYNC_CLI_SECRETS_H

#include "platform/posix/cli/options/options.h"

/* Is this member in connsync.json, if there is one? Then it is decoded into `out`, which has room
 * for it. */
bool cli_from_file(const struct cs_desired *desired, enum cs_desired_member member, char *out,
                   size_t size);

/* Says of a variable or a file that its value cannot be one, and not what it is. */
enum cli_action cli_refuse_value(struct cli_message *message, const char *name);

/* Fills the secrets, or says what is missing. The client's id has been found before. */
enum cli_action cli_read_credentials(struct cli_credentials *credentials,
                                     const struct cli_sources *sources,
                                     struct cli_message *message);

/* Says so if others may read the file at `path`, which holds a secret. */
void cli_warn_if_exposed(const char *path);

#endif
