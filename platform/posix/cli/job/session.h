/*
 * The agents of this process, and the world around them: memory, trusted roots, signals,
 * waiting. With --parallel there are several, and what follows is of the one that it is turned to.
 *
 * SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGPIPE end the jobs under way as connsync_cancel() says, and
 * are remembered; of SIGHUP and SIGPIPE only one counts. For the command watch SIGHUP is something
 * else, and no more than remembered.
 */
#ifndef CONNSYNC_CLI_SESSION_H
#define CONNSYNC_CLI_SESSION_H

#include "config/answer.h"
#include "core/connsync.h"
#include "platform/posix/cli/options/options.h"
#include "platform/posix/network/posix_tunnel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Catches the signals, and loads the roots. False, with a report, without any. Tenant and
 * credentials stay the caller's: they are read again by each session_open(). */
bool session_init(struct cli_options *options);

/* Opens the agent with the options as they are now. Reports nothing. */
enum connsync_status session_open(void);
void session_close(void);
/* Was the agent's token rejected, or its scope too small, since it was opened? Opened again, it
 * obtains another. */
bool session_token_was_rejected(void);
/* The agent; NULL when it is not open. */
struct connsync *session_agent(void);

/* How many agents may have a job at once, from now on: 1 before it is known what token they are to
 * share, so that only one asks for it, and fewer than --parallel where the tenant's limit is small. */
unsigned session_agents(void);

/* From now on all that is asked of a session is of this one of them, from 0 on, which is opened if it
 * is not. False, and it is of the first again: no memory for one more. */
bool session_turn(unsigned number);

/* Closes all but the first, which have no job any more, and turns to that. */
void session_close_further(void);

/* What all of them have used so far, with those that were closed. */
struct session_figures {
    uint32_t handshakes;
    size_t memory;
};
struct session_figures session_figures(void);

/* Begins a job. What it points at must outlive it, as `context` must. `on_item` is called for each connection of a
 * list; it may be NULL. A signal that came before ends it at once. */
void session_begin(const struct connsync_job *job,
                   void (*on_item)(void *context, const struct connsync_result *result),
                   void *context);

/* Waits for its end; meanwhile those of the other agents go on. The result is the agent's. */
enum connsync_status session_end(void);

/* Runs a job to its end. `on_item`, and what it says, is session_begin()'s. */
enum connsync_status
session_run(const struct connsync_job *job,
            void (*on_item)(void *context, const struct connsync_result *result), void *context);

/* The same for a job that belongs to the one before: it takes a second signal to end it. */
enum connsync_status session_run_on(const struct connsync_job *job);

/* What the port says of the failure that ended the last job. */
struct session_failure {
    const char *reason; /* its own words, or "" */
    enum connsync_posix_proxy_failure proxy;
    const struct cs_answer *answer; /* what the service, or who stood in its place, said; or NULL */
    const struct connsync_certificate *certificate; /* for which a chain was refused, or empty */
};
struct session_failure session_failure(void);

/* Sleeps; less long when a signal comes. */
void session_sleep(uint64_t ms);

/* Was it asked to stop? */
bool session_stopped(void);

/* For watch: did a SIGHUP come? Forgets it. */
bool session_take_hangup(void);

/* `function` is called at least so often, whatever is waited for. */
void session_set_pulse(uint32_t every_ms, void (*function)(void));

#endif
