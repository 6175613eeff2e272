/* The file of `connsync patch`: a merge patch for `options`. */
#ifndef CONNSYNC_CLI_PATCH_FILE_H
#define CONNSYNC_CLI_PATCH_FILE_H

#include "platform/posix/cli/options/options.h"

#include <stdbool.h>

/* Reads and checks the file that the options name, and gives the job its text. False with
 * the options' message of what is wrong with it. */
bool patch_file_read(struct cli_options *options);

/* Wipes it: what a patch sets may be a secret. */
void patch_file_free(void);

#endif
