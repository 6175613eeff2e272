/* The command line: options in, one job stepped to its end, a report out. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/flash_image.h"
#include "platform/posix/cli/options.h"
#include "platform/posix/cli/report.h"
#include "platform/posix/posix_anchors.h"
#include "platform/posix/posix_port.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define EXIT_USAGE_ERROR 64
#define EXIT_DRIFT 2
#define EXIT_TRUST 8

/* Distributions' bundles hold about 140 roots in 150 KB of DER. */
#define ANCHORS_SIZE (1024u * 1024u)
/* A handshake's need, kept free beside a document. */
#define RECONNECT_RESERVE (64u * 1024u)

/* Static, so that the program needs no heap and touches only what it uses. */
static unsigned char memory[CONNSYNC_MEMORY_RECOMMENDED];
static uint8_t anchors[ANCHORS_SIZE];
static struct cli_options options;
static struct connsync_posix posix;

/* For the signal handler. */
static struct connsync *running;
static int wake_pipe[2] = {-1, -1};

static void on_signal(int number)
{
    const char byte = 0;

    (void)number;
    if (running != NULL) {
        connsync_cancel(running);
    }
    ssize_t written = write(wake_pipe[1], &byte, 1);
    (void)written; /* a full pipe wakes as well */
}

static void catch_signals(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    (void)sigemptyset(&action.sa_mask);
    if (pipe(wake_pipe) == 0) {
        for (int i = 0; i < 2; i++) {
            (void)fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
            (void)fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
        }
        posix.wake_fd = wake_pipe[0];
    }
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static void drain_wake_pipe(void)
{
    char bytes[16];

    while (wake_pipe[0] >= 0 && read(wake_pipe[0], bytes, sizeof bytes) > 0) {
    }
}

static void wait_for(const struct connsync_wait *wait)
{
    const struct connsync_port *port = connsync_posix_port(&posix);
    uint64_t now = port->monotonic_ms(port->context);
    int64_t left = wait->until_ms > now ? (int64_t)(wait->until_ms - now) : 0;

    (void)connsync_posix_wait(&posix, wait->readable, wait->writable, left);
    drain_wake_pipe();
}

static enum connsync_status run_job(struct connsync *agent)
{
    struct connsync_wait wait;
    enum connsync_status status = connsync_begin(agent, &options.job);

    if (status != CONNSYNC_OK) {
        return status;
    }
    for (;;) {
        status = connsync_step(agent, &wait);
        if (status == CONNSYNC_WOULD_BLOCK) {
            wait_for(&wait);
        } else if (status == CONNSYNC_ITEM) {
            report_item(&options, connsync_result(agent));
        } else {
            return status;
        }
    }
}

static bool load_anchors(size_t *length)
{
    struct connsync_posix_anchors loaded;
    const char *path = options.ca_file != NULL ? options.ca_file : connsync_posix_anchors_find();
    char message[CLI_MESSAGE_SIZE];

    if (path == NULL) {
        report_error("no trusted roots found: install ca-certificates or use --ca-file");
        return false;
    }
    if (connsync_posix_anchors_read(&loaded, path, anchors, sizeof anchors) !=
        CONNSYNC_POSIX_ANCHORS_OK) {
        (void)snprintf(message, sizeof message, "%.200s: %s", path, loaded.reason);
        report_error(message);
        return false;
    }
    *length = loaded.length;
    return true;
}

static void fill_config(struct connsync_config *config, size_t anchors_length)
{
    memset(config, 0, sizeof *config);
    config->port = connsync_posix_port(&posix);
    config->memory = memory;
    config->memory_size = sizeof memory;
    config->domain = options.domain;
    config->port_number = options.port_number;
    config->anchors = anchors;
    config->anchors_length = anchors_length;
    config->token = options.token[0] != '\0' ? options.token : NULL;
    config->client_id = options.client_id;
    config->client_secret = options.client_secret;
    config->audience = options.audience;
    config->timeout_ms = options.timeout_ms;
    config->reconnect_reserve = RECONNECT_RESERVE;
}

static void report_figures(const struct connsync *agent)
{
    const struct connsync_result *result = connsync_result(agent);

    (void)fprintf(stderr, "connsync: %u requests, %u TLS handshakes, %zu bytes of memory\n",
                  (unsigned)result->requests, (unsigned)result->handshakes,
                  connsync_memory_high_water(agent));
}

static int exit_code(const struct connsync_result *result, enum connsync_status status)
{
    if (status == CONNSYNC_OK && result->outcome == CONNSYNC_WOULD_CHANGE) {
        return EXIT_DRIFT;
    }
    return connsync_status_exit_code(status);
}

static int run(size_t anchors_length)
{
    struct connsync_config config;
    enum connsync_status status = CONNSYNC_OK;

    fill_config(&config, anchors_length);
    running = connsync_open(&config, &status);
    if (running == NULL) {
        struct connsync_result nothing;
        memset(&nothing, 0, sizeof nothing);
        nothing.outcome = CONNSYNC_FAILED;
        report_end(&options, &nothing, status, "");
        return connsync_status_exit_code(status);
    }
    status = run_job(running);
    struct connsync_result result = *connsync_result(running);
    report_end(&options, &result, status, connsync_posix_reason(&posix));
    if (options.verbose > 0) {
        report_figures(running);
    }
    struct connsync *finished = running;
    running = NULL;
    connsync_close(finished);
    return exit_code(&result, status);
}

/* Secrets are in this process's memory: it leaves no core file. */
static void forbid_core_files(void)
{
    const struct rlimit none = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &none);
}

int main(int argc, char **argv)
{
    size_t anchors_length = 0;
    int code = EXIT_TRUST;

    forbid_core_files();
    switch (cli_options_read(&options, argc, argv)) {
    case CLI_SHOW_TEXT:
        return fputs(options.text, stdout) == EOF || fflush(stdout) != 0 ? 1 : 0;
    case CLI_USAGE_ERROR:
        report_error(options.message);
        cli_options_wipe(&options);
        return EXIT_USAGE_ERROR;
    case CLI_FLASH_IMAGE:
        return cli_flash_image(options.file, options.output, options.partition_size);
    default:
        break;
    }
    connsync_posix_init(&posix, options.has_connect_to ? options.connect_to_host : NULL,
                        options.connect_to_port);
    catch_signals();
    if (load_anchors(&anchors_length)) {
        code = run(anchors_length);
    }
    cli_options_wipe(&options);
    if (fflush(stdout) != 0) {
        report_error("cannot write to standard output");
        return code != 0 ? code : 1;
    }
    return code;
}
