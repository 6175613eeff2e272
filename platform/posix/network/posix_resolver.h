/*
 * Names to addresses, without blocking and without a heap of our own.
 *
 * getaddrinfo() blocks for as long as the system's resolver likes, and allocates. So it runs in
 * forked children, one for each family, that write a bounded list of addresses to a pipe and end.
 * The parent reads the pipes when there is something in them, reaps the children, and kills them
 * when nobody wants their answers any more. The families are apart so that what goes wrong with
 * one says nothing about the other, and keeps it waiting for no more than
 * CS_POSIX_RESOLUTION_DELAY_MS (RFC 8305, section 3). Literal addresses need none of this.
 *
 * Where no child or pipe can be had, the name is looked up in this process, and
 * `cs_posix_resolver_start` blocks for as long as the system takes (with glibc's defaults up to 5 s
 * per family, name server and attempt).
 *
 * Meant for a program with one thread: the child of a program with several may
 * not safely call getaddrinfo().
 */
#ifndef CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_RESOLVER_H
#define CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_RESOLVER_H

#include "platform/posix/network/posix_lookup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How long one look-up may take: longer than a family's question to one name server that is
 * silent takes in glibc (10 s), so that its own end comes first. */
#define CS_POSIX_RESOLVE_MS 15000u
/* For how long IPv4's addresses wait for IPv6's. */
#define CS_POSIX_RESOLUTION_DELAY_MS 50u
/* The look-ups that run side by side: IPv6, IPv4. */
#define CS_POSIX_FAMILIES 2u

/* One family's look-up. */
struct cs_posix_query {
    struct cs_posix_answer answer;
    size_t received; /* bytes of `answer`; all of them: the look-up is over */
    uint32_t taken;  /* addresses that were handed out */
    int fd;          /* the pipe's reading end; -1 without a child */
    pid_t child;     /* 0 without one */
};

struct cs_posix_resolver {
    /* May be changed between init and start. */
    uint32_t limit_ms; /* CS_POSIX_RESOLVE_MS */
    bool in_process;   /* look up here and block, rather than fork; false */
    /* What asks the system. Tests put their own here; it runs in the child. */
    void (*lookup)(const char *host, int family, struct cs_posix_answer *answer);

    /* Why there is no address, once `cs_posix_resolver_step` returned an error. */
    int32_t outcome; /* enum cs_posix_outcome */
    /* When to step again, if nothing comes before. */
    uint64_t deadline_ms;

    /* Private; but a look-up's `fd` may be polled for reading. */
    struct cs_posix_query queries[CS_POSIX_FAMILIES];
    unsigned turn;        /* whose address is next */
    uint64_t limit_at_ms; /* when the look-ups end in any case */
    uint64_t delay_at_ms; /* when IPv6 is waited for no longer; 0: nobody waits yet */
};

void cs_posix_resolver_init(struct cs_posix_resolver *resolver);

/* Begins to look `host` up, a name or a literal address. `now_ms` is CLOCK_MONOTONIC, here and
 * below. */
void cs_posix_resolver_start(struct cs_posix_resolver *resolver, const char *host, uint64_t now_ms);

/*
 * Takes in what has come. CONNSYNC_PORT_OK: there is at least one address, and more may come
 * while `cs_posix_resolver_is_running`. CONNSYNC_PORT_WOULD_BLOCK: poll, and step again. Without an
 * address CONNSYNC_PORT_ERR_NAME, if there is no such name, or CONNSYNC_PORT_ERR_NAME_TEMPORARY;
 * `outcome` has the cause.
 */
int cs_posix_resolver_step(struct cs_posix_resolver *resolver, uint64_t now_ms);

/* The next address that was not handed out yet, the families by turns, as far as they have any
 * (RFC 8305, section 4). False when there is none now. */
bool cs_posix_resolver_next(struct cs_posix_resolver *resolver, struct cs_posix_address *address);

/* May more addresses come? */
bool cs_posix_resolver_is_running(const struct cs_posix_resolver *resolver);

/* Kills and reaps the children and closes the pipes. Harmless when there are none. */
void cs_posix_resolver_stop(struct cs_posix_resolver *resolver);

/* One phrase about an outcome, such as "no such name"; never NULL. */
const char *cs_posix_outcome_text(int32_t outcome);

#ifdef __cplusplus
}
#endif

#endif
