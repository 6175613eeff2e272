/*
 * Names to addresses, without blocking and without a heap of our own.
 *
 * getaddrinfo() blocks for as long as the system's resolver likes, and allocates.
 * So it runs in a forked child that writes a bounded list of addresses to a pipe
 * and ends. The parent reads the pipe when there is something in it, reaps the
 * child, and kills it when nobody wants the answer any more. Literal IPv4 and
 * IPv6 addresses need none of this: `cs_posix_address_parse`.
 *
 * Where no child or pipe can be had, the name is looked up in this process, and
 * `cs_posix_resolver_start` blocks for as long as the system takes (with
 * glibc's defaults up to 5 s per name server and attempt).
 *
 * Meant for a program with one thread: the child of a program with several may
 * not safely call getaddrinfo().
 */
#ifndef CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_RESOLVER_H
#define CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* More addresses than this are left out; both families stay represented. */
#define CS_POSIX_ADDRESS_MAX 8u
/* The longest name that DNS can hold (RFC 1035, section 2.3.4), as text. */
#define CS_POSIX_HOST_MAX 253u
/* How long one look-up may take. */
#define CS_POSIX_RESOLVE_MS 15000u
/* Room for an address as text, its final NUL included. */
#define CS_POSIX_ADDRESS_TEXT_SIZE 64u

struct cs_posix_address {
    int32_t family;    /* AF_INET or AF_INET6 */
    uint32_t scope;    /* the zone of a link-local IPv6 address, otherwise 0 */
    uint8_t bytes[16]; /* network order; IPv4 uses the first four */
};

enum cs_posix_outcome {
    CS_POSIX_RESOLVED = 0,
    CS_POSIX_NO_SUCH_NAME = 1,    /* a name server said so, or it has no address */
    CS_POSIX_NO_NAME_SERVER = 2,  /* no name server answered, or it is overloaded */
    CS_POSIX_RESOLVER_FAILED = 3, /* the system's resolver could not do its work */
    CS_POSIX_RESOLVER_LATE = 4    /* no answer before the deadline */
};

struct cs_posix_answer {
    int32_t outcome; /* enum cs_posix_outcome */
    uint32_t count;
    struct cs_posix_address addresses[CS_POSIX_ADDRESS_MAX];
};

struct cs_posix_resolver {
    /* May be changed between init and start. */
    uint32_t limit_ms; /* CS_POSIX_RESOLVE_MS */
    bool in_process;   /* look up here and block, rather than fork; false */
    /* What asks the system. Tests put their own here; it runs in the child. */
    void (*lookup)(const char *host, struct cs_posix_answer *answer);

    /* The result, once `cs_posix_resolver_step` returned CONNSYNC_PORT_OK. */
    struct cs_posix_answer answer;

    /* Private. */
    int fd;      /* the pipe's reading end; -1 without a child */
    pid_t child; /* 0 without one */
    uint64_t deadline_ms;
    size_t received; /* bytes of `answer` that came */
};

void cs_posix_resolver_init(struct cs_posix_resolver *resolver);

/* Begins to look `host` up. `now_ms` is CLOCK_MONOTONIC, here and below. */
void cs_posix_resolver_start(struct cs_posix_resolver *resolver, const char *host, uint64_t now_ms);

/* CONNSYNC_PORT_WOULD_BLOCK (poll `fd` for reading, until `deadline_ms`),
 * CONNSYNC_PORT_OK with at least one address, or CONNSYNC_PORT_ERR_NAME with
 * the cause in `answer.outcome`. */
int cs_posix_resolver_step(struct cs_posix_resolver *resolver, uint64_t now_ms);

/* Kills and reaps the child and closes the pipe. Harmless when there is none. */
void cs_posix_resolver_stop(struct cs_posix_resolver *resolver);

/* One phrase about an outcome, such as "no such name"; never NULL. */
const char *cs_posix_outcome_text(int32_t outcome);

/* Reads a literal IPv4 or IPv6 address. False for anything else, and also for an
 * address with a zone ("fe80::1%eth0"), which the resolver understands. */
bool cs_posix_address_parse(const char *text, struct cs_posix_address *address);

/* Writes `address` as text of at most CS_POSIX_ADDRESS_TEXT_SIZE bytes. */
void cs_posix_address_text(const struct cs_posix_address *address, char *out, size_t size);

/* Fills a socket address; returns its length. */
socklen_t cs_posix_address_socket(const struct cs_posix_address *address, uint16_t port_number,
                                  struct sockaddr_storage *out);

#ifdef __cplusplus
}
#endif

#endif
