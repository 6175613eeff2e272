/* The one agent of this process: what it is opened with, its signals, its waiting, its roots. What
 * a job is, and what its end means, is the callers'. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/job/session.h"

#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/output.h"
#include "platform/posix/cli/base/system.h"
#include "platform/posix/cli/job/answered.h"
#include "platform/posix/cli/job/roots.h"
#include "platform/posix/cli/job/trace.h"
#include "platform/posix/cli/job/waiting.h"
#include "platform/posix/cli/options/commands.h"
#include "platform/posix/cli/options/identity.h"
#include "platform/posix/cli/options/resume.h"
#include "platform/posix/network/posix_anchors.h"
#include "platform/posix/network/posix_port.h"
#include "platform/posix/network/posix_roots.h"
#include "port/trust_anchors.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Distributions' bundles hold about 140 roots in 150 KB of DER. */
#define ANCHORS_SIZE (1024u * 1024u)
/* A handshake's need, kept free beside a document. */
#define RECONNECT_RESERVE (64u * 1024u)
#define HTTP_FORBIDDEN 403

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
static struct connsync *agent;
static bool token_rejected;

static uint32_t pulse_every_ms;
static void (*pulse)(void);
static uint64_t pulse_at;

/* For the signal handlers. */
static struct connsync *volatile running;
static volatile sig_atomic_t asked;   /* how often somebody did, up to twice */
static volatile sig_atomic_t stopped; /* 1: when the write is settled; 2: at once */
static volatile sig_atomic_t insists; /* it takes two to end the job under way */
static volatile sig_atomic_t hung_up;
static int wake_pipe[2] = {-1, -1};

/* ---- Signals ---- */

static void wake(void)
{
    const char byte = 0;
    ssize_t written = write(wake_pipe[1], &byte, 1);

    (void)written; /* a full pipe wakes as well */
}

/* Cancelled twice, a job ends whatever it has sent. */
static void ask_to_end(struct connsync *job)
{
    if (insists == 0 || stopped > 1) {
        connsync_cancel(job);
    }
    if (insists != 0 && stopped > 1) {
        connsync_cancel(job);
    }
}

/* Would a second one say that somebody has lost patience? A terminal that goes sends more than one
 * SIGHUP, and each line into a pipe that nobody reads brings a SIGPIPE. */
static bool is_of_somebody(int number)
{
    return number != SIGHUP && number != SIGPIPE;
}

static void on_stop(int number)
{
    struct connsync *job = running;

    if (is_of_somebody(number) && asked < 2) {
        asked++;
    }
    if (stopped == (asked < 2 ? 1 : 2)) {
        return;
    }
    stopped = asked < 2 ? 1 : 2;
    output_hurry();
    if (job != NULL) {
        ask_to_end(job);
    }
    wake();
}

static void on_hangup(int number)
{
    (void)number;
    hung_up = 1;
    wake();
}

static void catch_signal(int number, void (*handler)(int))
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    (void)sigfillset(&action.sa_mask); /* the handlers count */
    (void)sigaction(number, &action, NULL);
}

/* nohup, shells (of what they start in the background) and service managers mean it. */
static bool is_ignored(int number)
{
    struct sigaction action;

    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void catch_signals(bool reads_again)
{
    static const int others[] = {SIGHUP, SIGQUIT, SIGPIPE};

    if (pipe(wake_pipe) == 0) {
        for (int i = 0; i < 2; i++) {
            (void)fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
            (void)fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
        }
        system_posix()->wake_fd = wake_pipe[0];
    }
    catch_signal(SIGINT, on_stop);
    catch_signal(SIGTERM, on_stop);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (others[i] == SIGHUP && reads_again) {
            catch_signal(SIGHUP, on_hangup);
        } else if (!is_ignored(others[i])) {
            catch_signal(others[i], on_stop);
        }
    }
}

bool session_stopped(void)
{
    return stopped != 0;
}

bool session_take_hangup(void)
{
    bool came = hung_up != 0;

    hung_up = 0;
    return came;
}

static void drain_wake_pipe(void)
{
    char bytes[16];

    while (wake_pipe[0] >= 0 && read(wake_pipe[0], bytes, sizeof bytes) > 0) {
    }
}

/* ---- Waiting ---- */

void session_set_pulse(uint32_t every_ms, void (*function)(void))
{
    pulse_every_ms = every_ms;
    pulse = function;
    pulse_at = 0;
}

