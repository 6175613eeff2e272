/*
 * Domain, credentials and proxy: from the command line, from connsync.json, from the
 * environment, in this order.
 */
#ifndef CONNSYNC_CLI_RESOLVE_H
#define CONNSYNC_CLI_RESOLVE_H

#include "platform/posix/cli/options/options.h"

/* A host, a colon, five digits. */
#define CLI_DOMAIN_SIZE (CLI_HOST_SIZE + 6)

/* The domain as files name it: with its port, if that is not the usual one. */
void cli_write_domain(char out[CLI_DOMAIN_SIZE], const struct cli_tenant *tenant);

/* Fills what the options hold of the tenant. May be called again when `sources.desired`
 * is another file: what was found before is wiped. CLI_RUN, or CLI_USAGE_ERROR with the
 * message set. */
enum cli_action cli_resolve(struct cli_options *options);

/* Wipes the secrets of the options and the keys of identity.h. */
void cli_forget(struct cli_options *options);

#endif
