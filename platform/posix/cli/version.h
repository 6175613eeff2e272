/* What --version prints: versions, and which roots are trusted where --ca-file names none. */
#ifndef CONNSYNC_CLI_VERSION_H
#define CONNSYNC_CLI_VERSION_H

/* To standard output. */
void cli_version_print(void);

#endif
