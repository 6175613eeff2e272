/*
 * connsync validate: is a connsync.json right, without asking anybody? And with a list of the
 * tenant's connections, what would a plan find?
 */
#ifndef CONNSYNC_CLI_VALIDATE_H
#define CONNSYNC_CLI_VALIDATE_H

#include "platform/posix/cli/options/options.h"

/* Its exit code. */
int cli_validate(struct cli_options *options);

#endif
