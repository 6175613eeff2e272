/*
 * A whole program around the library, to begin one's own with: it gives one connection of a tenant
 * one value, and says what became of that.
 *
 *     export AUTH0_DOMAIN=tenant.eu.auth0.com AUTH0_CLIENT_ID=...
 *     posix-agent google-oauth2 on_first_login < file-with-the-client-secret
 *
 * What the library asks of its caller is all here: one block of memory, trusted roots, a proxy if
 * the environment names one, a client secret that is in no argument and no variable, signals that
 * leave the connection untouched or whole, sleeping from step to step, the end of the job, and
 * wiping. Of the rest there is nothing: no options, no sentences for people. It is C11 and C++.
 *
 * Status: 0 the connection has the value, 1 it does not, or that is not known, 2 usage.
 */
#define _DEFAULT_SOURCE 1 /* explicit_bzero(), with -std=c11 */

#include <connsync/connsync.h>
#include <connsync/posix_anchors.h>
#include <connsync/posix_port.h>
#include <connsync/posix_proxy.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE 2
#define HTTPS 443
#define SECRET_SIZE 512
/* A distribution's bundle of roots has about 150 KB. */
#define ANCHORS_SIZE (1024u * 1024u)
/* So much a document leaves free, so that a lost connection can be opened again beside it. */
#define RECONNECT_RESERVE (64u * 1024u)

/* Only what is used of it is ever touched. The agent lies in there. */
static unsigned char memory[CONNSYNC_MEMORY_RECOMMENDED];
static uint8_t anchors[ANCHORS_SIZE];
static char secret[SECRET_SIZE];
static struct connsync_posix posix;
static struct connsync_posix_proxy proxy;

/* For the signal handler. */
static struct connsync *volatile running;
static volatile sig_atomic_t stopped;
static int wake_pipe[2] = {-1, -1};

static int complain(const char *what, const char *why)
{
    (void)fprintf(stderr, "posix-agent: %s: %s\n", what, why);
    return EXIT_FAILURE;
}

/* ---- Before the agent ---- */

/* The client secret, from standard input to its end and without the end of its line. read(), since
 * stdio would keep a copy in a buffer that nobody wipes. */
static bool read_secret(void)
{
    size_t length = 0;

    for (;;) {
        ssize_t count = read(STDIN_FILENO, secret + length, sizeof secret - length);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        length += (size_t)count;
        if (length == sizeof secret) {
            return false; /* there must be room for the final NUL */
        }
    }
    while (length > 0 && (secret[length - 1] == '\n' || secret[length - 1] == '\r')) {
        length--;
    }
    secret[length] = '\0';
    return length > 0;
}

/* Bytes of trusted roots, as DER; 0, and the reason on standard error, if there are none. */
static size_t read_anchors(void)
{
    struct connsync_posix_anchors found;
    const char *path = connsync_posix_anchors_find(); /* what SSL_CERT_FILE says, to begin with */

    if (path == NULL) {
        (void)complain("trusted roots", "there are none; install ca-certificates");
        return 0;
    }
    if (connsync_posix_anchors_read(&found, path, anchors, sizeof anchors) !=
        CONNSYNC_POSIX_ANCHORS_OK) {
        (void)complain(path, found.reason);
    }
    return found.length;
}

/* NULL, or what is wrong with the proxy that the environment names. */
static const char *choose_proxy(const char *domain)
{
    struct connsync_posix_proxy_choice choice;

    memset(&choice, 0, sizeof choice);
    choice.host = domain;
    choice.port_number = HTTPS;
    return connsync_posix_proxy_choose(&proxy, &choice);
}

/* ---- Signals ---- */

/* connsync_cancel() may be called from here: a write that has begun is finished and compared, so a
 * second signal has to be meant. The byte ends a wait, even one that has not begun yet. */
static void on_stop(int number)
{
    const char byte = 0;
    int kept = errno;
    struct connsync *agent = running;

    (void)number;
    stopped = 1;
    if (agent != NULL) {
        connsync_cancel(agent);
    }
    ssize_t written = write(wake_pipe[1], &byte, 1);
    (void)written; /* a full pipe wakes as well */
    errno = kept;
}

static bool catch_signals(void)
{
    struct sigaction action;

    if (pipe(wake_pipe) != 0) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        (void)fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
        (void)fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = on_stop;
    (void)sigfillset(&action.sa_mask);
    return sigaction(SIGINT, &action, NULL) == 0 && sigaction(SIGTERM, &action, NULL) == 0;
}

static void drain_wake_pipe(void)
{
    char bytes[16];

    while (read(wake_pipe[0], bytes, sizeof bytes) > 0) {
    }
}

/* ---- The job ---- */

