#include "core/agent/agent.h"

#include <string.h>

#ifndef CONNSYNC_CORE_SMALL

/* ---- Client assertions ---- */

/* So far may the clock of a client be off: the service's tolerance. */
#define CLOCK_TOLERANCE_S 10

/* A clock that is not known counts as one that stands at 0: the service will decline, and
 * its Date is then as far away as it can be. */
static int64_t own_utc(const struct connsync *agent)
{
    const struct connsync_port *port = agent->config.port;
    int64_t utc = 0;

    return port->utc_seconds(port->context, &utc) == CONNSYNC_PORT_OK ? utc : 0;
}

static bool asserts(const struct connsync *agent)
{
    return agent->config.client != NULL && agent->config.client->assertion != NULL;
}

static enum connsync_status write_assertion(struct connsync *agent, struct cs_writer *form)
{
    const struct connsync_client *client = agent->config.client;

    cs_auth0_write_assertion_type(form);
    agent->assertion_time = own_utc(agent) + agent->clock_offset;
    enum connsync_status status =
        client->assertion(client->context, agent->assertion_time, form->data + form->length,
                          form->size - form->length);
    form->length += strlen(form->data + form->length);
    return status;
}

bool cs_agent_redates(struct connsync *agent, enum connsync_status status)
{
    const struct cs_http_head *head = &agent->exchange.parser.head;

    if (status != CONNSYNC_ERR_CLIENT_CREDENTIALS || !asserts(agent) || agent->redated ||
        head->date > INT64_MAX) {
        return false;
    }
    int64_t date = (int64_t)head->date;
    int64_t ahead = date - agent->assertion_time;
    if (ahead >= -CLOCK_TOLERANCE_S && ahead <= CLOCK_TOLERANCE_S) {
        return false;
    }
    agent->redated = true;
    agent->clock_offset = date - own_utc(agent);
    return true;
}

/* ---- Kept tokens ---- */

void cs_agent_judge_kept_token(struct connsync *agent)
{
    const struct connsync_config *config = &agent->config;

    if (config->token == NULL || config->client == NULL || config->client->token_scope == NULL ||
        !cs_agent_has_client(config)) {
        return;
    }
    struct cs_slice scope = cs_slice_of(config->client->token_scope);
    if (cs_auth0_missing_scopes(scope, &agent->job, agent->missing_scopes)) {
        agent->renewed = true;
        agent->config.token = NULL;
    }
}

/* A string member as the caller is to see it; NULL without memory for it. */
static char *copy_string(struct connsync *agent, int string)
{
    const struct cs_json *json = &agent->document.json;
    size_t size = cs_json_is_string(json, string) ? cs_json_raw(json, string).length : 1;
    char *copy = cs_arena_allocate(&agent->arena, size);

    if (copy != NULL && !cs_json_decode(json, string, copy, size)) {
        copy[0] = '\0';
    }
    return copy;
}

static enum connsync_status check_scope(struct connsync *agent)
{
    const struct cs_json *json = &agent->document.json;
    int scope = cs_json_find_one(json, 0, "scope");

    if (!cs_json_is_string(json, scope)) {
        return CONNSYNC_OK; /* it is not stated: the API will tell */
    }
    if (!cs_auth0_missing_scopes(cs_json_string_body(json, scope), &agent->job,
                                 agent->missing_scopes)) {
        return CONNSYNC_OK;
    }
    agent->result.missing_scope = agent->missing_scopes;
    return CONNSYNC_ERR_SCOPE;
}

/* Keeping a token saves a request, and without memory it is not kept. */
static void hand_over(struct connsync *agent)
{
    const struct connsync_client *client = agent->config.client;
    const struct cs_json *json = &agent->document.json;
    const struct connsync_port *port = agent->config.port;
    struct connsync_grant grant = {agent->token, NULL, -1, 0};

    if (client == NULL || client->granted == NULL) {
        return;
    }
    char *scope = copy_string(agent, cs_json_find_one(json, 0, "scope"));
    if (scope == NULL) {
        return;
    }
    grant.scope = scope;
    if (!cs_json_to_u64(json, cs_json_find_one(json, 0, "expires_in"), &grant.expires_in)) {
        grant.expires_in = 0;
    }
    if (port->utc_seconds(port->context, &grant.utc_seconds) != CONNSYNC_PORT_OK) {
        grant.utc_seconds = -1;
    }
    client->granted(client->context, &grant);
    cs_arena_release(&agent->arena, scope);
}

#endif

/* ---- The request ---- */

static enum connsync_status write_form(struct connsync *agent, size_t size)
{
    enum connsync_status status = CONNSYNC_OK;
    struct cs_writer form;

    cs_writer_init(&form, agent->form_memory, size);
    cs_auth0_write_token_request(&form, &agent->config);
#ifndef CONNSYNC_CORE_SMALL
    if (asserts(agent)) {
        status = write_assertion(agent, &form);
    }
#endif
    agent->form = cs_written(&form);
    return status;
}

enum connsync_status cs_agent_fill_token(struct connsync *agent,
                                         struct cs_exchange_request *request,
                                         struct cs_writer *target)
{
    size_t size = cs_auth0_token_request_size(&agent->config);

    agent->form_memory = cs_arena_allocate(&agent->arena, size);
    if (agent->form_memory == NULL) {
        agent->result.bytes_needed = size;
        return CONNSYNC_ERR_MEMORY;
    }
    cs_write_string(target, "/oauth/token");
    request->http.method = "POST";
    request->http.content_type = "application/x-www-form-urlencoded";
    request->body = &agent->form;
    request->body_count = 1;
    request->reserve = CS_AGENT_RESERVE;
    return write_form(agent, size);
}

/* ---- The answer ---- */

/* A member that is missing, or no string, is empty. */
static enum connsync_status keep_token(struct connsync *agent)
{
    const struct cs_json *json = &agent->document.json;
    int token = cs_json_find_one(json, 0, "access_token");
    size_t size = cs_json_raw(json, token).length + 1;

    agent->token = cs_arena_allocate(&agent->arena, size);
    if (agent->token == NULL) {
        return CONNSYNC_ERR_MEMORY;
    }
    (void)cs_json_decode(json, token, agent->token, size);
    return agent->token[0] != '\0' ? CONNSYNC_OK : CONNSYNC_ERR_ANSWER;
}

enum connsync_status cs_agent_answer_token(struct connsync *agent)
{
    enum connsync_status status = CONNSYNC_OK;

#ifndef CONNSYNC_CORE_SMALL
    status = check_scope(agent);
#endif
    if (status == CONNSYNC_OK) {
        status = keep_token(agent);
    }
    if (status != CONNSYNC_OK) {
        return status;
    }
#ifndef CONNSYNC_CORE_SMALL
    hand_over(agent);
#endif
    agent->phase = cs_agent_first_phase(agent);
    return CONNSYNC_WOULD_BLOCK;
}
