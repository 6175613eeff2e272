/*
 * The token or the client's id and secret or private key, from files that options name,
 * from connsync.json or from the environment, never from the command line itself, which
 * every user of a machine sees.
 */
#ifndef CONNSYNC_CLI_SECRETS_H
#define CONNSYNC_CLI_SECRETS_H

#include "platform/posix/cli/options/options.h"

/* Is this member in connsync.json? Then it is decoded into `out`, which has room for it. */
bool cli_from_file(const struct cli_options *options, enum cs_desired_member member, char *out,
                   size_t size);

/* Fills the secrets of the options, or says what is missing. */
enum cli_action cli_read_credentials(struct cli_options *options);

#endif
