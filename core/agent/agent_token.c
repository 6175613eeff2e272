/*
 * How an access token is obtained: the client credentials grant (RFC 6749 section 4.4). What
 * a client proves itself with beside a secret, and what it does with a token, is client.c's.
 */
#include "core/agent/agent.h"

/* ---- The request ---- */

static enum connsync_status write_form(struct connsync *agent, size_t size)
{
    const struct connsync_client *client = agent->config.client;
    enum connsync_status status = CONNSYNC_OK;
    struct cs_writer form;

    cs_writer_init(&form, agent->form_memory, size);
    cs_auth0_write_token_request(&form, &agent->config);
    if (client != NULL) {
        status = client->hooks->write_proof(agent, &form);
    }
    agent->form = cs_written(&form);
    return status;
}

enum connsync_status cs_agent_fill_token(struct connsync *agent,
                                         struct cs_exchange_request *request,
                                         struct cs_writer *target)
{
    const struct connsync_client *client = agent->config.client;
    size_t size = cs_auth0_token_request_size(&agent->config) +
                  (client != NULL ? client->hooks->proof_size : 0);

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

/* RFC 6750 section 2.1: a token that the head of a request can carry. */
static bool is_usable(const char *token)
{
    const char *at = token;

    while (*at > ' ' && *at <= '~') {
        at++;
    }
    return at > token && *at == '\0';
}

/* A member that is missing, or no string, is as unusable as an empty one. */
static enum connsync_status keep_token(struct connsync *agent)
{
    struct cs_slice token = cs_json_member(agent->document.text, "access_token");
    size_t size = token.length + 1;

    agent->token = cs_arena_allocate(&agent->arena, size);
    if (agent->token == NULL) {
        return CONNSYNC_ERR_MEMORY;
    }
    if (cs_value_decode(token, agent->token, size) && is_usable(agent->token)) {
        return CONNSYNC_OK;
    }
    /* Not to be used by a later job either. */
    cs_exchange_drop(&agent->exchange, &agent->token, size);
    return CONNSYNC_ERR_TOKEN;
}

enum connsync_status cs_agent_take_token(struct connsync *agent)
{
    const struct connsync_client *client = agent->config.client;
    enum connsync_status status = client != NULL ? client->hooks->check_scopes(agent) : CONNSYNC_OK;

    if (status == CONNSYNC_OK) {
        status = keep_token(agent);
    }
    if (status != CONNSYNC_OK) {
        return status;
    }
    if (client != NULL) {
        client->hooks->hand_over(agent);
    }
    return cs_agent_enter(agent, CS_EVENT_TOKEN_GRANTED);
}
