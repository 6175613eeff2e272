/*
 * What differs from one operation to another: a table, defined in operation_NAME.c, that only
 * the caller's job names. The agent reaches an operation through its job alone, so that a
 * linker leaves out those that no job names, with all that only they call.
 */
#ifndef CONNSYNC_CORE_AGENT_OPERATION_H
#define CONNSYNC_CORE_AGENT_OPERATION_H

#include "core/agent/agent.h"

struct connsync_operation {
    bool writes;
    bool lists; /* its documents are pages of a list, and the job names no connection */
    /* Is the job complete, beside what all have in common? NULL: always. */
    bool (*is_valid)(const struct connsync_job *job);

    /* What the document means, of which the connection was found, if the job names one:
     * decides whether and what to write, or settles what became of a write. Returns as
     * cs_agent_take_response does. */
    enum connsync_status (*judge)(struct connsync *agent);

    /* Of one that lists; NULL otherwise. */
    void (*begin)(struct connsync *agent);
    void (*write_target)(const struct connsync *agent, struct cs_writer *target);
    enum connsync_status (*next)(struct connsync *agent); /* the next connection, or page */
    bool (*ask_for_less)(struct connsync *agent);         /* false: it cannot be less */
};

#endif
