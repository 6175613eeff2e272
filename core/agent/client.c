/*
 * What a client may have beside its secret: assertions that are signed for it (RFC 7523),
 * tokens that it keeps, the scopes of a token, and a certificate (RFC 8705). Signing and
 * keeping are the caller's, the request for a token is agent_token.c's. And which request may go
 * with a handshake; how it does is core/tls's.
 */
#include "core/agent/agent.h"
#include "core/tls/tls.h"

#include <string.h>

/* So far may the clock of a client be off: the service's tolerance. */
#define CLOCK_TOLERANCE_S 10

/* RFC 8470, section 5.2. */
#define TOO_EARLY 425

/* RFC 7523 section 2.2. The colons of the type are escaped; the assertion that follows has
 * nothing to escape. */
#define ASSERTION_TYPE                                                                             \
    "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"      \
    "&client_assertion="

static bool has_proof(const struct connsync_client *client)
{
    return client->assertion != NULL || client->certificate != NULL;
}

static enum connsync_status identify(struct connsync_client *client, struct cs_tls *tls)
{
    if (client->certificate != NULL && client->certificate_length == 0) {
        return CONNSYNC_ERR_CLIENT_CERTIFICATE;
    }
    enum connsync_status status = cs_tls_identify(
        tls, cs_slice_make((const char *)client->certificate, client->certificate_length),
        cs_slice_make((const char *)client->key, client->key_length));
    if (status == CONNSYNC_OK) {
        cs_tls_tell(tls, &client->refused);
        cs_tls_show(tls, client->certified, client->context);
        cs_tls_ask_for_anchors(tls, client->anchors, client->context);
    }
    return status;
}

/* ---- Client assertions ---- */

/* A clock that is not known counts as one that stands at 0: the service will reject it, and
 * its Date is then as far away as it can be. */
static int64_t own_utc(const struct connsync *agent)
{
    const struct connsync_port *port = agent->config.port;
    int64_t utc = 0;

    return port->utc_seconds(port->context, &utc) == CONNSYNC_PORT_OK ? utc : 0;
}

static enum connsync_status write_proof(struct connsync *agent, struct cs_writer *form)
{
    struct connsync_client *client = agent->config.client;

    if (client->assertion == NULL) {
        return CONNSYNC_OK;
    }
    cs_write_string(form, ASSERTION_TYPE);
    client->issued_at = own_utc(agent) + client->clock_offset;
    enum connsync_status status = client->assertion(
        client->context, client->issued_at, form->data + form->length, form->size - form->length);
    form->length += strlen(form->data + form->length);
    return status;
}

static bool reissues(struct connsync *agent, enum connsync_status status)
{
    const struct cs_http_head *head = &agent->exchange.parser.head;
    struct connsync_client *client = agent->config.client;

    if (status != CONNSYNC_ERR_CLIENT_CREDENTIALS || client->assertion == NULL ||
        client->reissued || head->date > INT64_MAX) {
        return false;
    }
    int64_t date = (int64_t)head->date;
    int64_t ahead = date - client->issued_at;
    if (ahead >= -CLOCK_TOLERANCE_S && ahead <= CLOCK_TOLERANCE_S) {
        return false;
    }
    client->reissued = true;
    client->clock_offset = date - own_utc(agent);
    return true;
}

/* Reads only, and of a job the first only, on the first try: a token is asked for and a write is sent
 * when the server is known to have its keys, and so is a read that tells what became of a write. */
static bool is_first_read(const struct connsync *agent)
{
    return agent->state == CS_STATE_READ && agent->result.requests == 1;
}

/* The second is not sent early, and its answer is final. */
static bool came_too_early(const struct connsync *agent)
{
    return agent->config.client->begin_early != NULL && is_first_read(agent) &&
           agent->result.http_status == TOO_EARLY;
}

/* Somebody else may have asked for a token already. */
static bool takes_another(struct connsync *agent, enum connsync_status status)
{
    const struct connsync_client *client = agent->config.client;
    const char *token = status == CONNSYNC_ERR_UNAUTHORIZED && client->another != NULL
                            ? client->another(client->context)
                            : NULL;

    if (token == NULL) {
        return false;
    }
    if (agent->token != NULL) {
        cs_exchange_drop(&agent->exchange, &agent->token, strlen(agent->token));
    }
    agent->config.token = token;
    return true;
}

