/*
 * A pause between two requests is shown to who looks on, with its reason.
 */
#ifndef CONNSYNC_CLI_WAITING_H
#define CONNSYNC_CLI_WAITING_H

#include "core/connsync.h"

/* Shows a wait in which nothing is to come from the service, if it is long enough to be asked about;
 * on a terminal alone. */
void waiting_tell(const struct connsync_wait *wait, const struct connsync_result *result,
                  const struct connsync_pace *pace);

/* What is shown of it goes. */
void waiting_end(void);

#endif
