/* What --version prints: versions, and which roots are trusted where --ca-file names none. */
#ifndef CONNSYNC_CLI_VERSION_H
#define CONNSYNC_CLI_VERSION_H

#include <stdbool.h>

/* False when standard output does not take it. */
bool cli_version_print(void);

#endif
