/*
 * What agent_write.c and agent_rewrite.c share: showing `options`, making sure that a write
 * can be verified, and waiting for one to arrive.
 */
#ifndef CONNSYNC_CORE_AGENT_WRITE_H
#define CONNSYNC_CORE_AGENT_WRITE_H

#include "core/agent.h"

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

/* Those of the present document. */
static inline enum connsync_status cs_agent_show_document(const struct connsync *agent,
                                                          enum connsync_sight sight)
{
    const struct cs_document *document = &agent->document;

    if (!CS_AGENT_SHOWS) {
        return CONNSYNC_OK;
    }
    return cs_agent_show(agent, sight, cs_json_raw(&document->json, document->connection.options));
}

/*
 * What is written has to be read again beside the snapshot: a little longer by the
 * setting, with a few tokens more, and over a new connection if this one breaks. The
 * first handshake showed what that takes. `growth` bytes and `tokens` are what else the
 * reading may have more, `beside` is memory that it takes to compare.
 */
static inline bool cs_agent_can_verify(struct connsync *agent, size_t growth, size_t tokens,
                                       size_t beside)
{
    const struct cs_document *document = &agent->document;
    const struct cs_arena_question question = {
        {document->memory, document->tokens},
        document->text.length + CS_AGENT_GROWTH + growth,
        CS_AGENT_RESERVE + agent->config.reconnect_reserve,
        ((size_t)document->json.count + CS_AGENT_GROWTH_TOKENS + tokens) *
                sizeof *document->tokens +
            beside};

    agent->result.bytes_needed = question.first + question.reserve + question.second;
    return cs_arena_would_take(&agent->arena, &question) &&
           agent->exchange.tls.needed <= agent->arena.size;
}

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
