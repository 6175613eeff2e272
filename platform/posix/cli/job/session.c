/* The agents of this process: what they are opened with, their roots, and their jobs, of which each is
 * stepped whenever one of them is waited for. What a job is, and what its end means, is the callers';
 * signals and waiting are lane.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/job/session.h"

#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/mapping.h"
#include "platform/posix/cli/base/system.h"
#include "platform/posix/cli/job/lane.h"
#include "platform/posix/cli/job/roots.h"
#include "platform/posix/cli/job/waiting.h"
#include "platform/posix/cli/options/commands.h"
#include "platform/posix/cli/options/resume.h"
#include "platform/posix/network/posix_anchors.h"
#include "platform/posix/network/posix_roots.h"
#include "port/trust_anchors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Distributions' bundles hold about 140 roots in 150 KB of DER. */
#define ANCHORS_SIZE (1024u * 1024u)
/* A handshake's need, kept free beside a document. */
#define RECONNECT_RESERVE (64u * 1024u)
#define HTTP_FORBIDDEN 403
/* With fewer requests in the tenant's bucket for each agent, it is the limit that one waits for: one
 * agent alone learns how fast it is refilled. */
#define BUCKET_PART 6u

/* Static, so that the program needs no heap and touches only what it uses. */
static unsigned char memory[CONNSYNC_MEMORY_RECOMMENDED];
static uint8_t
    anchors[ANCHORS_SIZE]; /* those that a chain asked for, or all from what is no file */
static size_t anchors_length;
static const uint8_t *anchors_in_use; /* these, those that are compiled in, or `roots` */
static struct cs_roots roots;
static const char *roots_path;
static bool finds_anchors; /* in `roots` */
static bool are_stale;     /* their file is not what it was */
static struct cli_tenant *tenant;
static const struct cli_credentials *credentials;
static unsigned verbose;
static unsigned parallel; /* --parallel */
static bool token_rejected;
static uint32_t handshakes; /* of further agents that were closed, */
static size_t memory_used;  /* and what they had in use */

/* ---- Jobs ---- */

/* Is another token needed, and not the one that is kept? A token that was granted too little
 * is kept all the same, for what it is good for; the API says 403 when it was not known. */
static bool is_of_token(enum connsync_status status)
{
    const struct connsync_result *result = connsync_result(lane->agent);

    if (status == CONNSYNC_ERR_UNVERIFIED) {
        status = result->cause;
    }
    return status == CONNSYNC_ERR_UNAUTHORIZED || status == CONNSYNC_ERR_CLIENT_CREDENTIALS ||
           status == CONNSYNC_ERR_TOKEN ||
           (status == CONNSYNC_ERR_SCOPE && result->http_status == HTTP_FORBIDDEN);
}

/* A job whose time was over while its domain was looked up. */
static enum connsync_status name_temporary(enum connsync_status status)
{
    bool unresolved = connsync_posix_is_unresolved(lane->posix);

    return status == CONNSYNC_ERR_TIMEOUT && unresolved ? CONNSYNC_ERR_NAME_TEMPORARY : status;
}

/* The job of the lane is over. */
static void end_job(enum connsync_status status)
{
    lane->running = NULL;
    trace_look();
    waiting_end();
    if (is_of_token(status)) {
        token_rejected = true;
        identity_forget_token();
        resume_forget();
    }
    lane->status = name_temporary(status);
}

/* Until it has to wait, or is over. */
static void step(void)
{
    enum connsync_status status = connsync_step(lane->agent, &lane->wait);

    while (status == CONNSYNC_ITEM) {
        if (lane->on_item != NULL) {
            lane->on_item(lane->context, connsync_result(lane->agent));
        }
        status = connsync_step(lane->agent, &lane->wait);
    }
    if (status != CONNSYNC_WOULD_BLOCK) {
        end_job(status);
    }
}

static void step_all(void)
{
    for (unsigned i = 0; i < LANES_MAX; i++) {
        if (lane_is_due(lanes[i])) {
            lane = lanes[i];
            step();
        }
    }
}

void session_begin(const struct connsync_job *job,
                   void (*on_item)(void *context, const struct connsync_result *result),
                   void *context)
{
    lane->status = connsync_begin(lane->agent, job);
    lane->on_item = on_item;
    lane->context = context;
    answered_begin(lane->agent, job);
    if (lane->status == CONNSYNC_OK) {
        lane_run();
    }
}

