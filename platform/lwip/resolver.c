/* Asks the name servers of the lease in turn, and reads the answer's addresses (RFC 1035). */
#include "platform/lwip/resolver.h"

#include "platform/lwip/datagram.h"

#include "lwip/dns.h"
#include "lwip/pbuf.h"

#include <string.h>

#define DNS_PORT 53
#define HEADER_SIZE 12u
#define LABEL_MAX 63u
/* The encoded name has a length byte before each label and a zero at the end. */
#define QUESTION_MAX (HEADER_SIZE + CS_RESOLVER_NAME_MAX + 2u + 4u)
#define TYPE_A 1u
#define CLASS_IN 1u
#define FLAGS_RECURSION_DESIRED 0x0100u
#define FLAGS_RESPONSE 0x8000u
#define FLAGS_OPCODE 0x7800u
#define FLAGS_RCODE 0x000fu
#define RCODE_NO_SUCH_NAME 3u
#define POINTER 0xc0u
/* Fields of an answer after its owner's name: type, class, time to live, length. */
#define RECORD_HEADER_SIZE 10u

/* DHCP delivers them through dns_setserver(), which is lwIP's name for it. */
static ip_addr_t servers[DNS_MAX_SERVERS];

void dns_init(void)
{
}

void dns_tmr(void)
{
}

void dns_setserver(u8_t numdns, const ip_addr_t *dnsserver)
{
    if (numdns < DNS_MAX_SERVERS) {
        ip_addr_copy(servers[numdns], *(dnsserver != NULL ? dnsserver : IP_ADDR_ANY));
    }
}

void cs_resolver_forget_servers(void)
{
    memset(servers, 0, sizeof servers);
}

bool cs_resolver_literal(const char *text, ip4_addr_t *address)
{
    uint8_t bytes[4];
    for (size_t i = 0; i < sizeof bytes; i++) {
        const char *begin = text;
        uint32_t value = 0;
        while (*text >= '0' && *text <= '9' && text - begin < 3) {
            value = value * 10u + (uint32_t)(*text++ - '0');
        }
        bool leading_zero = *begin == '0' && text - begin > 1;
        if (text == begin || leading_zero || value > 255u) {
            return false;
        }
        if (*text != (i + 1 < sizeof bytes ? '.' : '\0')) {
            return false;
        }
        text++;
        bytes[i] = (uint8_t)value;
    }
    IP4_ADDR(address, bytes[0], bytes[1], bytes[2], bytes[3]);
    return true;
}

/* FNV-1a. Names are compared by it, without regard to case, so that the name need
 * not be kept: the id and the port are what keeps strangers out. */
#define DIGEST_START 2166136261u

static uint32_t digest_byte(uint32_t digest, uint8_t byte)
{
    bool upper = byte >= 'A' && byte <= 'Z';
    return (digest ^ (upper ? byte + ('a' - 'A') : byte)) * 16777619u;
}

uint32_t cs_resolver_digest(const char *name)
{
    uint32_t digest = DIGEST_START;
    while (*name != '\0') {
        digest = digest_byte(digest, (uint8_t)*name++);
    }
    return digest;
}

/* Writes `name` as labels; returns the length, or 0 if it is no name. */
static size_t encode_name(const char *name, uint8_t *out)
{
    size_t length = strlen(name);
    if (length > 0 && name[length - 1] == '.') {
        length--;
    }
    if (length == 0 || length > CS_RESOLVER_NAME_MAX) {
        return 0;
    }
    size_t label = 0; /* where the length of the current label goes */
    for (size_t i = 0; i <= length; i++) {
        bool ends = i == length || name[i] == '.';
        if (!ends) {
            out[i + 1] = (uint8_t)name[i];
            continue;
        }
        size_t size = i - label;
        if (size == 0 || size > LABEL_MAX) {
            return 0;
        }
        out[label] = (uint8_t)size;
        label = i + 1;
    }
    out[length + 1] = 0;
    return length + 2;
}

static uint8_t *put_uint16(uint8_t *out, uint32_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
    return out + 2;
}

