/*
 * Opens the connection of the port: looks the name up, dials its addresses (RFC 8305), and asks the
 * proxy for a tunnel where there is one. What is then sent and received, and the waiting, are
 * posix_port.c's; no call blocks (but see posix_resolver.h).
 */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/network/posix_connection.h"

#include "platform/posix/network/posix_error.h"
#include "port/connsync_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
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
    cs_posix_attempts_end(&connection->attempts);
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

static int refuse_name(struct cs_posix_connection *connection, const char *host, const char *phrase,
                       int status)
{
    (void)snprintf(connection->reason, sizeof connection->reason, "%.*s: %s",
                   (int)CS_POSIX_HOST_MAX, host, phrase);
    release(connection);
    return status;
}

/* Ends one attempt. A peer that refused tells more than a route that is
 * missing, so it decides the status and the reason of the whole connection. */
static void end_attempt(struct cs_posix_connection *connection, struct cs_posix_attempt *attempt,
                        int error)
{
    bool network = cs_posix_is_network_error(error);
    if (!network || connection->failure == CONNSYNC_PORT_ERR_NETWORK) {
        char text[CS_POSIX_ADDRESS_TEXT_SIZE];
        cs_posix_address_text(&attempt->address, text, sizeof text);
        set_reason(connection, text, connection->port_number, cs_posix_error_text(error), error);
    }
    if (!network) {
        connection->failure = CONNSYNC_PORT_ERR_CONNECT;
    }
    cs_posix_attempt_end(attempt);
}

/* Dials one more address. One that fails at once has its reason. */
static void dial(struct cs_posix_connection *connection, const struct cs_posix_address *address)
{
    uint64_t now = cs_posix_now_ms();
    connection->next_attempt_ms = now + connection->attempt_delay_ms;
    connection->attempt_deadline_ms = now + connection->connect_ms;
    struct cs_posix_attempt *attempt = &connection->attempts.list[connection->attempts.count];
    int error = cs_posix_attempts_begin(&connection->attempts, address, connection->port_number);
    if (error != 0) {
        end_attempt(connection, attempt, error);
    }
}

/* An address that served a moment ago is dialled before anybody is asked: what name servers have
 * for trouble then is none of a job's that is under way. It serves once for each time that
 * something came from it, so one that serves no more is asked for. */
static bool dial_known(struct cs_posix_connection *connection, const char *host)
{
    bool serves = connection->known_serves && cs_posix_now_ms() < connection->known_until_ms &&
                  strcmp(connection->known_host, host) == 0;
    connection->known_serves = false;
    if (serves) {
        dial(connection, &connection->known);
    }
    return serves;
}

static int begin(struct cs_posix_connection *connection, const char *host)
{
    size_t length = strlen(host);
    connection->reason[0] = '\0';
    connection->failure = CONNSYNC_PORT_ERR_NETWORK;
    connection->asked = false;
    connection->is_unresolved = false;
    if (length == 0 || length > CS_POSIX_HOST_MAX + (host[length - 1] == '.')) {
        return refuse_name(connection, host, "not a host name", CONNSYNC_PORT_ERR_NAME);
    }
    connection->stage = CS_POSIX_STAGE_CONNECTING;
    if (!dial_known(connection, host)) {
        connection->known_until_ms = cs_posix_now_ms() + CS_POSIX_KNOWN_MS;
        (void)snprintf(connection->known_host, sizeof connection->known_host, "%s", host);
    }
    return CONNSYNC_PORT_OK;
}

/* Takes the attempt's socket, and lets go of all that competed with it. */
static int adopt(struct cs_posix_connection *connection, struct cs_posix_attempt *attempt)
{
    connection->fd = attempt->fd;
    attempt->fd = -1;
    connection->known = attempt->address;
    cs_posix_attempts_end(&connection->attempts);
    cs_posix_resolver_stop(&connection->resolver);
    connection->stage = has_proxy(connection) ? CS_POSIX_STAGE_TUNNEL : CS_POSIX_STAGE_OPEN;
    connection->tunnel.deadline_ms = cs_posix_now_ms() + CS_POSIX_TUNNEL_MS;
    connection->reason[0] = '\0';
    return CONNSYNC_PORT_OK;
}

/* The attempt that succeeded, or NULL. Those that failed, or are late, are over. */
static struct cs_posix_attempt *first_connected(struct cs_posix_connection *connection)
{
    bool late = cs_posix_now_ms() >= connection->attempt_deadline_ms;
    for (uint32_t i = 0; i < connection->attempts.count; i++) {
        struct cs_posix_attempt *attempt = &connection->attempts.list[i];
        int error = attempt->fd >= 0 ? cs_posix_attempt_state(attempt) : EINPROGRESS;
        if (error == 0) {
            return attempt;
        }
        if (error != EINPROGRESS || (late && attempt->fd >= 0)) {
            end_attempt(connection, attempt, error != EINPROGRESS ? error : ETIMEDOUT);
        }
    }
    return NULL;
}

