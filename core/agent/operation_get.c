/*
 * Reading one connection's setting.
 */
#include "core/agent/agent.h"

static enum connsync_status judge(struct connsync *agent)
{
    agent->result.before = cs_auth0_setting(&agent->document.connection);
    agent->result.after = agent->result.before;
    enum connsync_status status = cs_agent_show_document(agent, CONNSYNC_STAGE_BEFORE);
    return status == CONNSYNC_OK ? cs_agent_finish(agent, CONNSYNC_UNCHANGED) : status;
}

const struct connsync_operation connsync_operation_get = {.judge = judge};
