/*
 * Stand-ins for what the readers of datagrams call beside the packet's bytes: a socket that opens or
 * does not, a question that is sent or not, any random number. Included behind the file that is
 * proved, once it is said which port it may ask: `the_port`.
 */
#ifndef CONNSYNC_TESTS_PROOFS_DATAGRAM_H
#define CONNSYNC_TESTS_PROOFS_DATAGRAM_H

#include "proof.h"

u8_t pbuf_free(struct pbuf *packet)
{
    (void)packet;
    return 1;
}

static struct udp_pcb the_socket;

void udp_remove(struct udp_pcb *socket)
{
    __CPROVER_assert(socket == &the_socket, "a socket that is open");
}

struct udp_pcb *cs_datagram_open(udp_recv_fn receive, void *argument)
{
    (void)receive;
    (void)argument;
    return nondet_bool() ? &the_socket : NULL;
}

bool cs_datagram_ask(struct udp_pcb *socket, const ip_addr_t *server, uint16_t port_number,
                     const uint8_t *question, uint16_t length)
{
    __CPROVER_assert(socket == &the_socket && server != NULL && port_number == the_port,
                     "a server");
    __CPROVER_assert(__CPROVER_r_ok(question, length), "a question");
    return nondet_bool();
}

uint32_t cs_lwip_random(void)
{
    return nondet_unsigned();
}

#endif
