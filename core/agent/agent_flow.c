/*
 * The requests of a job, and what is done with the answer to each. What a document means is
 * left to the operation, whether a failure is tried again to agent.c.
 */
#include "core/agent/agent.h"

#include <string.h>

/* The status that says that nothing was to come. */
#define NO_CONTENT 204

void cs_agent_pause(struct connsync *agent, uint64_t ms)
{
    agent->pause_until = cs_exchange_now_ms(&agent->exchange) + ms;
}

uint32_t cs_agent_ms_until(struct connsync *agent, uint64_t moment)
{
    uint64_t now = cs_exchange_now_ms(&agent->exchange);
    uint64_t left = moment > now ? moment - now : 0;

    return left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
}

bool cs_agent_pause_in_time(struct connsync *agent, uint32_t ms, bool may_shorten)
{
    uint32_t left = cs_agent_ms_until(agent, agent->deadline);

    if (may_shorten && ms >= left && left >= CS_AGENT_STALE_READ_PAUSE_MS) {
        ms = left / 2;
    }
    cs_agent_pause(agent, ms);
    return ms < left;
}

/* ---- Documents ---- */

void cs_agent_release_document(struct connsync *agent)
{
    struct cs_document *document = &agent->document;

    cs_arena_release(&agent->arena, document->body.at);
    cs_exchange_drop(&agent->exchange, &document->memory, document->size);
    memset(document, 0, sizeof *document);
}

/* Checks the answer, which the agent owns from here on, and finds members of it. */
static enum connsync_status take_document(struct connsync *agent, struct cs_json_sought *sought,
                                          size_t count)
{
    struct cs_document *document = &agent->document;
    struct cs_json_facts facts;

    document->memory = cs_exchange_take_body(&agent->exchange, &document->size);
    struct cs_slice text = cs_slice_make(document->memory, document->size);
    enum connsync_status status = cs_json_check_find(text, &facts, sought, count);
    bool cut = facts.offset == text.length && agent->exchange.parser.head.status != NO_CONTENT;
    if (status != CONNSYNC_OK && cut) {
        /* A proxy whose own connection broke may end an answer as if it were whole. */
        return CONNSYNC_ERR_HTTP_TRUNCATED;
    }
    if (status != CONNSYNC_OK) {
        return status == CONNSYNC_ERR_JSON_DEPTH ? CONNSYNC_REFUSED_DEPTH
                                                 : CONNSYNC_REFUSED_NOT_JSON;
    }
    document->text = cs_json_trim(text);
    return CONNSYNC_OK;
}

/* What is absent or does not fit stays empty. */
void cs_agent_describe(struct connsync *agent)
{
    const struct cs_auth0_connection *connection = &agent->document.connection;
    struct connsync_result *result = &agent->result;

    (void)cs_value_decode(cs_auth0_part(connection, CS_AUTH0_ID), result->id, sizeof result->id);
    (void)cs_value_decode(cs_auth0_part(connection, CS_AUTH0_NAME), result->name,
                          sizeof result->name);
    (void)cs_value_decode(cs_auth0_part(connection, CS_AUTH0_STRATEGY), result->strategy,
                          sizeof result->strategy);
}

enum connsync_status cs_agent_show(const struct connsync *agent, enum connsync_stage stage,
                                   struct cs_slice options)
{
    if (agent->job.observer == NULL) {
        return CONNSYNC_OK;
    }
    return agent->job.observer(agent->job.observer_context, stage, options.data, options.length);
}

enum connsync_status cs_agent_show_document(const struct connsync *agent, enum connsync_stage stage)
{
    if (agent->job.shows_connection) {
        (void)cs_agent_show(agent, CONNSYNC_STAGE_CONNECTION, agent->document.text);
    }
    return cs_agent_show(agent, stage,
                         cs_auth0_part(&agent->document.connection, CS_AUTH0_OPTIONS));
}

/* ---- Requests ---- */

/* The id of the connection that is meant; NULL while only its name is known. */
static const char *known_id(const struct connsync *agent)
{
    if (agent->result.id[0] != '\0') {
        return agent->result.id;
    }
    return cs_auth0_is_id(agent->job.connection) ? agent->job.connection : NULL;
}

static void fill_read(struct connsync *agent, struct cs_exchange_request *request,
                      struct cs_writer *target)
{
    const struct connsync_operation *operation = agent->job.operation;

