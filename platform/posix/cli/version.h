/* What --version prints: versions, and which roots are trusted where --ca-file names none. */
#ifndef CONNSYNC_CLI_VERSION_H
#define CONNSYNC_CLI_VERSION_H

#include <stdbool.h>

/* To standard output; as one line of JSON, for programs. */
void cli_version_print(bool json);

#endif
