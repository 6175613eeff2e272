/* One TCP connection as the port's calls see it: each address of a name in turn, the ring of what
 * came, sending what lwIP takes. Names are for resolver.c, TLS for the core. */
#include "platform/lwip/connection.h"

#include "port/connsync_port.h"

#include "lwip/pbuf.h"

#include <string.h>

/* A record of TLS is larger than the window, so it must be able to pass in parts:
 * two segments are let on their way before the reader takes anything, and what is
 * on its way fits the ring. */
_Static_assert(TCP_WND / TCP_MSS >= 2, "the peer would wait for each acknowledgement");
_Static_assert(sizeof(((struct cs_connection *)0)->ring) >= TCP_WND,
               "the peer may send what the ring cannot hold");
/* A full Ethernet frame, and a small one beside it. */
_Static_assert((PBUF_POOL_SIZE - 2) * PBUF_POOL_BUFSIZE >= 14 + 20 + 20 + TCP_MSS,
               "a whole segment must fit the pool, with something to spare");
/* A full segment with its headers and lwIP's own, and an acknowledgement. */
_Static_assert(MEM_SIZE >= TCP_MSS + 54 + 128, "a whole segment must fit lwIP's heap");
_Static_assert(MEMP_NUM_TCP_SEG >= TCP_SND_QUEUELEN && TCP_SND_QUEUELEN >= 4,
               "what may be queued must be possible to queue");

/* A write that lwIP's heap has no room for is tried again with one segment of it,
 * then with half of that, down to this: smaller ones are more header than content.
 * Two segments on their way are worth more than one, even if the second is short:
 * the peer acknowledges the second at once. */
#define SMALLEST_PART 64u

enum stage {
    STAGE_CLOSED,
    STAGE_RESOLVING,
    STAGE_CONNECTING, /* `failure` gets set when the attempt fails */
    STAGE_OPEN
};

/* ---- lwIP's callbacks. None is called after detach(). ---- */

static err_t on_connected(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct cs_connection *connection = argument;
    (void)pcb;
    (void)error; /* always ERR_OK */
    connection->stage = STAGE_OPEN;
    return ERR_OK;
}

static err_t on_received(void *argument, struct tcp_pcb *pcb, struct pbuf *packet, err_t error)
{
    struct cs_connection *connection = argument;
    (void)pcb;
    (void)error; /* always ERR_OK */
    if (packet == NULL) {
        connection->ended = true;
        return ERR_OK;
    }
    u16_t length = packet->tot_len;
    if (length > TCP_WND - connection->count) {
        return ERR_MEM; /* more than the window: lwIP keeps it, and asks again */
    }
    u16_t end = (u16_t)((connection->first + connection->count) % TCP_WND);
    u16_t part = LWIP_MIN(length, (u16_t)(TCP_WND - end));
    (void)pbuf_copy_partial(packet, connection->ring + end, part, 0);
    (void)pbuf_copy_partial(packet, connection->ring, (u16_t)(length - part), part);
    connection->count = (u16_t)(connection->count + length);
    (void)pbuf_free(packet);
    return ERR_OK;
}

/* The pcb is freed by now. A connection that ends for lack of answers is
 * ERR_ABRT to lwIP. */
static void on_error(void *argument, err_t error)
{
    struct cs_connection *connection = argument;
    bool opening = connection->stage == STAGE_CONNECTING;
    connection->pcb = NULL;
    connection->failure = (int8_t)(opening ? CONNSYNC_PORT_ERR_CONNECT : CONNSYNC_PORT_ERR_RESET);
    if (error == ERR_RST) {
        connection->reason = opening ? "connection refused" : "connection reset by the peer";
    } else {
        connection->reason = "no answer";
    }
}

static void detach(struct tcp_pcb *pcb)
{
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_err(pcb, NULL);
}

/* ---- Opening ---- */

static int give_up(struct cs_connection *connection, int status, const char *reason)
{
    cs_connection_close(connection);
    connection->reason = reason;
    return status;
}

static int refuse_name(struct cs_connection *connection, enum cs_resolver_outcome outcome)
{
    static const char *const reasons[] = {
        [CS_RESOLVER_NO_SUCH_NAME] = "no such name, or none with an IPv4 address",
        [CS_RESOLVER_REFUSED] = "the name servers do not know",
        [CS_RESOLVER_SILENT] = "no name server answered",
        [CS_RESOLVER_NOT_A_NAME] = "not a host name",
        [CS_RESOLVER_NO_SERVER] = "the lease names no name server",
        [CS_RESOLVER_NO_SOCKET] = "no socket left",
    };
    int status =
        outcome <= CS_RESOLVER_SILENT ? CONNSYNC_PORT_ERR_NAME_TEMPORARY : CONNSYNC_PORT_ERR_NAME;
    bool ours = outcome == CS_RESOLVER_NO_SOCKET;
    return give_up(connection, ours ? CONNSYNC_PORT_ERR_NETWORK : status, reasons[outcome]);
}