    if (operation->lists) {
        operation->write_target(agent, target);
    } else {
        /* Once it is known, the id names the connection better than its name does. */
        const char *id = known_id(agent);
        cs_auth0_write_get(target, id != NULL ? id : agent->job.connection, id != NULL,
                           agent->config.beside != NULL ? agent->config.beside->fields : "");
    }
    agent->asked_late = cs_agent_ms_until(agent, agent->lands_until) == 0;
    request->http.method = "GET";
    request->reserve = CS_AGENT_RESERVE + agent->config.reconnect_reserve;
}

/* Is there room for a handshake beside the document? Its pieces find their places
 * among those that are in use, if not without gaps. */
static bool may_handshake(const struct connsync *agent)
{
    const struct cs_document *document = &agent->document;
    const struct cs_arena *arena = &agent->arena;
    size_t held = document->size + document->body.capacity * sizeof *document->body.at;

    return agent->config.reconnect_reserve > 0 ||
           held + agent->exchange.handshake_memory + CS_AGENT_RESERVE <= arena->size;
}

static void fill_write(struct connsync *agent, struct cs_exchange_request *request,
                       struct cs_writer *target)
{
    /* A peer that drops kept-alive connections at once would lose every write that
     * follows a read on the same one. */
    bool may_connect = may_handshake(agent);
    bool unanswered = agent->write == CS_WRITE_FAILED || agent->write == CS_WRITE_UNANSWERED;
    if (unanswered && may_connect) {
        cs_exchange_disconnect(&agent->exchange);
    }
    cs_auth0_write_patch(target, agent->result.id);
    request->http.method = "PATCH";
    request->http.content_type = "application/json";
    request->body = agent->document.body.at;
    request->body_count = agent->document.body.count;
    request->keep_at_most = CS_AGENT_ANSWER_MAX;
    request->http.correlation_id = agent->job.correlation_id;
    agent->result.writes++;
    /* Without room for a handshake beside the document, a connection that is gone
     * means reading again: the handshake needs the document's memory. */
    request->no_connect = !may_connect;
}

/* Only a write needs the document that came before it. */
static enum connsync_status fill(struct connsync *agent, struct cs_exchange_request *request,
                                 struct cs_writer *target)
{
    if (agent->state == CS_STATE_WRITE) {
        fill_write(agent, request, target);
        return CONNSYNC_OK;
    }
    cs_agent_release_document(agent);
    if (agent->state == CS_STATE_TOKEN) {
        return cs_agent_fill_token(agent, request, target);
    }
    fill_read(agent, request, target);
    return CONNSYNC_OK;
}

enum cs_pace_kind cs_agent_pace_kind(const struct connsync *agent)
{
    if (agent->state == CS_STATE_WRITE) {
        return CS_PACE_WRITE;
    }
    /* By its name a connection is found in a list. */
    return agent->job.operation->lists || known_id(agent) == NULL ? CS_PACE_LIST : CS_PACE_READ;
}

enum connsync_status cs_agent_request(struct connsync *agent)
{
    struct cs_exchange_request *request = cs_exchange_request(&agent->exchange);
    struct connsync_result *result = &agent->result;
    struct cs_writer target;

    /* What the response before it said has nothing to do with what becomes of this one. */
    result->http_status = 0;
    result->service_code[0] = '\0';
    result->missing_scope = NULL;
    cs_writer_init(&target, agent->target, sizeof agent->target);
    enum connsync_status status = fill(agent, request, &target);
    if (status != CONNSYNC_OK) {
        return status;
    }
    if (target.overflowed) {
        return CONNSYNC_ERR_ARGUMENT;
    }
    request->http.target = cs_written(&target);
    if (agent->state != CS_STATE_TOKEN) {
        request->http.bearer =
            cs_slice_of(agent->token != NULL ? agent->token : agent->config.token);
    }
    result->requests++;
    cs_exchange_begin(&agent->exchange, agent->deadline);
    return CONNSYNC_OK;
}

/* ---- Responses ---- */

static enum connsync_status explain(struct connsync *agent)
{
    const struct cs_document *document = &agent->document;
    struct connsync_result *result = &agent->result;
    enum connsync_status status = cs_auth0_status(&agent->exchange.parser.head);
    /* 4xx but for 408: the service has judged the request and rejected it, a rate limit
     * before it looked. After 5xx and 408 nobody knows. */
    bool rejected = status != CONNSYNC_ERR_SERVER;

