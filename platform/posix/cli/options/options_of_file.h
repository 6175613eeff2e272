/*
 * The options of plan, apply and watch, and those of rate and logs that all commands
 * share. Each returns CLI_RUN, or CLI_USAGE_ERROR with the message set.
 */
#ifndef CONNSYNC_CLI_OPTIONS_OF_FILE_H
#define CONNSYNC_CLI_OPTIONS_OF_FILE_H

#include "platform/posix/cli/options/options.h"

/* Is this one of the three commands? */
bool cli_read_command_of_file(struct cli_options *options, const char *command);

const char *cli_help_of_file(const struct cli_options *options);

enum cli_action cli_read_every(struct cli_options *options, const char *text);
enum cli_action cli_read_log_format(struct cli_options *options, const char *text);
enum cli_action cli_read_max_rps(struct cli_options *options, const char *text);
enum cli_action cli_read_leave(struct cli_options *options, const char *text);

#endif
