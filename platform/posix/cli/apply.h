/* The commands plan and apply, and what they share with watch. */
#ifndef CONNSYNC_CLI_APPLY_H
#define CONNSYNC_CLI_APPLY_H

#include "platform/posix/cli/desired_file.h"
#include "platform/posix/cli/options.h"

/* plan or apply; the program's exit code. */
int cli_apply(struct cli_options *options);

/* Reads the file that the options name, and takes domain and credentials from it. False
 * with the options' message set; the options are as with the file before then, if there
 * was one. */
bool cli_use_file(struct cli_options *options, struct desired_file *file);

#endif
