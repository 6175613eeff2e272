/*
 * Options whose value is more than a text. Each returns CLI_RUN, or CLI_USAGE_ERROR with the
 * message set.
 */
#ifndef CONNSYNC_CLI_VALUES_H
#define CONNSYNC_CLI_VALUES_H

#include "platform/posix/cli/options/options.h"

enum cli_action cli_read_timeout(struct cli_options *options, const char *text);
enum cli_action cli_read_connect_to(struct cli_options *options, const char *text);
enum cli_action cli_read_partition_size(struct cli_options *options, const char *text);
enum cli_action cli_read_every(struct cli_options *options, const char *text);
enum cli_action cli_read_max_age(struct cli_options *options, const char *text);
enum cli_action cli_read_log_format(struct cli_options *options, const char *text);
enum cli_action cli_read_max_rps(struct cli_options *options, const char *text);
enum cli_action cli_read_leave(struct cli_options *options, const char *text);
enum cli_action cli_read_parallel(struct cli_options *options, const char *text);
enum cli_action cli_read_color(struct cli_options *options, const char *value);

#endif
