/*
 * Decides on a write and settles what became of it: one engine for every operation that writes.
 *
 * Everything that speaks against a write is found out before its first byte is sent; nothing of
 * a document is copied to be sent, and what was there is kept as digests alone.
 */
#include "core/agent/agent.h"

/* ---- Deciding ---- */

enum connsync_status cs_write_does_not_fit(struct connsync *agent)
{
    agent->result.bytes_needed = cs_arena_in_use(&agent->arena) + agent->arena.wanted;
    return CONNSYNC_REFUSED_TOO_LARGE;
}

enum connsync_status cs_write_begin_body(struct connsync *agent, size_t count)
{
    struct cs_document *document = &agent->document;
    struct cs_slices *body = &document->body;

    cs_arena_release(&agent->arena, body->at);
    size_t capacity = count + CS_AUTH0_BODY_SLICES;
    cs_slices_init(body, cs_arena_allocate(&agent->arena, capacity * sizeof *body->at), capacity);
    if (body->at == NULL) {
        return cs_write_does_not_fit(agent);
    }
    cs_auth0_begin_body(body, &document->connection);
    document->options_at = body->count;
    return CONNSYNC_OK;
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

void cs_write_split(const struct connsync *agent, struct cs_slice beside[CS_WRITE_PIECES])
{
    struct cs_slice text = agent->document.text;
    struct cs_slice options = options_of(agent);
    size_t before = (size_t)(options.data - text.data);
    size_t behind = before + options.length;

    beside[0] = cs_slice_make(text.data, before);
    beside[1] = cs_slice_of("0");
    beside[2] = cs_slice_make(text.data + behind, text.length - behind);
}

/* The present document by value, with the digest of all members of its `options`: turned, so that
 * it is another one when a member goes from there to what is beside them. */
static uint64_t digest_document(const struct connsync *agent, uint64_t options)
{
    struct cs_slice beside[CS_WRITE_PIECES];

    cs_write_split(agent, beside);
    return cs_digest_members(beside, &agent->digest_key) + (options << 32 | options >> 32);
}

/* Of the display_name that a write sends; 0 if it sends none. */
static uint64_t digest_display_name(const struct connsync *agent)
{
    struct cs_slice name = cs_auth0_part(&agent->document.connection, CS_AUTH0_DISPLAY_NAME);

    return cs_value_is_string(name) ? cs_json_digest(name, &agent->digest_key) : 0;
}

/* The whole body, and what is there and is to be. That is cut off the arena's end: between the
 * document and what is free it would split the memory for the read-back. */
static enum connsync_status make_body(struct connsync *agent)
{
    const struct connsync_operation *operation = agent->job.operation;
    struct cs_document *document = &agent->document;
    struct cs_slice options = options_of(agent);
    enum connsync_status status = operation->make_body(agent);

    if (status != CONNSYNC_OK) {
        return status;
    }
    document->options_end = document->body.count;
    cs_auth0_end_body(&document->body);
    struct cs_slice named = cs_slice_make(agent->job.document, agent->job.document_length);
    size_t changes = operation->want != NULL ? cs_json_size_of(cs_json_trim(named)) : 0;
    size_t size = cs_comparison_size(cs_json_size_of(options), changes);
    cs_arena_join(&agent->arena);
    size_t more = agent->config.beside != NULL ? agent->config.beside->size(agent) : 0;
    char *memory = cs_arena_cut(&agent->arena, size + more);
    if (memory == NULL) {
        return cs_write_does_not_fit(agent);
    }
    agent->made_of =
        digest_document(agent, cs_comparison_begin(&agent->comparison, memory, &options,
                                                   &operation->rules, &agent->digest_key));
    if (agent->config.beside != NULL) {
        agent->config.beside->begin(agent, memory + size);
    } else {
        agent->beside.display_name = digest_display_name(agent);
    }
    return CONNSYNC_OK;
}

static bool plan_differs(struct connsync *agent)
{
    const struct connsync_operation *operation = agent->job.operation;

    return operation->want == NULL || operation->want(&agent->comparison, planned_options(agent));
}

/* Shows `options` as they are, and piece by piece as they are to be. */
static enum connsync_status show(const struct connsync *agent)
{
    const struct cs_document *document = &agent->document;
    enum connsync_status status = cs_agent_show_document(agent, CONNSYNC_STAGE_BEFORE);

