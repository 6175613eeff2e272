/* The commands plan and apply, and what they share with watch. */
#ifndef CONNSYNC_CLI_APPLY_H
#define CONNSYNC_CLI_APPLY_H

#include "platform/posix/cli/fleet/desired_file.h"
#include "platform/posix/cli/options/options.h"

/* plan or apply; the program's exit code. */
int cli_apply(struct cli_options *options);

/* Reads the file that the options name, and takes domain and credentials from it, or from
 * where else they are. False with the options' message set. */
bool cli_use_file(struct cli_options *options, struct desired_file *file);

/* The same again, with the agent closed. On a failure file, credentials and all else are
 * as they were. */
bool cli_use_file_again(struct cli_options *options, struct desired_file *file);

#endif
