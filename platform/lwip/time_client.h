/*
 * The date, by SNTP (RFC 4330), and then by the board's own counter; asked for
 * again every hour. The server is the one that DHCP offers (option 42), and the one
 * that was compiled in (CONNSYNC_SNTP_SERVER) where DHCP offers none or the offered
 * one fails; after a failure they take turns.
 *
 * SNTP proves nothing: whoever sits on the way can tell any date. What can be
 * done without a secret is done. An answer must come from the server that was
 * asked, to an unpredictable port, and repeat the 64 random bits of the request;
 * the server must say that it is synchronised; and a date before this program was
 * built (CONNSYNC_BUILD_EPOCH), or more than 68 years after, is none. Refused
 * answers leave the time as it was: unknown, if it never was known.
 */
#ifndef CONNSYNC_PLATFORM_LWIP_TIME_CLIENT_H
#define CONNSYNC_PLATFORM_LWIP_TIME_CLIENT_H

#include "platform/lwip/resolver.h"

#include "lwip/ip4_addr.h"
#include "lwip/udp.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How long an answer is waited for. */
#define CS_TIME_ANSWER_MS 2000u
/* The pause after a failure, doubled with each. While the time is unknown nothing
 * else can be done, so it does not grow very long. */
#define CS_TIME_FIRST_PAUSE_MS 1000u
#define CS_TIME_LONGEST_PAUSE_MS 64000u
/* The pause after a success. */
#define CS_TIME_RESYNC_MS 3600000u
#define CS_TIME_NONCE_SIZE 8u

struct cs_time_client {
    /* Private. */
    struct cs_resolver resolver;
    struct udp_pcb *socket; /* NULL when no answer is waited for */
    ip4_addr_t server;
    uint8_t stage;
    bool known;
    bool use_name; /* in place of the servers that DHCP has told */
    uint8_t nonce[CS_TIME_NONCE_SIZE];
    uint32_t pause_ms;
    uint64_t due_ms;   /* the next request, or the end of waiting for an answer */
    int64_t offset_ms; /* UTC less the board's counter */
};

/* To be called every turn while there is a lease. */
void cs_time_client_step(struct cs_time_client *client, uint64_t now_ms);

/* Gives up what is under way, and begins anew at the next step: there is a new
 * lease. The time stays known. */
void cs_time_client_restart(struct cs_time_client *client);

/* The same, but the other source of a server is asked first: what the last one told may be
 * wrong. */
void cs_time_client_doubt(struct cs_time_client *client);

bool cs_time_client_known(const struct cs_time_client *client);

/* Seconds since 1970-01-01T00:00:00Z; only when the time is known. */
int64_t cs_time_client_utc(const struct cs_time_client *client, uint64_t now_ms);

#ifdef __cplusplus
}
#endif

#endif
