/*
 * The network of a board without an operating system: lwIP over the board's
 * Ethernet controller, an address by DHCP, the date by SNTP, names by DNS, and
 * the port that the core talks to.
 *
 * lwIP keeps its state in statics, so there is one network in a program. The
 * caller owns `struct cs_network`; it must stay where it is from the start
 * to the end of the program. Nothing here allocates but from lwIP's own pools,
 * nothing waits, and everything is called from the main loop:
 *
 *     cs_network_start(&network);
 *     cs_network_port(&network, &port);
 *     for (;;) {
 *         bool busy = cs_network_poll(&network);
 *         ... one connsync_step(), if a job is on ...
 *         if (!busy && cs_network_may_sleep(&network)) {
 *             connsync_board_sleep();
 *         }
 *     }
 */
#ifndef CONNSYNC_PLATFORM_LWIP_NETWORK_H
#define CONNSYNC_PLATFORM_LWIP_NETWORK_H

#include "platform/lwip/connection.h"
#include "platform/lwip/time_client.h"
#include "port/connsync_port.h"

#include "lwip/netif.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* At most so many frames are taken in one turn, so that a flood of them cannot
 * keep the agent and the watchdog from their turn. */
#define CS_NETWORK_FRAMES_A_TURN 16u

/* After a server has refused the very address that it had offered, nothing is asked of one for this
 * long, as after an address that turns out to be taken (RFC 2131, 3.1.5). */
#define CS_NETWORK_REFUSED_MS 10000u

/* "255.255.255.255" and a NUL. */
#define CS_NETWORK_ADDRESS_SIZE 16u

/* How far the network is; each state needs the ones before it. A job begun
 * before READY ends with CONNSYNC_PORT_ERR_NETWORK or ERR_TIME_UNKNOWN. */
enum cs_network_state {
    CS_NETWORK_NO_LINK,  /* the cable carries nothing */
    CS_NETWORK_NO_LEASE, /* no DHCP server has given or confirmed an address */
    CS_NETWORK_NO_TIME,  /* no time server has told a date that can be */
    CS_NETWORK_READY
};

struct cs_network {
    /* Private. */
    struct netif netif;
    struct cs_time_client time;
    struct cs_connection connection;
    ip4_addr_t address; /* of the lease as it was in the last turn; 0.0.0.0 without */
    uint32_t frames_in;
    uint32_t frames_out;
    uint32_t frames_refused; /* by the controller, because it was busy */
};

/* Use of one of lwIP's pools, in elements; of its heap, in bytes. */
struct cs_network_mark {
    uint32_t used;
    uint32_t high; /* the most that ever was in use */
    uint32_t size;
    uint32_t failed; /* requests that could not be met */
};

struct cs_network_figures {
    struct cs_network_mark heap;
    struct cs_network_mark packet_buffers; /* received frames lie in these */
    struct cs_network_mark references;     /* pbufs that point at other memory */
    struct cs_network_mark tcp_connections;
    struct cs_network_mark tcp_segments;
    struct cs_network_mark udp_sockets;
    struct cs_network_mark timeouts;
    uint32_t frames_in;
    uint32_t frames_out;
    uint32_t frames_refused;
};

/* Starts lwIP and the controller, and asks for an address. Negative when the
 * controller does not answer. To be called once. */
int cs_network_start(struct cs_network *network);

/* One turn: takes the frames that wait, runs what is due, watches the link and
 * the lease. True when frames were moved, so that another turn is worth while. */
bool cs_network_poll(struct cs_network *network);

/* Takes the frames that wait, and runs what is due, of the `struct cs_network` at `network`: for the
 * long computations of a job, in which nobody comes to poll. The peer has its
 * acknowledgements then, and a controller with a small memory keeps room. Never from an
 * interrupt: lwIP may be anywhere then. */
void cs_network_attend(void *network);

/* False when a frame waits, or when the agent is in the middle of taking what
 * was received: sleeping then makes a download many times slower. */
bool cs_network_may_sleep(const struct cs_network *network);

enum cs_network_state cs_network_state(const struct cs_network *network);

/* The time that is known may be wrong: see cs_time_client_doubt(). */
void cs_network_doubt_time(struct cs_network *network);

/* A word or two for the console, such as "no lease". */
const char *cs_network_state_text(enum cs_network_state state);

/* Fills the seven functions of the port; connection.h tells what they do. */
void cs_network_port(struct cs_network *network, struct connsync_port *out);

/* Our own address as text; "0.0.0.0" without a lease. */
void cs_network_address(const struct cs_network *network, char text[CS_NETWORK_ADDRESS_SIZE]);

/* Why the last connection could not be opened or broke, as a constant phrase
 * for people ("connection refused"); "" if none did. */
const char *cs_network_reason(const struct cs_network *network);

/* The marks of lwIP's pools since the start. */
void cs_network_figures(const struct cs_network *network, struct cs_network_figures *out);

#ifdef __cplusplus
}
#endif

#endif
