/*
 * The board, the clock, the random numbers and the sockets that lwIP's platform asks for, as
 * little as a parser of datagrams needs of them. What is fed to it is the targets' own.
 */
#include "tests/fuzz/datagram_support.h"

#include "platform/lwip/connsync_board.h"
#include "platform/lwip/datagram.h"

#include "lwip/dhcp.h"
#include "lwip/init.h"
#include "lwip/pbuf.h"

#include <stdlib.h>
#include <string.h>

uint8_t question[DATAGRAM_MAX];
uint16_t question_length;
uint64_t now_ms;

static struct udp_pcb *asked; /* the socket of the last question */

void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

void prepare(void)
{
    static bool done;
    if (!done) {
        lwip_init();
        dhcp_set_ntp_servers(0, NULL);
        done = true;
    }
}

/* ---- The board ---- */

uint64_t connsync_board_ms(void)
{
    return now_ms;
}

/* Predictable, so that an input means the same in every run. */
int connsync_board_entropy(uint8_t *out, size_t length)
{
    memset(out, 0x5a, length);
    return 0;
}

void connsync_board_console_write(const char *text, size_t length)
{
    (void)text;
    (void)length;
}

void connsync_board_halt(enum connsync_board_code code)
{
    (void)code;
    abort();
}

/* ---- In place of platform/lwip/datagram.c ---- */

struct udp_pcb *cs_datagram_open(udp_recv_fn receive, void *argument)
{
    struct udp_pcb *socket = udp_new();
    require(socket != NULL); /* otherwise the one before it was lost */
    udp_recv(socket, receive, argument);
    return socket;
}

bool cs_datagram_ask(struct udp_pcb *socket, const ip_addr_t *server, uint16_t port_number,
                     const uint8_t *bytes, uint16_t length)
{
    (void)server;
    (void)port_number;
    memcpy(question, bytes, length);
    question_length = length;
    asked = socket;
    return true;
}

void deliver(const uint8_t *message, size_t length, size_t piece)
{
    static struct pbuf chain[DATAGRAM_MAX + 1];
    uint8_t *copy = malloc(length > 0 ? length : 1);
    size_t count = 0;
    size_t at = 0;

    require(copy != NULL && piece > 0 && length <= DATAGRAM_MAX);
    memcpy(copy, message, length);
    do {
        size_t part = length - at < piece ? length - at : piece;
        memset(&chain[count], 0, sizeof chain[count]);
        chain[count].payload = copy + at;
        chain[count].len = (u16_t)part;
        chain[count].tot_len = (u16_t)(length - at);
        chain[count].ref = 2; /* one of them is ours: lwIP never gets to free it */
        chain[count].next = at + part < length ? &chain[count + 1] : NULL;
        at += part;
        count++;
    } while (at < length);
    asked->recv(asked->recv_arg, asked, chain, IP_ADDR_ANY, 0);
    require(chain[0].ref == 1); /* freed, and once */
    free(copy);
}
