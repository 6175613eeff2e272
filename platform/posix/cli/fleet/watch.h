/* The command watch: apply, wait, again, until a signal ends it. */
#ifndef CONNSYNC_CLI_WATCH_H
#define CONNSYNC_CLI_WATCH_H

#include "platform/posix/cli/options/options.h"

/* The program's exit code. */
int cli_watch(struct cli_options *options);

#endif