    /* The body may be anything at all. What was to be written is not needed any more. */
    cs_agent_release_document(agent);
    if (take_document(agent, NULL, 0) == CONNSYNC_OK) {
        cs_auth0_service_code(document->text, result->service_code, sizeof result->service_code);
    }
    if (agent->state == CS_STATE_WRITE) {
        cs_agent_note_write(agent, rejected ? CS_WRITE_EVENT_REJECTED : CS_WRITE_EVENT_ERROR);
    }
    if (status == CONNSYNC_ERR_FORBIDDEN) {
        result->missing_scope =
            cs_auth0_scope_in_text(cs_slice_make(document->memory, document->size));
        status = result->missing_scope != NULL ? CONNSYNC_ERR_SCOPE : status;
    }
    if (agent->state == CS_STATE_TOKEN && rejected && status != CONNSYNC_ERR_RATE_LIMITED) {
        return CONNSYNC_ERR_CLIENT_CREDENTIALS;
    }
    return status;
}

/* ---- Reading and deciding ---- */

/* Finds the parts of the connection that the job names, in an answer that is a list. */
static enum connsync_status locate(struct connsync *agent)
{
    struct cs_slice list = cs_auth0_connections(agent->document.text);
    struct cs_json_walk walk;
    struct cs_json_item item;
    struct cs_slice found;
    size_t matches = 0;

    if (!cs_value_is_array(list)) {
        return CONNSYNC_ERR_ANSWER;
    }
    cs_json_walk_begin(&walk, list);
    while (cs_json_walk_next(&walk, &item)) {
        struct cs_json_sought name = {"name", CS_JSON_ROOT, 0, {NULL, 0}};
        cs_json_find_members(item.value, &name, 1);
        if (cs_value_string_is(name.value, agent->job.connection)) {
            found = item.value;
            matches++;
        }
    }
    if (matches != 1) {
        return matches == 0 ? CONNSYNC_ERR_NOT_FOUND : CONNSYNC_REFUSED_AMBIGUOUS;
    }
    agent->document.text = found;
    cs_auth0_find_connection(&agent->document.connection, found);
    return CONNSYNC_OK;
}

static enum connsync_status read_connection(struct connsync *agent)
{
    const struct cs_auth0_connection *connection = &agent->document.connection;
    const char *id = known_id(agent);
    enum connsync_status status = id != NULL ? CONNSYNC_OK : locate(agent);

    if (status != CONNSYNC_OK) {
        return status;
    }
    status = cs_auth0_judge_connection(connection);
    /* An answer about another connection than the one asked for would send the write
     * astray. Without an id it was asked for by name, and found by it. */
    struct cs_slice found = cs_auth0_part(connection, CS_AUTH0_ID);
    if (id != NULL && found.data != NULL && !cs_value_string_is(found, id)) {
        return CONNSYNC_ERR_ANSWER;
    }
    if (agent->result.id[0] == '\0') {
        cs_agent_describe(agent);
    }
    if (status == CONNSYNC_OK && agent->result.id[0] == '\0') {
        return CONNSYNC_ERR_ANSWER;
    }
    return status;
}

static enum connsync_status take_reading(struct connsync *agent)
{
    const struct connsync_operation *operation = agent->job.operation;
    struct cs_auth0_connection *connection = &agent->document.connection;
    bool by_id = !operation->lists && known_id(agent) != NULL;

    cs_auth0_connection_init(connection);
    enum connsync_status status =
        take_document(agent, connection->parts, by_id ? CS_AUTH0_PARTS : 0);
    if (status == CONNSYNC_OK && !operation->lists) {
        status = read_connection(agent);
    }
    return status == CONNSYNC_OK ? operation->judge(agent) : status;
}

static enum connsync_status take_grant(struct connsync *agent)
{
    enum connsync_status status = take_document(agent, NULL, 0);

    if (status == CONNSYNC_OK) {
        return cs_agent_take_token(agent);
    }
    return status == CONNSYNC_ERR_HTTP_TRUNCATED ? status : CONNSYNC_ERR_TOKEN;
}

static enum connsync_status take_response(struct connsync *agent)
{
    uint16_t http_status = agent->exchange.parser.head.status;

    if (http_status < 200 || http_status > 299) {
        return explain(agent);
    }
    switch (agent->state) {
    case CS_STATE_WRITE:
        /* The head says it all: a body that is cut short, or is none, takes nothing of it. */
        cs_agent_note_write(agent, CS_WRITE_EVENT_ACKNOWLEDGED);
        return cs_agent_enter(agent, CS_EVENT_AGAIN);
    case CS_STATE_TOKEN:
        return take_grant(agent);
    default:
        return take_reading(agent);
    }
}

enum connsync_status cs_agent_take_response(struct connsync *agent)
{
    const struct connsync_listener *listener = agent->config.listener;
    enum connsync_status status = take_response(agent);

    /* The document is the answer, or nothing. */
    return listener != NULL && status > CONNSYNC_ITEM
               ? listener->failed(listener->context, status, agent->document.memory,
                                  agent->document.size)
               : status;
}
