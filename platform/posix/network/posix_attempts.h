/*
 * Several attempts at one connection, side by side (RFC 8305, section 5): the first that succeeds
 * is the connection, the others are closed.
 */
#ifndef CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_ATTEMPTS_H
#define CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_ATTEMPTS_H

#include "platform/posix/network/posix_lookup.h"

#include <stdbool.h>
#include <stdint.h>

/* How many addresses of a name are tried, all of them at once if they are silent. */
#define CS_POSIX_ATTEMPT_MAX 8u

struct cs_posix_attempt {
    int fd; /* -1 when it is over */
    struct cs_posix_address address;
};

struct cs_posix_attempts {
    uint32_t count; /* begun so far */
    struct cs_posix_attempt list[CS_POSIX_ATTEMPT_MAX];
};

/* Begins one more, of which there are fewer than CS_POSIX_ATTEMPT_MAX. Returns 0 or an errno; its
 * place in the list is taken in either case. */
int cs_posix_attempts_begin(struct cs_posix_attempts *attempts,
                            const struct cs_posix_address *address, uint16_t port_number);

/* How the attempt stands: 0 connected, EINPROGRESS, or the errno of its failure. */
int cs_posix_attempt_state(const struct cs_posix_attempt *attempt);

bool cs_posix_attempts_any(const struct cs_posix_attempts *attempts);

/* Closes one attempt's socket; harmless when there is none. */
void cs_posix_attempt_end(struct cs_posix_attempt *attempt);

/* Closes them all; none has begun then. */
void cs_posix_attempts_end(struct cs_posix_attempts *attempts);

#endif
