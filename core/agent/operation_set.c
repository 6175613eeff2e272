/*
 * Making one connection's setting what is asked for.
 */
#include "core/agent/agent_write.h"
#include "core/agent/operation.h"

static bool is_valid(const struct connsync_job *job)
{
    return job->wanted != CONNSYNC_SETTING_UNKNOWN && job->document == NULL;
}

const struct connsync_operation connsync_operation_set = {
    .writes = true, .is_valid = is_valid, .judge = cs_agent_judge_setting};
