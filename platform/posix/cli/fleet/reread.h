/*
 * The files that `connsync watch` reads again when they change: connsync.json, token, secret,
 * private key, client certificate and its key. By their content, so that a symbolic link that is
 * swapped (as Kubernetes does for ConfigMaps and Secrets), a file that is renamed over another, and
 * one that is written in place are all the same; and by looking, since not every file system and
 * container tells.
 */
#ifndef CONNSYNC_CLI_REREAD_H
#define CONNSYNC_CLI_REREAD_H

#include "platform/posix/cli/options/options.h"

/* How often is looked, and how long a changed file must stay as it is before it is read: who writes
 * one in place may have written half. */
#define REREAD_LOOK_MS 5000u
#define REREAD_SETTLE_MS 1000u

/* The files are about to be read: notes what is in them. */
void reread_note(const struct cli_options *options);

/* Looks. The name of a file that is not as it was noted, and has settled, and then it is noted as it
 * is; else NULL. If one of them cannot be read twice, such as a pipe, none has ever changed. */
const char *reread_look(const struct cli_options *options);

/* Has one changed that has not settled? */
bool reread_is_settling(void);

/* Milliseconds until the next look. */
uint32_t reread_wait_ms(void);

#endif
