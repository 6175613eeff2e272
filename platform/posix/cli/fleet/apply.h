/* The commands plan and apply, and what they share with watch. */
#ifndef CONNSYNC_CLI_APPLY_H
#define CONNSYNC_CLI_APPLY_H

#include "platform/posix/cli/fleet/desired_file.h"
#include "platform/posix/cli/options/options.h"

/* What they and watch read if nothing else is named. */
#define APPLY_DEFAULT_FILE "connsync.json"

/* plan or apply; the program's exit code. */
int cli_apply(struct cli_options *options);

/* Reads the file that the options name, and takes domain and credentials from it, or from
 * where else they are. False with the options' message set. */
bool cli_use_file(struct cli_options *options, struct desired_file *file);

/* The same again, while no job is under way. On a failure file, credentials and all else are as they
 * were, so that an open agent can go on; else it is to be closed and opened again. What was replaced
 * is wiped. */
bool cli_use_file_again(struct cli_options *options, struct desired_file *file);

#endif
