/*
 * One family's addresses of a name, as a host knows them: what the resolver's children do.
 *
 * /etc/hosts comes first, as it does nearly everywhere: a name that stands there, in whatever
 * family, is asked of nobody. Then getaddrinfo() is asked for the one family, so that what a name
 * server makes of the other cannot spoil the answer.
 *
 * A name of three labels or more is asked for as it stands, with the dot of the DNS root, and never
 * with the domains of a search list: such is every tenant's. Shorter ones, and those of Kubernetes
 * services (".svc"), may mean something in the place where they are used: they are given to the
 * system's resolver as they are, and it looks through its search list by its own rules. A name that
 * was written with the final dot is absolute, however short.
 */
#ifndef CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_LOOKUP_H
#define CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/* More addresses of a family than this are left out. */
#define CS_POSIX_ADDRESS_MAX 8u
/* The longest name that DNS can hold (RFC 1035, section 2.3.4), as text. */
#define CS_POSIX_HOST_MAX 253u
/* Room for an address as text, its final NUL included. */
#define CS_POSIX_ADDRESS_TEXT_SIZE 64u

struct cs_posix_address {
    int32_t family;    /* AF_INET or AF_INET6 */
    uint32_t scope;    /* the zone of a link-local IPv6 address, otherwise 0 */
    uint8_t bytes[16]; /* network order; IPv4 uses the first four */
};

enum cs_posix_outcome {
    CS_POSIX_RESOLVED = 0,
    CS_POSIX_NO_SUCH_NAME = 1,    /* a name server said so */
    CS_POSIX_NO_NAME_SERVER = 2,  /* none answered, or one that has a problem */
    CS_POSIX_RESOLVER_FAILED = 3, /* the system's resolver could not do its work */
    CS_POSIX_RESOLVER_LATE = 4,   /* no answer before the deadline */
    CS_POSIX_NO_ADDRESS = 5       /* the name is there, with no address of the family */
};

struct cs_posix_answer {
    int32_t outcome; /* enum cs_posix_outcome */
    uint32_t count;
    struct cs_posix_address addresses[CS_POSIX_ADDRESS_MAX];
};

/* Looks `host` up, for AF_INET or AF_INET6, into `answer`, which is all zero. Blocks for as long
 * as the system's resolver likes. `host` has at most CS_POSIX_HOST_MAX bytes and a final dot. */
void cs_posix_lookup(const char *host, int family, struct cs_posix_answer *answer);

/* Adds the addresses of `family` that `host` has in the file at `path`, of the form of hosts(5),
 * to `answer`. False when the name is not in there, in any family. */
bool cs_posix_hosts_find(const char *path, const char *host, int family,
                         struct cs_posix_answer *answer);

/* Is `host` asked for as it stands, although it does not end with a dot? */
bool cs_posix_is_absolute(const char *host);

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
