/*
 * Names to IPv4 addresses, by the name servers that DHCP has told. All addresses
 * of an answer are kept, up to CS_RESOLVER_ADDRESSES; those that no host can have
 * (0.0.0.0, 127.0.0.1, groups) count as none.
 *
 * An answer counts only if it comes from the server that was asked, to the port
 * that was asked from, with the id of the question and the question itself. Port
 * and id are drawn anew for each look-up (RFC 5452).
 *
 * Nothing is remembered from one look-up to the next.
 */
#ifndef CONNSYNC_PLATFORM_LWIP_RESOLVER_H
#define CONNSYNC_PLATFORM_LWIP_RESOLVER_H

#include "lwip/ip4_addr.h"
#include "lwip/udp.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How long a look-up may take ... */
#define CS_RESOLVER_MS 10000u
/* ... and how long one question waits for its answer before the next server has
 * its turn. Doubled after each. */
#define CS_RESOLVER_TRY_MS 1000u
#define CS_RESOLVER_ADDRESSES 4u
/* A name without the dot at its end (RFC 1035). */
#define CS_RESOLVER_NAME_MAX 253u

enum cs_resolver_outcome {
    CS_RESOLVER_RUNNING,
    CS_RESOLVER_FOUND,
    /* What may pass ... */
    CS_RESOLVER_REFUSED, /* the servers answer, but not with an address */
    CS_RESOLVER_SILENT,  /* no server answered in time */
    /* ... and what does not. */
    CS_RESOLVER_NO_SUCH_NAME, /* or one without an IPv4 address */
    CS_RESOLVER_NOT_A_NAME,
    CS_RESOLVER_NO_SERVER, /* DHCP has told none */
    CS_RESOLVER_NO_SOCKET  /* lwIP has none left */
};

struct cs_resolver {
    /* The answer, when the outcome is FOUND. */
    ip4_addr_t addresses[CS_RESOLVER_ADDRESSES];
    uint8_t count;
    uint8_t outcome;

    /* Private. */
    uint8_t server;
    uint8_t refusals;
    uint16_t id;
    uint32_t question_digest;
    uint32_t try_ms;
    /* The low half of the time, as `cs_resolver_is_due` takes it. */
    uint32_t next_try_ms;
    uint32_t deadline_ms;
    struct udp_pcb *socket; /* NULL when no look-up is running */
};

/* Reads "192.0.2.1", and nothing looser than that. */
bool cs_resolver_literal(const char *text, ip4_addr_t *address);

/* Tells names apart, without regard to case, so that they need not be kept. */
uint32_t cs_resolver_digest(const char *name);

/* Begins a look-up of `name` in an initialised (all-zero) or stopped resolver. */
void cs_resolver_start(struct cs_resolver *resolver, const char *name, uint64_t now_ms);

/* Goes on with the look-up of the same name; returns how it stands. When it is no
 * longer RUNNING, nothing is held any more. */
enum cs_resolver_outcome cs_resolver_step(struct cs_resolver *resolver, const char *name,
                                          uint64_t now_ms);

/* Is `now_ms` at `then_ms` or up to 24 days later? Both are the low half of the time. */
static inline bool cs_resolver_is_due(uint32_t now_ms, uint32_t then_ms)
{
    return now_ms - then_ms < UINT32_C(0x80000000);
}

/* Ends a look-up; harmless when there is none. */
void cs_resolver_stop(struct cs_resolver *resolver);

/* The servers of a lease that is over are not to be asked. */
void cs_resolver_forget_servers(void);

#ifdef __cplusplus
}
#endif

#endif
