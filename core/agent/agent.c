/*
 * The public calls: opening and closing, one job, its steps, and when it tries again. What a
 * request is, and what its answer means, is left to agent_flow.c and the operations.
 */
#include "core/agent/client.h"
#include "core/agent/operation.h"

#include <string.h>

/* ---- Opening and closing ---- */

static bool is_usable(const struct connsync_config *config)
{
    if (config->port == NULL || config->memory == NULL || config->domain == NULL ||
        config->domain[0] == '\0' || config->anchors == NULL || config->anchors_length == 0) {
        return false;
    }
    if ((config->client != NULL && config->client->hooks == NULL) ||
        (config->pace != NULL && config->pace->hooks == NULL)) {
        return false; /* not initialised */
    }
    return config->token != NULL || cs_client_is_usable(config);
}

static bool draw_random(const struct connsync *agent, void *out, size_t size)
{
    const struct connsync_port *port = agent->config.port;

    return port->entropy(port->context, out, size) == CONNSYNC_PORT_OK;
}

static enum connsync_status prepare(struct connsync *agent)
{
    if (!draw_random(agent, &agent->digest_key, sizeof agent->digest_key)) {
        return CONNSYNC_ERR_ENTROPY;
    }
    enum connsync_status status = cs_exchange_init(&agent->exchange, &agent->config, &agent->arena);
    const struct connsync_client *client = agent->config.client;
    if (agent->config.pace != NULL) {
        agent->exchange.fields = agent->config.pace->hooks->fields;
    }
    if (client != NULL && status == CONNSYNC_OK) {
        agent->exchange.fields = client->hooks->fields;
        status = client->hooks->identify(client, agent->exchange.tls);
    }
    return status;
}

/* Bytes to skip so that the agent lies on the alignment of its strictest member. */
static size_t skip_to_alignment(const void *memory)
{
    size_t alignment = _Alignof(struct connsync);

    return (alignment - (uintptr_t)memory % alignment) % alignment;
}

/* Steps without a job that has begun are a mistake of the caller's. */
static void set_no_job(struct connsync *agent)
{
    memset(&agent->result, 0, sizeof agent->result);
    agent->result.outcome = CONNSYNC_FAILED;
    agent->ended_with = CONNSYNC_ERR_ARGUMENT;
}

struct connsync *connsync_open(const struct connsync_config *config, enum connsync_status *status)
{
    if (!is_usable(config)) {
        *status = CONNSYNC_ERR_ARGUMENT;
        return NULL;
    }
    size_t skip = skip_to_alignment(config->memory);
    size_t taken = skip + sizeof(struct connsync);
    if (config->memory_size < taken) {
        *status = CONNSYNC_ERR_MEMORY;
        return NULL;
    }
    struct connsync *agent = (void *)((unsigned char *)config->memory + skip);

    memset(agent, 0, sizeof *agent);
    agent->config = *config;
    cs_arena_init(&agent->arena, (unsigned char *)config->memory + taken,
                  config->memory_size - taken);
    set_no_job(agent);
    *status = prepare(agent);
    if (*status != CONNSYNC_OK) {
        connsync_close(agent);
        return NULL;
    }
    return agent;
}

static void drop_form(struct connsync *agent)
{
    cs_exchange_drop(&agent->exchange, &agent->form_memory, agent->form.length);
}

static void drop_token(struct connsync *agent)
{
    if (agent->token != NULL) {
        cs_exchange_drop(&agent->exchange, &agent->token, strlen(agent->token));
    }
}

/* Gives back all memory of a job. */
static void drop_job(struct connsync *agent)
{
    cs_exchange_release_body(&agent->exchange);
    cs_agent_release_document(agent);
    cs_arena_join(&agent->arena); /* what the comparison had */
    drop_form(agent);
}

void connsync_close(struct connsync *agent)
{
    if (agent == NULL) {
        return;
    }
    if (agent->exchange.port != NULL) {
        drop_job(agent);
        drop_token(agent);
        cs_exchange_free(&agent->exchange);
    }
    cs_wipe(agent, sizeof *agent);
}

const struct connsync_result *connsync_result(const struct connsync *agent)
{
    return &agent->result;
}

size_t connsync_memory_high_water(const struct connsync *agent)
{
    return sizeof *agent + agent->arena.high_water;
}

size_t connsync_memory_in_use(const struct connsync *agent)
{
    return sizeof *agent + cs_arena_in_use(&agent->arena);
}

