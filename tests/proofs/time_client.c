/* platform/lwip/time_client.c: any answer of a time server. lwIP and the resolver have stand-ins. */
#define CONNSYNC_BUILD_EPOCH INT64_C(1790000000)
#define CONNSYNC_SNTP_SERVER "time.test"

#include "platform/lwip/time_client.c"

static const uint16_t the_port = SNTP_PORT;

#include "datagram.h"

u16_t pbuf_copy_partial(const struct pbuf *packet, void *to, u16_t length, u16_t offset)
{
    u16_t copied = (u16_t)any_size(length);
    (void)packet;
    (void)offset;
    __CPROVER_assert(__CPROVER_w_ok(to, length), "room");
    __CPROVER_havoc_slice(to, copied);
    return copied;
}

uint64_t connsync_board_ms(void)
{
    uint64_t now = nondet_u64();
    __CPROVER_assume(now < UINT64_C(1) << 48);
    return now;
}

bool cs_resolver_literal(const char *text, ip4_addr_t *address)
{
    (void)text;
    address->addr = nondet_unsigned();
    return nondet_bool();
}

void cs_resolver_start(struct cs_resolver *resolver, const char *name, uint64_t now_ms)
{
    (void)resolver;
    (void)name;
    (void)now_ms;
}

enum cs_resolver_outcome cs_resolver_step(struct cs_resolver *resolver, const char *name,
                                          uint64_t now_ms)
{
    (void)resolver;
    (void)name;
    (void)now_ms;
    return nondet_bool() ? CS_RESOLVER_FOUND
                         : (enum cs_resolver_outcome)any_size(CS_RESOLVER_NO_SOCKET);
}

void cs_resolver_stop(struct cs_resolver *resolver)
{
    resolver->socket = NULL;
}

struct cs_time_client nondet_client(void);

static struct cs_time_client any_client(void)
{
    struct cs_time_client client = nondet_client();

    client.socket = nondet_bool() ? &the_socket : NULL;
    __CPROVER_assume(client.stage <= STAGE_ASKING && client.pause_ms <= CS_TIME_LONGEST_PAUSE_MS);
    return client;
}

void prove_sntp_message(void)
{
    struct cs_time_client client = any_client();
    struct pbuf packet = {0};
    int64_t before = client.offset_ms;

    on_message(&client, &the_socket, &packet, NULL, 123);
    uint64_t now = nondet_u64();
    __CPROVER_assume(now < UINT64_C(1) << 48);
    __CPROVER_assert(client.offset_ms == before || client.known, "a time that is taken is known");
    __CPROVER_assert(client.offset_ms == before || (client.offset_ms > -(INT64_C(1) << 48) &&
                                                    client.offset_ms < INT64_C(1) << 48),
                     "and nowhere near an overflow");
    if (cs_time_client_known(&client) && client.offset_ms != before) {
        (void)cs_time_client_utc(&client, now);
    }
}

void prove_sntp_step(void)
{
    struct cs_time_client client = any_client();
    uint64_t now = connsync_board_ms();
    ip4_addr_t server = {nondet_unsigned()};

    dhcp_set_ntp_servers((u8_t)any_size(1), &server);
    cs_time_client_step(&client, now);
    __CPROVER_assert(client.stage <= STAGE_ASKING, "a stage that it knows");
    __CPROVER_assert(client.pause_ms <= CS_TIME_LONGEST_PAUSE_MS,
                     "no longer pause than the longest");
    cs_time_client_doubt(&client);
    __CPROVER_assert(client.socket == NULL && client.stage == STAGE_IDLE, "nothing is under way");
}
