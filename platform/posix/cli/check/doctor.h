/*
 * connsync doctor: who asks which tenant by which way, with what right, and whether connections of
 * it look as the one-line PATCH leaves them. It reads the list of connections and writes nothing.
 */
#ifndef CONNSYNC_CLI_DOCTOR_H
#define CONNSYNC_CLI_DOCTOR_H

#include "platform/posix/cli/options/options.h"

/* The session has been initialised. Its exit code: 2 where damage was found. */
int cli_doctor(const struct cli_options *options);

#endif