void connsync_disconnect(struct connsync *agent)
{
    cs_exchange_disconnect(&agent->exchange);
}

void connsync_cancel(struct connsync *agent)
{
    if (agent->cancels < 2) {
        agent->cancels++;
    }
}

const char *connsync_outcome_name(enum connsync_outcome outcome)
{
    static const char *const names[] = {"pending",      "unchanged", "changed",
                                        "would_change", "refused",   "failed"};

    return names[(size_t)outcome < sizeof names / sizeof names[0] ? (size_t)outcome : 0];
}

/* ---- One job ---- */

static bool is_valid(const struct connsync_job *job)
{
    const struct connsync_operation *operation = job->operation;
    const char *correlation_id = job->correlation_id;

    if (operation == NULL ||
        (correlation_id != NULL && strlen(correlation_id) >= CONNSYNC_CORRELATION_ID_SIZE)) {
        return false;
    }
    if (!operation->lists && (job->connection == NULL || job->connection[0] == '\0')) {
        return false;
    }
    return operation->is_valid == NULL || operation->is_valid(job);
}

static uint32_t timeout_of(const struct connsync *agent)
{
    return agent->config.timeout_ms != 0 ? agent->config.timeout_ms : CS_AGENT_TIMEOUT_DEFAULT_MS;
}

enum connsync_status connsync_begin(struct connsync *agent, const struct connsync_job *job)
{
    if (agent->phase != CS_AGENT_ENDED) {
        return CONNSYNC_ERR_ARGUMENT;
    }
    if (!is_valid(job)) {
        set_no_job(agent);
        return CONNSYNC_ERR_ARGUMENT;
    }
    agent->job = *job;
    memset(&agent->result, 0, sizeof agent->result);
    agent->acknowledged = false;
    agent->write_sent = false;
    agent->write_failed = false;
    agent->renewed = false;
    agent->exchanging = false;
    agent->cancels = 0;
    agent->retries = 0;
    agent->stale_reads = 0;
    agent->pause_until = 0;
    agent->postponed = 0;
    agent->deadline = cs_exchange_now_ms(&agent->exchange) + timeout_of(agent);
    if (job->operation->lists) {
        job->operation->begin(agent);
    }
    if (agent->config.client != NULL) {
        agent->config.client->hooks->begin(agent);
    }
    agent->phase =
        agent->config.token == NULL && agent->token == NULL ? CS_AGENT_TOKEN : CS_AGENT_READ;
    return CONNSYNC_OK;
}

/* For spreading pauses; 0 without entropy. */
static uint32_t random_number(const struct connsync *agent)
{
    uint32_t random = 0;

    return draw_random(agent, &random, sizeof random) ? random : 0;
}

/* The status that a job ends with after a failure: once a write may have reached
 * the service, a failure to find out is what matters, and its cause a detail. */
static enum connsync_status final_status(struct connsync *agent, enum connsync_status status)
{
    if (!agent->write_sent || status == CONNSYNC_ERR_LOSS || status == CONNSYNC_ERR_NOT_APPLIED) {
        return status;
    }
    agent->result.cause = status;
    agent->result.write = agent->acknowledged ? CONNSYNC_WRITTEN : CONNSYNC_WRITE_UNKNOWN;
    return CONNSYNC_ERR_UNVERIFIED;
}

static enum connsync_status end(struct connsync *agent, enum connsync_status status)
{
    if (status != CONNSYNC_OK) {
        status = final_status(agent, status);
        agent->result.outcome =
            connsync_status_is_refusal(status) ? CONNSYNC_REFUSED : CONNSYNC_FAILED;
    }
    drop_job(agent);
    agent->result.handshakes = agent->exchange.handshakes;
    agent->phase = CS_AGENT_ENDED;
    agent->ended_with = status;
    return status;
}

/* ---- Trying again ---- */

static bool may_pass(enum connsync_status status)
{
    static const uint8_t passing[] = {CONNSYNC_ERR_CONNECT,      CONNSYNC_ERR_RESET,
                                      CONNSYNC_ERR_NETWORK,      CONNSYNC_ERR_CLOSED,
                                      CONNSYNC_ERR_TIMEOUT,      CONNSYNC_ERR_HTTP_TRUNCATED,
                                      CONNSYNC_ERR_RATE_LIMITED, CONNSYNC_ERR_SERVER};

    return memchr(passing, (int)status, sizeof passing) != NULL;
}

static bool was_answered(enum connsync_status status)
{
    return status == CONNSYNC_ERR_RATE_LIMITED || status == CONNSYNC_ERR_SERVER;
}