    if (agent->job.operation->want == NULL) {
        return status;
    }
    for (size_t i = document->options_at; status == CONNSYNC_OK && i < document->options_end; i++) {
        status = cs_agent_show(agent, CONNSYNC_STAGE_PLANNED, document->body.at[i]);
    }
    return status;
}

static size_t planned_length(const struct connsync *agent)
{
    size_t length = 0;

    for (size_t i = agent->document.options_at; i < agent->document.options_end; i++) {
        length += agent->document.body.at[i].length;
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
    const void *const released[2] = {document->memory, document->body.at};
    size_t size = document->text.length + CS_AGENT_GROWTH + (after > before ? after - before : 0);
    size_t reserve = CS_AGENT_RESERVE + agent->config.reconnect_reserve;

    agent->result.bytes_needed = size + reserve;
    return cs_arena_would_take(&agent->arena, released, size, reserve) &&
           agent->exchange.handshake_memory <= agent->arena.size;
}

/* ---- Writes that may still land ---- */

/* After a write that failed, more than a few times only if the last can be settled in time. */
static bool may_repeat(struct connsync *agent)
{
    return agent->retries < CS_AGENT_RETRIES_MAX &&
           (agent->result.writes < CS_AGENT_WRITES_MIN ||
            cs_agent_ms_until(agent, agent->deadline) >
                CS_AGENT_LANDING_MS + CS_AGENT_STALE_READ_PAUSE_MS);
}

static enum connsync_status wait_for_landing(struct connsync *agent)
{
    uint32_t left = cs_agent_ms_until(agent, agent->lands_until);

    if (agent->cancels > 0) {
        return cs_agent_end(agent, CONNSYNC_ERR_CANCELLED);
    }
    if (left > CS_AGENT_LANDING_PAUSE_MS) {
        left = CS_AGENT_LANDING_PAUSE_MS;
    }
    if (cs_agent_pause_in_time(agent, left, true)) {
        return cs_agent_enter(agent, CS_EVENT_AGAIN);
    }
    /* The write of an earlier job is none that failed in this one. */
    return cs_agent_end(agent, agent->status != CONNSYNC_OK ? agent->status : CONNSYNC_ERR_TIMEOUT);
}

/* May a write still land on this connection, of this job or of one before it? */
static bool may_land(struct connsync *agent)
{
    struct cs_slice id = cs_auth0_part(&agent->document.connection, CS_AUTH0_ID);
    uint32_t digest = (uint32_t)cs_json_digest(id, &agent->digest_key);

    if (digest != agent->lands_on) {
        agent->lands_on = digest;
        agent->lands_until = 0;
        agent->asked_late = true;
    }
    return !agent->asked_late;
}

/* Is the present document another one than the last write was made of? */
static bool is_another(const struct connsync *agent)
{
    struct cs_slice options = options_of(agent);

    return digest_document(agent, cs_digest_members(&options, &agent->digest_key)) !=
           agent->made_of;
}

/* ---- The decision ---- */

static enum connsync_status decide(struct connsync *agent)
{
    const struct cs_auth0_connection *connection = &agent->document.connection;
    const struct connsync_operation *operation = agent->job.operation;
    enum connsync_status status =
        cs_auth0_may_write(connection, agent->job.allow_encrypted_configuration);

    agent->result.before = cs_auth0_setting(connection);
    agent->result.after = agent->result.before;
    if (status != CONNSYNC_OK) {
        return status;
    }
    if (operation->is_done != NULL && operation->is_done(agent)) {
        return cs_agent_finish(agent, CONNSYNC_UNCHANGED);
    }
    /* Of the same document the same is made, whichever lands first or last; anything else, once
     * somebody else has been seen to write, when an earlier write cannot land any more. */
    bool lands = may_land(agent);
    bool may_write = agent->status == CONNSYNC_OK || may_repeat(agent);
    agent->differs = lands && (agent->differs || is_another(agent));
    if (lands && (agent->differs || !may_write)) {
        return wait_for_landing(agent);
    }
    if (!may_write) {
        return cs_agent_end(agent, agent->status);
    }
    status = make_body(agent);
    if (status != CONNSYNC_OK) {
        return status;
    }
    if (!plan_differs(agent)) {
        return cs_agent_finish(agent, CONNSYNC_UNCHANGED);
    }
    status = show(agent);
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

/* Of what is beside `options`, how much is lost or changed. */
static uint32_t compare_beside(struct connsync *agent)
{
    if (agent->config.beside != NULL) {
        return agent->config.beside->differences(agent);
    }
    return agent->beside.display_name != 0 &&
           agent->beside.display_name != digest_display_name(agent);
}

static void compare(struct connsync *agent)
{
    struct connsync_result *result = &agent->result;
    struct cs_slice options = options_of(agent);
    struct cs_difference difference = cs_comparison_hold(&agent->comparison, &options);

    result->verified = difference.of[CS_FATE_EQUAL];
    result->lost = difference.of[CS_FATE_LOST];
    result->changed = difference.of[CS_FATE_CHANGED];
    result->added = difference.of[CS_FATE_ADDED];
    result->derived = difference.of[CS_FATE_DERIVED];
    result->applied = difference.of[CS_FATE_APPLIED];
    result->pending = difference.of[CS_FATE_PENDING];
    result->beside = compare_beside(agent);
    result->after = cs_auth0_setting(&agent->document.connection);
}

/* The service has the write, yet this document does not show it, or not the whole of it: it may
 * take a moment to arrive everywhere. */
static enum connsync_status read_again(struct connsync *agent)
{
    if (agent->stale_reads++ == CS_AGENT_STALE_READS_MAX) {
        return CONNSYNC_ERR_NOT_APPLIED;
    }
    return cs_agent_pause_in_time(agent, CS_AGENT_STALE_READ_PAUSE_MS, true)
               ? cs_agent_enter(agent, CS_EVENT_AGAIN)
               : CONNSYNC_ERR_NOT_APPLIED;
}

/*
 * What became of the write comes first: it replaces `options` as a whole, so that a document
 * without what was sent is not its result. What differs in it beside that is somebody else's, or
 * older than what was read before, and no loss. That it shows nothing of an unanswered write
 * settles that only if it was asked for when the write could not land any more.
 */
static enum connsync_status settle(struct connsync *agent)
{
    const struct connsync_operation *operation = agent->job.operation;

    compare(agent);
    (void)cs_agent_show_document(agent, CONNSYNC_STAGE_AFTER);
    /* That one is pending is not asked: what the service computes may be another after a
     * write that took effect, and after none. */
    bool by_comparison = operation->is_done == NULL;
    bool any = by_comparison ? agent->result.applied > 0 : operation->is_done(agent);
    bool all = by_comparison ? agent->result.pending == 0 : any;
    if (any || agent->asked_late) {
        cs_agent_note_write(agent, any ? CS_WRITE_EVENT_EFFECT : CS_WRITE_EVENT_NO_EFFECT);
    }
    if (agent->write < CS_WRITE_ACKNOWLEDGED) {
        return CONNSYNC_OK;
    }
    if (!all) {
        return read_again(agent);
    }
    const struct connsync_result *result = &agent->result;
    /* Of a change of somebody else that was read before, what is there now shows nothing: neither
     * whether the write has undone it, nor that anything was lost for it. */
    return agent->differs || result->lost + result->changed + result->beside > 0
               ? CONNSYNC_ERR_LOSS
               : cs_agent_finish(agent, CONNSYNC_CHANGED);
}

enum connsync_status cs_write_judge(struct connsync *agent)
{
    if (cs_write_is_open(agent->write)) {
        enum connsync_status status = settle(agent);
        if (agent->write >= CS_WRITE_ACKNOWLEDGED) {
            return status;
        }
    }
    /* A document that shows no effect is as good to decide on as the first. */
    return decide(agent);
}
