/*
 * Putting a document in the place of `options`.
 */
#include "core/agent/agent_write.h"
#include "core/agent/operation.h"

static bool is_valid(const struct connsync_job *job)
{
    return job->document != NULL;
}

static struct cs_slice document_of(const struct connsync *agent)
{
    return cs_slice_make(agent->job.document, agent->job.document_length);
}

/* A backup may hold what came back encrypted, of a connection that has lost it since. */
static enum connsync_status make_body(struct connsync *agent)
{
    struct cs_slice text = document_of(agent);
    struct cs_json_facts facts;

    if (cs_json_check(text, &facts) != CONNSYNC_OK) {
        return CONNSYNC_ERR_ARGUMENT;
    }
    struct cs_slice document = cs_json_trim(text);
    if (!cs_value_is_object(document)) {
        return CONNSYNC_ERR_ARGUMENT;
    }
    enum connsync_status status =
        cs_auth0_may_restore(document, agent->job.allow_encrypted_configuration);
    if (status == CONNSYNC_OK) {
        status = cs_write_begin_body(agent, 1);
    }
    if (status != CONNSYNC_OK) {
        return status;
    }
    cs_slices_add(&agent->document.body, document);
    cs_write_end_body(agent);
    return CONNSYNC_OK;
}

/* Any name may differ, on either side. */
static size_t count_changes(const struct connsync *agent)
{
    return cs_json_size_of(cs_auth0_part(&agent->document.connection, CS_AUTH0_OPTIONS)) +
           cs_json_size_of(cs_json_trim(document_of(agent)));
}

static enum connsync_status judge(struct connsync *agent)
{
    static const struct cs_comparison_rules rules = {NULL, cs_auth0_is_derived, true};
    static const struct cs_write_plan plan = {.rules = &rules,
                                              .make_body = make_body,
                                              .want = cs_comparison_want,
                                              .count_changes = count_changes};

    return cs_write_judge(agent, &plan);
}

const struct connsync_operation connsync_operation_restore = {
    .writes = true, .is_valid = is_valid, .judge = judge};
