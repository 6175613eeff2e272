/* Any bytes as a name server's answer. Of the first byte, one bit says whether the id and
 * the question are made right, without which nothing goes further, and the others how
 * the message is cut into buffers: that must not change what it means. */
#include "platform/lwip/resolver.h"
#include "tests/fuzz/datagram_support.h"

#include "lwip/dns.h"

#include <string.h>

#define NAME "tenant.eu.auth0.com"
#define HEADER_SIZE 12u
#define MAKE_RIGHT 0x80u

static struct cs_resolver run(const uint8_t *message, size_t length, size_t piece)
{
    struct cs_resolver resolver;
    memset(&resolver, 0, sizeof resolver);
    cs_resolver_start(&resolver, NAME, 0);
    deliver(message, length, piece);
    return resolver;
}

static void check(struct cs_resolver *resolver, size_t length)
{
    enum cs_resolver_outcome outcome = cs_resolver_step(resolver, NAME, 0);

    require((outcome == CS_RESOLVER_FOUND) == (resolver->count > 0));
    require(resolver->count <= CS_RESOLVER_ADDRESSES);
    require(outcome == CS_RESOLVER_RUNNING || resolver->socket == NULL);
    require(length >= question_length || outcome == CS_RESOLVER_RUNNING);
    for (size_t i = 0; i < resolver->count; i++) {
        uint32_t first = ip4_addr1(&resolver->addresses[i]);
        require(first != 0 && first != 127 && first < 224);
    }
    cs_resolver_stop(resolver);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t message[DATAGRAM_MAX];
    ip_addr_t server = IPADDR4_INIT_BYTES(192, 0, 2, 1);

    if (size == 0) {
        return 0;
    }
    prepare();
    dns_setserver(0, &server);
    size_t length = size - 1 < sizeof message ? size - 1 : sizeof message;
    memcpy(message, data + 1, length);
    if ((data[0] & MAKE_RIGHT) != 0) {
        struct cs_resolver asking = run(message, 0, 1);
        cs_resolver_stop(&asking);
        memcpy(message, question, length < 2 ? length : 2);
        if (length >= question_length) {
            memcpy(message + HEADER_SIZE, question + HEADER_SIZE, question_length - HEADER_SIZE);
        }
    }
    struct cs_resolver whole = run(message, length, DATAGRAM_MAX);
    struct cs_resolver cut = run(message, length, (data[0] & 0x7fu) + 1u);
    require(whole.outcome == cut.outcome && whole.count == cut.count);
    require(memcmp(whole.addresses, cut.addresses, sizeof whole.addresses) == 0);
    check(&whole, length);
    check(&cut, length);
    return 0;
}
