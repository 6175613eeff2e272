/*
 * What agent_write.c and agent_rewrite.c give to the operations that write, and share: making
 * sure that a write can be verified, and waiting for one to arrive.
 */
#ifndef CONNSYNC_CORE_AGENT_AGENT_WRITE_H
#define CONNSYNC_CORE_AGENT_AGENT_WRITE_H

#include "core/agent/agent.h"

/* Pause before reading again what an acknowledged write has not reached yet. */
#define CS_AGENT_STALE_READ_PAUSE_MS 400

/* What the connection that was read means for a job that sets, and for one that patches or
 * restores: decides whether and what to write, or settles what became of a write. */
enum connsync_status cs_agent_judge_setting(struct connsync *agent);
enum connsync_status cs_agent_judge_rewrite(struct connsync *agent);

/* Is there room to verify what would be written, when the reading that does takes so many
 * bytes and tokens more than this one, and so many bytes beside it? */
bool cs_agent_can_verify(struct connsync *agent, size_t growth, size_t tokens, size_t beside);

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