/* Returns the length of the question, or 0 if `name` is no name. */
static uint16_t write_question(struct cs_resolver *resolver, const char *name, uint8_t *out)
{
    uint8_t *at = put_uint16(out, resolver->id);
    at = put_uint16(at, FLAGS_RECURSION_DESIRED);
    at = put_uint16(at, 1); /* one question */
    memset(at, 0, 6);       /* no answer, authority or additional record */
    at += 6;
    size_t length = encode_name(name, at);
    if (length == 0) {
        return 0;
    }
    uint32_t digest = DIGEST_START;
    for (size_t i = 0; i < length; i++) {
        digest = digest_byte(digest, at[i]);
    }
    resolver->question_digest = digest;
    at = put_uint16(at + length, TYPE_A);
    at = put_uint16(at, CLASS_IN);
    return (uint16_t)(at - out);
}

static void finish(struct cs_resolver *resolver, enum cs_resolver_outcome outcome)
{
    cs_resolver_stop(resolver);
    resolver->outcome = (uint8_t)outcome;
}

/* A message being read. Past its end everything is 0, and `failed` is set. */
struct reader {
    const struct pbuf *packet;
    uint32_t at;
    bool failed;
};

static uint8_t read_byte(struct reader *reader)
{
    int byte = reader->at < reader->packet->tot_len
                   ? pbuf_try_get_at(reader->packet, (u16_t)reader->at)
                   : -1;
    reader->at++;
    reader->failed = reader->failed || byte < 0;
    return byte < 0 ? 0 : (uint8_t)byte;
}

static uint32_t read_uint16(struct reader *reader)
{
    uint32_t high = read_byte(reader);
    return high << 8 | read_byte(reader);
}

/* Passes an encoded name by and returns its digest. A pointer ends it; where one
 * leads is of no interest, so there is none to go round in circles. */
static uint32_t read_name(struct reader *reader)
{
    uint32_t digest = DIGEST_START;
    for (;;) {
        uint8_t length = read_byte(reader);
        digest = digest_byte(digest, length);
        if (length >= POINTER) {
            (void)read_byte(reader);
            return 0;
        }
        if (length == 0 || length > LABEL_MAX || reader->failed) {
            reader->failed = reader->failed || length > LABEL_MAX;
            return digest;
        }
        for (uint32_t i = 0; i < length; i++) {
            digest = digest_byte(digest, read_byte(reader));
        }
    }
}

/* Whether a host may have this address, by its first byte: not "this host" (a filter's way
 * to say no), nor ourselves, nor a group, nor everybody. Whoever is asked at such an
 * address could be answered for by anybody. */
static bool may_be_host(uint8_t first)
{
    return first != 0 && first < 224u && (LWIP_HAVE_LOOPIF || first != 127u);
}

/* Takes the addresses out of the answers. Each answer moves the reader on by at
 * least its header, so there are not more of them than the message has room for. */
static void read_answers(struct cs_resolver *resolver, struct reader *reader, uint32_t left)
{
    while (left-- > 0 && !reader->failed && resolver->count < CS_RESOLVER_ADDRESSES) {
        (void)read_name(reader);
        uint32_t type = read_uint16(reader);
        uint32_t class = read_uint16(reader);
        reader->at += 4; /* the time to live: nothing is remembered */
        uint32_t length = read_uint16(reader);
        if (type != TYPE_A || class != CLASS_IN || length != 4) {
            reader->at += length;
            continue;
        }
        uint8_t bytes[4];
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = read_byte(reader);
        }
        if (!reader->failed && may_be_host(bytes[0])) {
            IP4_ADDR(&resolver->addresses[resolver->count], bytes[0], bytes[1], bytes[2], bytes[3]);
            resolver->count++;
        }
    }
}

/* Reads one message from the server. What is not the answer to the question is
 * passed over. */
