/* The exit codes of the command line; docs/outcomes.md and the manual page have them as tables. */
#ifndef CONNSYNC_CONFIG_EXIT_CODE_H
#define CONNSYNC_CONFIG_EXIT_CODE_H

#include "core/base/status.h"

enum cs_exit_code {
    CS_EXIT_DONE = 0,
    CS_EXIT_FAILURE = 1, /* also: what was to be written to a file or a terminal cannot be */
    CS_EXIT_DRIFT = 2,   /* something differs from the desired state, and was not written */
    CS_EXIT_REFUSED = 3,
    CS_EXIT_CREDENTIALS = 4,
    CS_EXIT_NO_CONNECTION = 5, /* none is meant by what was asked for */
    CS_EXIT_RATE_LIMITED = 6,
    CS_EXIT_VERIFY = 7,
    CS_EXIT_TLS = 8,
    CS_EXIT_USAGE = 64
};

/* The exit code of a program that ended with this status. */
int cs_exit_code(enum connsync_status status);

#endif
