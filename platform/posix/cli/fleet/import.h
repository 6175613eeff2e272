/*
 * `connsync import`: a connsync.json of the settings that the tenant has at present, on
 * standard output, one connection at a time, so that it takes no memory. A plan made with
 * it shows no drift. It names no credentials. A run that fails leaves JSON without its
 * end, which every reader refuses.
 */
#ifndef CONNSYNC_CLI_IMPORT_H
#define CONNSYNC_CLI_IMPORT_H

#include "platform/posix/cli/options/options.h"

/* Gives the exit code. The session is initialised; the options have been read. */
int cli_import(const struct cli_options *options);

#endif