/* Whatever spoilt the answer to a write, a reading tells what became of it. */
static bool worth_another_try(const struct connsync *agent, enum connsync_status status)
{
    return may_pass(status) || (agent->phase == CS_AGENT_WRITE && agent->write_sent);
}

static unsigned retries_max(const struct connsync *agent, bool answered)
{
    return answered || agent->write_sent ? CS_AGENT_RETRIES_MAX : CS_AGENT_UNANSWERED_RETRIES_MAX;
}

/* Where the answer's own Date is not read, our clock has to do. */
static const struct cs_http_head *dated_head(struct connsync *agent)
{
    const struct connsync_port *port = agent->config.port;
    struct cs_http_head *head = &agent->exchange.parser.head;

    if (agent->exchange.fields == NULL) {
        int64_t utc = -1; /* CS_HTTP_UNKNOWN, if it stays so */
        (void)port->utc_seconds(port->context, &utc);
        head->date = (uint64_t)utc;
    }
    return head;
}

/* Pauses and goes back to a phase that is safe to repeat. A write is never
 * repeated from memory: the reading that follows settles what became of it. */
static enum connsync_status try_again(struct connsync *agent, enum connsync_status status)
{
    bool answered = was_answered(status);

    if (!worth_another_try(agent, status) || agent->retries >= retries_max(agent, answered)) {
        return end(agent, status);
    }
    uint32_t pause = cs_auth0_pause_ms(answered ? dated_head(agent) : NULL, agent->retries,
                                       random_number(agent));
    agent->result.wait_ms = pause;
    cs_agent_pause(agent, pause);
    if (agent->pause_until >= agent->deadline) {
        return end(agent, status);
    }
    agent->retries++;
    if (agent->phase == CS_AGENT_WRITE) {
        agent->write_failed = !answered;
        agent->phase = CS_AGENT_READ;
    }
    return CONNSYNC_WOULD_BLOCK;
}

static bool is_paging(const struct connsync *agent)
{
    return agent->phase == CS_AGENT_READ && agent->job.operation->lists;
}

/* A document that is too large for its buffer: a page may be asked for in smaller
 * parts, a single connection cannot. */
static enum connsync_status too_large(struct connsync *agent)
{
    const struct connsync_operation *operation = agent->job.operation;

    if (is_paging(agent) && operation->ask_for_less(agent)) {
        return CONNSYNC_WOULD_BLOCK;
    }
    if (agent->exchange.bytes_needed > 0) {
        agent->result.bytes_needed = agent->exchange.bytes_needed;
    }
    return end(agent, agent->phase == CS_AGENT_READ && operation->writes
                          ? CONNSYNC_REFUSED_TOO_LARGE
                          : CONNSYNC_ERR_HTTP_TOO_LARGE);
}

/* A token may end, or be revoked, while work goes on. With the client's credentials
 * another is asked for, once: then the present phase begins anew, and after a write,
 * which was declined with the token, a reading comes first. */
static bool may_renew(const struct connsync *agent, enum connsync_status status)
{
    bool renewable = agent->token != NULL || cs_client_is_usable(&agent->config);

    return status == CONNSYNC_ERR_UNAUTHORIZED && renewable && !agent->renewed;
}

static enum connsync_status renew(struct connsync *agent)
{
    agent->renewed = true;
    drop_token(agent);
    agent->config.token = NULL; /* it was kept from before */
    agent->phase = CS_AGENT_TOKEN;
    return CONNSYNC_WOULD_BLOCK;
}

static enum connsync_status after_failure(struct connsync *agent, enum connsync_status status)
{
    const struct connsync_client *client = agent->config.client;

    if (may_renew(agent, status)) {
        return renew(agent);
    }
    if (client != NULL && client->hooks->reissues(agent, status)) {
        return CONNSYNC_WOULD_BLOCK;
    }
    if (status == CONNSYNC_ERR_HTTP_TOO_LARGE && agent->exchange.bytes_needed > 0) {
        return too_large(agent);
    }
    if (status == CONNSYNC_ERR_MEMORY) {
        agent->result.bytes_needed = agent->arena.wanted;
    }
    return try_again(agent, status);
}

/* ---- Stepping ---- */

static bool is_pausing(struct connsync *agent, struct connsync_wait *wait)
{
    if (agent->pause_until == 0) {
        return false;
    }
    if (cs_exchange_now_ms(&agent->exchange) >= agent->pause_until) {
        agent->pause_until = 0;
        return false;
    }
    wait->readable = false;
    wait->writable = false;
    wait->until_ms = agent->pause_until;
    return true;
}