/* The end of a wait, or the next pulse if that comes first. One that is due is given. */
static uint64_t until_pulse(uint64_t until)
{
    uint64_t now = system_now_ms();

    if (pulse == NULL) {
        return until;
    }
    if (now >= pulse_at) {
        pulse();
        pulse_at = now + pulse_every_ms;
    }
    return until < pulse_at ? until : pulse_at;
}

static void wait_for(const struct connsync_wait *wait)
{
    uint64_t until = until_pulse(wait->until_ms);

    (void)connsync_posix_wait(system_posix(), wait->readable, wait->writable, until);
    drain_wake_pipe();
}

void session_sleep(uint64_t ms)
{
    uint64_t until = system_now_ms() + ms;

    while (stopped == 0 && hung_up == 0 && system_now_ms() < until) {
        struct connsync_wait wait = {false, false, until};
        wait_for(&wait);
    }
}

/* ---- Jobs ---- */

/* Is another token needed, and not the one that is kept? A token that was granted too little
 * is kept all the same, for what it is good for; the API says 403 when it was not known. */
static bool is_of_token(enum connsync_status status)
{
    const struct connsync_result *result = connsync_result(agent);

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
    bool unresolved = connsync_posix_is_unresolved(system_posix());

    return status == CONNSYNC_ERR_TIMEOUT && unresolved ? CONNSYNC_ERR_NAME_TEMPORARY : status;
}

enum connsync_status
session_run(const struct connsync_job *job,
            void (*on_item)(void *context, const struct connsync_result *result), void *context)
{
    struct connsync_wait wait;
    enum connsync_status status = connsync_begin(agent, job);

    answered_begin(agent, job);
    if (status != CONNSYNC_OK) {
        return status;
    }
    /* First this, then the question: a signal between the two is not lost. */
    running = agent;
    if (stopped != 0) {
        ask_to_end(agent);
    }
    for (;;) {
        status = connsync_step(agent, &wait);
        if (status == CONNSYNC_WOULD_BLOCK) {
            waiting_tell(&wait, connsync_result(agent), &tenant->pace);
            wait_for(&wait);
        } else if (status == CONNSYNC_ITEM) {
            if (on_item != NULL) {
                on_item(context, connsync_result(agent));
            }
        } else {
            running = NULL;
            trace_look();
            waiting_end();
            if (is_of_token(status)) {
                token_rejected = true;
                identity_forget_token();
                resume_forget();
            }
            return name_temporary(status);
        }
    }
}

enum connsync_status session_run_on(const struct connsync_job *job)
{
    insists = 1;
    enum connsync_status status = session_run(job, NULL, NULL);
    insists = 0;
    return status;
}

struct session_failure session_failure(void)
{
    struct session_failure failure;

    failure.reason = connsync_posix_reason(system_posix());
    failure.proxy = connsync_posix_proxy_failure(system_posix());
    failure.answer = agent != NULL ? answered_last() : NULL;
    failure.certificate = identity_refused();
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

bool session_init(struct cli_options *options)
{
    tenant = &options->tenant;
    credentials = &options->credentials;
    verbose = options->output.verbose;
    bool warns = verbose > 0 || options->command->action == CLI_WATCH;
    connsync_posix_init(system_posix(), tenant->has_connect_to ? tenant->connect_to_host : NULL,
                        tenant->connect_to_port);
    system_posix()->proxy = &tenant->proxy;
    catch_signals(options->command->action == CLI_WATCH);
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
    are_stale = are_stale && !read_anchors();
    memset(config, 0, sizeof *config);
    config->port = trace_port(system_port(), verbose);
    config->memory = memory;
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
    identity_fill(config, credentials, verbose > 0);
    config->client->anchors = finds_anchors ? find_anchors : NULL;
    if (credentials->early_data) {
        connsync_client_send_early(config->client);
    }
    /* Who wants no token in a file wants none of what could stand in for the service. */
    resume_fill(config, !credentials->no_session_cache && !credentials->no_token_cache);
}

enum connsync_status session_open(void)
{
    struct connsync_config config;
    enum connsync_status status = CONNSYNC_OK;

    fill_config(&config);
    token_rejected = false;
    agent = connsync_open(&config, &status);
    trace_watch(agent);
    return status;
}

void session_close(void)
{
    trace_watch(NULL);
    connsync_close(agent);
    agent = NULL;
    resume_close();
    identity_release();
}

bool session_token_was_rejected(void)
{
    return token_rejected;
}

struct connsync *session_agent(void)
{
    return agent;
}
