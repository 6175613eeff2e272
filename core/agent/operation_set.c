/*
 * Making one connection's setting what is asked for: a merge patch of one member.
 */
#include "core/agent/agent.h"

static bool is_valid(const struct connsync_job *job)
{
    return job->wanted != CONNSYNC_SETTING_UNKNOWN;
}

/* The service may leave a member out that says what would be so without it. */
static bool is_done(const struct connsync *agent)
{
    return cs_auth0_setting(&agent->document.connection) == agent->job.wanted;
}

/* What cs_merge_member makes of `options` at most. */
#define SLICES_MAX 6

static enum connsync_status make_body(struct connsync *agent)
{
    static const char *const values[] = {
        [CONNSYNC_ON_EACH_LOGIN] = "\"on_each_login\"",
        [CONNSYNC_ON_FIRST_LOGIN] = "\"on_first_login\"",
        [CONNSYNC_NEVER_ON_LOGIN] = "\"never_on_login\"",
    };
    struct cs_document *document = &agent->document;
    struct cs_slice options = cs_auth0_part(&document->connection, CS_AUTH0_OPTIONS);
    enum connsync_status status = cs_write_begin_body(agent, SLICES_MAX);

    return status == CONNSYNC_OK
               ? cs_merge_member(&document->body, options,
                                 &document->connection.parts[CS_AUTH0_OPTIONS_SETTING],
                                 cs_slice_of(values[agent->job.wanted]))
               : status;
}

const struct connsync_operation connsync_operation_set = {
    .writes = true,
    .is_valid = is_valid,
    .judge = cs_write_judge,
    .rules = {CS_AUTH0_SETTING, cs_auth0_is_derived, false},
    .make_body = make_body,
    .is_done = is_done,
};
