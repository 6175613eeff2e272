/* The exit codes that are not a status of the core: those come of
 * connsync_status_exit_code(). docs of each command list them. */
#ifndef CONNSYNC_CLI_EXIT_CODE_H
#define CONNSYNC_CLI_EXIT_CODE_H

enum exit_code {
    EXIT_DONE = 0,
    EXIT_OUTPUT = 1, /* what was to be written cannot be */
    EXIT_DRIFT = 2,
    EXIT_CREDENTIALS = 4,
    EXIT_UNMATCHED = 5,
    EXIT_TRUST = 8,
    EXIT_USAGE_ERROR = 64
};

#endif