/* lwIP would send the first segment to nobody until the time is over. */
static bool has_way(const ip4_addr_t *address)
{
    const struct netif *netif = ip4_route(address);
    return netif != NULL &&
           (ip4_addr_net_eq(address, netif_ip4_addr(netif), netif_ip4_netmask(netif)) ||
            !ip4_addr_isany_val(*netif_ip4_gw(netif)));
}

/* Begins to connect to the next address. */
static err_t dial(struct cs_connection *connection, uint16_t port_number, uint64_t now_ms)
{
    if (!has_way(&connection->resolver.addresses[connection->next_address])) {
        return ERR_RTE;
    }
    bool last = connection->next_address + 1u == connection->resolver.count;
    connection->failure = 0;
    connection->deadline_ms =
        (uint32_t)now_ms + (last ? CS_CONNECTION_CONNECT_MS : CS_CONNECTION_CONNECT_SHARE_MS);
    struct tcp_pcb *pcb = tcp_new();
    if (pcb == NULL) {
        return ERR_MEM;
    }
    connection->pcb = pcb;
    tcp_nagle_disable(pcb);
    tcp_arg(pcb, connection);
    tcp_recv(pcb, on_received);
    tcp_err(pcb, on_error);
    ip_addr_t address;
    ip_addr_copy_from_ip4(address, connection->resolver.addresses[connection->next_address]);
    return tcp_connect(pcb, &address, port_number, on_connected);
}

/* Lets go of lwIP's side. An attempt at a connection ends without a trace, an open
 * one with a FIN, one with bytes that nobody took with a RST. */
static void release(struct cs_connection *connection)
{
    struct tcp_pcb *pcb = connection->pcb;
    connection->pcb = NULL;
    if (pcb == NULL) {
        return;
    }
    detach(pcb);
    /* While it says good-bye, the next connection may take its place. */
    tcp_setprio(pcb, TCP_PRIO_MIN);
    if (tcp_close(pcb) != ERR_OK) {
        tcp_abort(pcb);
    }
}

/* Whether the attempt is over without success; `failure` and `reason` say why. */
static bool attempt_failed(struct cs_connection *connection, uint64_t now_ms)
{
    if (connection->pcb != NULL && cs_resolver_is_due((uint32_t)now_ms, connection->deadline_ms)) {
        release(connection);
        connection->failure = CONNSYNC_PORT_ERR_CONNECT;
        connection->reason = "no answer";
    }
    return connection->pcb == NULL;
}

static int try_addresses(struct cs_connection *connection, uint16_t port_number, uint64_t now_ms)
{
    for (;;) {
        if (connection->pcb == NULL && connection->failure == 0) {
            err_t error = dial(connection, port_number, now_ms);
            if (error == ERR_RTE && connection->next_address + 1u < connection->resolver.count) {
                connection->next_address++;
                continue;
            }
            if (error != ERR_OK) {
                return give_up(connection, CONNSYNC_PORT_ERR_NETWORK,
                               error == ERR_RTE ? "no gateway" : "no socket left");
            }
        }
        if (connection->stage == STAGE_OPEN) {
            connection->reason = "";
            return CONNSYNC_PORT_OK;
        }
        if (!attempt_failed(connection, now_ms)) {
            return CONNSYNC_PORT_WOULD_BLOCK;
        }
        bool refused = connection->failure == CONNSYNC_PORT_ERR_CONNECT;
        if (!refused || ++connection->next_address == connection->resolver.count) {
            return give_up(connection, connection->failure, connection->reason);
        }
        connection->failure = 0;
    }
}

/* May the address that was dialled last be dialled again, without asking for the name? It may once,
 * if something came from there and it was asked for a short time ago. */
static bool take_known(struct cs_connection *connection, const char *host, uint64_t now_ms)
{
    uint32_t digest = cs_resolver_digest(host);
    bool serves = connection->serves && connection->host_digest == digest &&
                  (uint32_t)now_ms - connection->resolver.deadline_ms + CS_RESOLVER_MS <
                      CS_CONNECTION_KNOWN_MS;
    connection->serves = false;
    connection->host_digest = digest;
    return serves;
}

static void begin(struct cs_connection *connection, const char *host, uint64_t now_ms)
{
    connection->reason = "";
    connection->failure = 0;
    connection->first = 0;
    connection->count = 0;
    connection->ended = false;
    if (take_known(connection, host, now_ms)) {
        connection->stage = STAGE_CONNECTING;
        return;
    }
    connection->next_address = 0;
    if (cs_resolver_literal(host, &connection->resolver.addresses[0])) {
        connection->resolver.count = 1;
        connection->stage = STAGE_CONNECTING;
        return;
    }
    cs_resolver_start(&connection->resolver, host, now_ms);
    connection->stage = STAGE_RESOLVING;
}

