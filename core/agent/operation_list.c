/*
 * Lists: pages with checkpoint pagination, of which each connection is handed out in turn.
 */
#include "core/agent/operation.h"

#include <string.h>

static void begin(struct connsync *agent)
{
    const struct connsync_page *page = agent->job.page;

    agent->take = page != NULL && page->take > 0 ? page->take : CONNSYNC_PAGE_MAX;
    agent->cursor[0] = '\0';
    if (page != NULL) {
        memcpy(agent->cursor, page->cursor, sizeof agent->cursor);
    }
}

static void write_target(const struct connsync *agent, struct cs_writer *target)
{
    cs_auth0_write_list(target, agent->take, agent->cursor);
}

static bool ask_for_less(struct connsync *agent)
{
    agent->take /= 2;
    return agent->take > 0;
}

static enum connsync_status judge(struct connsync *agent)
{
    const struct cs_json *json = &agent->document.json;
    int list = cs_auth0_connections(json);

    if (list == CS_JSON_NONE) {
        return CONNSYNC_ERR_ANSWER;
    }
    agent->element = cs_json_first(json, list);
    agent->phase = CS_AGENT_LISTING;
    return CONNSYNC_WOULD_BLOCK;
}

static enum connsync_status next_page(struct connsync *agent)
{
    const struct cs_json *json = &agent->document.json;
    struct connsync_page *page = agent->job.page;
    bool more = cs_auth0_next_cursor(json, agent->cursor, sizeof agent->cursor);

    /* A list that is cut short is not to pass for a whole one. */
    if (!more && cs_json_string_body(json, cs_json_find_one(json, 0, "next")).length > 0) {
        return CONNSYNC_ERR_ANSWER;
    }
    if (page != NULL) {
        memcpy(page->cursor, agent->cursor, sizeof page->cursor);
        page->take = (uint16_t)agent->take;
        page->bytes = agent->document.text.length;
        page->count = cs_json_size(json, cs_auth0_connections(json));
    }
    if (page != NULL || !more) {
        return cs_agent_finish(agent, CONNSYNC_UNCHANGED);
    }
    agent->phase = CS_AGENT_READ;
    return CONNSYNC_WOULD_BLOCK;
}

static enum connsync_status next(struct connsync *agent)
{
    const struct cs_json *json = &agent->document.json;
    struct cs_auth0_connection *connection = &agent->document.connection;

    if (agent->element == CS_JSON_NONE) {
        return next_page(agent);
    }
    enum connsync_status status = cs_auth0_read_connection(json, agent->element, connection);
    cs_agent_describe(agent);
    /* Without the scope no connection has options; a single odd one is listed with
     * its setting unknown. */
    if (status == CONNSYNC_REFUSED_NO_OPTIONS) {
        return status;
    }
    agent->result.before =
        status == CONNSYNC_OK ? cs_auth0_setting(json, connection) : CONNSYNC_SETTING_UNKNOWN;
    agent->result.cause =
        status == CONNSYNC_OK ? cs_auth0_may_write(json, connection, &agent->job) : status;
    agent->result.after = agent->result.before;
    agent->element = cs_json_next_element(json, cs_auth0_connections(json), agent->element);
    return CONNSYNC_ITEM;
}

const struct connsync_operation connsync_operation_list = {
    .lists = true,
    .judge = judge,
    .begin = begin,
    .write_target = write_target,
    .next = next,
    .ask_for_less = ask_for_less,
};