enum connsync_status session_end(void)
{
    struct lane *one = lane;

    while (one->running != NULL) {
        step_all();
        lane = one;
        if (one->running != NULL) {
            lane_wait(&tenant->pace);
        }
    }
    return one->status;
}

enum connsync_status
session_run(const struct connsync_job *job,
            void (*on_item)(void *context, const struct connsync_result *result), void *context)
{
    session_begin(job, on_item, context);
    return session_end();
}

enum connsync_status session_run_on(const struct connsync_job *job)
{
    lane->insists = 1;
    enum connsync_status status = session_run(job, NULL, NULL);
    lane->insists = 0;
    return status;
}

struct session_failure session_failure(void)
{
    struct session_failure failure;

    failure.reason = connsync_posix_reason(lane->posix);
    failure.proxy = connsync_posix_proxy_failure(lane->posix);
    failure.answer = lane->agent != NULL ? answered_last() : NULL;
    failure.certificate = &lane->identity.client.refused;
    return failure;
}

/* ---- Opening ---- */

#ifdef CONNSYNC_BUILTIN_ANCHORS
/* A program that brings its own roots does not look for the machine's: it is to do the same
 * wherever it runs. That of a package is part of its system, and trusts what the system trusts. Who
 * names others means them. */
static bool use_builtin_anchors(void)
{
    const char *named = getenv("SSL_CERT_FILE");
    bool others = CONNSYNC_SYSTEM_ANCHORS ? connsync_posix_anchors_find() != NULL
                                          : named != NULL && named[0] != '\0';

    if (tenant->ca_file != NULL || others) {
        return false;
    }
    anchors_in_use = connsync_trust_anchors;
    anchors_length = connsync_trust_anchors_length;
    roots_use(cs_slice_make((const char *)anchors_in_use, anchors_length));
    return true;
}
#else
static bool use_builtin_anchors(void)
{
    return false;
}
#endif

static bool read_anchors(void)
{
    struct connsync_posix_anchors loaded;
    char message[CLI_MESSAGE_SIZE];

    cs_roots_close(&roots);
    if (cs_roots_read(&roots, &loaded, roots_path, anchors, sizeof anchors) !=
        CONNSYNC_POSIX_ANCHORS_OK) {
        (void)snprintf(message, sizeof message, "%.200s: %s", roots_path, loaded.reason);
        log_error(message);
        return false;
    }
    struct cs_slice identity = cs_roots_identity(&roots);
    finds_anchors = roots.is_open;
    anchors_in_use = finds_anchors ? (const uint8_t *)identity.data : anchors;
    anchors_length = finds_anchors ? identity.length : loaded.length;
    return true;
}

static bool load_anchors(void)
{
    if (use_builtin_anchors()) {
        return true;
    }
    roots_path = tenant->ca_file != NULL ? tenant->ca_file : connsync_posix_anchors_find();
    if (roots_path == NULL) {
        log_error("no trusted roots found: install ca-certificates or use --ca-file");
        return false;
    }
    return read_anchors();
}

/* For the chain that is verified. Of a file that somebody has written to nothing is believed before it
 * has been read through again, which is done when the next session is opened. */
static const uint8_t *find_anchors(void *context, const uint8_t *der, size_t length, size_t *size)
{
    char message[CLI_MESSAGE_SIZE];

    (void)context;
    *size = 0;
    if (!are_stale && !cs_roots_find(&roots, cs_slice_make((const char *)der, length), anchors,
                                     sizeof anchors, size)) {
        are_stale = true;
        (void)snprintf(message, sizeof message,
                       "%.200s: the trusted roots were written to while they were in use",
                       roots_path);
        log_error(message);
    }
    return anchors;
}

static void init_posix(void)
{
    connsync_posix_init(lane->posix, tenant->has_connect_to ? tenant->connect_to_host : NULL,
                        tenant->connect_to_port);
    lane->posix->proxy = &tenant->proxy;
}

bool session_init(struct cli_options *options)
{
    tenant = &options->tenant;
    credentials = &options->credentials;
    verbose = options->output.verbose;
    parallel = options->fleet.parallel;
    bool warns = verbose > 0 || options->command->action == CLI_WATCH;
    lane->posix = system_posix();
    lane->memory = memory;
    init_posix();
    lane_catch_signals(options->command->action == CLI_WATCH);
    identity_watch_chains(trace_certificate);
    if (!load_anchors()) {
        return false;
    }
    if (warns) {
        roots_warn(log_utc_now());
    }
    return true;
}

