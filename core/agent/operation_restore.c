/*
 * Putting a document in the place of `options`.
 */
#include "core/agent/agent.h"

/* A backup may hold what came back encrypted, of a connection that has lost it since. */
static enum connsync_status make_body(struct connsync *agent)
{
    struct cs_slice text = cs_slice_make(agent->job.document, agent->job.document_length);
    struct cs_json_facts facts;

    if (cs_json_check(text, &facts) != CONNSYNC_OK) {
        return CONNSYNC_ERR_ARGUMENT;
    }
    struct cs_slice options = cs_json_trim(text);
    if (!cs_value_is_object(options)) {
        return CONNSYNC_ERR_ARGUMENT;
    }
    enum connsync_status status =
        cs_auth0_may_restore(options, agent->job.allow_encrypted_configuration);
    if (status == CONNSYNC_OK) {
        status = cs_write_begin_body(agent, 1);
    }
    if (status == CONNSYNC_OK) {
        cs_slices_add(&agent->document.body, options);
    }
    return status;
}

const struct connsync_operation connsync_operation_restore = {
    .writes = true,
    .takes_document = true,
    .judge = cs_write_judge,
    .rules = {NULL, cs_auth0_is_derived, true},
    .make_body = make_body,
    .want = cs_comparison_want,
};
