/*
 * Opens the connection of the port: looks the name up, dials the addresses one after another, and
 * asks the proxy for a tunnel where there is one. What is then sent and received, and the waiting,
 * are posix_port.c's; no call blocks (but see posix_resolver.h).
 */
/* For SOCK_CLOEXEC and, with -std=c11, for all of POSIX. */
#define _GNU_SOURCE 1

#include "platform/posix/network/posix_connection.h"

#include "platform/posix/network/posix_error.h"
#include "port/connsync_port.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* After a proxy rejected the credentials, how long it is not asked again: each attempt counts
 * towards a lock of the account. */
#define PROXY_REST_MS 60000u

_Static_assert(CONNSYNC_POSIX_HOST_MAX == CS_POSIX_HOST_MAX, "a proxy has a name like any host");

uint64_t cs_posix_now_ms(void)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

void cs_posix_connection_init(struct cs_posix_connection *connection)
{
    memset(connection, 0, sizeof *connection);
    cs_posix_resolver_init(&connection->resolver);
    connection->stage = CS_POSIX_STAGE_CLOSED;
    connection->fd = -1;
}

static void set_reason(struct cs_posix_connection *connection, const char *subject,
                       uint16_t port_number, const char *phrase, int error)
{
    if (error != 0 && strcmp(phrase, "failed") == 0) {
        (void)snprintf(connection->reason, sizeof connection->reason,
                       "%s port %u: failed (errno %d)", subject, (unsigned)port_number, error);
        return;
    }
    (void)snprintf(connection->reason, sizeof connection->reason, "%s port %u: %s", subject,
                   (unsigned)port_number, phrase);
}

static void close_socket(struct cs_posix_connection *connection)
{
    if (connection->fd >= 0) {
        /* Not repeated on EINTR: the descriptor is gone by then, on Linux. */
        (void)close(connection->fd);
        connection->fd = -1;
    }
}

static void release(struct cs_posix_connection *connection)
{
    cs_posix_resolver_stop(&connection->resolver);
    close_socket(connection);
    connection->stage = CS_POSIX_STAGE_CLOSED;
}

static bool has_proxy(const struct cs_posix_connection *connection)
{
    return connection->proxy != NULL && connection->proxy->host[0] != '\0';
}

/* The proxy was not reached, for the reason so far. */
static int proxy_unreachable(struct cs_posix_connection *connection, int status)
{
    char cause[CS_POSIX_REASON_SIZE / 2];
    (void)snprintf(cause, sizeof cause, "%.*s", (int)sizeof cause - 1, connection->reason);
    (void)snprintf(connection->reason, sizeof connection->reason,
                   "the proxy %s port %u cannot be reached (%s)", connection->proxy->host,
                   (unsigned)connection->proxy->port_number, cause);
    connection->tunnel.failure = CONNSYNC_POSIX_PROXY_UNREACHABLE;
    return status;
}

static int refuse_name(struct cs_posix_connection *connection, const char *host, const char *phrase)
{
    (void)snprintf(connection->reason, sizeof connection->reason, "%.*s: %s",
                   (int)CS_POSIX_HOST_MAX, host, phrase);
    release(connection);
    return CONNSYNC_PORT_ERR_NAME;
}

/* Finds the addresses to dial: at once for a literal one, else by the resolver. */
static int begin(struct cs_posix_connection *connection, const char *host)
{
    struct cs_posix_answer *answer = &connection->resolver.answer;
    connection->reason[0] = '\0';
    connection->next_address = 0;
    connection->failure = CONNSYNC_PORT_ERR_NETWORK;
    if (cs_posix_address_parse(host, &answer->addresses[0])) {
        answer->outcome = CS_POSIX_RESOLVED;
        answer->count = 1;
        connection->stage = CS_POSIX_STAGE_CONNECTING;
        return CONNSYNC_PORT_OK;
    }
    size_t length = strlen(host);
    if (length == 0 || length > CS_POSIX_HOST_MAX) {
        return refuse_name(connection, host, "not a host name");
    }
    cs_posix_resolver_start(&connection->resolver, host, cs_posix_now_ms());
    connection->stage = CS_POSIX_STAGE_RESOLVING;
    return CONNSYNC_PORT_OK;
}