static void fill_config(struct connsync_config *config)
{
    memset(config, 0, sizeof *config);
    config->port = trace_port(connsync_posix_port(lane->posix), verbose);
    config->memory = lane->memory;
    config->memory_size = sizeof memory;
    config->domain = tenant->domain;
    config->port_number = tenant->port_number;
    config->anchors = anchors_in_use;
    config->anchors_length = anchors_length;
    config->token = credentials->token[0] != '\0' ? credentials->token : NULL;
    /* Who gives a token means that one, even if a certificate might prove who the client is. */
    config->client_id = config->token == NULL ? credentials->client_id : NULL;
    config->client_secret =
        credentials->client_secret[0] != '\0' ? credentials->client_secret : NULL;
    config->audience = credentials->audience;
    config->timeout_ms = tenant->timeout_ms;
    config->reconnect_reserve = RECONNECT_RESERVE;
    config->pace = &tenant->pace;
    config->listener = answered_listener();
    config->beside = &connsync_beside_all;
    identity_fill(config, &lane->identity, credentials, parallel > 1);
    config->client->anchors = finds_anchors ? find_anchors : NULL;
    if (credentials->early_data) {
        connsync_client_send_early(config->client);
    }
}

static enum connsync_status open_agent(const struct connsync_config *config)
{
    enum connsync_status status = CONNSYNC_OK;

    lane->agent = connsync_open(config, &status);
    trace_watch(lane->agent);
    return status;
}

enum connsync_status session_open(void)
{
    struct connsync_config config;

    are_stale = are_stale && !read_anchors();
    token_rejected = false;
    fill_config(&config);
    identity_use_cache(&config, credentials, verbose > 0);
    /* Who wants no token in a file wants none of what could stand in for the service. */
    resume_fill(&config, !credentials->no_session_cache && !credentials->no_token_cache);
    return open_agent(&config);
}

static void close_agent(void)
{
    trace_watch(NULL);
    connsync_close(lane->agent);
    lane->agent = NULL;
}

/* ---- Further agents ---- */

struct further {
    struct lane lane;
    struct connsync_posix posix;
    unsigned char memory[sizeof memory];
};

static bool open_further(unsigned number)
{
    struct further *further = mapping_new(sizeof *further);
    struct connsync_config config;

    if (further == NULL) {
        return false;
    }
    lane = &further->lane;
    lane->posix = &further->posix;
    lane->memory = further->memory;
    init_posix();
    lane->posix->wake_fd = system_posix()->wake_fd;
    fill_config(&config);
    resume_share(&config);
    if (open_agent(&config) != CONNSYNC_OK) {
        lane = lanes[0];
        mapping_free(further, sizeof *further);
        return false;
    }
    lanes[number] = lane;
    return true;
}

unsigned session_agents(void)
{
    const struct connsync_pace_bucket *buckets = tenant->pace.buckets;
    unsigned agents = identity_token()->from != NULL ? parallel : 1;

    for (int i = 0; i < CONNSYNC_PACE_BUCKETS; i++) {
        if (buckets[i].known && buckets[i].limit / BUCKET_PART < agents) {
            agents = buckets[i].limit / BUCKET_PART;
        }
    }
    tenant->pace.agents = agents > 1 ? agents : 1;
    return tenant->pace.agents;
}

bool session_turn(unsigned number)
{
    if (lanes[number] == NULL && !open_further(number)) {
        return false;
    }
    lane = lanes[number];
    return true;
}

void session_close_further(void)
{
    for (unsigned i = 1; i < LANES_MAX; i++) {
        if (lanes[i] != NULL) {
            lane = lanes[i];
            lanes[i] = NULL;
            handshakes += connsync_result(lane->agent)->handshakes;
            memory_used += connsync_memory_high_water(lane->agent);
            close_agent();
            mapping_free(lane, sizeof(struct further));
        }
    }
    lane = lanes[0];
    tenant->pace.agents = 1;
}

void session_close(void)
{
    close_agent();
    resume_close();
    identity_release();
}

bool session_token_was_rejected(void)
{
    return token_rejected;
}

struct connsync *session_agent(void)
{
    return lane->agent;
}

struct session_figures session_figures(void)
{
    const struct session_figures figures = {
        connsync_result(lane->agent)->handshakes + handshakes,
        connsync_memory_high_water(lane->agent) + memory_used,
    };

    return figures;
}
