/* The sockets of a connection that is being opened. When another one is begun, and what a failure
 * means, is posix_connection.c's. */
/* For SOCK_CLOEXEC and, with -std=c11, for all of POSIX. */
#define _GNU_SOURCE 1

#include "platform/posix/network/posix_attempts.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

int cs_posix_attempts_begin(struct cs_posix_attempts *attempts,
                            const struct cs_posix_address *address, uint16_t port_number)
{
    struct cs_posix_attempt *attempt = &attempts->list[attempts->count++];
    attempt->address = *address;
    attempt->fd = socket(address->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    if (attempt->fd < 0) {
        return errno;
    }
    int on = 1;
    (void)setsockopt(attempt->fd, IPPROTO_TCP, TCP_NODELAY, &on, (socklen_t)sizeof on);
    struct sockaddr_storage name;
    socklen_t length = cs_posix_address_socket(address, port_number, &name);
    if (connect(attempt->fd, (const struct sockaddr *)&name, length) == 0) {
        return 0;
    }
    /* An interrupted connect() goes on by itself, as one in progress does. */
    return errno == EINPROGRESS || errno == EINTR ? 0 : errno;
}

int cs_posix_attempt_state(const struct cs_posix_attempt *attempt)
{
    struct pollfd entry = {attempt->fd, POLLOUT, 0};
    if (poll(&entry, 1, 0) <= 0) {
        return EINPROGRESS;
    }
    int error = 0;
    socklen_t length = (socklen_t)sizeof error;
    if (getsockopt(attempt->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) {
        return errno;
    }
    return error;
}

bool cs_posix_attempts_any(const struct cs_posix_attempts *attempts)
{
    for (uint32_t i = 0; i < attempts->count; i++) {
        if (attempts->list[i].fd >= 0) {
            return true;
        }
    }
    return false;
}

void cs_posix_attempt_end(struct cs_posix_attempt *attempt)
{
    if (attempt->fd >= 0) {
        /* Not repeated on EINTR: the descriptor is gone by then, on Linux. */
        (void)close(attempt->fd);
        attempt->fd = -1;
    }
}

void cs_posix_attempts_end(struct cs_posix_attempts *attempts)
{
    for (uint32_t i = 0; i < attempts->count; i++) {
        cs_posix_attempt_end(&attempts->list[i]);
    }
    attempts->count = 0;
}