/* Steps until the job has ended. All that a step waits for goes to the wait as it is, for it is a
 * time and no duration; and whatever ended the wait, the next thing is a step. */
static enum connsync_status run(struct connsync *agent, const struct connsync_job *job)
{
    struct connsync_wait wait;
    enum connsync_status status = connsync_begin(agent, job);

    if (status != CONNSYNC_OK) {
        return status;
    }
    /* First this, then the question: a signal between the two is not lost. */
    running = agent;
    if (stopped != 0) {
        connsync_cancel(agent);
    }
    while ((status = connsync_step(agent, &wait)) == CONNSYNC_WOULD_BLOCK) {
        (void)connsync_posix_wait(&posix, wait.readable, wait.writable, wait.until_ms);
        drain_wake_pipe();
    }
    running = NULL;
    return status;
}

/* One line on how it ended. The status has a word that programs may rely on; the port knows more of
 * a failure of the network, and holds nothing that was sent. */
static int tell(const struct connsync_result *result, enum connsync_status status)
{
    static const char *const writes[] = {"nothing was written",
                                         "whether it was written is not known", "it was written"};

    if (status == CONNSYNC_OK) {
        (void)printf("%s (%s): %s, %s -> %s, %lu other members as they were\n", result->name,
                     result->id, connsync_outcome_name(result->outcome),
                     connsync_setting_name(result->before), connsync_setting_name(result->after),
                     (unsigned long)result->verified);
        return EXIT_SUCCESS;
    }
    (void)fprintf(stderr, "posix-agent: %s; %s\n", connsync_status_name(status),
                  writes[result->write]);
    if (status == CONNSYNC_ERR_UNVERIFIED) {
        (void)complain("because", connsync_status_name(result->cause));
    }
    if (result->missing_scope != NULL) {
        (void)complain("missing scope", result->missing_scope);
    }
    if (connsync_posix_reason(&posix)[0] != '\0') {
        (void)complain("network", connsync_posix_reason(&posix));
    }
    return EXIT_FAILURE;
}

static int set(const struct connsync_config *config, const char *connection,
               enum connsync_setting wanted)
{
    struct connsync_job job;
    enum connsync_status status = CONNSYNC_OK;
    struct connsync *agent = connsync_open(config, &status);

    if (agent == NULL) {
        return complain("cannot begin", connsync_status_name(status));
    }
    memset(&job, 0, sizeof job);
    job.operation = &connsync_operation_set;
    job.connection = connection;
    job.wanted = wanted;
    status = run(agent, &job);
    int code = tell(connsync_result(agent), status); /* it lies in the block: before the close */
    connsync_close(agent);
    return code;
}

/* Everything a configuration points at has to be there as long as the agent is. */
static int prepare_and_set(const char *connection, enum connsync_setting wanted)
{
    struct connsync_config config;
    const char *domain = getenv("AUTH0_DOMAIN");
    const char *client_id = getenv("AUTH0_CLIENT_ID");

    if (domain == NULL || client_id == NULL || !read_secret()) {
        return complain("credentials", "AUTH0_DOMAIN, AUTH0_CLIENT_ID, and the client secret on "
                                       "standard input");
    }
    const char *trouble = choose_proxy(domain);
    if (trouble != NULL) {
        return complain("proxy", trouble);
    }
    connsync_posix_init(&posix, NULL, 0);
    posix.proxy = &proxy;
    if (!catch_signals()) {
        return complain("signals", strerror(errno));
    }
    posix.wake_fd = wake_pipe[0];
    memset(&config, 0, sizeof config);
    config.port = connsync_posix_port(&posix);
    config.memory = memory;
    config.memory_size = sizeof memory;
    config.domain = domain;
    config.anchors = anchors;
    config.anchors_length = read_anchors();
    config.client_id = client_id;
    config.client_secret = secret;
    config.reconnect_reserve = RECONNECT_RESERVE;
    return config.anchors_length != 0 ? set(&config, connection, wanted) : EXIT_FAILURE;
}

int main(int count, char **arguments)
{
    enum connsync_setting wanted =
        count == 3 ? connsync_setting_parse(arguments[2]) : CONNSYNC_SETTING_UNKNOWN;

    if (wanted == CONNSYNC_SETTING_UNKNOWN) {
        (void)fprintf(stderr, "usage: posix-agent CONNECTION VALUE < CLIENT_SECRET\n"
                              "VALUE: on_each_login, on_first_login, never_on_login\n");
        return EXIT_USAGE;
    }
    int code = prepare_and_set(arguments[1], wanted);
    /* The agent's own is wiped when it is closed; these are ours. */
    connsync_posix_proxy_wipe(&proxy);
    explicit_bzero(secret, sizeof secret);
    return code;
}
