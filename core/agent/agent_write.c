#include "core/agent/agent_write.h"

/* ---- Deciding ---- */

/*
 * What is written has to be read again beside the snapshot: a little longer by the
 * setting, with a few tokens more, and over a new connection if this one breaks. The
 * first handshake showed what that takes.
 */
bool cs_agent_can_verify(struct connsync *agent, size_t growth, size_t tokens, size_t beside)
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
           agent->exchange.handshake_memory <= agent->arena.size;
}

static enum connsync_status take_snapshot(struct connsync *agent)
{
    static const struct cs_snapshot_rules rules = {CS_AUTH0_SETTING, cs_auth0_is_derived};
    const struct cs_document *document = &agent->document;

    cs_snapshot_release(&agent->before, &agent->arena);
    if (cs_snapshot_take(&agent->before, &agent->arena, &document->json,
                         document->connection.options, &rules, &agent->digest_key) &&
        cs_agent_can_verify(agent, 0, 0, 0)) {
        agent->result.bytes_needed = 0;
        return CONNSYNC_OK;
    }
    return CONNSYNC_REFUSED_TOO_LARGE;
}

/* Everything that speaks against a write is found out here, before it. */
static enum connsync_status prepare_write(struct connsync *agent)
{
    const struct cs_document *document = &agent->document;
    enum connsync_status status =
        cs_auth0_may_write(&document->json, &document->connection, &agent->job);

    if (status != CONNSYNC_OK) {
        return status;
    }
    if (agent->result.before == agent->job.wanted) {
        return cs_agent_finish(agent, CONNSYNC_UNCHANGED);
    }
    status = cs_agent_show_document(agent, CONNSYNC_STAGE_BEFORE);
    if (status != CONNSYNC_OK) {
        return status;
    }
    if (agent->job.dry_run) {
        return cs_agent_finish(agent, CONNSYNC_WOULD_CHANGE);
    }
    status = take_snapshot(agent);
    if (status != CONNSYNC_OK) {
        return status;
    }
    status = cs_auth0_patch_body(&agent->patch, &document->json, &document->connection,
                                 agent->job.wanted);
    if (status != CONNSYNC_OK) {
        return status;
    }
    agent->write_sent = false;
    agent->acknowledged = false;
    agent->phase = CS_AGENT_WRITE;
    return CONNSYNC_WOULD_BLOCK;
}

static enum connsync_status decide(struct connsync *agent)
{
    agent->result.before = cs_auth0_setting(&agent->document.json, &agent->document.connection);
    agent->result.after = agent->result.before;
    return prepare_write(agent);
}

/* ---- Settling and verifying ---- */

static void compare(struct connsync *agent)
{
    const struct cs_document *document = &agent->document;
    struct connsync_result *result = &agent->result;
    struct cs_snapshot_diff diff = cs_snapshot_compare(
        &agent->before, &document->json, document->connection.options, &agent->digest_key);

    result->verified = diff.equal;
    result->lost = diff.lost;
    result->changed = diff.changed;
    result->added = diff.added;
    result->derived = diff.derived;
}

static enum connsync_status settle(struct connsync *agent)
{
    struct connsync_result *result = &agent->result;

    compare(agent);
    (void)cs_agent_show_document(agent, CONNSYNC_STAGE_AFTER);
    result->after = cs_auth0_setting(&agent->document.json, &agent->document.connection);
    if (result->lost + result->changed > 0) {
        result->write = agent->acknowledged ? CONNSYNC_WRITTEN : CONNSYNC_WRITE_UNKNOWN;
        return CONNSYNC_ERR_LOSS;
    }
    if (result->after == agent->job.wanted) {
        result->write = CONNSYNC_WRITTEN;
        return cs_agent_finish(agent, CONNSYNC_CHANGED);
    }
    if (agent->acknowledged) {
        result->write = CONNSYNC_WRITTEN;
        return cs_agent_read_again(agent);
    }
    /* The write never took effect. This reading is as good as the first. */
    agent->write_sent = false;
    return decide(agent);
}

enum connsync_status cs_agent_judge_setting(struct connsync *agent)
{
    return agent->write_sent ? settle(agent) : decide(agent);
}
