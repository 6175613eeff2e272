/*
 * Options that go with some commands only, or not with one another. Each check returns CLI_RUN,
 * or CLI_USAGE_ERROR with the message set.
 */
#ifndef CONNSYNC_CLI_CHECKS_H
#define CONNSYNC_CLI_CHECKS_H

#include "platform/posix/cli/options/options.h"

/* Those of flash-image, to which it also gives the usual size of a partition. */
enum cli_action cli_check_flash_image(struct cli_options *options);

/* Those of the jobs that write. */
enum cli_action cli_check_change(struct cli_options *options);

/* Those of plan, apply and watch. */
enum cli_action cli_check_of_file(struct cli_options *options);

#endif
