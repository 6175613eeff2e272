/* A socket for one question, and the question's packet. What is asked, when it is asked again and
 * what an answer must be, is for resolver.c and time_client.c. */
#include "platform/lwip/datagram.h"

#include "lwip/pbuf.h"

/* Dynamic ports (RFC 6335) are 49152 to 65535. */
#define FIRST_DYNAMIC_PORT 49152u
#define DYNAMIC_PORTS 16384u
/* A port that is taken is a matter of one in thousands. */
#define PORT_TRIES 4

struct udp_pcb *cs_datagram_open(udp_recv_fn receive, void *argument)
{
    struct udp_pcb *socket = udp_new();
    if (socket == NULL) {
        return NULL;
    }
    for (int i = 0; i < PORT_TRIES; i++) {
        uint32_t offset = cs_lwip_random() % DYNAMIC_PORTS;
        if (udp_bind(socket, IP4_ADDR_ANY, (uint16_t)(FIRST_DYNAMIC_PORT + offset)) == ERR_OK) {
            udp_recv(socket, receive, argument);
            return socket;
        }
    }
    udp_remove(socket);
    return NULL;
}

bool cs_datagram_ask(struct udp_pcb *socket, const ip_addr_t *server, uint16_t port_number,
                     const uint8_t *question, uint16_t length)
{
    struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, length, PBUF_RAM);
    if (packet == NULL) {
        return false;
    }
    bool sent = pbuf_take(packet, question, length) == ERR_OK &&
                udp_connect(socket, server, port_number) == ERR_OK &&
                udp_send(socket, packet) == ERR_OK;
    (void)pbuf_free(packet);
    return sent;
}
