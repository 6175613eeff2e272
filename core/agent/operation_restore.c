/*
 * Putting a document in the place of `options`.
 */
#include "core/agent/agent_write.h"
#include "core/agent/operation.h"

static bool is_valid(const struct connsync_job *job)
{
    return job->document != NULL;
}

const struct connsync_operation connsync_operation_restore = {
    .writes = true, .replaces = true, .is_valid = is_valid, .judge = cs_agent_judge_rewrite};
