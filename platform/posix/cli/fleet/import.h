/*
 * `connsync import`: a connsync.json of the settings that the tenant has at present, on
 * standard output. A plan made with it shows no drift. It names no credentials. The names
 * are kept until the list is whole, as many as such a file may have: a run that fails
 * prints nothing there.
 */
#ifndef CONNSYNC_CLI_IMPORT_H
#define CONNSYNC_CLI_IMPORT_H

#include "platform/posix/cli/options/options.h"

/* Gives the exit code. The session is initialised; the options have been read. */
int cli_import(const struct cli_options *options);

#endif
