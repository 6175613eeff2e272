/* For SOCK_CLOEXEC and getrandom() and, with -std=c11, for all of POSIX. */
#define _GNU_SOURCE 1

#include "platform/posix/network/posix_port.h"

#include "platform/posix/network/posix_error.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum stage {
    STAGE_CLOSED,
    STAGE_RESOLVING,
    STAGE_CONNECTING,
    STAGE_TUNNEL, /* connected to the proxy, not yet through it */
    STAGE_OPEN
};

static uint64_t now_ms(void)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static void set_reason(struct connsync_posix *posix, const char *subject, uint16_t port_number,
                       const char *phrase, int error)
{
    if (error != 0 && strcmp(phrase, "failed") == 0) {
        (void)snprintf(posix->reason, sizeof posix->reason, "%s port %u: failed (errno %d)",
                       subject, (unsigned)port_number, error);
        return;
    }
    (void)snprintf(posix->reason, sizeof posix->reason, "%s port %u: %s", subject,
                   (unsigned)port_number, phrase);
}

static void close_socket(struct connsync_posix *posix)
{
    if (posix->fd >= 0) {
        /* Not repeated on EINTR: the descriptor is gone by then, on Linux. */
        (void)close(posix->fd);
        posix->fd = -1;
    }
}

static void give_up(struct connsync_posix *posix)
{
    connsync_posix_resolver_stop(&posix->resolver);
    close_socket(posix);
    posix->stage = STAGE_CLOSED;
}

static bool has_proxy(const struct connsync_posix *posix)
{
    return posix->proxy != NULL && posix->proxy->host[0] != '\0';
}

/* The proxy was not reached, for the reason so far. */
static int proxy_unreachable(struct connsync_posix *posix, int status)
{
    char cause[CONNSYNC_POSIX_REASON_SIZE / 2];
    (void)snprintf(cause, sizeof cause, "%.*s", (int)sizeof cause - 1, posix->reason);
    (void)snprintf(posix->reason, sizeof posix->reason,
                   "the proxy %s port %u cannot be reached (%s)", posix->proxy->host,
                   (unsigned)posix->proxy->port_number, cause);
    posix->tunnel.failure = CONNSYNC_POSIX_PROXY_UNREACHABLE;
    return status;
}

/* Whoever gives up while the proxy is awaited gets to know that it was the proxy. */
static void port_close(void *context)
{
    struct connsync_posix *posix = context;
    if (posix->stage == STAGE_TUNNEL) {
        posix->tunnel.failure = CONNSYNC_POSIX_PROXY_ANSWER;
        connsync_posix_tunnel_reason(&posix->tunnel, posix->reason, sizeof posix->reason);
    } else if (has_proxy(posix) && posix->stage != STAGE_CLOSED && posix->stage != STAGE_OPEN) {
        (void)snprintf(posix->reason, sizeof posix->reason, "no answer yet");
        (void)proxy_unreachable(posix, CONNSYNC_PORT_ERR_CONNECT);
    }
    give_up(posix);
}

static int refuse_name(struct connsync_posix *posix, const char *host, const char *phrase)
{
    (void)snprintf(posix->reason, sizeof posix->reason, "%.*s: %s", (int)CONNSYNC_POSIX_HOST_MAX,
                   host, phrase);
    give_up(posix);
    return CONNSYNC_PORT_ERR_NAME;
}

/* Finds the addresses to dial: at once for a literal one, else by the resolver. */
static int begin(struct connsync_posix *posix, const char *host)
{
    struct connsync_posix_answer *answer = &posix->resolver.answer;
    posix->reason[0] = '\0';
    posix->next_address = 0;
    posix->failure = CONNSYNC_PORT_ERR_NETWORK;
    if (connsync_posix_address_parse(host, &answer->addresses[0])) {
        answer->outcome = CONNSYNC_POSIX_RESOLVED;
        answer->count = 1;
        posix->stage = STAGE_CONNECTING;
        return CONNSYNC_PORT_OK;
    }
    size_t length = strlen(host);
    if (length == 0 || length > CONNSYNC_POSIX_HOST_MAX) {
        return refuse_name(posix, host, "not a host name");
    }
    connsync_posix_resolver_start(&posix->resolver, host, now_ms());
    posix->stage = STAGE_RESOLVING;
    return CONNSYNC_PORT_OK;
}