static bool take_failure(struct connsync *agent, enum connsync_status status)
{
    struct cs_tls_reason reason = cs_tls_take_reason(agent->exchange.tls);

    agent->result.tls_reason = reason.why;
    agent->result.tls_code = reason.code;
    return came_too_early(agent) || takes_another(agent, status) || reissues(agent, status);
}

/* ---- Kept tokens ---- */

/* Where one is missing, all are named: those of writes too that are to follow some day. */
static bool lacks_scopes(struct connsync *agent, struct cs_slice granted)
{
    const struct connsync_job *job = &agent->job;
    char *missing = agent->config.client->missing_scopes;

    return cs_auth0_missing_scopes(granted, job->operation->writes && !job->dry_run, missing) &&
           cs_auth0_missing_scopes(granted, job->operation->writes || job->for_writes, missing);
}

static void begin(struct connsync *agent)
{
    const struct connsync_config *config = &agent->config;
    struct connsync_client *client = config->client;

    client->reissued = false;
    if (client->begin_early != NULL) {
        client->begin_early(agent);
    }
    if (config->token != NULL && client->token_scope != NULL && cs_client_is_usable(config) &&
        lacks_scopes(agent, cs_slice_of(client->token_scope))) {
        agent->renewed = true;
        agent->config.token = NULL;
    }
}

static enum connsync_status check_scopes(struct connsync *agent)
{
    struct cs_slice scope = cs_json_member(agent->document.text, "scope");

    /* If it is not stated, the API will tell. */
    if (!cs_value_is_string(scope) || !lacks_scopes(agent, cs_value_string_body(scope))) {
        return CONNSYNC_OK;
    }
    agent->result.missing_scope = agent->config.client->missing_scopes;
    return CONNSYNC_ERR_SCOPE;
}

/* Keeping a token saves a request, and without memory it is not kept. */
static void hand_over(struct connsync *agent)
{
    const struct connsync_client *client = agent->config.client;
    struct cs_slice answer = agent->document.text;
    const struct connsync_port *port = agent->config.port;
    struct connsync_grant grant = {agent->token, NULL, -1, 0};

    if (client->granted == NULL) {
        return;
    }
    struct cs_slice stated = cs_json_member(answer, "scope");
    char *scope = cs_arena_allocate(&agent->arena, stated.length + 1);
    if (scope == NULL) {
        return;
    }
    (void)cs_value_decode(stated, scope, stated.length + 1);
    grant.scope = scope;
    if (!cs_slice_to_u64(cs_json_member(answer, "expires_in"), &grant.expires_in)) {
        grant.expires_in = 0;
    }
    if (port->utc_seconds(port->context, &grant.utc_seconds) != CONNSYNC_PORT_OK) {
        grant.utc_seconds = -1;
    }
    client->granted(client->context, &grant);
    cs_arena_release(&agent->arena, scope);
}

/* ---- Early data ---- */

/* What was accepted is empty afterwards: it is not sent again, and its memory is wiped as ever. */
static struct cs_slice *first_read(void *context, size_t most)
{
    struct connsync *agent = context;
    struct cs_exchange *exchange = &agent->exchange;

    if (!is_first_read(agent)) {
        return NULL;
    }
    if (cs_exchange_write_head(exchange) != CONNSYNC_OK || exchange->head_length > most) {
        /* It is written once more after the handshake, and what is wrong with it is told then. */
        cs_exchange_drop(exchange, &exchange->head, exchange->head_length);
        return NULL;
    }
    exchange->sent_any = true;
    exchange->sent_at = cs_exchange_now_ms(exchange);
    return &exchange->sending;
}

/* Without memory for it there is no early data. */
static void send_early(struct connsync *agent)
{
    const struct cs_tls_early early = {first_read, agent};

    (void)cs_tls_send_early(agent->exchange.tls, &early);
}

void connsync_client_send_early(struct connsync_client *client)
{
    client->begin_early = send_early;
}

/* ---- All of it ---- */

void connsync_client_init(struct connsync_client *client)
{
    static const struct connsync_client_hooks hooks = {
        .has_proof = has_proof,
        .proof_size = sizeof ASSERTION_TYPE + CONNSYNC_ASSERTION_SIZE,
        .more = &cs_http_rates,
        .identify = identify,
        .begin = begin,
        .write_proof = write_proof,
        .check_scopes = check_scopes,
        .hand_over = hand_over,
        .take_failure = take_failure,
    };

    memset(client, 0, sizeof *client);
    client->hooks = &hooks;
}
