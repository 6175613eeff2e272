/*
 * The functions of the port, and the wait that goes with them. How a connection is opened is
 * posix_connection.c.
 */
/* For getrandom() and, with -std=c11, for all of POSIX. */
#define _GNU_SOURCE 1

#include "platform/posix/network/posix_port.h"

#include "platform/posix/network/posix_connection.h"
#include "platform/posix/network/posix_error.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(struct cs_posix_connection) <= CONNSYNC_POSIX_CONNECTION_SIZE,
               "it lies in the caller's struct connsync_posix");

static struct cs_posix_connection *connection_of(struct connsync_posix *posix)
{
    return (struct cs_posix_connection *)(void *)&posix->connection;
}

static const struct cs_posix_connection *look_at(const struct connsync_posix *posix)
{
    return (const struct cs_posix_connection *)(const void *)&posix->connection;
}

/* The status of a send or recv that failed with `error`. */
static int32_t stream_failure(struct cs_posix_connection *connection, int error)
{
    if (error == EAGAIN || error == EWOULDBLOCK) {
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    (void)snprintf(connection->reason, sizeof connection->reason,
                   "the connection broke: %s (errno %d)", cs_posix_error_text(error), error);
    return cs_posix_is_network_error(error) ? CONNSYNC_PORT_ERR_NETWORK : CONNSYNC_PORT_ERR_RESET;
}

/* Has the peer sent something that was not received yet? */
static bool something_waits(const struct cs_posix_connection *connection)
{
    char first;
    return recv(connection->fd, &first, sizeof first, MSG_PEEK | MSG_DONTWAIT) > 0;
}

static size_t at_most_int32(size_t length)
{
    return length > (size_t)INT32_MAX ? (size_t)INT32_MAX : length;
}

static int port_connect(void *context, const char *host, uint16_t port_number)
{
    const struct connsync_posix *posix = context;
    struct cs_posix_connection *connection = connection_of(context);

    connection->connect_ms = posix->connect_ms;
    connection->attempt_delay_ms = posix->attempt_delay_ms;
    connection->proxy = posix->proxy;
    return cs_posix_connect(connection, host, port_number);
}

static void port_close(void *context)
{
    cs_posix_disconnect(connection_of(context));
}

/* A peer that has said its last word, an alert or an early answer, may reset the connection before
 * all is sent. That word decides: until it is read, bytes are taken that go nowhere. */
static int32_t port_send(void *context, const uint8_t *data, size_t length)
{
    struct cs_posix_connection *connection = connection_of(context);
    if (connection->stage != CS_POSIX_STAGE_OPEN) {
        return stream_failure(connection, ENOTCONN);
    }
    ssize_t count;
    do {
        count = send(connection->fd, data, at_most_int32(length), MSG_NOSIGNAL);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        int32_t failure = stream_failure(connection, errno);
        bool is_lost = failure == CONNSYNC_PORT_ERR_RESET && something_waits(connection);
        return is_lost ? (int32_t)at_most_int32(length) : failure;
    }
    return count == 0 ? (int32_t)CONNSYNC_PORT_WOULD_BLOCK : (int32_t)count;
}

static int32_t port_recv(void *context, uint8_t *data, size_t size)
{
    struct cs_posix_connection *connection = connection_of(context);
    if (connection->stage != CS_POSIX_STAGE_OPEN) {
        return stream_failure(connection, ENOTCONN);
    }
    if (size == 0) {
        return CONNSYNC_PORT_WOULD_BLOCK; /* recv() would say 0, which means the end */
    }
    ssize_t count;
    do {
        count = recv(connection->fd, data, at_most_int32(size), 0);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return stream_failure(connection, errno);
    }
    connection->known_serves |= count > 0;
    if (count == 0 && connection->reason[0] != '\0') {
        return CONNSYNC_PORT_ERR_RESET; /* send() said so, and took the error away */
    }
    return count == 0 ? (int32_t)CONNSYNC_PORT_EOF : (int32_t)count;
}

static uint64_t port_monotonic_ms(void *context)
{
    (void)context;
    return cs_posix_now_ms();
}

static int port_utc_seconds(void *context, int64_t *seconds)
{
    (void)context;
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return CONNSYNC_PORT_ERR_TIME_UNKNOWN;
    }
    if ((int64_t)now.tv_sec < CS_POSIX_EARLIEST_UTC) {
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
    posix->attempt_delay_ms = CONNSYNC_POSIX_ATTEMPT_DELAY_MS;
    posix->wake_fd = -1;
    posix->port.context = posix;
    posix->port.connect = port_connect;
    posix->port.send = port_send;
    posix->port.recv = port_recv;
    posix->port.close = port_close;
    posix->port.monotonic_ms = port_monotonic_ms;
    posix->port.utc_seconds = port_utc_seconds;
    posix->port.entropy = port_entropy;
    struct cs_posix_connection *connection = connection_of(posix);
    cs_posix_connection_init(connection);
    connection->connect_to_host = connect_to_host;
    connection->connect_to_port = connect_to_port;
}

const struct connsync_port *connsync_posix_port(struct connsync_posix *posix)
{
    return &posix->port;
}

const char *connsync_posix_reason(const struct connsync_posix *posix)
{
    return look_at(posix)->reason;
}

bool connsync_posix_address(const struct connsync_posix *posix,
                            char out[CONNSYNC_POSIX_ADDRESS_SIZE])
{
    const struct cs_posix_address *address = &look_at(posix)->known;
    out[0] = '\0';
    if (address->family != 0) {
        cs_posix_address_text(address, out, CONNSYNC_POSIX_ADDRESS_SIZE);
    }
    return out[0] != '\0';
}

bool connsync_posix_is_unresolved(const struct connsync_posix *posix)
{
    return look_at(posix)->is_unresolved;
}

enum connsync_posix_proxy_failure connsync_posix_proxy_failure(const struct connsync_posix *posix)
{
    return look_at(posix)->tunnel.failure;
}

/* What is left until a time, cut to what poll() can hold. */
static int poll_time(uint64_t until)
{
    uint64_t now = cs_posix_now_ms();
    uint64_t left = until > now ? until - now : 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

enum connsync_posix_wake connsync_posix_wait_any(const struct connsync_posix_interest *interests,
                                                 size_t count, uint64_t until_ms)
{
    struct pollfd entries[1 + CONNSYNC_POSIX_WAIT_MAX * CS_POSIX_INTEREST_MAX];
    size_t watched = 1;
    entries[0] = (struct pollfd){interests[0].posix->wake_fd, POLLIN, 0};
    for (size_t i = 0; i < count; i++) {
        const struct cs_posix_connection *connection = look_at(interests[i].posix);
        uint64_t deadline = cs_posix_stage_deadline(connection);
        until_ms = deadline < until_ms ? deadline : until_ms;
        watched += cs_posix_interest(connection, interests[i].want_read, interests[i].want_write,
                                     entries + watched);
    }
    int found = poll(entries, (nfds_t)watched, poll_time(until_ms));
    if (found < 0 || entries[0].revents != 0) {
        return CONNSYNC_POSIX_INTERRUPTED;
    }
    return found == 0 ? CONNSYNC_POSIX_TIMEOUT : CONNSYNC_POSIX_READY;
}

enum connsync_posix_wake connsync_posix_wait(struct connsync_posix *posix, bool want_read,
                                             bool want_write, uint64_t until_ms)
{
    const struct connsync_posix_interest interest = {posix, want_read, want_write};
    return connsync_posix_wait_any(&interest, 1, until_ms);
}
