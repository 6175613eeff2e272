/*
 * A board without hardware for tests of platform/lwip in one process: the test owns
 * the clock, the cable and the random source; a DHCP server answers on the cable
 * (10.0.0.1 gives 10.0.0.2); and a name server, a time server and TCP peers live
 * in the same lwIP, behind its loopback interface.
 */
#ifndef CONNSYNC_TESTS_LWIP_SUPPORT_H
#define CONNSYNC_TESTS_LWIP_SUPPORT_H

#include "platform/lwip/connsync_board.h"
#include "platform/lwip/network.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OWN_ADDRESS "10.0.0.2"
#define LOOP_ADDRESS "127.0.0.1"
#define SILENT_ADDRESS "10.0.0.99" /* nobody answers to ARP */
#define FAR_ADDRESS "192.0.2.1"    /* behind the router, which passes nothing on */
#define PEER_PORT 4430
#define CLOSED_PORT 4431
#define PEER_RECEIVED_MAX 65536u

enum dhcp_mode {
    DHCP_ANSWERS,
    DHCP_SILENT,
    DHCP_REFUSES,     /* a request is rejected, a discovery not answered */
    DHCP_TEASES,      /* whatever is offered is rejected */
    DHCP_REFUSES_OLD, /* what was not offered just now is rejected */
};

/* What the board and the cable do. All of it may be changed at any time. */
struct world {
    uint64_t now_ms;
    bool link;
    bool entropy_fails;
    enum dhcp_mode dhcp;
    uint8_t dhcp_host;       /* the last byte of the address that is given */
    uint8_t dhcp_lease_s;    /* for how long; 0: 240 */
    bool dhcp_no_router;     /* none is named */
    uint32_t dhcp_requests;  /* that came, answered or not */
    uint32_t dhcp_discovers; /* likewise */
    uint32_t frames_out;
    jmp_buf *halt_to; /* where a halted board is expected; NULL: nowhere */
};
extern struct world world;

extern struct cs_network network;
extern struct connsync_port port;

/* ---- Names ---- */

#define NAME_MESSAGE_MAX 512u

/* What the name server answers to everything, unless `silent`: `count` addresses,
 * after an alias when `alias`; with this response code. */
struct name_server {
    bool silent;
    bool alias;
    uint8_t code;
    uint8_t count;
    const char *addresses[6];
    uint32_t questions;
    /* Changes an answer before it is sent; returns its new length, 0 for none. */
    uint16_t (*change)(uint8_t *message, uint16_t length);
};
extern struct name_server name_server;

/* ---- The time ---- */

struct time_server {
    bool silent;
    int64_t utc; /* seconds since 1970 */
    uint32_t requests;
    void (*change)(uint8_t message[48]);
};
extern struct time_server time_server;

/* ---- The peer ---- */

/* The server's end of a connection; the last one that was accepted. */
struct peer {
    struct tcp_pcb *pcb;
    uint8_t received[PEER_RECEIVED_MAX];
    uint32_t count;
    bool reads; /* takes what comes; otherwise the window closes */
    uint32_t untaken;
    bool ended;
    bool failed;
    uint32_t accepted; /* connections so far */
};
extern struct peer peer;

/* Bytes to send, no two parts of them alike, and room to receive them. */
#define LARGE 60000u
extern uint8_t pattern[LARGE];
extern uint8_t received[LARGE];

void peer_reset(void);
void peer_send(const uint8_t *data, size_t length);
void peer_finish(void);
void peer_abort(void);
void peer_take_all(void);

/* ---- Turns ---- */

/* Starts everything and waits until the network is ready. */
int start_ready(void **state);
void start_network(void);
/* Polls, and lets `ms` pass in steps of one. */
void pass(uint32_t ms);
bool pass_until(enum cs_network_state state, uint32_t at_most_ms);

/* Calls connect until it is decided; the time that took in *took_ms (or NULL). */
int connect_fully(const char *host, uint16_t port_number, uint32_t *took_ms);
/* Sends all in pieces of at most `piece`, however long that takes. */
void send_all(const uint8_t *data, size_t length, size_t piece);
/* Receives until there is something other than would-block, for 30 s. */
int32_t recv_fully(uint8_t *data, size_t size);
/* Opens a connection to the peer, or fails the test. */
void open_pair(const char *address);
/* Closes it on both sides, and waits until nothing is left of it. */
void close_pair(void);

struct cs_network_figures figures(void);
/* No connection, segment, socket, heap or buffer more than `before`. */
void assert_nothing_lost(const struct cs_network_figures *before);

#endif
