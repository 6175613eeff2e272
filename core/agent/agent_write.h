/*
 * What agent_write.c and agent_rewrite.c share: showing `options`, making sure that a write
 * can be verified, and waiting for one to arrive.
 */
#ifndef CONNSYNC_CORE_AGENT_AGENT_WRITE_H
#define CONNSYNC_CORE_AGENT_AGENT_WRITE_H

#include "core/agent/agent.h"

/* Pause before reading again what an acknowledged write has not reached yet. */
#define CS_AGENT_STALE_READ_PAUSE_MS 400

/* Shows a sight of `options` to whoever looks. */
static inline enum connsync_status cs_agent_show(const struct connsync *agent,
                                                 enum connsync_sight sight, struct cs_slice options)
{
    if (!CS_AGENT_SHOWS || agent->job.look == NULL) {
        return CONNSYNC_OK;
    }
    return agent->job.look(agent->job.look_context, sight, options.data, options.length);
}

#ifndef CONNSYNC_CORE_SMALL
/* Those of the present document. */
enum connsync_status cs_agent_show_document(const struct connsync *agent,
                                            enum connsync_sight sight);

/* Is there room to verify what would be written, when the reading that does takes so many
 * bytes and tokens more than this one, and so many bytes beside it? */
bool cs_agent_can_verify(struct connsync *agent, size_t growth, size_t tokens, size_t beside);
#endif

/* The service acknowledged the write, yet this reading shows the state before: it
 * may take a moment to arrive everywhere. */
static inline enum connsync_status cs_agent_read_again(struct connsync *agent)
{
    if (agent->stale_reads++ == CS_AGENT_STALE_READS_MAX) {
        return CONNSYNC_ERR_NOT_APPLIED;
    }
    cs_agent_pause(agent, CS_AGENT_STALE_READ_PAUSE_MS);
    return CONNSYNC_WOULD_BLOCK;
}

#endif
