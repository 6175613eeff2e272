/*
 * The one TCP connection, over lwIP's raw interface. The port's connect, send, recv
 * and close are these functions, once the network has been looked at.
 *
 * What TCP delivers is copied at once into a ring as large as the window, and its
 * packet buffers go back to the pool. The window opens again only as the reader
 * takes from the ring, so a peer can never have more on its way than fits, and a
 * peer that sends in tiny segments cannot use up the pool, which the
 * acknowledgements of what we send need too.
 *
 * Data that came before a reset, or before the network went away, is still given
 * to the reader, and then the failure; `send` tells of it at once.
 */
#ifndef CONNSYNC_PLATFORM_LWIP_CONNECTION_H
#define CONNSYNC_PLATFORM_LWIP_CONNECTION_H

#include "platform/lwip/resolver.h"

#include "lwip/tcp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How long the last address of a name may take to answer ... */
#define CS_CONNECTION_CONNECT_MS 10000u
/* ... and how long one before it: two retransmissions of the first segment, then
 * the next address has its turn. */
#define CS_CONNECTION_CONNECT_SHARE_MS 3500u

/* For how long an address that served is dialled again without asking, since it was told. */
#define CS_CONNECTION_KNOWN_MS 300000u

struct cs_connection {
    /* Private. */
    struct cs_resolver resolver;
    struct tcp_pcb *pcb; /* lwIP's; NULL when there is none, or lwIP has freed it */
    const char *reason;
    uint8_t stage;
    uint8_t next_address;
    bool ended;    /* the peer's FIN has come */
    bool serves;   /* something has come from the address that was dialled last */
    uint8_t taken; /* not 0: bytes were taken since the last poll, or the one before */
    int8_t failure;
    uint16_t first; /* the oldest byte in the ring */
    uint16_t count;
    uint32_t host_digest; /* of the name whose addresses these are */
    uint32_t deadline_ms; /* the low half of the time */
    uint8_t ring[TCP_WND];
};

/* As the port's functions; the statuses are those of connsync_port_status. */
int cs_connection_connect(struct cs_connection *connection, const char *host, uint16_t port_number,
                          uint64_t now_ms);
int32_t cs_connection_send(struct cs_connection *connection, const uint8_t *data, size_t length);
int32_t cs_connection_recv(struct cs_connection *connection, uint8_t *data, size_t size);
void cs_connection_close(struct cs_connection *connection);

/* Sends what the controller had no time for. */
void cs_connection_poll(struct cs_connection *connection);

/* The network is gone, or is another one: whatever is open or being opened fails
 * with CONNSYNC_PORT_ERR_NETWORK, and `reason` (borrowed for good) says why. */
void cs_connection_break(struct cs_connection *connection, const char *reason);

/* Whether received bytes wait that a reader is in the middle of taking. */
bool cs_connection_is_read(const struct cs_connection *connection);

#ifdef __cplusplus
}
#endif

#endif