/* Begins to connect to the next address; returns 0 or an errno. */
static int dial(struct cs_posix_connection *connection)
{
    const struct cs_posix_answer *answer = &connection->resolver.answer;
    const struct cs_posix_address *address = &answer->addresses[connection->next_address];
    bool last = connection->next_address + 1u == answer->count;
    connection->attempt_deadline_ms =
        cs_posix_now_ms() + (last ? connection->connect_ms : connection->connect_share_ms);
    connection->fd =
        socket(address->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    if (connection->fd < 0) {
        return errno;
    }
    int on = 1;
    (void)setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, (socklen_t)sizeof on);
    struct sockaddr_storage name;
    socklen_t length = cs_posix_address_socket(address, connection->port_number, &name);
    if (connect(connection->fd, (const struct sockaddr *)&name, length) == 0) {
        return 0;
    }
    /* An interrupted connect() goes on by itself, as one in progress does. */
    return errno == EINPROGRESS || errno == EINTR ? 0 : errno;
}

/* How the attempt stands: 0 connected, EINPROGRESS, or why it failed. */
static int attempt_state(const struct cs_posix_connection *connection)
{
    struct pollfd entry = {connection->fd, POLLOUT, 0};
    if (poll(&entry, 1, 0) <= 0) {
        return cs_posix_now_ms() < connection->attempt_deadline_ms ? EINPROGRESS : ETIMEDOUT;
    }
    int error = 0;
    socklen_t length = (socklen_t)sizeof error;
    if (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) {
        return errno;
    }
    return error;
}

/* Releases one address. A peer that refused tells more than a route that is
 * missing, so it decides the status and the reason of the whole connection. */
static void release_address(struct cs_posix_connection *connection, int error)
{
    bool network = cs_posix_is_network_error(error);
    if (!network || connection->failure == CONNSYNC_PORT_ERR_NETWORK) {
        char text[CS_POSIX_ADDRESS_TEXT_SIZE];
        cs_posix_address_text(&connection->resolver.answer.addresses[connection->next_address],
                              text, sizeof text);
        set_reason(connection, text, connection->port_number, cs_posix_error_text(error), error);
    }
    if (!network) {
        connection->failure = CONNSYNC_PORT_ERR_CONNECT;
    }
    close_socket(connection);
    connection->next_address++;
}

static int try_addresses(struct cs_posix_connection *connection)
{
    while (connection->next_address < connection->resolver.answer.count) {
        int error = connection->fd < 0 ? dial(connection) : 0;
        if (error == 0) {
            error = attempt_state(connection);
        }
        if (error == EINPROGRESS) {
            return CONNSYNC_PORT_WOULD_BLOCK;
        }
        if (error == 0) {
            connection->stage = has_proxy(connection) ? CS_POSIX_STAGE_TUNNEL : CS_POSIX_STAGE_OPEN;
            connection->tunnel.deadline_ms = cs_posix_now_ms() + CS_POSIX_TUNNEL_MS;
            connection->reason[0] = '\0';
            return CONNSYNC_PORT_OK;
        }
        release_address(connection, error);
    }
    release(connection);
    return connection->failure;
}

/* Brings a TCP connection about, to the proxy where there is one. */
static int reach(struct cs_posix_connection *connection, const char *dialled)
{
    if (connection->stage == CS_POSIX_STAGE_CLOSED) {
        int status = begin(connection, dialled);
        if (status != CONNSYNC_PORT_OK) {
            return status;
        }
    }
    if (connection->stage == CS_POSIX_STAGE_RESOLVING) {
        int status = cs_posix_resolver_step(&connection->resolver, cs_posix_now_ms());
        if (status == CONNSYNC_PORT_WOULD_BLOCK) {
            return status;
        }
        if (status != CONNSYNC_PORT_OK) {
            int32_t outcome = connection->resolver.answer.outcome;
            return refuse_name(connection, dialled, cs_posix_outcome_text(outcome));
        }
        connection->stage = CS_POSIX_STAGE_CONNECTING;
    }
    return connection->stage == CS_POSIX_STAGE_CONNECTING ? try_addresses(connection)
                                                          : CONNSYNC_PORT_OK;
}

