/* Asks for the date, judges the answer and keeps it. Sockets are for datagram.c, names for
 * resolver.c. */
#include "platform/lwip/time_client.h"

#include "platform/lwip/connsync_board.h"
#include "platform/lwip/datagram.h"

#include "lwip/dhcp.h"
#include "lwip/pbuf.h"

#include <string.h>

#ifndef CONNSYNC_BUILD_EPOCH
#error "CONNSYNC_BUILD_EPOCH: the date of this build in seconds since 1970"
#endif
#ifndef CONNSYNC_SNTP_SERVER
#error "CONNSYNC_SNTP_SERVER: the name or the address of a time server"
#endif

#define SNTP_PORT 123
#define MESSAGE_SIZE 48u
/* Offsets in a message, and the fields of its first byte. */
#define ORIGINATE 24u
#define TRANSMIT 40u
#define VERSION_4_CLIENT 0x23u
#define MODE_MASK 0x07u
#define MODE_SERVER 0x04u
#define LEAP_MASK 0xc0u
#define LEAP_UNSYNCHRONISED 0xc0u
#define STRATUM_LAST 15u

/* From 1900-01-01 to 1970-01-01. */
#define NTP_TO_UNIX 2208988800u
#define FURTHEST_AHEAD 0x7fffffffu

enum stage {
    STAGE_IDLE,
    STAGE_RESOLVING,
    STAGE_ASKING
};

/* The server that DHCP has told; 0.0.0.0 without one. */
static ip4_addr_t offered;

/* dhcp.c calls this with every lease. */
void dhcp_set_ntp_servers(u8_t num_ntp_servers, const ip4_addr_t *ntp_server_addrs)
{
    ip4_addr_set_zero(&offered);
    if (num_ntp_servers > 0) {
        ip4_addr_copy(offered, ntp_server_addrs[0]);
    }
}

static uint32_t get_uint32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void close_socket(struct cs_time_client *client)
{
    if (client->socket != NULL) {
        udp_remove(client->socket);
        client->socket = NULL;
    }
}

/* The next attempt is made with the other source of a server, if there are two. */
static void fail(struct cs_time_client *client, uint64_t now_ms)
{
    close_socket(client);
    client->stage = STAGE_IDLE;
    client->use_name = !client->use_name;
    client->pause_ms = client->pause_ms == 0 ? CS_TIME_FIRST_PAUSE_MS : client->pause_ms * 2;
    if (client->pause_ms > CS_TIME_LONGEST_PAUSE_MS) {
        client->pause_ms = CS_TIME_LONGEST_PAUSE_MS;
    }
    client->due_ms = now_ms + client->pause_ms;
}

/* Takes the time out of an answer, unless it is before the build or long after it.
 * A timestamp has 32 bits of seconds, which begin again in 2036; counted from the
 * build, their meaning is plain for 68 years. */
static bool take_time(struct cs_time_client *client, const uint8_t *stamp, uint64_t now_ms)
{
    const int64_t build = CONNSYNC_BUILD_EPOCH;
    uint32_t unix_seconds = get_uint32(stamp) - NTP_TO_UNIX;
    uint32_t since_build = unix_seconds - (uint32_t)build;
    if (since_build > FURTHEST_AHEAD) {
        return false;
    }
    int64_t milliseconds = (int64_t)((uint64_t)get_uint32(stamp + 4) * 1000u >> 32);
    client->offset_ms = (build + since_build) * 1000 + milliseconds - (int64_t)now_ms;
    client->known = true;
    return true;
}

/* Whether this is a synchronised server's answer to our request. */
static bool is_answer(const struct cs_time_client *client, const uint8_t *message)
{
    static const uint8_t none[8];
    return memcmp(message + ORIGINATE, client->nonce, sizeof client->nonce) == 0 &&
           (message[0] & MODE_MASK) == MODE_SERVER && memcmp(message + TRANSMIT, none, 8) != 0;
}

static bool is_synchronised(const uint8_t *message)
{
    /* Stratum 0 is a "kiss of death": the server wants to be left alone. */
    return (message[0] & LEAP_MASK) != LEAP_UNSYNCHRONISED && message[1] >= 1 &&
           message[1] <= STRATUM_LAST;
}

