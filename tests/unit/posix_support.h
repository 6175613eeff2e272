/* What the tests of the POSIX platform share: listeners, a patient connect. */
#ifndef CONNSYNC_TESTS_UNIT_POSIX_SUPPORT_H
#define CONNSYNC_TESTS_UNIT_POSIX_SUPPORT_H

#include "platform/posix/network/posix_connection.h"
#include "platform/posix/network/posix_port.h"
#include "platform/posix/network/posix_resolver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 20000u

/* What is hidden in there. */
static inline struct cs_posix_connection *connection_of(struct connsync_posix *posix)
{
    return (struct cs_posix_connection *)(void *)&posix->connection;
}

static inline uint64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* Binds to `address` and a free port, which it stores; listens if told to.
 * Returns -1 where the machine does not have that address. */
static inline int bind_to(const char *address, uint16_t *port_number, bool listening)
{
    struct cs_posix_address parsed;
    struct sockaddr_storage name;
    assert_true(cs_posix_address_parse(address, &parsed));
    socklen_t length = cs_posix_address_socket(&parsed, *port_number, &name);
    int fd = socket(parsed.family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&name, length) != 0) {
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    if (listening) {
        assert_int_equal(listen(fd, 4), 0);
    }
    assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &length), 0);
    struct sockaddr_in in; /* the port lies at the same place in both families */
    memcpy(&in, &name, sizeof in);
    *port_number = ntohs(in.sin_port);
    return fd;
}

/*
 * How a refusal of a connection is told. The number that SO_ERROR gives is the kernel's, and numbers
 * differ: ECONNREFUSED is 146 on MIPS and 111 elsewhere. QEMU 7.2, where it emulates a process, hands
 * its own kernel's through, and 111 is no number of MIPS. So it is seen what a socket says here; but
 * for those two nothing passes.
 */
static inline const char *refusal_text(void)
{
    struct sockaddr_in name;
    socklen_t length = (socklen_t)sizeof name;
    uint16_t port_number = 0;
    int error = 0;
    memset(&name, 0, sizeof name);
    int holder = bind_to("127.0.0.1", &port_number, false);
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    name.sin_port = htons(port_number);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)connect(fd, (const struct sockaddr *)&name, length);
    struct pollfd entry = {fd, POLLOUT, 0};
    assert_int_equal(poll(&entry, 1, (int)PATIENCE_MS), 1);
    length = (socklen_t)sizeof error;
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length), 0);
    close(fd);
    close(holder);
    assert_true(error == ECONNREFUSED || error == 111);
    return error == ECONNREFUSED ? "connection refused" : "failed (errno 111)";
}

/* Calls connect until it is decided, sleeping as the command line does. */
static inline int connect_fully(struct connsync_posix *posix, const char *host,
                                uint16_t port_number)
{
    const struct connsync_port *port = connsync_posix_port(posix);
    uint64_t give_up = clock_ms() + PATIENCE_MS;
    int status = port->connect(port->context, host, port_number);
    while (status == CONNSYNC_PORT_WOULD_BLOCK && clock_ms() < give_up) {
        connsync_posix_wait(posix, false, false, clock_ms() + 1000);
        status = port->connect(port->context, host, port_number);
    }
    return status;
}

static inline bool no_child_left(void)
{
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD;
}

/* What `give_answer`, a look-up of our own, answers: to each family its part. */
static struct cs_posix_answer given_answer;

static inline void give_answer(const char *host, int family, struct cs_posix_answer *answer)
{
    (void)host;
    answer->outcome = given_answer.outcome;
    for (uint32_t i = 0; i < given_answer.count; i++) {
        if (given_answer.addresses[i].family == family) {
            answer->addresses[answer->count++] = given_answer.addresses[i];
        }
    }
}

static inline void no_lookup(const char *host, int family, struct cs_posix_answer *answer)
{
    (void)host;
    (void)family;
    (void)answer;
    fail_msg("a literal address went to the resolver");
}

#endif
