/*
 * Lists: pages with checkpoint pagination, of which each connection is handed out in turn.
 */
#include "core/agent/agent.h"

#include <stddef.h>
#include <string.h>

#define HTTP_OK 200

static void begin(struct connsync *agent)
{
    const struct connsync_page *page = agent->job.page;

    agent->take = page != NULL && page->take > 0 ? page->take : CONNSYNC_PAGE_MAX;
    agent->unread = CONNSYNC_OK;
    agent->cursor[0] = '\0';
    agent->pages = 0;
    agent->seen_cursor = 0;
    if (page != NULL) {
        memcpy(agent->cursor, page->cursor, sizeof agent->cursor);
    }
}

/* An error's body may be anything, and is quoted. */
static void take_outline(struct cs_exchange *exchange)
{
    struct connsync *agent = (void *)((char *)exchange - offsetof(struct connsync, exchange));

    if (exchange->parser.head.status == HTTP_OK) {
        cs_list_outline_take(&agent->outline, exchange);
    }
}

static void write_target(struct connsync *agent, struct cs_writer *target)
{
    /* Who looks at `options` is to see all of them. */
    if (agent->job.observer == NULL) {
        memset(&agent->outline, 0, sizeof agent->outline);
        agent->exchange.request.kept = take_outline;
    }
    agent->result.page = agent->pages + 1;
    cs_auth0_write_list(target, agent->take, agent->cursor, agent->unread == CONNSYNC_OK);
}

/* Fewer connections; in the end a single one without its `options`, which is to be named. */
static bool ask_for_less(struct connsync *agent, enum connsync_status why)
{
    if (agent->take > 1) {
        agent->take /= 2;
        return true;
    }
    bool is_less = agent->unread == CONNSYNC_OK;
    agent->unread = why;
    return is_less;
}

static enum connsync_status judge(struct connsync *agent)
{
    struct cs_slice list = cs_auth0_connections(agent->document.text);

    if (!cs_value_is_array(list)) {
        return CONNSYNC_ERR_ANSWER;
    }
    cs_json_walk_begin(&agent->list, list);
    return cs_agent_enter(agent, CS_EVENT_PAGE);
}

/*
 * Does a cursor come back, be it after many pages? Each is held against one before it, which is
 * replaced whenever the number of pages has doubled (Brent): a circle of any length is found,
 * and one digest is all the memory. And a list has an end, whatever its cursors are.
 */
static bool is_endless(struct connsync *agent, struct cs_slice cursor)
{
    uint64_t digest = cs_json_digest(cursor, &agent->digest_key);

    agent->pages++;
    if (digest == agent->seen_cursor || agent->pages > CS_AGENT_PAGES_MAX) {
        return true;
    }
    if ((agent->pages & (agent->pages - 1)) == 0) {
        agent->seen_cursor = digest;
    }
    return false;
}

static enum connsync_status next_page(struct connsync *agent)
{
    struct cs_slice text = agent->document.text;
    struct connsync_page *page = agent->job.page;
    bool more = cs_auth0_next_cursor(text, agent->cursor, sizeof agent->cursor);

    /* A list that is cut short is not to pass for a whole one. */
    if (!more && cs_value_string_body(cs_json_member(text, "next")).length > 0) {
        return CONNSYNC_ERR_ANSWER;
    }
    if (agent->unread != CONNSYNC_OK) {
        agent->unread = CONNSYNC_OK; /* the next one may be as large as any */
        agent->take = CONNSYNC_PAGE_MAX;
    }
    if (page != NULL) {
        memcpy(page->cursor, agent->cursor, sizeof page->cursor);
        page->take = (uint16_t)agent->take;
        page->bytes = agent->document.size;
        page->count = cs_json_size_of(cs_auth0_connections(text));
    }
    if (page != NULL || !more) {
        return cs_agent_finish(agent, CONNSYNC_UNCHANGED);
    }
    if (is_endless(agent, cs_json_member(text, "next"))) {
        return CONNSYNC_ERR_ANSWER;
    }
    cs_agent_allow_time(agent);
    return cs_agent_enter(agent, CS_EVENT_AGAIN);
}

/* Without the scope no connection has options. It is not lost between two pages. */
static bool lacks_scope(const struct connsync *agent)
{
    struct cs_json_walk walk;
    struct cs_json_item item;

    if (agent->cursor[0] != '\0') {
        return false;
    }
    cs_json_walk_begin(&walk, cs_auth0_connections(agent->document.text));
    while (cs_json_walk_next(&walk, &item)) {
        if (cs_json_member(item.value, "options").data != NULL) {
            return false;
        }
    }
    return true;
}

static enum connsync_status next(struct connsync *agent)
{
    struct cs_auth0_connection *connection = &agent->document.connection;
    struct cs_json_item item;

    if (!cs_json_walk_next(&agent->list, &item)) {
        return next_page(agent);
    }
    cs_auth0_find_connection(connection, item.value);
    enum connsync_status status = cs_auth0_judge_connection(connection);
    cs_agent_describe(agent);
    /* A single odd one is listed with its setting unknown. */
    if (status == CONNSYNC_REFUSED_NO_OPTIONS && agent->unread != CONNSYNC_OK) {
        status = agent->unread;
    } else if (status == CONNSYNC_REFUSED_NO_OPTIONS && lacks_scope(agent)) {
        return status;
    }
    agent->result.before =
        status == CONNSYNC_OK ? cs_auth0_setting(connection) : CONNSYNC_SETTING_UNKNOWN;
    agent->result.cause =
        status == CONNSYNC_OK
            ? cs_auth0_may_write(connection, agent->job.allow_encrypted_configuration)
            : status;
    agent->result.after = agent->result.before;
    if (status == CONNSYNC_OK) {
        (void)cs_agent_show_document(agent, CONNSYNC_STAGE_BEFORE);
    }
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