/* Asks the proxy for a tunnel, and waits for it. */
static int pass_proxy(struct cs_posix_connection *connection)
{
    int status = cs_posix_tunnel_step(&connection->tunnel, connection->fd, cs_posix_now_ms());
    if (status == CONNSYNC_PORT_WOULD_BLOCK) {
        return status;
    }
    if (status == CONNSYNC_PORT_OK) {
        connection->stage = CS_POSIX_STAGE_OPEN;
        connection->reason[0] = '\0';
        return status;
    }
    if (connection->tunnel.failure == CONNSYNC_POSIX_PROXY_CREDENTIALS) {
        connection->rest_until_ms = cs_posix_now_ms() + PROXY_REST_MS;
    }
    cs_posix_tunnel_reason(&connection->tunnel, connection->reason, sizeof connection->reason);
    release(connection);
    return status;
}

static int connect_through(struct cs_posix_connection *connection, const char *host,
                           uint16_t port_number)
{
    if (connection->stage == CS_POSIX_STAGE_CLOSED) {
        if (cs_posix_now_ms() < connection->rest_until_ms) {
            return CONNSYNC_PORT_ERR_NAME; /* failure and reason are still those of the 407 */
        }
        connection->port_number = connection->proxy->port_number;
        if (!cs_posix_tunnel_prepare(&connection->tunnel, connection->proxy, host, port_number)) {
            return refuse_name(connection, host, "not a host name");
        }
    }
    int status = reach(connection, connection->proxy->host);
    if (status == CONNSYNC_PORT_OK) {
        return connection->stage == CS_POSIX_STAGE_TUNNEL ? pass_proxy(connection) : status;
    }
    return status == CONNSYNC_PORT_WOULD_BLOCK ? status : proxy_unreachable(connection, status);
}

int cs_posix_connect(struct cs_posix_connection *connection, const char *host, uint16_t port_number)
{
    if (connection->connect_to_host != NULL) {
        host = connection->connect_to_host;
        port_number = connection->connect_to_port != 0 ? connection->connect_to_port : port_number;
    }
    if (has_proxy(connection)) {
        return connect_through(connection, host, port_number);
    }
    if (connection->stage == CS_POSIX_STAGE_CLOSED) {
        connection->port_number = port_number;
    }
    return reach(connection, host);
}

/* Whoever disconnects while the proxy is awaited gets to know that it was the proxy. */
void cs_posix_disconnect(struct cs_posix_connection *connection)
{
    if (connection->stage == CS_POSIX_STAGE_TUNNEL) {
        connection->tunnel.failure = CONNSYNC_POSIX_PROXY_ANSWER;
        cs_posix_tunnel_reason(&connection->tunnel, connection->reason, sizeof connection->reason);
    } else if (has_proxy(connection) && connection->stage != CS_POSIX_STAGE_CLOSED &&
               connection->stage != CS_POSIX_STAGE_OPEN) {
        (void)snprintf(connection->reason, sizeof connection->reason, "no answer yet");
        (void)proxy_unreachable(connection, CONNSYNC_PORT_ERR_CONNECT);
    }
    release(connection);
}

/* What to watch. Nothing wanted of an open connection means not to watch it at
 * all: poll() reports a hang-up unasked, and a sleep would become a busy loop. */
struct pollfd cs_posix_interest(const struct cs_posix_connection *connection, bool want_read,
                                bool want_write)
{
    struct pollfd entry = {-1, 0, 0};
    if (connection->stage == CS_POSIX_STAGE_RESOLVING) {
        entry.fd = connection->resolver.fd;
        entry.events = POLLIN;
    } else if (connection->stage == CS_POSIX_STAGE_CONNECTING) {
        entry.fd = connection->fd;
        entry.events = POLLOUT;
    } else if (connection->stage == CS_POSIX_STAGE_TUNNEL) {
        entry.fd = connection->fd;
        entry.events = cs_posix_tunnel_wants_write(&connection->tunnel) ? POLLOUT : POLLIN;
    } else if (connection->stage == CS_POSIX_STAGE_OPEN && (want_read || want_write)) {
        entry.fd = connection->fd;
        entry.events = (short)((want_read ? POLLIN : 0) | (want_write ? POLLOUT : 0));
    }
    return entry;
}

/* When the stage of a connection that is being opened ends, or never. */
uint64_t cs_posix_stage_deadline(const struct cs_posix_connection *connection)
{
    switch (connection->stage) {
    case CS_POSIX_STAGE_RESOLVING:
        return connection->resolver.deadline_ms;
    case CS_POSIX_STAGE_CONNECTING:
        return connection->attempt_deadline_ms;
    case CS_POSIX_STAGE_TUNNEL:
        return connection->tunnel.deadline_ms;
    default:
        return UINT64_MAX;
    }
}
