/*
 * The lanes of this process: each has one agent, and all that is of the agent's job alone. There is
 * one, and with --parallel there are more, on the one thread: `lane` is the one whose turn it is, and
 * what the files here know of a job is that lane's. Callers outside of this folder go by session.h.
 */
#ifndef CONNSYNC_CLI_LANE_H
#define CONNSYNC_CLI_LANE_H

#include "platform/posix/cli/job/answered.h"
#include "platform/posix/cli/job/change.h"
#include "platform/posix/cli/job/session.h"
#include "platform/posix/cli/job/trace.h"
#include "platform/posix/cli/options/identity.h"
#include "platform/posix/network/posix_port.h"

#include <signal.h>

struct lane {
    struct connsync *agent;
    struct connsync *volatile running; /* the same, while a job is under way; for signal handlers */
    volatile sig_atomic_t insists;     /* it takes two signals to end that */
    enum connsync_status status;       /* with which it ended */
    struct connsync_wait wait;
    void (*on_item)(void *context, const struct connsync_result *result);
    void *context;
    struct connsync_posix *posix;
    unsigned char *memory;
    struct identity identity;
    struct answered answered;
    struct change_texts texts;
    struct change change; /* its end is touched where names differ only, */
    struct trace trace;   /* and this with -v only */
};

#define LANES_MAX CONNSYNC_POSIX_WAIT_MAX

extern struct lane *lane;

/* All that there are, the first of which is always there; the others are NULL before they are
 * opened. */
extern struct lane *volatile lanes[LANES_MAX];

/* Catches the signals that end jobs; SIGHUP is remembered, and nothing more, if `reads_again`. */
void lane_catch_signals(bool reads_again);

/* A job of the lane has begun: it is stepped from now on, and ended by signals, one that came before
 * included. */
void lane_run(void);

/* Has it a job to be stepped? While one asks for a token, which is for all of them, the others wait.
 * `one` may be NULL. */
bool lane_is_due(const struct lane *one);

/* Waits for any of those that are due; who looks on is told how long, if it is for long. */
void lane_wait(const struct connsync_pace *pace);

#endif