int cs_connection_connect(struct cs_connection *connection, const char *host, uint16_t port_number,
                          uint64_t now_ms)
{
    if (connection->stage == STAGE_CLOSED) {
        if (strchr(host, ':') != NULL) {
            return give_up(connection, CONNSYNC_PORT_ERR_NETWORK, "no IPv6 here");
        }
        begin(connection, host, now_ms);
    }
    if (connection->stage == STAGE_RESOLVING) {
        if (connection->failure != 0) {
            return give_up(connection, connection->failure, connection->reason);
        }
        enum cs_resolver_outcome outcome = cs_resolver_step(&connection->resolver, host, now_ms);
        if (outcome == CS_RESOLVER_RUNNING) {
            return CONNSYNC_PORT_WOULD_BLOCK;
        }
        if (outcome != CS_RESOLVER_FOUND) {
            return refuse_name(connection, outcome);
        }
        connection->stage = STAGE_CONNECTING;
    }
    return try_addresses(connection, port_number, now_ms);
}

/* ---- Open ---- */

/* What to answer when nothing can be sent or received. */
static int32_t stream_failure(const struct cs_connection *connection)
{
    if (connection->stage != STAGE_OPEN) {
        return CONNSYNC_PORT_ERR_RESET;
    }
    return connection->failure != 0 ? connection->failure : (int32_t)CONNSYNC_PORT_WOULD_BLOCK;
}

int32_t cs_connection_send(struct cs_connection *connection, const uint8_t *data, size_t length)
{
    if (connection->stage != STAGE_OPEN || connection->pcb == NULL) {
        return stream_failure(connection);
    }
    size_t part = LWIP_MIN(length, (size_t)tcp_sndbuf(connection->pcb));
    err_t error = ERR_MEM;
    while (part > 0) {
        error = tcp_write(connection->pcb, data, (u16_t)part, TCP_WRITE_FLAG_COPY);
        if (error != ERR_MEM || part <= SMALLEST_PART) {
            break;
        }
        part = part > TCP_MSS ? TCP_MSS : part / 2;
    }
    if (error == ERR_MEM) {
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    if (error != ERR_OK) {
        return CONNSYNC_PORT_ERR_RESET;
    }
    /* What cannot leave now leaves with the next poll. */
    (void)tcp_output(connection->pcb);
    return (int32_t)part;
}

int32_t cs_connection_recv(struct cs_connection *connection, uint8_t *data, size_t size)
{
    if (connection->stage == STAGE_OPEN && connection->count == 0 && connection->ended) {
        return CONNSYNC_PORT_EOF; /* a reset after the end makes it no less the end */
    }
    if (connection->stage != STAGE_OPEN || connection->count == 0 || size == 0) {
        return stream_failure(connection);
    }
    /* Up to the end of the ring; the rest comes with the next call. */
    size_t part = LWIP_MIN((size_t)connection->count, (size_t)(TCP_WND - connection->first));
    part = LWIP_MIN(part, size);
    memcpy(data, connection->ring + connection->first, part);
    connection->first = (uint16_t)((connection->first + part) % TCP_WND);
    connection->count = (uint16_t)(connection->count - part);
    connection->taken = 2;
    connection->serves = true;
    if (connection->pcb != NULL) {
        tcp_recved(connection->pcb, (u16_t)part);
    }
    return (int32_t)part;
}

void cs_connection_close(struct cs_connection *connection)
{
    cs_resolver_stop(&connection->resolver);
    release(connection);
    connection->count = 0;
    connection->stage = STAGE_CLOSED;
}

void cs_connection_poll(struct cs_connection *connection)
{
    connection->taken = connection->taken > 0 ? (uint8_t)(connection->taken - 1) : 0;
    if (connection->pcb != NULL && connection->pcb->unsent != NULL) {
        (void)tcp_output(connection->pcb);
    }
}

void cs_connection_break(struct cs_connection *connection, const char *reason)
{
    if (connection->stage == STAGE_CLOSED) {
        return;
    }
    cs_resolver_stop(&connection->resolver);
    struct tcp_pcb *pcb = connection->pcb;
    connection->pcb = NULL;
    if (pcb != NULL) {
        detach(pcb);
        tcp_abort(pcb); /* its RST may get through, or not */
    }
    connection->failure = CONNSYNC_PORT_ERR_NETWORK;
    connection->serves = false;
    connection->reason = reason;
}

bool cs_connection_is_read(const struct cs_connection *connection)
{
    return connection->count > 0 && connection->taken > 0;
}