/* Begins to connect to the next address; returns 0 or an errno. */
static int dial(struct connsync_posix *posix)
{
    const struct connsync_posix_answer *answer = &posix->resolver.answer;
    const struct connsync_posix_address *address = &answer->addresses[posix->next_address];
    bool last = posix->next_address + 1u == answer->count;
    posix->attempt_deadline_ms = now_ms() + (last ? posix->connect_ms : posix->connect_share_ms);
    posix->fd = socket(address->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    if (posix->fd < 0) {
        return errno;
    }
    int on = 1;
    (void)setsockopt(posix->fd, IPPROTO_TCP, TCP_NODELAY, &on, (socklen_t)sizeof on);
    struct sockaddr_storage name;
    socklen_t length = connsync_posix_address_socket(address, posix->port_number, &name);
    if (connect(posix->fd, (const struct sockaddr *)&name, length) == 0) {
        return 0;
    }
    /* An interrupted connect() goes on by itself, as one in progress does. */
    return errno == EINPROGRESS || errno == EINTR ? 0 : errno;
}

/* How the attempt stands: 0 connected, EINPROGRESS, or why it failed. */
static int attempt_state(const struct connsync_posix *posix)
{
    struct pollfd entry = {posix->fd, POLLOUT, 0};
    if (poll(&entry, 1, 0) <= 0) {
        return now_ms() < posix->attempt_deadline_ms ? EINPROGRESS : ETIMEDOUT;
    }
    int error = 0;
    socklen_t length = (socklen_t)sizeof error;
    if (getsockopt(posix->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) {
        return errno;
    }
    return error;
}

/* Gives one address up. A peer that refused tells more than a route that is
 * missing, so it decides the status and the reason of the whole connection. */
static void give_up_address(struct connsync_posix *posix, int error)
{
    bool network = connsync_posix_is_network_error(error);
    if (!network || posix->failure == CONNSYNC_PORT_ERR_NETWORK) {
        char text[CONNSYNC_POSIX_ADDRESS_TEXT_SIZE];
        connsync_posix_address_text(&posix->resolver.answer.addresses[posix->next_address], text,
                                    sizeof text);
        set_reason(posix, text, posix->port_number, connsync_posix_error_text(error), error);
    }
    if (!network) {
        posix->failure = CONNSYNC_PORT_ERR_CONNECT;
    }
    close_socket(posix);
    posix->next_address++;
}

static int try_addresses(struct connsync_posix *posix)
{
    while (posix->next_address < posix->resolver.answer.count) {
        int error = posix->fd < 0 ? dial(posix) : 0;
        if (error == 0) {
            error = attempt_state(posix);
        }
        if (error == EINPROGRESS) {
            return CONNSYNC_PORT_WOULD_BLOCK;
        }
        if (error == 0) {
            posix->stage = has_proxy(posix) ? STAGE_TUNNEL : STAGE_OPEN;
            posix->tunnel.deadline_ms = now_ms() + CONNSYNC_POSIX_TUNNEL_MS;
            posix->reason[0] = '\0';
            return CONNSYNC_PORT_OK;
        }
        give_up_address(posix, error);
    }
    give_up(posix);
    return posix->failure;
}

/* Brings a TCP connection about, to the proxy where there is one. */
static int reach(struct connsync_posix *posix, const char *dialled)
{
    if (posix->stage == STAGE_CLOSED) {
        int status = begin(posix, dialled);
        if (status != CONNSYNC_PORT_OK) {
            return status;
        }
    }
    if (posix->stage == STAGE_RESOLVING) {
        int status = connsync_posix_resolver_step(&posix->resolver, now_ms());
        if (status == CONNSYNC_PORT_WOULD_BLOCK) {
            return status;
        }
        if (status != CONNSYNC_PORT_OK) {
            int32_t outcome = posix->resolver.answer.outcome;
            return refuse_name(posix, dialled, connsync_posix_outcome_text(outcome));
        }
        posix->stage = STAGE_CONNECTING;
    }
    return posix->stage == STAGE_CONNECTING ? try_addresses(posix) : CONNSYNC_PORT_OK;
}

/* Asks the proxy for a tunnel, and waits for it. */
static int pass_proxy(struct connsync_posix *posix)
{
    int status = connsync_posix_tunnel_step(&posix->tunnel, posix->fd, now_ms());
    if (status == CONNSYNC_PORT_WOULD_BLOCK) {
        return status;
    }
    if (status == CONNSYNC_PORT_OK) {
        posix->stage = STAGE_OPEN;
        posix->reason[0] = '\0';
        return status;
    }
    if (posix->tunnel.failure == CONNSYNC_POSIX_PROXY_CREDENTIALS) {
        posix->rest_until_ms = now_ms() + CONNSYNC_POSIX_PROXY_REST_MS;
    }
    connsync_posix_tunnel_reason(&posix->tunnel, posix->reason, sizeof posix->reason);
    give_up(posix);
    return status;
}

static int connect_through(struct connsync_posix *posix, const char *host, uint16_t port_number)
{
    if (posix->stage == STAGE_CLOSED) {
        if (now_ms() < posix->rest_until_ms) {
            return CONNSYNC_PORT_ERR_NAME; /* failure and reason are still those of the 407 */
        }
        posix->port_number = posix->proxy->port_number;
        if (!connsync_posix_tunnel_prepare(&posix->tunnel, posix->proxy, host, port_number)) {
            return refuse_name(posix, host, "not a host name");
        }
    }
    int status = reach(posix, posix->proxy->host);
    if (status == CONNSYNC_PORT_OK) {
        return posix->stage == STAGE_TUNNEL ? pass_proxy(posix) : status;
    }
    return status == CONNSYNC_PORT_WOULD_BLOCK ? status : proxy_unreachable(posix, status);
}

static int port_connect(void *context, const char *host, uint16_t port_number)
{
    struct connsync_posix *posix = context;
    if (posix->connect_to_host != NULL) {
        host = posix->connect_to_host;
        port_number = posix->connect_to_port != 0 ? posix->connect_to_port : port_number;
    }
    if (has_proxy(posix)) {
        return connect_through(posix, host, port_number);
    }
    if (posix->stage == STAGE_CLOSED) {
        posix->port_number = port_number;
    }
    return reach(posix, host);
}

/* The status of a send or recv that failed with `error`. */
static int32_t stream_failure(struct connsync_posix *posix, int error)
{
    if (error == EAGAIN || error == EWOULDBLOCK) {
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    (void)snprintf(posix->reason, sizeof posix->reason, "the connection broke: %s (errno %d)",
                   connsync_posix_error_text(error), error);
    return connsync_posix_is_network_error(error) ? CONNSYNC_PORT_ERR_NETWORK
                                                  : CONNSYNC_PORT_ERR_RESET;
}

static size_t at_most_int32(size_t length)
{
    return length > (size_t)INT32_MAX ? (size_t)INT32_MAX : length;
}

static int32_t port_send(void *context, const uint8_t *data, size_t length)
{
    struct connsync_posix *posix = context;
    if (posix->stage != STAGE_OPEN) {
        return stream_failure(posix, ENOTCONN);
    }
    ssize_t count;
    do {
        count = send(posix->fd, data, at_most_int32(length), MSG_NOSIGNAL);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return stream_failure(posix, errno);
    }
    return count == 0 ? (int32_t)CONNSYNC_PORT_WOULD_BLOCK : (int32_t)count;
}

static int32_t port_recv(void *context, uint8_t *data, size_t size)
{
    struct connsync_posix *posix = context;
    if (posix->stage != STAGE_OPEN) {
        return stream_failure(posix, ENOTCONN);
    }
    if (size == 0) {
        return CONNSYNC_PORT_WOULD_BLOCK; /* recv() would say 0, which means the end */
    }
    ssize_t count;
    do {
        count = recv(posix->fd, data, at_most_int32(size), 0);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return stream_failure(posix, errno);
    }
    return count == 0 ? (int32_t)CONNSYNC_PORT_EOF : (int32_t)count;
}

static uint64_t port_monotonic_ms(void *context)
{
    (void)context;
    return now_ms();
}

static int port_utc_seconds(void *context, int64_t *seconds)
{
    (void)context;
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return CONNSYNC_PORT_ERR_TIME_UNKNOWN;
    }
    if ((int64_t)now.tv_sec < CONNSYNC_POSIX_EARLIEST_UTC) {
        return CONNSYNC_PORT_ERR_TIME_UNKNOWN;
    }
    *seconds = (int64_t)now.tv_sec;
    return CONNSYNC_PORT_OK;
}

/* The system call needs no /dev, so it also works in an empty container. */
static int port_entropy(void *context, uint8_t *out, size_t length)
{
    (void)context;
    size_t filled = 0;
    while (filled < length) {
        ssize_t count = getrandom(out + filled, length - filled, 0);
        if (count > 0) {
            filled += (size_t)count;
        } else if (count == 0 || errno != EINTR) {
            memset(out, 0, length);
            return CONNSYNC_PORT_ERR_ENTROPY;
        }
    }
    return CONNSYNC_PORT_OK;
}

void connsync_posix_init(struct connsync_posix *posix, const char *connect_to_host,
                         uint16_t connect_to_port)
{
    memset(posix, 0, sizeof *posix);
    posix->connect_ms = CONNSYNC_POSIX_CONNECT_MS;
    posix->connect_share_ms = CONNSYNC_POSIX_CONNECT_SHARE_MS;
    posix->wake_fd = -1;
    posix->port.context = posix;
    posix->port.connect = port_connect;
    posix->port.send = port_send;
    posix->port.recv = port_recv;
    posix->port.close = port_close;
    posix->port.monotonic_ms = port_monotonic_ms;
    posix->port.utc_seconds = port_utc_seconds;
    posix->port.entropy = port_entropy;
    connsync_posix_resolver_init(&posix->resolver);
    posix->connect_to_host = connect_to_host;
    posix->connect_to_port = connect_to_port;
    posix->stage = STAGE_CLOSED;
    posix->fd = -1;
}

const struct connsync_port *connsync_posix_port(struct connsync_posix *posix)
{
    return &posix->port;
}

const char *connsync_posix_reason(const struct connsync_posix *posix)
{
    return posix->reason;
}

enum connsync_posix_proxy_failure connsync_posix_proxy_failure(const struct connsync_posix *posix)
{
    return posix->tunnel.failure;
}

/* What to watch. Nothing wanted of an open connection means not to watch it at
 * all: poll() reports a hang-up unasked, and a sleep would become a busy loop. */
static struct pollfd interest(const struct connsync_posix *posix, bool want_read, bool want_write)
{
    struct pollfd entry = {-1, 0, 0};
    if (posix->stage == STAGE_RESOLVING) {
        entry.fd = posix->resolver.fd;
        entry.events = POLLIN;
    } else if (posix->stage == STAGE_CONNECTING) {
        entry.fd = posix->fd;
        entry.events = POLLOUT;
    } else if (posix->stage == STAGE_TUNNEL) {
        entry.fd = posix->fd;
        entry.events = connsync_posix_tunnel_wants_write(&posix->tunnel) ? POLLOUT : POLLIN;
    } else if (posix->stage == STAGE_OPEN && (want_read || want_write)) {
        entry.fd = posix->fd;
        entry.events = (short)((want_read ? POLLIN : 0) | (want_write ? POLLOUT : 0));
    }
    return entry;
}

/* When the stage of a connection that is being opened ends, or never. */
static uint64_t stage_deadline(const struct connsync_posix *posix)
{
    switch (posix->stage) {
    case STAGE_RESOLVING:
        return posix->resolver.deadline_ms;
    case STAGE_CONNECTING:
        return posix->attempt_deadline_ms;
    case STAGE_TUNNEL:
        return posix->tunnel.deadline_ms;
    default:
        return UINT64_MAX;
    }
}

/* The caller's time, cut to the port's own deadline and to what poll() can hold. */
static int poll_time(const struct connsync_posix *posix, int64_t timeout_ms)
{
    int64_t time = timeout_ms < 0 ? 0 : timeout_ms;
    uint64_t deadline = stage_deadline(posix);
    if (deadline != UINT64_MAX) {
        uint64_t now = now_ms();
        int64_t left = deadline > now ? (int64_t)(deadline - now) : 0;
        time = left < time ? left : time;
    }
    return time > INT_MAX ? INT_MAX : (int)time;
}

enum connsync_posix_wake connsync_posix_wait(struct connsync_posix *posix, bool want_read,
                                             bool want_write, int64_t timeout_ms)
{
    struct pollfd entries[2];
    entries[0] = interest(posix, want_read, want_write);
    entries[1].fd = posix->wake_fd;
    entries[1].events = POLLIN;
    entries[1].revents = 0;
    int count = poll(entries, 2, poll_time(posix, timeout_ms));
    if (count < 0 || entries[1].revents != 0) {
        return CONNSYNC_POSIX_INTERRUPTED;
    }
    return count == 0 ? CONNSYNC_POSIX_TIMEOUT : CONNSYNC_POSIX_READY;
}
