/*
 * The public calls: opening and closing, one job, its steps, and when it tries again. What a
 * request is, and what its answer means, is left to agent_flow.c and the operations.
 */
#include "core/agent/agent.h"

#include <string.h>

/* ---- Opening and closing ---- */

static bool is_usable(const struct connsync_config *config)
{
    if (config->port == NULL || config->memory == NULL || config->domain == NULL ||
        config->domain[0] == '\0' || config->anchors == NULL || config->anchors_length == 0) {
        return false;
    }
    if ((config->client != NULL && config->client->hooks == NULL) ||
        (config->pace != NULL && config->pace->hooks == NULL) ||
        (config->session != NULL && config->session->hooks == NULL)) {
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
    struct connsync_client *client = agent->config.client;
    const struct connsync_listener *listener = agent->config.listener;
    if (agent->config.pace != NULL) {
        agent->exchange.more = agent->config.pace->hooks->more;
    }
    if (client != NULL && status == CONNSYNC_OK) {
        agent->exchange.more = client->hooks->more;
        status = client->hooks->identify(client, agent->exchange.tls);
    }
    if (agent->config.session != NULL && status == CONNSYNC_OK) {
        status = agent->config.session->hooks->resume(agent);
    }
    if (listener != NULL) {
        agent->exchange.more = listener->more;
        agent->exchange.listener = listener;
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
    agent->state = CS_STATE_UNUSED;
    agent->status = CONNSYNC_ERR_ARGUMENT;
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
    agent->arena.attend = config->attend;
    agent->arena.attended = config->attended;
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
    if (!operation->lists && (job->connection == NULL || job->connection[0] == '\0' ||
                              (job->document != NULL) != operation->takes_document)) {
        return false;
    }
    return operation->is_valid == NULL || operation->is_valid(job);
}

static uint32_t timeout_of(const struct connsync *agent)
{
    return agent->config.timeout_ms != 0 ? agent->config.timeout_ms : CS_AGENT_TIMEOUT_DEFAULT_MS;
}

void cs_agent_allow_time(struct connsync *agent)
{
    agent->retries = 0;
    agent->postponed = 0;
    agent->deadline = cs_exchange_now_ms(&agent->exchange) + timeout_of(agent);
}

static bool is_under_way(const struct connsync *agent)
{
    return agent->state > CS_STATE_ENDED;
}

enum connsync_status connsync_begin(struct connsync *agent, const struct connsync_job *job)
{
    if (is_under_way(agent)) {
        return CONNSYNC_ERR_ARGUMENT;
    }
    set_no_job(agent);
    if (!is_valid(job)) {
        return CONNSYNC_ERR_ARGUMENT;
    }
    agent->job = *job;
    agent->result.outcome = CONNSYNC_PENDING;
    agent->write = CS_WRITE_NONE;
    agent->status = CONNSYNC_OK;
    agent->made_of = 0; /* what may land from before is not of this job's making */
    agent->differs = false;
    agent->renewed = false;
    agent->cancels = 0;
    agent->cuts = 0;
    agent->stale_reads = 0;
    agent->pause_until = 0;
    agent->limited = false;
    cs_agent_allow_time(agent);
    if (job->operation->lists) {
        job->operation->begin(agent);
    }
    if (agent->config.client != NULL) {
        agent->config.client->hooks->begin(agent);
    }
    bool has_token = agent->config.token != NULL || agent->token != NULL;
    return cs_agent_enter(agent, has_token ? CS_EVENT_BEGUN : CS_EVENT_TOKEN_NEEDED);
}

/* Was it acknowledged, and did each document until the deadline show it not? */
static bool was_never_seen(const struct connsync *agent)
{
    return agent->write == CS_WRITE_ACKNOWLEDGED && agent->stale_reads > 0 &&
           agent->status == CONNSYNC_ERR_TIMEOUT && agent->pause_until >= agent->deadline;
}

/* What the result says of a job that has ended. Once a write may have reached the service, a
 * failure to find out is what matters, and its cause a detail. */
static void conclude(struct connsync *agent)
{
    struct connsync_result *result = &agent->result;
    enum connsync_status status = was_never_seen(agent) ? CONNSYNC_ERR_NOT_APPLIED : agent->status;
    bool verdict = !agent->differs && (status == CONNSYNC_OK || status == CONNSYNC_ERR_LOSS ||
                                       status == CONNSYNC_ERR_NOT_APPLIED);

    if (cs_write_is_open(agent->write)) {
        result->write =
            agent->write >= CS_WRITE_ACKNOWLEDGED ? CONNSYNC_WRITTEN : CONNSYNC_WRITE_UNKNOWN;
        result->cause = verdict ? result->cause : status;
        agent->status = verdict ? status : CONNSYNC_ERR_UNVERIFIED;
    }
    if (agent->status != CONNSYNC_OK) {
        result->outcome =
            connsync_status_is_refusal(agent->status) ? CONNSYNC_REFUSED : CONNSYNC_FAILED;
    }
    drop_job(agent);
    result->handshakes = agent->exchange.handshakes;
}

/* ---- Trying again ---- */

static bool may_pass(enum connsync_status status)
{
    static const uint8_t passing[] = {
        CONNSYNC_ERR_CONNECT,      CONNSYNC_ERR_RESET,   CONNSYNC_ERR_NETWORK,
        CONNSYNC_ERR_CLOSED,       CONNSYNC_ERR_TIMEOUT, CONNSYNC_ERR_HTTP_TRUNCATED,
        CONNSYNC_ERR_RATE_LIMITED, CONNSYNC_ERR_SERVER,  CONNSYNC_ERR_NAME_TEMPORARY};

    return memchr(passing, (int)status, sizeof passing) != NULL;
}

/* Where the response's own Date is not read, our clock has to do. */
static const struct cs_http_head *dated_head(struct connsync *agent)
{
    const struct connsync_port *port = agent->config.port;
    struct cs_http_head *head = &agent->exchange.parser.head;

    if (agent->exchange.more == NULL) {
        int64_t utc = -1; /* CS_HTTP_UNKNOWN, if it stays so */
        (void)port->utc_seconds(port->context, &utc);
        head->date = (uint64_t)utc;
    }
    return head;
}

/* Of an answer that was cut short: how much of it came, and are there enough like it? */
static bool is_cut_for_good(struct connsync *agent)
{
    size_t bytes = agent->exchange.parser.body_bytes;

    agent->cuts = bytes == agent->result.bytes_received ? (uint8_t)(agent->cuts + 1) : 1;
    agent->result.bytes_received = bytes;
    return agent->cuts >= CS_AGENT_LIKE_CUTS_MAX && !cs_write_is_open(agent->write);
}

/* It may land; but one that was rejected for its rate may not. */
static void note_failed_write(struct connsync *agent, enum connsync_status status)
{
    agent->status = status;
    if (agent->exchange.sent_any && status != CONNSYNC_ERR_RATE_LIMITED) {
        agent->lands_until = agent->exchange.sent_at + CS_AGENT_LANDING_MS;
    }
}

/* Pauses and goes back to a state that is safe to repeat. A write is never repeated from memory:
 * the read-back that follows settles what became of it, whatever spoilt the response. */
static enum connsync_status try_again(struct connsync *agent, enum connsync_status status)
{
    bool answered = status == CONNSYNC_ERR_RATE_LIMITED || status == CONNSYNC_ERR_SERVER;
    bool open = cs_write_is_open(agent->write);
    bool passes = may_pass(status);
    /* From CONNSYNC_ERR_UNAUTHORIZED on, but for what passes, the service has judged. */
    bool settles =
        open && agent->state == CS_STATE_WRITE && (passes || status < CONNSYNC_ERR_UNAUTHORIZED);
    /* A wrong domain, of which nobody answers, should be told soon. */
    bool patient = answered || open || status == CONNSYNC_ERR_NAME_TEMPORARY;
    unsigned most = patient ? CS_AGENT_RETRIES_MAX : CS_AGENT_UNANSWERED_RETRIES_MAX;
    uint32_t random = 0; /* spreads pauses; stays so without entropy */

    if (!settles && (!passes || agent->retries >= most)) {
        return cs_agent_end(agent, status);
    }
    if (status == CONNSYNC_ERR_HTTP_TRUNCATED && is_cut_for_good(agent)) {
        return cs_agent_end(agent, status);
    }
    if (settles) {
        note_failed_write(agent, status);
    }
    (void)draw_random(agent, &random, sizeof random);
    agent->result.wait_ms =
        cs_auth0_pause_ms(answered ? dated_head(agent) : NULL, agent->retries, random);
    /* Who limits the rate is not asked before the time that it names. */
    if (!cs_agent_pause_in_time(agent, (uint32_t)agent->result.wait_ms,
                                open && status != CONNSYNC_ERR_RATE_LIMITED)) {
        return cs_agent_end(agent, status);
    }
    agent->limited |= answered && agent->state == CS_STATE_WRITE;
    agent->retries++;
    return cs_agent_enter(agent, CS_EVENT_AGAIN);
}

/* A page that is too large or too deep may be asked for in smaller parts, a single connection
 * cannot. */
static bool asks_for_less(struct connsync *agent, enum connsync_status why)
{
    const struct connsync_operation *operation = agent->job.operation;

    return agent->state == CS_STATE_READ && operation->lists && operation->ask_for_less(agent, why);
}

/* A document that is too large for its buffer. */
static enum connsync_status too_large(struct connsync *agent)
{
    bool reading = agent->state == CS_STATE_READ;

    if (asks_for_less(agent, CONNSYNC_REFUSED_TOO_LARGE)) {
        return cs_agent_enter(agent, CS_EVENT_AGAIN);
    }
    agent->result.bytes_needed = agent->exchange.bytes_needed;
    return cs_agent_end(agent, reading && agent->job.operation->writes
                                   ? CONNSYNC_REFUSED_TOO_LARGE
                                   : CONNSYNC_ERR_HTTP_TOO_LARGE);
}

/* A token may end, or be revoked, while work goes on. With the client's credentials
 * another is asked for, once: then the present state begins anew, and after a write,
 * which was rejected with the token, a read comes first. */
static enum connsync_status renew(struct connsync *agent)
{
    agent->renewed = true;
    drop_token(agent);
    agent->config.token = NULL; /* it was kept from before */
    return cs_agent_enter(agent, CS_EVENT_TOKEN_NEEDED);
}

static enum connsync_status after_failure(struct connsync *agent, enum connsync_status status)
{
    const struct connsync_client *client = agent->config.client;

    if (client != NULL && client->hooks->take_failure(agent, status)) {
        return cs_agent_enter(agent, CS_EVENT_AGAIN);
    }
    if (status == CONNSYNC_ERR_UNAUTHORIZED && !agent->renewed &&
        cs_client_is_usable(&agent->config)) {
        return renew(agent);
    }
    if (status == CONNSYNC_ERR_HTTP_TOO_LARGE && agent->exchange.bytes_needed > 0) {
        return too_large(agent);
    }
    if (status == CONNSYNC_REFUSED_DEPTH && asks_for_less(agent, status)) {
        return cs_agent_enter(agent, CS_EVENT_AGAIN);
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
    return agent->config.pace != NULL && agent->state != CS_STATE_TOKEN;
}

/* Keeping to the tenant's rate takes none of the time that the job was given. */
static enum connsync_status keep_pace(struct connsync *agent)
{
    struct connsync_pace *pace = agent->config.pace;
    uint64_t now = cs_exchange_now_ms(&agent->exchange);
    uint64_t timeout = timeout_of(agent);
    uint32_t wait = pace->hooks->wait_ms(pace, cs_agent_pace_kind(agent), now);

    if (wait == 0) {
        pace->hooks->begin(pace, cs_agent_pace_kind(agent), now);
        return CONNSYNC_OK;
    }
    if (wait >= timeout || agent->postponed + wait > CS_AGENT_POSTPONE_MAX * timeout) {
        agent->result.wait_ms = wait;
        return CONNSYNC_ERR_RATE_LIMITED;
    }
    agent->postponed += wait;
    agent->deadline += wait;
    cs_agent_pause(agent, wait);
    return CONNSYNC_OK;
}

/* A write that may have been rejected for coming too soon after the request before it: the next one
 * waits for as long as the read did that settled it, if there is time for that. */
static bool is_held_back(struct connsync *agent)
{
    if (agent->state != CS_STATE_WRITE || !agent->limited) {
        return false;
    }
    agent->limited = false;
    cs_agent_pause(agent, agent->result.wait_ms);
    if (agent->pause_until >= agent->deadline) {
        agent->pause_until = 0;
    }
    return agent->pause_until != 0;
}

/* Begins the request of the present state, or a pause that comes first. What prevents it does
 * not pass: it ends the job. */
static enum connsync_status begin_request(struct connsync *agent)
{
    enum connsync_status status = CONNSYNC_OK;

    if (!is_held_back(agent) && is_paced(agent)) {
        status = keep_pace(agent);
    }
    if (status == CONNSYNC_OK && agent->pause_until == 0) {
        status = cs_agent_request(agent);
    }
    return status == CONNSYNC_OK ? status : cs_agent_end(agent, status);
}

static void learn_pace(struct connsync *agent)
{
    struct connsync_pace *pace = agent->config.pace;

    if (is_paced(agent)) {
        pace->hooks->answer(pace, cs_agent_pace_kind(agent), &agent->exchange.parser.head,
                            cs_exchange_now_ms(&agent->exchange));
    }
}

static bool is_cancelled(const struct connsync *agent)
{
    bool begun = agent->state != CS_STATE_WRITE || !cs_write_may_land(agent->write);

    return agent->cancels > 1 ||
           (agent->cancels == 1 && !(cs_write_is_open(agent->write) && begun));
}

/* Goes on with the request that is under way, and deals with its response. */
static enum connsync_status step_request(struct connsync *agent, struct connsync_wait *wait)
{
    enum connsync_status status = cs_exchange_step(&agent->exchange, wait);

    if (agent->state == CS_STATE_WRITE && agent->exchange.sent_any) {
        cs_agent_note_write(agent, CS_WRITE_EVENT_SENT);
    }
    if (status == CONNSYNC_WOULD_BLOCK) {
        return status;
    }
    drop_form(agent);
    if (status == CONNSYNC_OK) {
        agent->result.http_status = agent->exchange.parser.head.status;
        learn_pace(agent);
        status = cs_agent_take_response(agent);
        cs_exchange_release_body(&agent->exchange);
    } else if (agent->state == CS_STATE_WRITE) {
        cs_agent_note_write(agent, CS_WRITE_EVENT_FAILED);
    }
    return status == CONNSYNC_OK ? status : after_failure(agent, status);
}

static enum connsync_status step_state(struct connsync *agent, struct connsync_wait *wait)
{
    if (is_cancelled(agent)) {
        cs_exchange_disconnect(&agent->exchange);
        return cs_agent_end(agent, CONNSYNC_ERR_CANCELLED);
    }
    if (is_pausing(agent, wait)) {
        return CONNSYNC_WOULD_BLOCK;
    }
    if (agent->state == CS_STATE_ITEMS) {
        enum connsync_status status = agent->job.operation->next(agent);
        bool went_well = status == CONNSYNC_OK || status == CONNSYNC_ITEM;
        return went_well ? status : cs_agent_end(agent, status);
    }
    return agent->exchange.state == CS_EXCHANGE_IDLE ? begin_request(agent)
                                                     : step_request(agent, wait);
}

enum connsync_status connsync_step(struct connsync *agent, struct connsync_wait *wait)
{
    enum connsync_status status = CONNSYNC_OK;

    while (status == CONNSYNC_OK && is_under_way(agent)) {
        status = step_state(agent, wait);
        if (!is_under_way(agent)) {
            conclude(agent);
        }
    }
    return is_under_way(agent) ? status : agent->status;
}
