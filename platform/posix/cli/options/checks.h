/*
 * Options that go with some commands only, or not with one another.
 */
#ifndef CONNSYNC_CLI_CHECKS_H
#define CONNSYNC_CLI_CHECKS_H

#include "platform/posix/cli/options/options.h"

/* Checks the options of a known command, and gives flash-image the usual size of a partition.
 * CLI_RUN, or CLI_USAGE_ERROR with the message set. */
enum cli_action cli_check(struct cli_options *options);

#endif