/* Token requests are counted apart, by the service as well. */
static bool is_paced(const struct connsync *agent)
{
    return agent->config.pace != NULL && agent->phase != CS_AGENT_TOKEN;
}

/* Keeping to the tenant's rate takes none of the time that the job was given. */
static enum connsync_status keep_pace(struct connsync *agent)
{
    if (!is_paced(agent)) {
        return CONNSYNC_OK;
    }
    struct connsync_pace *pace = agent->config.pace;
    uint64_t now = cs_exchange_now_ms(&agent->exchange);
    uint32_t wait = pace->hooks->wait_ms(pace, cs_agent_pace_kind(agent), now);
    if (wait == 0) {
        pace->hooks->begin(pace, cs_agent_pace_kind(agent), now);
        return CONNSYNC_OK;
    }
    if (wait >= timeout_of(agent)) {
        agent->result.wait_ms = wait;
        return CONNSYNC_ERR_RATE_LIMITED;
    }
    if (agent->postponed + wait > (uint64_t)CS_AGENT_POSTPONE_MAX * timeout_of(agent)) {
        agent->result.wait_ms = wait;
        return CONNSYNC_ERR_RATE_LIMITED;
    }
    agent->postponed += wait;
    agent->deadline += wait;
    cs_agent_pause(agent, wait);
    return CONNSYNC_WOULD_BLOCK;
}

static void learn_pace(struct connsync *agent)
{
    struct connsync_pace *pace = agent->config.pace;

    if (is_paced(agent)) {
        pace->hooks->answer(pace, cs_agent_pace_kind(agent), &agent->exchange.parser.head,
                            cs_exchange_now_ms(&agent->exchange));
    }
}

static bool may_cancel(const struct connsync *agent)
{
    return agent->cancels > 1 || (agent->cancels == 1 && !agent->write_sent);
}

/* One round: begin a request if none is under way, go on with it, deal with its
 * answer. `*waiting` says that nothing more can be done now. */
static enum connsync_status step_round(struct connsync *agent, struct connsync_wait *wait,
                                       bool *waiting)
{
    enum connsync_status status;

    if (!agent->exchanging) {
        status = keep_pace(agent);
        if (status == CONNSYNC_OK) {
            status = cs_agent_request(agent);
        }
        if (status != CONNSYNC_OK) {
            return status == CONNSYNC_WOULD_BLOCK ? status : end(agent, status);
        }
        agent->exchanging = true;
    }
    status = cs_exchange_step(&agent->exchange, wait);
    if (agent->phase == CS_AGENT_WRITE && agent->exchange.sent_any) {
        agent->write_sent = true;
    }
    if (status == CONNSYNC_WOULD_BLOCK) {
        *waiting = true;
        return status;
    }
    agent->exchanging = false;
    if (agent->phase == CS_AGENT_TOKEN) {
        drop_form(agent);
    }
    if (status == CONNSYNC_OK) {
        agent->result.http_status = agent->exchange.parser.head.status;
        learn_pace(agent);
        status = cs_agent_answer(agent);
        cs_exchange_release_body(&agent->exchange);
    }
    if (status == CONNSYNC_OK) {
        return end(agent, status);
    }
    bool goes_on = status == CONNSYNC_WOULD_BLOCK || status == CONNSYNC_ITEM;
    return goes_on ? status : after_failure(agent, status);
}

enum connsync_status connsync_step(struct connsync *agent, struct connsync_wait *wait)
{
    bool waiting = false;
    enum connsync_status status = CONNSYNC_WOULD_BLOCK;

    while (status == CONNSYNC_WOULD_BLOCK && !waiting) {
        if (agent->phase == CS_AGENT_ENDED) {
            return agent->ended_with;
        }
        if (may_cancel(agent)) {
            cs_exchange_disconnect(&agent->exchange);
            return end(agent, CONNSYNC_ERR_CANCELLED);
        }
        if (is_pausing(agent, wait)) {
            return CONNSYNC_WOULD_BLOCK;
        }
        if (agent->phase == CS_AGENT_LISTING) {
            status = agent->job.operation->next(agent);
            if (status != CONNSYNC_WOULD_BLOCK && status != CONNSYNC_ITEM) {
                status = end(agent, status);
            }
            continue;
        }
        status = step_round(agent, wait, &waiting);
    }
    return status;
}
