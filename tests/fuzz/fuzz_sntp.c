/* Any bytes as a time server's answer. Of the first byte, one bit says whether the
 * request's own bits are put where they must be, without which nothing goes further, and
 * the others how the message is cut into buffers: that must not change what it means. */
#include "platform/lwip/time_client.h"
#include "tests/fuzz/datagram_support.h"

#include "lwip/dhcp.h"

#include <string.h>

#define MESSAGE_SIZE 48u
#define ORIGINATE 24u
#define TRANSMIT 40u
#define MAKE_RIGHT 0x80u
#define NOW_MS 1000u
/* A timestamp has a meaning for this long after the build. */
#define FURTHEST_S INT64_C(0x80000000)

static struct cs_time_client run(const uint8_t *message, size_t length, size_t piece)
{
    ip4_addr_t server;
    struct cs_time_client client;

    IP4_ADDR(&server, 192, 0, 2, 1);
    dhcp_set_ntp_servers(1, &server);
    memset(&client, 0, sizeof client);
    now_ms = NOW_MS;
    cs_time_client_step(&client, now_ms);
    deliver(message, length, piece);
    return client;
}

static void check(struct cs_time_client *client, const uint8_t *message, size_t length)
{
    if (cs_time_client_known(client)) {
        int64_t utc = cs_time_client_utc(client, NOW_MS);
        require(length >= MESSAGE_SIZE && (message[0] & 7u) == 4 && (message[0] & 0xc0u) != 0xc0u);
        require(message[1] >= 1 && message[1] <= 15);
        require(memcmp(message + ORIGINATE, question + TRANSMIT, 8) == 0);
        require(utc >= CONNSYNC_TEST_BUILD_EPOCH && utc < CONNSYNC_TEST_BUILD_EPOCH + FURTHEST_S);
        require(client->socket == NULL);
    }
    cs_time_client_restart(client);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t message[DATAGRAM_MAX];

    if (size == 0) {
        return 0;
    }
    prepare();
    size_t length = size - 1 < sizeof message ? size - 1 : sizeof message;
    memcpy(message, data + 1, length);
    struct cs_time_client whole = run(message, 0, 1);
    cs_time_client_restart(&whole);
    if ((data[0] & MAKE_RIGHT) != 0 && length >= ORIGINATE + 8) {
        memcpy(message + ORIGINATE, question + TRANSMIT, 8); /* the same in each run */
    }
    whole = run(message, length, DATAGRAM_MAX);
    struct cs_time_client cut = run(message, length, (data[0] & 0x7fu) + 1u);
    require(whole.known == cut.known && whole.offset_ms == cut.offset_ms);
    require(whole.stage == cut.stage && whole.due_ms == cut.due_ms);
    check(&whole, message, length);
    check(&cut, message, length);
    return 0;
}
