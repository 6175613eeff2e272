/*
 * What -v shows of each request, in one line: method and path, status, how long it took, how many
 * bytes the answer's body had, how long was waited before, whether the connection was new, and what
 * is left of the rate limit. No field's value, nothing of a body, and of a URL no query.
 * With -v twice also each handshake: the subjects of the chain, version, suite. Sessions are never
 * resumed.
 */
#ifndef CONNSYNC_CLI_TRACE_H
#define CONNSYNC_CLI_TRACE_H

#include "core/auth0/auth0.h"
#include "core/connsync.h"
#include "port/connsync_port.h"

/* Private: an agent that is watched. */
struct trace {
    const struct connsync_port *real;
    struct connsync_port port;
    const struct connsync *agent;
    bool is_open;        /* a request is under way */
    uint64_t started;    /* it was begun then */
    uint64_t paused;     /* a pause before it was first seen then; 0: none */
    uint64_t waited;     /* how long that was */
    uint32_t handshakes; /* before it */
    bool is_shown;       /* its handshake */
    const char *method;
    char path[CS_AUTH0_TARGET_SIZE];
};

/* The port to open an agent with. It is `port`, and looks at the agent wherever that looks at its
 * clock, which it does between any two things that it does. `port` outlives it. `verbose` is how
 * often -v was given; at 0 there is nothing to look at. */
const struct connsync_port *trace_port(const struct connsync_port *port, unsigned verbose);

/* The agent to look at from now on, which may be NULL; NULL before it is closed. */
void trace_watch(const struct connsync *agent);

/* Of connsync_client: with -v twice, shows the subject. */
void trace_certificate(void *context, unsigned depth, const uint8_t *der, size_t length);

/* Looks at the agent: a job has ended, and what it has not been seen to do is over. */
void trace_look(void);

#endif
