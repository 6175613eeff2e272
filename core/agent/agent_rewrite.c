/* Patching and restoring: another text for all of `options`, held against what is read
 * back. */
#include "core/agent/agent_write.h"
#include "core/agent/operation.h"
#include "core/json/merge.h"

/* No member is called this: it is no UTF-8. */
#define NO_NAME "\xff"

/* A text with its tokens, in pieces of the arena. */
struct parsed {
    struct cs_json json;
    jsmntok_t *tokens;
};

/* ---- What is to be written ---- */

/* All that is held counts: each thing by itself may well fit. */
static enum connsync_status does_not_fit(struct connsync *agent)
{
    agent->result.bytes_needed = cs_arena_in_use(&agent->arena) + agent->arena.wanted;
    return CONNSYNC_REFUSED_TOO_LARGE;
}

static enum connsync_status parse(struct connsync *agent, struct parsed *parsed,
                                  struct cs_slice text)
{
    struct cs_json_facts facts;

    parsed->tokens = NULL;
    if (cs_json_check(text, &facts) != CONNSYNC_OK) {
        return CONNSYNC_ERR_ARGUMENT;
    }
    parsed->tokens = cs_arena_allocate(&agent->arena, facts.tokens * sizeof *parsed->tokens);
    if (parsed->tokens == NULL) {
        return does_not_fit(agent);
    }
    return cs_json_tokenise(&parsed->json, text, parsed->tokens, facts.tokens);
}

/* Copies what the slices say to where it stays. */
static enum connsync_status join(struct connsync *agent, const struct cs_slices *slices)
{
    struct cs_rewrite *rewrite = &agent->rewrite;
    struct cs_writer writer;

    rewrite->text = cs_arena_allocate(&agent->arena, slices->length + 1);
    if (rewrite->text == NULL) {
        return does_not_fit(agent);
    }
    rewrite->text_size = slices->length + 1;
    cs_writer_init(&writer, rewrite->text, rewrite->text_size);
    for (size_t i = 0; i < slices->count; i++) {
        cs_write(&writer, slices->at[i]);
    }
    rewrite->options = cs_written(&writer);
    return CONNSYNC_OK;
}

static enum connsync_status merge(struct connsync *agent, struct cs_merge *merge)
{
    const struct cs_document *document = &agent->document;
    struct cs_slice options = cs_json_raw(&document->json, document->connection.options);
    struct cs_slices slices;
    enum connsync_status status;

    cs_slices_init(&slices, NULL, 0);
    status = cs_merge(merge, &slices, options);
    if (status != CONNSYNC_OK) {
        return status;
    }
    struct cs_slice *at = cs_arena_allocate(&agent->arena, slices.count * sizeof *at);
    if (at == NULL) {
        return does_not_fit(agent);
    }
    cs_slices_init(&slices, at, slices.count);
    (void)cs_merge(merge, &slices, options);
    status = join(agent, &slices);
    cs_arena_release(&agent->arena, at);
    return status;
}

static enum connsync_status make_options(struct connsync *agent)
{
    struct cs_slice given = cs_slice_make(agent->job.document, agent->job.document_length);
    struct cs_json_facts facts;
    struct cs_merge patch;

    cs_agent_release_rewrite(agent);
    agent->rewrite.options = given;
    if (agent->job.operation->replaces) {
        return CONNSYNC_OK;
    }
    if (cs_json_check(given, &facts) != CONNSYNC_OK) {
        return CONNSYNC_ERR_ARGUMENT;
    }
    void *memory = cs_arena_allocate(&agent->arena, cs_merge_memory(given));
    if (memory == NULL) {
        return does_not_fit(agent);
    }
    enum connsync_status status = cs_merge_prepare(&patch, given, memory);
    status = status == CONNSYNC_OK ? merge(agent, &patch) : CONNSYNC_ERR_ARGUMENT;
    cs_arena_release(&agent->arena, memory);
    return status;
}

/* ---- Snapshots ---- */

static bool holds_object(const struct cs_json *json, int key)
{
    return cs_json_is_object(json, key + 1);
}

static const struct cs_snapshot_rules rules = {NO_NAME, cs_auth0_is_derived};
static const struct cs_snapshot_rules rules_now = {NO_NAME, holds_object};

/* One cut for both: there is only one at a time. */
static bool take_snapshots(struct connsync *agent, const struct cs_json *wanted)
{
    const struct cs_document *document = &agent->document;
    int options = document->connection.options;
    size_t count = cs_json_size(&document->json, options);
    struct cs_snapshot_member *members;

    cs_snapshot_release(&agent->before, &agent->arena);
    members = cs_arena_cut(&agent->arena, (count + cs_json_size(wanted, 0)) * sizeof *members);
    if (members == NULL) {
        return false;
    }
    cs_snapshot_fill(&agent->before, members, &document->json, options, &rules, &agent->digest_key);
    cs_snapshot_fill(&agent->rewrite.wanted, members + count, wanted, 0, &rules,
                     &agent->digest_key);
    return true;
}

static bool can_verify(struct connsync *agent, const struct cs_json *wanted)
{
    size_t before = cs_json_raw(&agent->document.json, agent->document.connection.options).length;
    size_t after = agent->rewrite.options.length;
    size_t members = agent->before.count + cs_json_size(wanted, 0) + CS_AGENT_GROWTH_TOKENS;

    return cs_agent_can_verify(agent, after > before ? after - before : 0, (size_t)wanted->count,
                               members * sizeof(struct cs_snapshot_member));
}

