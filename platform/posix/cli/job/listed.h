/*
 * One connection of a list: its row, or its line of JSON, and whether it could be read at all.
 */
#ifndef CONNSYNC_CLI_LISTED_H
#define CONNSYNC_CLI_LISTED_H

#include "core/connsync.h"
#include "platform/posix/cli/options/options.h"

#include <stdbool.h>

/* Columns of a terminal: the service's ids have twenty characters, the longest setting fourteen. */
#define LISTED_ID_COLUMNS 20
#define LISTED_SETTING_COLUMNS 14
#define LISTED_STRATEGY_COLUMNS 13

/* Is that why a connection could not be read with the others of its page? */
bool listed_is_unread(enum connsync_status cause);

/* Names on stderr one that could not be read. */
void listed_tell_unread(const struct connsync_result *result);

/* Prints it. One that could not be read is named on stderr as well. */
void listed_report(const struct cli_output *output, const struct connsync_result *result);

#endif