static void on_message(void *argument, struct udp_pcb *socket, struct pbuf *packet,
                       const ip_addr_t *sender, u16_t port_number)
{
    struct cs_time_client *client = argument;
    uint8_t message[MESSAGE_SIZE];
    u16_t length = pbuf_copy_partial(packet, message, MESSAGE_SIZE, 0);
    (void)socket;
    (void)sender; /* lwIP has compared both */
    (void)port_number;
    (void)pbuf_free(packet);
    if (length != MESSAGE_SIZE || !is_answer(client, message)) {
        return; /* somebody else's; the right one may still come */
    }
    uint64_t now_ms = connsync_board_ms();
    if (!is_synchronised(message) || !take_time(client, message + TRANSMIT, now_ms)) {
        fail(client, now_ms);
        return;
    }
    close_socket(client);
    client->stage = STAGE_IDLE;
    client->pause_ms = 0;
    client->due_ms = now_ms + CS_TIME_RESYNC_MS;
}

static void ask(struct cs_time_client *client, uint64_t now_ms)
{
    uint8_t request[MESSAGE_SIZE] = {VERSION_4_CLIENT};
    ip_addr_t server;
    /* The field for our own time holds random bits: the answer repeats them, and
     * nobody learns what we take the time for. */
    for (size_t i = 0; i < sizeof client->nonce; i += sizeof(uint32_t)) {
        uint32_t bits = cs_lwip_random();
        memcpy(client->nonce + i, &bits, sizeof bits);
    }
    memcpy(request + TRANSMIT, client->nonce, sizeof client->nonce);
    ip_addr_copy_from_ip4(server, client->server);
    client->socket = cs_datagram_open(on_message, client);
    if (client->socket == NULL ||
        !cs_datagram_ask(client->socket, &server, SNTP_PORT, request, MESSAGE_SIZE)) {
        fail(client, now_ms);
        return;
    }
    client->stage = STAGE_ASKING;
    client->due_ms = now_ms + CS_TIME_ANSWER_MS;
}

static void begin(struct cs_time_client *client, uint64_t now_ms)
{
    if (!client->use_name && !ip4_addr_isany_val(offered)) {
        ip4_addr_copy(client->server, offered);
        ask(client, now_ms);
        return;
    }
    if (cs_resolver_literal(CONNSYNC_SNTP_SERVER, &client->server)) {
        ask(client, now_ms);
        return;
    }
    client->stage = STAGE_RESOLVING;
    cs_resolver_start(&client->resolver, CONNSYNC_SNTP_SERVER, now_ms);
}

static void resolve(struct cs_time_client *client, uint64_t now_ms)
{
    enum cs_resolver_outcome outcome =
        cs_resolver_step(&client->resolver, CONNSYNC_SNTP_SERVER, now_ms);
    if (outcome == CS_RESOLVER_RUNNING) {
        return;
    }
    if (outcome != CS_RESOLVER_FOUND) {
        fail(client, now_ms);
        return;
    }
    ip4_addr_copy(client->server, client->resolver.addresses[0]);
    ask(client, now_ms);
}

void cs_time_client_step(struct cs_time_client *client, uint64_t now_ms)
{
    if (client->stage == STAGE_RESOLVING) {
        resolve(client, now_ms);
    } else if (now_ms >= client->due_ms) {
        if (client->stage == STAGE_ASKING) {
            fail(client, now_ms);
        } else {
            begin(client, now_ms);
        }
    }
}

void cs_time_client_restart(struct cs_time_client *client)
{
    cs_resolver_stop(&client->resolver);
    close_socket(client);
    client->stage = STAGE_IDLE;
    client->use_name = false;
    client->pause_ms = 0;
    client->due_ms = 0;
}

void cs_time_client_doubt(struct cs_time_client *client)
{
    bool other = !client->use_name;
    cs_time_client_restart(client);
    client->use_name = other;
}

bool cs_time_client_known(const struct cs_time_client *client)
{
    return client->known;
}

int64_t cs_time_client_utc(const struct cs_time_client *client, uint64_t now_ms)
{
    return (int64_t)((uint64_t)(client->offset_ms + (int64_t)now_ms) / 1000);
}