/* Has the look-up gone on, and given an address? Begins it, where a known address did not do. */
static int next_address(struct cs_posix_connection *connection, const char *host,
                        struct cs_posix_address *address)
{
    struct cs_posix_resolver *resolver = &connection->resolver;
    bool early = cs_posix_attempts_any(&connection->attempts) &&
                 cs_posix_now_ms() < connection->next_attempt_ms;
    connection->wake_ms = connection->next_attempt_ms;
    if (early && !connection->asked) {
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    if (!connection->asked) {
        connection->asked = true;
        cs_posix_resolver_start(resolver, host, cs_posix_now_ms());
    }
    int status = cs_posix_resolver_step(resolver, cs_posix_now_ms());
    if (early && status == CONNSYNC_PORT_OK) {
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    connection->wake_ms = resolver->deadline_ms;
    if (status != CONNSYNC_PORT_OK) {
        return status;
    }
    if (connection->attempts.count < CS_POSIX_ATTEMPT_MAX &&
        cs_posix_resolver_next(resolver, address)) {
        return CONNSYNC_PORT_OK;
    }
    return cs_posix_resolver_is_running(resolver) ? CONNSYNC_PORT_WOULD_BLOCK
                                                  : CONNSYNC_PORT_ERR_CONNECT;
}

/* There is no address to dial now, for that reason. Goes on while there are attempts. */
static int wait_or_fail(struct cs_posix_connection *connection, const char *host, int status)
{
    if (cs_posix_attempts_any(&connection->attempts)) {
        bool later = status != CONNSYNC_PORT_WOULD_BLOCK ||
                     connection->wake_ms > connection->attempt_deadline_ms;
        connection->wake_ms = later ? connection->attempt_deadline_ms : connection->wake_ms;
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    if (status == CONNSYNC_PORT_WOULD_BLOCK) {
        return status;
    }
    if (connection->attempts.count == 0) {
        return refuse_name(connection, host, cs_posix_outcome_text(connection->resolver.outcome),
                           status);
    }
    release(connection);
    return connection->failure;
}

/* Brings a TCP connection about, to the proxy where there is one. */
static int reach(struct cs_posix_connection *connection, const char *host)
{
    if (connection->stage == CS_POSIX_STAGE_CLOSED) {
        int status = begin(connection, host);
        if (status != CONNSYNC_PORT_OK) {
            return status;
        }
    }
    while (connection->stage == CS_POSIX_STAGE_CONNECTING) {
        struct cs_posix_attempt *connected = first_connected(connection);
        if (connected != NULL) {
            return adopt(connection, connected);
        }
        struct cs_posix_address address;
        int status = next_address(connection, host, &address);
        if (status != CONNSYNC_PORT_OK) {
            return wait_or_fail(connection, host, status);
        }
        dial(connection, &address);
    }
    return CONNSYNC_PORT_OK;
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
            return refuse_name(connection, host, "not a host name", CONNSYNC_PORT_ERR_NAME);
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

/* Whoever disconnects while the proxy is awaited gets to know that it was the proxy, and while the
 * name is looked up, that it was the name. */
void cs_posix_disconnect(struct cs_posix_connection *connection)
{
    if (connection->stage == CS_POSIX_STAGE_TUNNEL) {
        connection->tunnel.failure = CONNSYNC_POSIX_PROXY_ANSWER;
        cs_posix_tunnel_reason(&connection->tunnel, connection->reason, sizeof connection->reason);
    } else if (has_proxy(connection) && connection->stage != CS_POSIX_STAGE_CLOSED &&
               connection->stage != CS_POSIX_STAGE_OPEN) {
        (void)snprintf(connection->reason, sizeof connection->reason, "no answer yet");
        (void)proxy_unreachable(connection, CONNSYNC_PORT_ERR_CONNECT);
    } else if (connection->stage == CS_POSIX_STAGE_CONNECTING && connection->attempts.count == 0) {
        connection->is_unresolved = true;
        (void)refuse_name(connection, connection->known_host,
                          cs_posix_outcome_text(CS_POSIX_NO_NAME_SERVER),
                          CONNSYNC_PORT_ERR_NAME_TEMPORARY);
    }
    release(connection);
}

/* What to watch while the connection is being opened: every look-up and every attempt. */
static size_t opening_interest(const struct cs_posix_connection *connection, struct pollfd *entries)
{
    const struct cs_posix_query *queries = connection->resolver.queries;
    const struct cs_posix_attempts *attempts = &connection->attempts;
    size_t count = 0;
    for (size_t i = 0; connection->asked && i < CS_POSIX_FAMILIES; i++) {
        entries[count++] = (struct pollfd){queries[i].fd, POLLIN, 0};
    }
    for (size_t i = 0; i < attempts->count; i++) {
        entries[count++] = (struct pollfd){attempts->list[i].fd, POLLOUT, 0};
    }
    return count;
}

/* Nothing wanted of an open connection means not to watch it at
 * all: poll() reports a hang-up unasked, and a sleep would become a busy loop. */
size_t cs_posix_interest(const struct cs_posix_connection *connection, bool want_read,
                         bool want_write, struct pollfd *entries)
{
    struct pollfd entry = {connection->fd, 0, 0};
    if (connection->stage == CS_POSIX_STAGE_CONNECTING) {
        return opening_interest(connection, entries);
    }
    if (connection->stage == CS_POSIX_STAGE_TUNNEL) {
        entry.events = cs_posix_tunnel_wants_write(&connection->tunnel) ? POLLOUT : POLLIN;
    } else if (connection->stage == CS_POSIX_STAGE_OPEN) {
        entry.events = (short)((want_read ? POLLIN : 0) | (want_write ? POLLOUT : 0));
    }
    entries[0] = entry;
    return entry.events != 0 ? 1 : 0;
}

/* When the stage of a connection that is being opened ends, or never. */
uint64_t cs_posix_stage_deadline(const struct cs_posix_connection *connection)
{
    switch (connection->stage) {
    case CS_POSIX_STAGE_CONNECTING:
        return connection->wake_ms;
    case CS_POSIX_STAGE_TUNNEL:
        return connection->tunnel.deadline_ms;
    default:
        return UINT64_MAX;
    }
}
