/*
 * Decides on a write and settles what became of it: one engine for every operation that writes.
 *
 * Everything that speaks against a write is found out before its first byte is sent; nothing of
 * a document is copied to be sent, and what was there is kept as digests alone.
 */
#include "core/agent/agent_write.h"

/* ---- Deciding ---- */

enum connsync_status cs_write_does_not_fit(struct connsync *agent)
{
    agent->result.bytes_needed = cs_arena_in_use(&agent->arena) + agent->arena.wanted;
    return CONNSYNC_REFUSED_TOO_LARGE;
}

static struct cs_slice options_of(const struct connsync *agent)
{
    return cs_auth0_part(&agent->document.connection, CS_AUTH0_OPTIONS);
}

/* The slices of the body that are `options`. */
static const struct cs_slice *planned_options(const struct connsync *agent)
{
    return agent->document.body.at + agent->document.options_at;
}

/* Takes down what is there, and what is to be. Cut off the arena's end: between the document
 * and what is free it would split the memory for the read-back. */
static enum connsync_status begin_comparison(struct connsync *agent,
                                             const struct cs_write_plan *plan)
{
    struct cs_slice options = options_of(agent);
    size_t changes = plan->want != NULL ? plan->count_changes(agent) : 0;

    cs_arena_join(&agent->arena);
    void *memory =
        cs_arena_cut(&agent->arena, cs_comparison_size(cs_json_size_of(options), changes));
    if (memory == NULL) {
        return cs_write_does_not_fit(agent);
    }
    cs_comparison_begin(&agent->comparison, memory, options, plan->rules, &agent->digest_key);
    return CONNSYNC_OK;
}

static bool plan_differs(struct connsync *agent, const struct cs_write_plan *plan)
{
    return plan->want == NULL || plan->want(&agent->comparison, planned_options(agent));
}

/* Shows `options` as they are, and piece by piece as they are to be. */
static enum connsync_status show(const struct connsync *agent, const struct cs_write_plan *plan)
{
    const struct cs_document *document = &agent->document;
    enum connsync_status status = cs_agent_show_document(agent, CONNSYNC_STAGE_BEFORE);

    if (plan->want == NULL) {
        return status;
    }
    for (size_t i = 0; status == CONNSYNC_OK && i < document->options_count; i++) {
        status = cs_agent_show(agent, CONNSYNC_STAGE_PLANNED, planned_options(agent)[i]);
    }
    return status;
}

static size_t planned_length(const struct connsync *agent)
{
    size_t length = 0;

    for (size_t i = 0; i < agent->document.options_count; i++) {
        length += planned_options(agent)[i].length;
    }
    return length;
}

/*
 * What is written has to be read back beside the comparison: as much longer as it is planned,
 * and a little by what the service derives; and over a new connection if this one breaks. The
 * first handshake showed what that takes.
 */
static bool can_verify(struct connsync *agent)
{
    const struct cs_document *document = &agent->document;
    size_t before = options_of(agent).length;
    size_t after = planned_length(agent);
    const struct cs_arena_question question = {{document->memory, document->body.at},
                                               document->text.length + CS_AGENT_GROWTH +
                                                   (after > before ? after - before : 0),
                                               CS_AGENT_RESERVE + agent->config.reconnect_reserve,
                                               0};

    agent->result.bytes_needed = question.first + question.reserve;
    return cs_arena_would_take(&agent->arena, &question) &&
           agent->exchange.handshake_memory <= agent->arena.size;
}

static enum connsync_status decide(struct connsync *agent, const struct cs_write_plan *plan)
{
    const struct cs_auth0_connection *connection = &agent->document.connection;
    enum connsync_status status =
        cs_auth0_may_write(connection, agent->job.allow_encrypted_configuration);

    agent->result.before = cs_auth0_setting(connection);
    agent->result.after = agent->result.before;
    if (status != CONNSYNC_OK) {
        return status;
    }
    if (plan->is_done != NULL && plan->is_done(agent)) {
        return cs_agent_finish(agent, CONNSYNC_UNCHANGED);
    }
    status = plan->make_body(agent);
    if (status == CONNSYNC_OK) {
        status = begin_comparison(agent, plan);
    }
    if (status != CONNSYNC_OK) {
        return status;
    }
    if (!plan_differs(agent, plan)) {
        return cs_agent_finish(agent, CONNSYNC_UNCHANGED);
    }
    status = show(agent, plan);
    if (status != CONNSYNC_OK) {
        return status;
    }
    if (agent->job.dry_run) {
        return cs_agent_finish(agent, CONNSYNC_WOULD_CHANGE);
    }
    if (!can_verify(agent)) {
        return CONNSYNC_REFUSED_TOO_LARGE;
    }
    agent->result.bytes_needed = 0;
    return cs_agent_enter(agent, CS_EVENT_DECIDED);
}

/* ---- Settling and verifying ---- */

static void compare(struct connsync *agent)
{
    struct connsync_result *result = &agent->result;
    struct cs_difference difference = cs_comparison_hold(&agent->comparison, options_of(agent));

    result->verified = difference.equal;
    result->lost = difference.lost;
    result->changed = difference.changed;
    result->added = difference.added;
    result->derived = difference.derived;
    result->applied = difference.applied;
    result->pending = difference.pending;
    result->after = cs_auth0_setting(&agent->document.connection);
}

/* The service acknowledged the write, yet this document shows the state before: it may take a
 * moment to arrive everywhere. */
static enum connsync_status read_again(struct connsync *agent)
{
    if (agent->stale_reads++ == CS_AGENT_STALE_READS_MAX) {
        return CONNSYNC_ERR_NOT_APPLIED;
    }
    cs_agent_pause(agent, CS_AGENT_STALE_READ_PAUSE_MS);
    return cs_agent_enter(agent, CS_EVENT_AGAIN);
}

/* Is some of it as it was to be, and is all of it? */
static bool is_applied(const struct connsync *agent, const struct cs_write_plan *plan)
{
    return plan->is_applied != NULL ? plan->is_applied(agent) : agent->result.applied > 0;
}

static bool is_complete(const struct connsync *agent, const struct cs_write_plan *plan)
{
    return plan->is_applied != NULL ? plan->is_applied(agent) : agent->result.pending == 0;
}

/* Leaves the write open, unless it never took effect. */
static enum connsync_status settle(struct connsync *agent, const struct cs_write_plan *plan)
{
    compare(agent);
    (void)cs_agent_show_document(agent, CONNSYNC_STAGE_AFTER);
    if (agent->result.lost + agent->result.changed > 0) {
        return CONNSYNC_ERR_LOSS;
    }
    /* That one is pending is not asked: what the service computes may be another after a
     * write that took effect, and after none. */
    cs_agent_note_write(agent,
                        is_applied(agent, plan) ? CS_WRITE_EVENT_EFFECT : CS_WRITE_EVENT_NO_EFFECT);
    if (!cs_write_is_open(agent->write)) {
        return CONNSYNC_OK;
    }
    return is_complete(agent, plan) ? cs_agent_finish(agent, CONNSYNC_CHANGED) : read_again(agent);
}

enum connsync_status cs_write_judge(struct connsync *agent, const struct cs_write_plan *plan)
{
    if (cs_write_is_open(agent->write)) {
        enum connsync_status status = settle(agent, plan);
        if (cs_write_is_open(agent->write)) {
            return status;
        }
    }
    /* A document that shows no effect is as good to decide on as the first. */
    return decide(agent, plan);
}
