/*
 * The connection of the port while it is being opened, and its socket afterwards: what lies
 * hidden in struct connsync_posix.
 */
#ifndef CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_CONNECTION_H
#define CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_CONNECTION_H

#include "platform/posix/network/posix_attempts.h"
#include "platform/posix/network/posix_proxy.h"
#include "platform/posix/network/posix_resolver.h"
#include "platform/posix/network/posix_tunnel.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* Room for a reason: two names, their port numbers and a phrase. */
#define CS_POSIX_REASON_SIZE 704u

/* 2025-01-01T00:00:00Z. An earlier clock has never been set. */
#define CS_POSIX_EARLIEST_UTC INT64_C(1735689600)

/* For how long an address that served is dialled again without asking for the name. */
#define CS_POSIX_KNOWN_MS 300000u

/* What `cs_posix_interest` fills at most: attempts and look-ups. */
#define CS_POSIX_INTEREST_MAX (CS_POSIX_ATTEMPT_MAX + CS_POSIX_FAMILIES)

enum cs_posix_stage {
    CS_POSIX_STAGE_CLOSED,
    CS_POSIX_STAGE_CONNECTING, /* looking up, dialling, or both at once */
    CS_POSIX_STAGE_TUNNEL,     /* connected to the proxy, not yet through it */
    CS_POSIX_STAGE_OPEN
};

struct cs_posix_connection {
    /* The caller's; see struct connsync_posix. */
    uint32_t connect_ms;
    uint32_t attempt_delay_ms;
    const struct connsync_posix_proxy *proxy; /* or NULL */
    const char *connect_to_host;              /* dialled in place of the host, or NULL */
    uint16_t connect_to_port;                 /* 0: the port that is asked for */

    uint16_t port_number; /* the one being dialled */
    enum cs_posix_stage stage;
    int fd;      /* the socket; -1 without one */
    int failure; /* what the addresses tried so far amount to */
    struct cs_posix_attempts attempts;
    bool asked;                   /* the look-up was begun, and may go on beside the attempts */
    uint64_t next_attempt_ms;     /* when another attempt begins, though the last is under way */
    uint64_t attempt_deadline_ms; /* when those under way end */
    uint64_t wake_ms;             /* when to step again, if nothing comes before */
    /* The last connection's, which serves again within the time if something came from there. */
    struct cs_posix_address known;
    bool known_serves;
    uint64_t known_until_ms;
    char known_host[CS_POSIX_HOST_MAX + 2];
    bool is_unresolved;     /* it was abandoned while its name was looked up */
    uint64_t rest_until_ms; /* no attempt before that */
    struct cs_posix_resolver resolver;
    struct cs_posix_tunnel tunnel;
    char reason[CS_POSIX_REASON_SIZE];
};

/* CLOCK_MONOTONIC. */
uint64_t cs_posix_now_ms(void);

void cs_posix_connection_init(struct cs_posix_connection *connection);

/* As `connect` of the port: CONNSYNC_PORT_OK, CONNSYNC_PORT_WOULD_BLOCK or an error. */
int cs_posix_connect(struct cs_posix_connection *connection, const char *host,
                     uint16_t port_number);

/* Harmless when there is none. One that was being opened leaves its reason. */
void cs_posix_disconnect(struct cs_posix_connection *connection);

/* What to watch: the number of entries, of which there is room for CS_POSIX_INTEREST_MAX. */
size_t cs_posix_interest(const struct cs_posix_connection *connection, bool want_read,
                         bool want_write, struct pollfd *entries);

/* When the stage of a connection that is being opened ends; UINT64_MAX: never. */
uint64_t cs_posix_stage_deadline(const struct cs_posix_connection *connection);

#endif
