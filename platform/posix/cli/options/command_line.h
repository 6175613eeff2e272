/* The command line, read into the options. */
#ifndef CONNSYNC_CLI_COMMAND_LINE_H
#define CONNSYNC_CLI_COMMAND_LINE_H

#include "platform/posix/cli/options/options.h"

/* Domain and credentials are not looked for: see cli_resolve(). */
enum cli_action command_line_read(struct cli_options *options, int argc, char **argv);

#endif
