/*
 * A small program for a board, to try the network without the agent: waits until it
 * is ready, opens connections one after another, sends to each a number of bytes,
 * receives until the end, or until it has TAKE bytes, and prints a line for
 * everything that happens.
 *
 *     probe --tap NAME SECONDS [HOST PORT ROUNDS BYTES TAKE]
 *
 * It gives up after SECONDS. The bytes that it sends are 0, 1, 2, ... 250, 0, ...; a
 * received byte enters a checksum of 32 bits (FNV-1a).
 */
#include "platform/lwip/connsync_board.h"
#include "platform/lwip/network.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cs_network network;
static struct connsync_port port;
static uint64_t end_ms;

/* One turn of a main loop. Prints the state when it is another one. */
static void turn(void)
{
    static int shown = -1;
    bool busy = cs_network_poll(&network);
    int state = (int)cs_network_state(&network);
    if (state != shown) {
        char address[CS_NETWORK_ADDRESS_SIZE];
        int64_t seconds = 0;
        shown = state;
        cs_network_address(&network, address);
        (void)port.utc_seconds(port.context, &seconds);
        (void)printf("state: %s %s %" PRId64 "\n",
                     cs_network_state_text((enum cs_network_state)state), address, seconds);
        (void)fflush(stdout);
    }
    if (!busy && cs_network_may_sleep(&network)) {
        connsync_board_sleep();
    }
    connsync_board_feed_watchdog();
    if (connsync_board_ms() >= end_ms) {
        (void)printf("gave up\n");
        exit(1);
    }
}

static int open_connection(const char *host, uint16_t port_number)
{
    int status;
    while ((status = port.connect(port.context, host, port_number)) == CONNSYNC_PORT_WOULD_BLOCK) {
        turn();
    }
    (void)printf("connect: %d %s\n", status, cs_network_reason(&network));
    (void)fflush(stdout);
    return status;
}

static int32_t send_bytes(uint32_t count)
{
    uint8_t bytes[2077]; /* a record of TLS as boards send it */
    uint32_t sent = 0;
    while (sent < count) {
        uint32_t part = count - sent < sizeof bytes ? count - sent : (uint32_t)sizeof bytes;
        for (uint32_t i = 0; i < part; i++) {
            bytes[i] = (uint8_t)((sent + i) % 251u);
        }
        int32_t taken = port.send(port.context, bytes, part);
        if (taken == CONNSYNC_PORT_WOULD_BLOCK) {
            turn();
        } else if (taken < 0) {
            return taken;
        } else {
            sent += (uint32_t)taken;
        }
    }
    return 0;
}

static void receive_bytes(uint64_t limit)
{
    uint8_t bytes[512];
    uint32_t digest = 2166136261u;
    uint64_t total = 0;
    int32_t count = 0;
    while (total < limit && ((count = port.recv(port.context, bytes, sizeof bytes)) > 0 ||
                             count == CONNSYNC_PORT_WOULD_BLOCK)) {
        for (int32_t i = 0; i < count; i++) {
            digest = (digest ^ bytes[i]) * 16777619u;
        }
        total += count > 0 ? (uint64_t)count : 0;
        turn();
    }
    (void)printf("received: %" PRIu64 " %08" PRIx32 " %" PRId32 "\n", total, digest, count);
}

static void show(const char *name, const struct cs_network_mark *mark)
{
    (void)printf("%s: used %" PRIu32 " high %" PRIu32 " size %" PRIu32 " failed %" PRIu32 "\n",
                 name, mark->used, mark->high, mark->size, mark->failed);
}

static void show_figures(void)
{
    struct cs_network_figures figures;
    cs_network_figures(&network, &figures);
    show("heap", &figures.heap);
    show("packet_buffers", &figures.packet_buffers);
    show("tcp_connections", &figures.tcp_connections);
    show("tcp_segments", &figures.tcp_segments);
    show("udp_sockets", &figures.udp_sockets);
    show("timeouts", &figures.timeouts);
}

int main(int count, char **arguments)
{
    if (count != 4 && count != 9) {
        return 64;
    }
    end_ms = connsync_board_ms() + strtoul(arguments[3], NULL, 10) * 1000u;
    if (cs_network_start(&network) != 0) {
        connsync_board_halt(CONNSYNC_BOARD_NO_NETWORK_HARDWARE);
    }
    cs_network_port(&network, &port);
    while (count == 4 || cs_network_state(&network) != CS_NETWORK_READY) {
        turn();
    }
    unsigned long rounds = strtoul(arguments[6], NULL, 10);
    for (unsigned long i = 0; i < rounds; i++) {
        uint16_t port_number = (uint16_t)strtoul(arguments[5], NULL, 10);
        if (open_connection(arguments[4], port_number) == CONNSYNC_PORT_OK) {
            int32_t status = send_bytes((uint32_t)strtoul(arguments[7], NULL, 10));
            (void)printf("sent: %" PRId32 "\n", status);
            receive_bytes(strtoul(arguments[8], NULL, 10));
        }
        port.close(port.context);
    }
    show_figures();
    return 0;
}