static void read_message(struct cs_resolver *resolver, struct reader *reader)
{
    uint32_t id = read_uint16(reader);
    uint32_t flags = read_uint16(reader);
    uint32_t questions = read_uint16(reader);
    uint32_t answers = read_uint16(reader);
    reader->at = HEADER_SIZE;
    uint32_t digest = read_name(reader);
    bool right_kind = read_uint16(reader) == TYPE_A;
    right_kind = read_uint16(reader) == CLASS_IN && right_kind;
    bool response = (flags & FLAGS_RESPONSE) != 0 && (flags & FLAGS_OPCODE) == 0;
    if (reader->failed || id != resolver->id || !response || questions != 1 || !right_kind ||
        digest != resolver->question_digest) {
        return;
    }
    uint32_t code = flags & FLAGS_RCODE;
    if (code != 0 && code != RCODE_NO_SUCH_NAME) {
        /* The next server may know better: it is asked at the next step. */
        resolver->outcome = CS_RESOLVER_REFUSED;
        resolver->next_try_ms = resolver->deadline_ms - CS_RESOLVER_MS;
        if (++resolver->refusals == DNS_MAX_SERVERS) {
            cs_resolver_stop(resolver);
        }
        return;
    }
    resolver->count = 0;
    read_answers(resolver, reader, code == 0 ? answers : 0);
    finish(resolver, resolver->count > 0 ? CS_RESOLVER_FOUND : CS_RESOLVER_NO_SUCH_NAME);
}

static void on_message(void *argument, struct udp_pcb *socket, struct pbuf *packet,
                       const ip_addr_t *sender, u16_t port_number)
{
    struct reader reader = {packet, 0, false};
    (void)socket;
    (void)sender; /* lwIP has compared both */
    (void)port_number;
    read_message(argument, &reader);
    (void)pbuf_free(packet);
}

/* Asks the next server that there is. */
static void ask(struct cs_resolver *resolver, const char *name, uint64_t now_ms)
{
    uint8_t question[QUESTION_MAX];
    uint16_t length = write_question(resolver, name, question);
    if (length == 0) {
        finish(resolver, CS_RESOLVER_NOT_A_NAME);
        return;
    }
    uint8_t server = resolver->server;
    do {
        server = (uint8_t)((server + 1u) % DNS_MAX_SERVERS);
    } while (server != resolver->server && ip_addr_isany_val(servers[server]));
    if (ip_addr_isany_val(servers[server])) {
        finish(resolver, CS_RESOLVER_NO_SERVER);
        return;
    }
    resolver->server = server;
    /* One that could not be sent is as good as one that got lost. */
    (void)cs_datagram_ask(resolver->socket, &servers[server], DNS_PORT, question, length);
    resolver->next_try_ms = (uint32_t)now_ms + resolver->try_ms;
    resolver->try_ms *= 2;
}

void cs_resolver_start(struct cs_resolver *resolver, const char *name, uint64_t now_ms)
{
    cs_resolver_stop(resolver);
    memset(resolver, 0, sizeof *resolver);
    resolver->outcome = CS_RESOLVER_SILENT; /* until somebody says something */
    resolver->server = DNS_MAX_SERVERS - 1; /* so the first is asked first */
    resolver->id = (uint16_t)cs_lwip_random();
    resolver->try_ms = CS_RESOLVER_TRY_MS;
    resolver->deadline_ms = (uint32_t)now_ms + CS_RESOLVER_MS;
    resolver->socket = cs_datagram_open(on_message, resolver);
    if (resolver->socket == NULL) {
        resolver->outcome = CS_RESOLVER_NO_SOCKET;
        return;
    }
    ask(resolver, name, now_ms);
}

enum cs_resolver_outcome cs_resolver_step(struct cs_resolver *resolver, const char *name,
                                          uint64_t now_ms)
{
    if (resolver->socket != NULL && cs_resolver_is_due((uint32_t)now_ms, resolver->deadline_ms)) {
        cs_resolver_stop(resolver);
    }
    if (resolver->socket != NULL && cs_resolver_is_due((uint32_t)now_ms, resolver->next_try_ms)) {
        ask(resolver, name, now_ms);
    }
    return resolver->socket != NULL ? CS_RESOLVER_RUNNING
                                    : (enum cs_resolver_outcome)resolver->outcome;
}

void cs_resolver_stop(struct cs_resolver *resolver)
{
    if (resolver->socket != NULL) {
        udp_remove(resolver->socket);
        resolver->socket = NULL;
    }
}
