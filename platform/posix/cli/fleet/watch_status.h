/* The command watch-status: a probe that needs no shell. docs/apply.md tells what it asks. */
#ifndef CONNSYNC_CLI_WATCH_STATUS_H
#define CONNSYNC_CLI_WATCH_STATUS_H

#include "platform/posix/cli/options/options.h"

/* Judges the status file that the options name, and says how. The program's exit code: 0, or 1. */
int cli_watch_status(const struct cli_options *options);

#endif
