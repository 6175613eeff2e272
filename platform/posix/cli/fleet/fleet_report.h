/* What a run over many connections prints of each of them. */
#ifndef CONNSYNC_CLI_FLEET_REPORT_H
#define CONNSYNC_CLI_FLEET_REPORT_H

#include "config/desired.h"
#include "platform/posix/cli/fleet/tally.h"
#include "platform/posix/cli/options/options.h"

/* The list shows that it is as wanted. `code` is "ok", or why it is left alone. */
void fleet_report_unchanged(const struct cli_output *output, const struct connsync_result *listed,
                            enum connsync_status code);

/* A row of a plan: `status` is CONNSYNC_OK, or why it would be refused. */
void fleet_report_row(const struct cli_output *output, const struct connsync_result *listed,
                      enum connsync_setting wanted, enum connsync_status status);

/* It would have been changed, and was not tried, for what happened before. */
void fleet_report_not_tried(const struct cli_output *output, const struct connsync_result *listed,
                            enum connsync_setting wanted, const char *code);

/* Each entry of the file that nothing matched; how many there are. */
uint64_t fleet_report_unmatched(const char *file, const struct cs_desired *desired);

/* The last line of --json: {"summary":{...}}. */
void fleet_report_last_line(const struct tally *tally);

/* On stdout; on stderr where stdout has lines of JSON, or nobody looks at it. */
void fleet_report_summary(const struct cli_output *output, const struct tally *tally,
                          bool is_watch);

#endif
