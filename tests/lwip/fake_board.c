/* The board's functions, and the DHCP server at the other end of its cable. */

#include "tests/lwip/lwip_support.h"

#include "lwip/pbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MAX 1514u
#define DHCP_DISCOVER 1
#define DHCP_OFFER 2
#define DHCP_ACK 5
#define DHCP_NAK 6

struct world world;

/* At most one frame is on its way to the board. */
static uint8_t waiting[FRAME_MAX];
static uint16_t waiting_length;
static uint64_t random_state = 88172645463325252u;

uint64_t connsync_board_ms(void)
{
    return world.now_ms;
}

void connsync_board_sleep(void)
{
    world.now_ms++;
}

void connsync_board_console_write(const char *text, size_t length)
{
    (void)fwrite(text, 1, length, stderr);
}

void connsync_board_halt(enum connsync_board_code code)
{
    if (world.halt_to != NULL) {
        longjmp(*world.halt_to, (int)code);
    }
    (void)fprintf(stderr, "halted with code %d\n", (int)code);
    abort();
}

int connsync_board_entropy(uint8_t *out, size_t length)
{
    if (world.entropy_fails) {
        return -1;
    }
    for (size_t i = 0; i < length; i++) { /* xorshift: the same in every run */
        random_state ^= random_state << 13;
        random_state ^= random_state >> 7;
        random_state ^= random_state << 17;
        out[i] = (uint8_t)(random_state >> 24);
    }
    return 0;
}

void connsync_board_mac(uint8_t mac[CONNSYNC_BOARD_MAC_SIZE])
{
    static const uint8_t address[CONNSYNC_BOARD_MAC_SIZE] = {2, 0, 0, 0, 0, 2};
    memcpy(mac, address, sizeof address);
}

int connsync_board_nic_start(void)
{
    return 0;
}

bool connsync_board_nic_link(void)
{
    return world.link;
}

bool connsync_board_nic_waiting(void)
{
    return waiting_length > 0;
}

struct pbuf *connsync_board_nic_receive(void)
{
    struct pbuf *frame = pbuf_alloc(PBUF_RAW, waiting_length, PBUF_POOL);
    if (frame != NULL) {
        (void)pbuf_take(frame, waiting, waiting_length);
    }
    waiting_length = 0;
    return frame;
}

static uint8_t *put(uint8_t *at, const void *bytes, size_t length)
{
    memcpy(at, bytes, length);
    return at + length;
}

static void answer_arp(const uint8_t *request)
{
    static const uint8_t server[] = {10, 0, 0, 1};
    static const uint8_t kind[] = {8, 6, 0, 1, 8, 0, 6, 4, 0, 2};
    static const uint8_t server_mac[] = {2, 0, 0, 0, 0, 1};
    if (request[21] != 1 || memcmp(request + 38, server, 4) != 0) {
        return;
    }
    uint8_t *at = put(waiting, request + 6, 6);
    at = put(at, server_mac, 6);
    at = put(at, kind, sizeof kind);
    at = put(at, server_mac, 6);
    at = put(at, server, 4);
    (void)put(at, request + 22, 10);
    waiting_length = 60;
}

static uint16_t ip_checksum(const uint8_t *header)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < 20; i += 2) {
        sum += (uint32_t)header[i] << 8 | header[i + 1];
    }
    sum = (sum & 0xffffu) + (sum >> 16);
    sum = (sum & 0xffffu) + (sum >> 16);
    return (uint16_t)~sum;
}

/* The first byte of an option of the message; 0 without. */
static uint8_t dhcp_option_of(const uint8_t *request, uint16_t length, uint8_t option)
{
    const uint8_t *at = request + 42 + 240;
    while (at + 2 < request + length && *at != 255) {
        if (*at == option) {
            return at[2];
        }
        at += 2 + at[1];
    }
    return 0;
}

/* What the server says; 0: nothing. A request with a server's address (option 54) follows an
 * offer. */
static uint8_t dhcp_reply(const uint8_t *request, uint16_t length)
{
    if (dhcp_option_of(request, length, 53) == DHCP_DISCOVER) {
        world.dhcp_discovers++;
        return world.dhcp == DHCP_SILENT || world.dhcp == DHCP_REFUSES ? 0 : DHCP_OFFER;
    }
    world.dhcp_requests++;
    bool offered = dhcp_option_of(request, length, 54) != 0;
    if (world.dhcp == DHCP_SILENT) {
        return 0;
    }
    if (world.dhcp == DHCP_ANSWERS || (world.dhcp == DHCP_REFUSES_OLD && offered)) {
        return DHCP_ACK;
    }
    return DHCP_NAK;
}

static void answer_dhcp(const uint8_t *request, uint16_t length)
{
    uint8_t reply = dhcp_reply(request, length);
    uint8_t lease = world.dhcp_lease_s != 0 ? world.dhcp_lease_s : 240;
    uint8_t router = world.dhcp_no_router ? 224 : 3; /* the former means nothing (RFC 3942) */
    if (reply == 0) {
        return;
    }
    const uint8_t options[] = {99,     130, 83,    99,                    /* magic */
                               53,     1,   reply,                        /* kind of message */
                               54,     4,   10,    0,   0,   1,           /* server */
                               51,     4,   0,     0,   0,   lease,       /* in seconds */
                               1,      4,   255,   255, 255, 0,           /* mask */
                               router, 4,   10,    0,   0,   1,           /* router */
                               6,      4,   127,   0,   0,   1,           /* name server */
                               42,     4,   127,   0,   0,   1,     255}; /* time server */
    memset(waiting, 0, sizeof waiting);
    memset(waiting, 255, 6);
    waiting[6] = 2;
    waiting[11] = 1;
    waiting[12] = 8;
    uint8_t *ip = waiting + 14;
    const uint16_t udp_length = 8 + 236 + 64;
    static const uint8_t head[] = {0x45,
                                   0,
                                   (20 + 8 + 236 + 64) >> 8,
                                   (20 + 8 + 236 + 64) & 255,
                                   0,
                                   0,
                                   0,
                                   0,
                                   64,
                                   17,
                                   0,
                                   0,
                                   10,
                                   0,
                                   0,
                                   1,
                                   255,
                                   255,
                                   255,
                                   255};
    memcpy(ip, head, sizeof head);
    uint16_t sum = ip_checksum(ip);
    ip[10] = (uint8_t)(sum >> 8);
    ip[11] = (uint8_t)sum;
    uint8_t *udp = ip + 20;
    udp[1] = 67;
    udp[3] = 68;
    udp[4] = (uint8_t)(udp_length >> 8);
    udp[5] = (uint8_t)udp_length;
    uint8_t *message = udp + 8;
    memcpy(message, request + 42, 236); /* id and hardware address are the client's */
    message[0] = 2;
    const uint8_t given[] = {10, 0, 0, world.dhcp_host};
    memcpy(message + 16, given, sizeof given);
    memcpy(message + 236, options, sizeof options);
    waiting_length = (uint16_t)(14 + 20 + udp_length);
}

bool connsync_board_nic_send(const struct pbuf *frame)
{
    uint8_t bytes[FRAME_MAX] = {0};
    uint16_t length = pbuf_copy_partial(frame, bytes, FRAME_MAX, 0);
    world.frames_out++;
    if (!world.link) {
        return true;
    }
    if (bytes[12] == 8 && bytes[13] == 6) {
        answer_arp(bytes);
    } else if (bytes[23] == 17 && bytes[37] == 67) {
        answer_dhcp(bytes, length);
    }
    return true;
}
