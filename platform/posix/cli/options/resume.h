/*
 * The TLS session that this process goes on from, and that it leaves for the next: in memory while
 * it runs, and in the folder of kept tokens in between. --no-session-cache: only in memory.
 */
#ifndef CONNSYNC_CLI_RESUME_H
#define CONNSYNC_CLI_RESUME_H

#include "core/connsync.h"

#include <stdbool.h>

/* Sets `session` of a config that is complete otherwise. */
void resume_fill(struct connsync_config *config, bool is_kept);

/* The same session for a further agent, while the first is open. */
void resume_share(struct connsync_config *config);

/* After the agent was closed: keeps what it left, and wipes it here. */
void resume_close(void);

/* Whoever the client is, it is not believed to be that any more: the session goes as well. */
void resume_forget(void);

#endif
