/*
 * One question to one server over UDP, and its answer: what DNS and SNTP have in
 * common. The question leaves from a port that nobody can predict, and lwIP
 * delivers only what comes back from that server's address and port.
 */
#ifndef CONNSYNC_PLATFORM_LWIP_DATAGRAM_H
#define CONNSYNC_PLATFORM_LWIP_DATAGRAM_H

#include "lwip/ip_addr.h"
#include "lwip/udp.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Opens a socket; its answers go to `receive`, which frees them. NULL when lwIP has
 * none left. udp_remove() closes it. */
struct udp_pcb *cs_datagram_open(udp_recv_fn receive, void *argument);

/* Sends `length` bytes to `server`, which is from now on the only one that is
 * listened to. False when it could not be sent. */
bool cs_datagram_ask(struct udp_pcb *socket, const ip_addr_t *server, uint16_t port_number,
                     const uint8_t *question, uint16_t length);

#ifdef __cplusplus
}
#endif

#endif