/* ---- Deciding ---- */

/* A backup may hold what came back encrypted, of a connection that has lost it since. */
static enum connsync_status check_wanted(const struct connsync *agent, const struct cs_json *wanted)
{
    if (!cs_json_is_object(wanted, 0)) {
        return CONNSYNC_ERR_ARGUMENT;
    }
    return agent->job.operation->replaces ? cs_auth0_may_restore(wanted, &agent->job) : CONNSYNC_OK;
}

static bool is_as_wanted(const struct connsync *agent, const struct cs_json *wanted)
{
    const struct cs_document *document = &agent->document;

    return cs_json_digest(cs_json_raw(wanted, 0), &agent->digest_key) ==
           cs_json_digest(cs_json_raw(&document->json, document->connection.options),
                          &agent->digest_key);
}

static enum connsync_status show(const struct connsync *agent)
{
    enum connsync_status status = cs_agent_show_document(agent, CONNSYNC_STAGE_BEFORE);

    return status == CONNSYNC_OK
               ? cs_agent_show(agent, CONNSYNC_STAGE_PLANNED, agent->rewrite.options)
               : status;
}

static enum connsync_status prepare_parsed(struct connsync *agent, const struct cs_json *wanted)
{
    enum connsync_status status = check_wanted(agent, wanted);

    if (status != CONNSYNC_OK) {
        return status;
    }
    if (is_as_wanted(agent, wanted)) {
        return cs_agent_finish(agent, CONNSYNC_UNCHANGED);
    }
    status = show(agent);
    if (status != CONNSYNC_OK) {
        return status;
    }
    if (agent->job.dry_run) {
        return cs_agent_finish(agent, CONNSYNC_WOULD_CHANGE);
    }
    if (!take_snapshots(agent, wanted) || !can_verify(agent, wanted)) {
        return CONNSYNC_REFUSED_TOO_LARGE;
    }
    agent->result.bytes_needed = 0;
    cs_auth0_rewrite_body(&agent->patch, &agent->document.json, &agent->document.connection,
                          agent->rewrite.options);
    agent->write_sent = false;
    agent->acknowledged = false;
    agent->phase = CS_AGENT_WRITE;
    return CONNSYNC_WOULD_BLOCK;
}

static enum connsync_status prepare(struct connsync *agent)
{
    struct parsed wanted;
    enum connsync_status status =
        cs_auth0_may_write(&agent->document.json, &agent->document.connection, &agent->job);

    if (status == CONNSYNC_OK) {
        status = make_options(agent);
    }
    if (status != CONNSYNC_OK) {
        return status;
    }
    status = parse(agent, &wanted, agent->rewrite.options);
    if (status == CONNSYNC_OK) {
        status = prepare_parsed(agent, &wanted.json);
    }
    cs_arena_release(&agent->arena, wanted.tokens);
    return status;
}

/* ---- Settling ---- */

static bool compare(struct connsync *agent)
{
    const struct cs_document *document = &agent->document;
    struct connsync_result *result = &agent->result;
    int options = document->connection.options;
    struct cs_snapshot now;
    struct cs_snapshot_member *members = cs_arena_allocate(
        &agent->arena, (cs_json_size(&document->json, options) + 1) * sizeof *members);

    if (members == NULL) {
        return false;
    }
    cs_snapshot_fill(&now, members, &document->json, options, &rules_now, &agent->digest_key);
    /* What a patch names is wanted just so. */
    struct cs_snapshot_outcome outcome = cs_snapshot_settle(&agent->before, &agent->rewrite.wanted,
                                                            &now, agent->job.operation->replaces);
    cs_arena_release(&agent->arena, members);
    result->verified = outcome.diff.equal;
    result->lost = outcome.diff.lost;
    result->changed = outcome.diff.changed;
    result->added = outcome.diff.added;
    result->derived = outcome.diff.derived;
    result->applied = outcome.applied;
    result->pending = outcome.pending;
    return true;
}

/* Leaves `write_sent` as it is, but for a write that never took effect. */
static enum connsync_status settle(struct connsync *agent)
{
    struct connsync_result *result = &agent->result;

    if (!compare(agent)) {
        return CONNSYNC_ERR_MEMORY;
    }
    (void)cs_agent_show_document(agent, CONNSYNC_STAGE_AFTER);
    result->after = cs_auth0_setting(&agent->document.json, &agent->document.connection);
    if (result->lost + result->changed > 0) {
        result->write = agent->acknowledged ? CONNSYNC_WRITTEN : CONNSYNC_WRITE_UNKNOWN;
        return CONNSYNC_ERR_LOSS;
    }
    /* That one is pending is not asked: what the service computes may be another after a
     * write that took effect, and after none. */
    if (!agent->acknowledged && result->applied == 0) {
        agent->write_sent = false;
        return CONNSYNC_WOULD_BLOCK;
    }
    result->write = CONNSYNC_WRITTEN;
    return result->pending > 0 ? cs_agent_read_again(agent)
                               : cs_agent_finish(agent, CONNSYNC_CHANGED);
}

enum connsync_status cs_agent_judge_rewrite(struct connsync *agent)
{
    if (agent->write_sent) {
        enum connsync_status status = settle(agent);
        if (agent->write_sent) {
            return status;
        }
    }
    agent->result.before = cs_auth0_setting(&agent->document.json, &agent->document.connection);
    agent->result.after = agent->result.before;
    return prepare(agent);
}
