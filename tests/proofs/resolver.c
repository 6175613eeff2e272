/* platform/lwip/resolver.c: any answer of a name server. lwIP has stand-ins. */
#include "platform/lwip/resolver.c"

static const uint16_t the_port = DNS_PORT;

#include "datagram.h"

/* Any packet of any length: what lwIP gives of it is any byte, or none. */
int pbuf_try_get_at(const struct pbuf *packet, u16_t offset)
{
    (void)packet;
    (void)offset;
    return nondet_bool() ? -1 : (unsigned char)nondet_char();
}

struct cs_resolver nondet_resolver(void);

static struct cs_resolver any_resolver(void)
{
    struct cs_resolver resolver = nondet_resolver();

    resolver.socket = nondet_bool() ? &the_socket : NULL;
    __CPROVER_assume(resolver.count <= CS_RESOLVER_ADDRESSES && resolver.server < DNS_MAX_SERVERS);
    __CPROVER_assume(resolver.refusals < DNS_MAX_SERVERS);
    return resolver;
}

uint32_t any_digest(uint32_t digest, uint8_t byte)
{
    (void)byte;
    return digest ^ nondet_unsigned();
}

void prove_dns_name(void)
{
    struct pbuf packet = {0};
    struct reader reader = {&packet, any_size(BYTES), false};
    packet.tot_len = (u16_t)any_size(BYTES);

    (void)read_name(&reader);
    __CPROVER_assert(reader.at <= 2 * BYTES + 65, "a name that is too long ends in it");
}

uint32_t any_name(struct reader *reader)
{
    size_t length = 1 + any_size(255);
    reader->at += (uint32_t)length;
    reader->failed |= nondet_bool();
    return nondet_unsigned();
}

void prove_dns_message(void)
{
    struct cs_resolver resolver = any_resolver();
    struct pbuf packet = {0};
    packet.tot_len = (u16_t)any_size(96);

    on_message(&resolver, &the_socket, &packet, NULL, 53);
    __CPROVER_assert(resolver.count <= CS_RESOLVER_ADDRESSES, "no more than there is room for");
}

void prove_dns_question(void)
{
    struct cs_resolver resolver = any_resolver();
    char *name = any_string(BYTES);
    uint8_t question[HEADER_SIZE + BYTES + 2 + 4];
    uint16_t length = write_question(&resolver, name, question);

    __CPROVER_assert(length <= sizeof question,
                     "as long as the name, and six bytes beside the head");
}

uint16_t any_question(struct cs_resolver *resolver, const char *name, uint8_t *out)
{
    (void)resolver;
    (void)name;
    (void)out;
    return (uint16_t)any_size(QUESTION_MAX);
}

void prove_dns_step(void)
{
    struct cs_resolver resolver = any_resolver();
    bool running = resolver.socket != NULL;
    ip_addr_t server = {nondet_unsigned()};

    dns_setserver((u8_t)nondet_unsigned(), nondet_bool() ? &server : NULL);
    if (nondet_bool()) {
        cs_resolver_start(&resolver, "a.test", nondet_u64());
    } else {
        enum cs_resolver_outcome outcome = cs_resolver_step(&resolver, "a.test", nondet_u64());
        __CPROVER_assert(running || outcome == resolver.outcome, "nothing begins by itself");
    }
    __CPROVER_assert(resolver.server < DNS_MAX_SERVERS, "a server that there is");
}

void prove_dns_literal(void)
{
    ip4_addr_t address;
    const char *text = any_string(BYTES);

    (void)cs_resolver_literal(text, &address);
    (void)cs_resolver_digest(text);
}
