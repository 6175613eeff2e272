/*
 * What a person or a program is told: results on stdout, errors on stderr, one
 * line each. Texts that came from the service are cleaned of control characters.
 */
#ifndef CONNSYNC_CLI_REPORT_H
#define CONNSYNC_CLI_REPORT_H

#include "core/connsync.h"
#include "platform/posix/cli/options.h"

/* One connection of a list. */
void report_item(const struct cli_options *options, const struct connsync_result *result);

/* The end of a job. `reason` is the port's own word on a network failure, or "". */
void report_end(const struct cli_options *options, const struct connsync_result *result,
                enum connsync_status status, const char *reason);

/* "connsync: " and a message, on stderr. */
void report_error(const char *message);

#endif
