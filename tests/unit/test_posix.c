/*
 * The POSIX platform against real sockets on the loopback interface, a real
 * resolver child, and PEM files written for the purpose. Needs no network.
 */
#define _GNU_SOURCE 1

#include "platform/posix/posix_anchors.h"
#include "platform/posix/posix_port.h"
#include "platform/posix/posix_resolver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 20000u

static uint64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* Binds to `address` and a free port, which it stores; listens if told to.
 * Returns -1 where the machine does not have that address. */
static int bind_to(const char *address, uint16_t *port_number, bool listening)
{
    struct connsync_posix_address parsed;
    struct sockaddr_storage name;
    assert_true(connsync_posix_address_parse(address, &parsed));
    socklen_t length = connsync_posix_address_socket(&parsed, *port_number, &name);
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

/* Calls connect until it is decided, sleeping as the command line does. */
static int connect_fully(struct connsync_posix *posix, const char *host, uint16_t port_number)
{
    const struct connsync_port *port = connsync_posix_port(posix);
    uint64_t give_up = clock_ms() + PATIENCE_MS;
    int status = port->connect(port->context, host, port_number);
    while (status == CONNSYNC_PORT_WOULD_BLOCK && clock_ms() < give_up) {
        connsync_posix_wait(posix, false, false, 1000);
        status = port->connect(port->context, host, port_number);
    }
    return status;
}

/* A connection of ours and the peer's end of it. */
struct pair {
    struct connsync_posix posix;
    const struct connsync_port *port;
    int listener;
    int peer;
};

static void pair_open(struct pair *pair)
{
    uint16_t port_number = 0;
    pair->listener = bind_to("127.0.0.1", &port_number, true);
    assert_true(pair->listener >= 0);
    connsync_posix_init(&pair->posix, NULL, 0);
    pair->port = connsync_posix_port(&pair->posix);
    assert_int_equal(connect_fully(&pair->posix, "127.0.0.1", port_number), CONNSYNC_PORT_OK);
    pair->peer = accept(pair->listener, NULL, NULL);
    assert_true(pair->peer >= 0);
}

static void pair_close(struct pair *pair)
{
    pair->port->close(pair->port->context);
    if (pair->peer >= 0) {
        close(pair->peer);
    }
    close(pair->listener);
}

/* Receives until there is something other than would-block. */
static int32_t recv_fully(struct pair *pair, uint8_t *data, size_t size)
{
    int32_t count = pair->port->recv(pair->port->context, data, size);
    for (int i = 0; i < 20 && count == CONNSYNC_PORT_WOULD_BLOCK; i++) {
        connsync_posix_wait(&pair->posix, true, false, 500);
        count = pair->port->recv(pair->port->context, data, size);
    }
    return count;
}

static bool no_child_left(void)
{
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD;
}

static void no_lookup(const char *host, struct connsync_posix_answer *answer)
{
    (void)host;
    (void)answer;
    fail_msg("a literal address went to the resolver");
}

/* --- connect --- */

static void connects_to_ipv4(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    int on = 0;
    socklen_t length = sizeof on;
    assert_int_equal(getsockopt(pair.posix.fd, IPPROTO_TCP, TCP_NODELAY, &on, &length), 0);
    assert_true(on != 0);
    assert_string_equal(connsync_posix_reason(&pair.posix), "");
    /* Asked again, an open connection is still open, not opened a second time. */
    int before = pair.posix.fd;
    assert_int_equal(pair.port->connect(pair.port->context, "127.0.0.1", 1), CONNSYNC_PORT_OK);
    assert_int_equal(pair.posix.fd, before);
    pair_close(&pair);
    pair.port->close(pair.port->context); /* harmless when there is none */
}

static void connects_to_ipv6(void **state)
{
    (void)state;
    uint16_t port_number = 0;
    int listener = bind_to("::1", &port_number, true);
    if (listener < 0) {
        print_message("skipped: this machine has no ::1\n");
        skip();
    }
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    posix.resolver.in_process = true;
    posix.resolver.lookup = no_lookup;
    assert_int_equal(connect_fully(&posix, "::1", port_number), CONNSYNC_PORT_OK);
    connsync_posix_port(&posix)->close(&posix);
    close(listener);
}

static void literal_addresses_skip_the_resolver(void **state)
{
    (void)state;
    uint16_t port_number = 0;
    int listener = bind_to("127.0.0.1", &port_number, true);
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    posix.resolver.in_process = true;
    posix.resolver.lookup = no_lookup;
    assert_int_equal(connect_fully(&posix, "127.0.0.1", port_number), CONNSYNC_PORT_OK);
    connsync_posix_port(&posix)->close(&posix);
    close(listener);
}

static void refused_port_is_a_connect_error(void **state)
{
    (void)state;
    uint16_t port_number = 0;
    int holder = bind_to("127.0.0.1", &port_number, false);
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    assert_int_equal(connect_fully(&posix, "127.0.0.1", port_number), CONNSYNC_PORT_ERR_CONNECT);
    char expected[64];
    snprintf(expected, sizeof expected, "127.0.0.1 port %u: connection refused", port_number);
    assert_string_equal(connsync_posix_reason(&posix), expected);
    /* Nothing is open, and send and recv say so rather than touch a descriptor. */
    uint8_t byte = 0;
    const struct connsync_port *port = connsync_posix_port(&posix);
    assert_int_equal(port->send(port->context, &byte, 1), CONNSYNC_PORT_ERR_RESET);
    assert_int_equal(port->recv(port->context, &byte, 1), CONNSYNC_PORT_ERR_RESET);
    close(holder);
}

static struct connsync_posix_answer given_answer;

static void give_answer(const char *host, struct connsync_posix_answer *answer)
{
    (void)host;
    *answer = given_answer;
}

static void give_addresses(const char *first, const char *second)
{
    memset(&given_answer, 0, sizeof given_answer);
    assert_true(connsync_posix_address_parse(first, &given_answer.addresses[0]));
    assert_true(connsync_posix_address_parse(second, &given_answer.addresses[1]));
    given_answer.count = 2;
}

static void second_address_follows_a_refusal(void **state)
{
    (void)state;
    uint16_t port_number = 0;
    int listener = bind_to("127.0.0.1", &port_number, true);
    give_addresses("127.0.0.2", "127.0.0.1");
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    posix.resolver.lookup = give_answer;
    assert_int_equal(connect_fully(&posix, "two.example", port_number), CONNSYNC_PORT_OK);
    assert_int_equal(posix.next_address, 1);
    assert_true(no_child_left());
    connsync_posix_port(&posix)->close(&posix);
    close(listener);
}

/* Begins `count` connections to 127.0.0.2 that nobody accepts. */
static void fill_backlog(uint16_t port_number, int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct connsync_posix_address address;
        struct sockaddr_storage name;
        connsync_posix_address_parse("127.0.0.2", &address);
        socklen_t length = connsync_posix_address_socket(&address, port_number, &name);
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)connect(fds[i], (struct sockaddr *)&name, length);
    }
    poll(NULL, 0, 100);
}

/* A listener whose queue is full drops new connections: the silent address. */
static void second_address_follows_a_silence(void **state)
{
    (void)state;
    uint16_t port_number = 0;
    int listener = bind_to("127.0.0.1", &port_number, true);
    int silent = bind_to("127.0.0.2", &port_number, false);
    assert_true(silent >= 0);
    assert_int_equal(listen(silent, 0), 0);
    int fds[8];
    fill_backlog(port_number, fds, 8);
    give_addresses("127.0.0.2", "127.0.0.1");
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    posix.resolver.lookup = give_answer;
    posix.connect_share_ms = 300;
    uint64_t began = clock_ms();
    assert_int_equal(connect_fully(&posix, "two.example", port_number), CONNSYNC_PORT_OK);
    uint64_t took = clock_ms() - began;
    assert_int_equal(posix.next_address, 1);
    assert_in_range(took, 300, 3000);
    connsync_posix_port(&posix)->close(&posix);
    for (size_t i = 0; i < 8; i++) {
        close(fds[i]);
    }
    close(silent);
    close(listener);
}

static void a_refusal_outweighs_a_missing_route(void **state)
{
    (void)state;
    uint16_t port_number = 0;
    int holder = bind_to("127.0.0.1", &port_number, false);
    /* A multicast address cannot be dialled: the system says there is no route. */
    give_addresses("127.0.0.1", "ff02::1");
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    posix.resolver.lookup = give_answer;
    posix.connect_ms = 300;
    assert_int_equal(connect_fully(&posix, "two.example", port_number), CONNSYNC_PORT_ERR_CONNECT);
    close(holder);
}

static void connect_to_overrides_host_and_port(void **state)
{
    (void)state;
    uint16_t port_number = 0;
    int listener = bind_to("127.0.0.1", &port_number, true);
    struct connsync_posix posix;
    connsync_posix_init(&posix, "127.0.0.1", port_number);
    assert_int_equal(connect_fully(&posix, "name.invalid", 443), CONNSYNC_PORT_OK);
    connsync_posix_port(&posix)->close(&posix);
    connsync_posix_init(&posix, "127.0.0.1", 0); /* port 0: the one that was asked for */
    assert_int_equal(connect_fully(&posix, "name.invalid", port_number), CONNSYNC_PORT_OK);
    connsync_posix_port(&posix)->close(&posix);
    close(listener);
}

/* --- the return law --- */

static void nothing_to_read_is_would_block(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    uint8_t data[8];
    assert_int_equal(pair.port->recv(pair.port->context, data, sizeof data),
                     CONNSYNC_PORT_WOULD_BLOCK);
    assert_int_equal(write(pair.peer, "abc", 3), 3);
    assert_int_equal(recv_fully(&pair, data, sizeof data), 3);
    assert_memory_equal(data, "abc", 3);
    pair_close(&pair);
}

static void full_pipe_is_would_block(void **state)
{
    (void)state;
    static const uint8_t block[65536];
    struct pair pair;
    pair_open(&pair);
    int32_t count = 1;
    for (int i = 0; i < 4096 && count > 0; i++) {
        count = pair.port->send(pair.port->context, block, sizeof block);
        assert_int_not_equal(count, 0);
    }
    assert_int_equal(count, CONNSYNC_PORT_WOULD_BLOCK);
    assert_int_equal(connsync_posix_wait(&pair.posix, false, true, 20), CONNSYNC_POSIX_TIMEOUT);
    pair_close(&pair);
}

static void orderly_end_is_eof(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    assert_int_equal(write(pair.peer, "z", 1), 1);
    close(pair.peer);
    pair.peer = -1;
    uint8_t data[8];
    assert_int_equal(recv_fully(&pair, data, sizeof data), 1);
    assert_int_equal(recv_fully(&pair, data, sizeof data), CONNSYNC_PORT_EOF);
    assert_int_equal(recv_fully(&pair, data, sizeof data), CONNSYNC_PORT_EOF);
    pair_close(&pair);
}

static void reset_is_not_eof(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    struct linger linger = {1, 0};
    assert_int_equal(setsockopt(pair.peer, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    close(pair.peer);
    pair.peer = -1;
    uint8_t data[8] = {0};
    assert_int_equal(recv_fully(&pair, data, sizeof data), CONNSYNC_PORT_ERR_RESET);
    /* SIGPIPE would end this program here. */
    assert_int_equal(pair.port->send(pair.port->context, data, sizeof data),
                     CONNSYNC_PORT_ERR_RESET);
    assert_non_null(strstr(connsync_posix_reason(&pair.posix), "reset"));
    pair_close(&pair);
}

/* --- wait --- */

static void on_alarm(int number)
{
    (void)number;
}

static void a_signal_ends_a_wait(void **state)
{
    (void)state;
    struct sigaction action;
    struct sigaction before;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, &before);
    struct itimerval soon = {{0, 0}, {0, 50000}};
    setitimer(ITIMER_REAL, &soon, NULL);
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    assert_int_equal(connsync_posix_wait(&posix, false, false, 10000), CONNSYNC_POSIX_INTERRUPTED);
    sigaction(SIGALRM, &before, NULL);
}

static void a_wake_fd_ends_a_wait(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    posix.wake_fd = ends[0];
    assert_int_equal(connsync_posix_wait(&posix, true, true, 10), CONNSYNC_POSIX_TIMEOUT);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(connsync_posix_wait(&posix, true, true, 10000), CONNSYNC_POSIX_INTERRUPTED);
    close(ends[0]);
    close(ends[1]);
}

/* A kept-alive connection that the peer closed must not turn a sleep into a spin. */
static void a_sleep_ignores_a_hung_up_peer(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    struct linger linger = {1, 0};
    setsockopt(pair.peer, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(pair.peer);
    pair.peer = -1;
    assert_int_equal(connsync_posix_wait(&pair.posix, true, false, 2000), CONNSYNC_POSIX_READY);
    uint64_t began = clock_ms();
    assert_int_equal(connsync_posix_wait(&pair.posix, false, false, 60), CONNSYNC_POSIX_TIMEOUT);
    assert_in_range(clock_ms() - began, 50, 2000);
    assert_int_equal(connsync_posix_wait(&pair.posix, false, false, -5), CONNSYNC_POSIX_TIMEOUT);
    pair_close(&pair);
}

/* --- clocks and entropy --- */

static void clocks_and_entropy_work(void **state)
{
    (void)state;
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    const struct connsync_port *port = connsync_posix_port(&posix);
    uint64_t first = port->monotonic_ms(port->context);
    poll(NULL, 0, 20);
    assert_in_range(port->monotonic_ms(port->context) - first, 15, 5000);
    int64_t seconds = 0;
    assert_int_equal(port->utc_seconds(port->context, &seconds), CONNSYNC_PORT_OK);
    assert_true(seconds >= CONNSYNC_POSIX_EARLIEST_UTC);
    /* More than getrandom() gives in one uninterruptible piece (256 bytes). */
    static uint8_t a[1024];
    static uint8_t b[1024];
    assert_int_equal(port->entropy(port->context, a, sizeof a), CONNSYNC_PORT_OK);
    assert_int_equal(port->entropy(port->context, b, sizeof b), CONNSYNC_PORT_OK);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a + 992, b + 992, 32);
}

/* --- resolver --- */

static void localhost_resolves(void **state)
{
    (void)state;
    uint16_t port_number = 0;
    int listener = bind_to("127.0.0.1", &port_number, true);
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    assert_int_equal(connect_fully(&posix, "localhost", port_number), CONNSYNC_PORT_OK);
    assert_true(no_child_left());
    connsync_posix_port(&posix)->close(&posix);
    posix.resolver.in_process = true; /* where no child can be had */
    assert_int_equal(connect_fully(&posix, "localhost", port_number), CONNSYNC_PORT_OK);
    connsync_posix_port(&posix)->close(&posix);
    close(listener);
}

static void an_invalid_name_is_a_name_error(void **state)
{
    (void)state;
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    uint64_t began = clock_ms();
    assert_int_equal(connect_fully(&posix, "name.invalid", 443), CONNSYNC_PORT_ERR_NAME);
    assert_in_range(clock_ms() - began, 0, CONNSYNC_POSIX_RESOLVE_MS + 1000u);
    assert_memory_equal(connsync_posix_reason(&posix), "name.invalid: ", 14);
    assert_true(no_child_left());
    assert_int_equal(posix.resolver.fd, -1);
}

static void names_that_cannot_be_are_not_asked_for(void **state)
{
    (void)state;
    char name[CONNSYNC_POSIX_HOST_MAX + 2];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    posix.resolver.in_process = true;
    posix.resolver.lookup = no_lookup;
    assert_int_equal(connect_fully(&posix, name, 443), CONNSYNC_PORT_ERR_NAME);
    assert_int_equal(connect_fully(&posix, "", 443), CONNSYNC_PORT_ERR_NAME);
}

static void each_outcome_has_its_reason(void **state)
{
    (void)state;
    static const struct {
        int32_t outcome;
        const char *reason;
    } cases[] = {
        {CONNSYNC_POSIX_RESOLVED, "a.example: no such name"}, /* found, with no address */
        {CONNSYNC_POSIX_NO_SUCH_NAME, "a.example: no such name"},
        {CONNSYNC_POSIX_NO_NAME_SERVER, "a.example: no name server answered"},
        {CONNSYNC_POSIX_RESOLVER_FAILED, "a.example: the system's resolver failed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memset(&given_answer, 0, sizeof given_answer);
        given_answer.outcome = cases[i].outcome;
        struct connsync_posix posix;
        connsync_posix_init(&posix, NULL, 0);
        posix.resolver.lookup = give_answer;
        assert_int_equal(connect_fully(&posix, "a.example", 443), CONNSYNC_PORT_ERR_NAME);
        assert_string_equal(connsync_posix_reason(&posix), cases[i].reason);
    }
}

static void lookup_forever(const char *host, struct connsync_posix_answer *answer)
{
    (void)host;
    (void)answer;
    while (true) {
        pause();
    }
}

static void lookup_dies(const char *host, struct connsync_posix_answer *answer)
{
    (void)host;
    (void)answer;
    _exit(3);
}

static void closing_kills_the_resolver(void **state)
{
    (void)state;
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    posix.resolver.lookup = lookup_forever;
    const struct connsync_port *port = connsync_posix_port(&posix);
    assert_int_equal(port->connect(port->context, "a.example", 443), CONNSYNC_PORT_WOULD_BLOCK);
    pid_t child = posix.resolver.child;
    assert_true(child > 0);
    assert_int_equal(connsync_posix_wait(&posix, true, true, 30), CONNSYNC_POSIX_TIMEOUT);
    assert_int_equal(kill(child, 0), 0);
    port->close(port->context);
    assert_int_equal(kill(child, 0), -1);
    assert_int_equal(errno, ESRCH);
    assert_true(no_child_left());
    assert_int_equal(posix.resolver.fd, -1);
}

static void closing_works_where_children_are_reaped_unasked(void **state)
{
    (void)state;
    struct sigaction action;
    struct sigaction before;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_IGN;
    sigaction(SIGCHLD, &action, &before);
    closing_kills_the_resolver(state);
    sigaction(SIGCHLD, &before, NULL);
}

static void a_late_resolver_is_ended(void **state)
{
    (void)state;
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    posix.resolver.lookup = lookup_forever;
    posix.resolver.limit_ms = 100;
    uint64_t began = clock_ms();
    assert_int_equal(connect_fully(&posix, "a.example", 443), CONNSYNC_PORT_ERR_NAME);
    assert_in_range(clock_ms() - began, 100, 900);
    assert_string_equal(connsync_posix_reason(&posix), "a.example: the look-up took too long");
    assert_true(no_child_left());
}

static void a_dead_resolver_is_noticed(void **state)
{
    (void)state;
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    posix.resolver.lookup = lookup_dies;
    uint64_t began = clock_ms();
    assert_int_equal(connect_fully(&posix, "a.example", 443), CONNSYNC_PORT_ERR_NAME);
    assert_in_range(clock_ms() - began, 0, 900);
    assert_true(no_child_left());
}

/* The child must not run the parent's handlers: SIGTERM has to end it. */
static void the_child_drops_our_handlers(void **state)
{
    (void)state;
    struct sigaction action;
    struct sigaction before;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    sigaction(SIGTERM, &action, &before);
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    posix.resolver.lookup = lookup_forever;
    const struct connsync_port *port = connsync_posix_port(&posix);
    assert_int_equal(port->connect(port->context, "a.example", 443), CONNSYNC_PORT_WOULD_BLOCK);
    kill(posix.resolver.child, SIGTERM);
    assert_int_equal(connect_fully(&posix, "a.example", 443), CONNSYNC_PORT_ERR_NAME);
    assert_string_equal(connsync_posix_reason(&posix), "a.example: the system's resolver failed");
    sigaction(SIGTERM, &before, NULL);
}

/* --- trust anchors --- */

/* Not certificates: the smallest SEQUENCEs of the wanted lengths. */
#define PEM_5 "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n"
#define PEM_6 "-----BEGIN CERTIFICATE-----\r\nMAQC\r\nAgEA\r\n-----END CERTIFICATE-----\r\n"
#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"

static const uint8_t der_5[] = {0x30, 3, 2, 1, 1};
static const uint8_t der_6[] = {0x30, 4, 2, 2, 1, 0};

static char pem_path[64];

static void write_pem(const char *text)
{
    strcpy(pem_path, "test_posix_XXXXXX");
    int fd = mkstemp(pem_path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static enum connsync_posix_anchors_status read_pem(const char *text,
                                                   struct connsync_posix_anchors *anchors,
                                                   uint8_t *der, size_t size)
{
    write_pem(text);
    enum connsync_posix_anchors_status status =
        connsync_posix_anchors_read(anchors, pem_path, der, size);
    unlink(pem_path);
    return status;
}

static void anchors_are_laid_end_to_end(void **state)
{
    (void)state;
    static const char text[] = "# a comment\n" PEM_5 "words between\n"
                               "-----BEGIN EC PRIVATE KEY-----\n!!! never decoded\n"
                               "-----END EC PRIVATE KEY-----\n"
                               "-----BEGIN TRUSTED CERTIFICATE-----\nMAMCAQE=\n"
                               "-----END TRUSTED CERTIFICATE-----\n" PEM_6 "the end";
    struct connsync_posix_anchors anchors;
    uint8_t der[11]; /* no byte to spare */
    assert_int_equal(read_pem(text, &anchors, der, sizeof der), CONNSYNC_POSIX_ANCHORS_OK);
    assert_int_equal(anchors.count, 2);
    assert_int_equal(anchors.length, 11);
    assert_memory_equal(der, der_5, 5);
    assert_memory_equal(der + 5, der_6, 6);
    assert_string_equal(anchors.reason, "");
}

static void anchors_split_anywhere_decode_alike(void **state)
{
    (void)state;
    static const char base64[] = "MAMCAQE=";
    for (size_t cut = 1; cut < sizeof base64 - 1; cut++) {
        char text[128];
        snprintf(text, sizeof text, BEGIN "%.*s\n %s \n" END, (int)cut, base64, base64 + cut);
        struct connsync_posix_anchors anchors;
        uint8_t der[16];
        assert_int_equal(read_pem(text, &anchors, der, sizeof der),
                         CONNSYNC_POSIX_ANCHORS_OK);
        assert_int_equal(anchors.length, 5);
        assert_memory_equal(der, der_5, 5);
    }
}

static void bad_files_are_refused_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum connsync_posix_anchors_status status;
        const char *reason;
    } cases[] = {
        {"", CONNSYNC_POSIX_ANCHORS_NONE, "no certificate is in it"},
        {"only words\n", CONNSYNC_POSIX_ANCHORS_NONE, "no certificate is in it"},
        {"-----BEGIN TRUSTED CERTIFICATE-----\nMAMCAQE=\n-----END TRUSTED CERTIFICATE-----\n",
         CONNSYNC_POSIX_ANCHORS_NONE, "TRUSTED CERTIFICATE"},
        {PEM_5 BEGIN "MA!CAQE=\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 5: not base64"},
        {BEGIN "MAMCAQ\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 3: base64 stops"},
        {BEGIN "MAMCAQE=\nAAAA\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 3: base64 goes on"},
        {BEGIN "MAMCAQE=AAAA\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 2: not base64"},
        {BEGIN "MAMCAQE=\n", CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 2: the file ends inside"},
        {BEGIN BEGIN, CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 2: a block begins inside"},
        {BEGIN "MAMCAQE=\n-----END X-----\n", CONNSYNC_POSIX_ANCHORS_DAMAGED, "under another name"},
        {BEGIN END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 2: this block does not hold"},
        {BEGIN "MAMCAQEA\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "does not hold"},  /* a byte more */
        {BEGIN "MAQCAQE=\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "does not hold"},  /* one missing */
        {BEGIN "MQMCAQE=\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "does not hold"},  /* a SET */
        {BEGIN "MIACAQE=\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "does not hold"},  /* indefinite */
        {BEGIN "MIEDAgEB\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "does not hold"},  /* 81 03 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct connsync_posix_anchors anchors;
        uint8_t der[64];
        int status = (int)read_pem(cases[i].text, &anchors, der, sizeof der);
        if (status != (int)cases[i].status || strstr(anchors.reason, cases[i].reason) == NULL) {
            fail_msg("case %u: status %d, \"%s\"", (unsigned)i, status, anchors.reason);
        }
        assert_int_equal(anchors.length, 0);
        assert_int_equal(anchors.count, 0);
    }
}

static void anchors_that_do_not_fit_are_too_large(void **state)
{
    (void)state;
    struct connsync_posix_anchors anchors;
    uint8_t der[11] = {0};
    assert_int_equal(read_pem(PEM_5 PEM_6, &anchors, der, 10), CONNSYNC_POSIX_ANCHORS_TOO_LARGE);
    assert_non_null(strstr(anchors.reason, "10 bytes"));
    assert_int_equal(der[10], 0); /* untouched */
    assert_int_equal(anchors.length, 0);
    assert_int_equal(connsync_posix_anchors_read(&anchors, "/dev/zero", der, 10),
                     CONNSYNC_POSIX_ANCHORS_TOO_LARGE);
}

static void long_lines_only_matter_in_a_block(void **state)
{
    (void)state;
    static char text[3 * CONNSYNC_POSIX_PEM_LINE_MAX];
    static char filler[CONNSYNC_POSIX_PEM_LINE_MAX + 2];
    memset(filler, 'A', sizeof filler - 1);
    struct connsync_posix_anchors anchors;
    static uint8_t der[8192];
    snprintf(text, sizeof text, "%s\n" PEM_5, filler);
    assert_int_equal(read_pem(text, &anchors, der, sizeof der), CONNSYNC_POSIX_ANCHORS_OK);
    assert_int_equal(anchors.count, 1);
    snprintf(text, sizeof text, BEGIN "%s\n" END, filler);
    assert_int_equal(read_pem(text, &anchors, der, sizeof der), CONNSYNC_POSIX_ANCHORS_DAMAGED);
    assert_non_null(strstr(anchors.reason, "line 2: the line is too long"));
    /* One line of exactly the limit: 30 82 0B FC, then zeroes; 3072 bytes. */
    filler[CONNSYNC_POSIX_PEM_LINE_MAX] = '\0';
    memcpy(filler, "MIIL/A", 6);
    snprintf(text, sizeof text, BEGIN "%s\n" END, filler);
    assert_int_equal(read_pem(text, &anchors, der, sizeof der), CONNSYNC_POSIX_ANCHORS_OK);
    assert_int_equal(anchors.length, 3072);
}

static void files_that_cannot_be_read_say_so(void **state)
{
    (void)state;
    struct connsync_posix_anchors anchors;
    uint8_t der[16];
    assert_int_equal(connsync_posix_anchors_read(&anchors, "no/such/file", der, sizeof der),
                     CONNSYNC_POSIX_ANCHORS_NO_FILE);
    assert_string_equal(anchors.reason, "there is no such file");
    assert_int_equal(connsync_posix_anchors_read(&anchors, "/", der, sizeof der),
                     CONNSYNC_POSIX_ANCHORS_READ);
    assert_string_equal(anchors.reason, "this is a directory");
}

static void the_environment_names_the_file(void **state)
{
    (void)state;
    setenv("SSL_CERT_FILE", "no/such/file", 1);
    assert_string_equal(connsync_posix_anchors_find(), "no/such/file");
    setenv("SSL_CERT_FILE", "", 1);
    const char *usual = connsync_posix_anchors_find();
    unsetenv("SSL_CERT_FILE");
    const char *unset = connsync_posix_anchors_find();
    assert_true(usual == unset);
    if (usual == NULL) {
        print_message("skipped: this machine has no list of certificates\n");
        skip();
    }
    static uint8_t der[1048576];
    struct connsync_posix_anchors anchors;
    assert_int_equal(connsync_posix_anchors_read(&anchors, usual, der, sizeof der),
                     CONNSYNC_POSIX_ANCHORS_OK);
    print_message("%s: %lu certificates, %lu bytes of DER\n", usual, (unsigned long)anchors.count,
                  (unsigned long)anchors.length);
    assert_true(anchors.count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connects_to_ipv4),
        cmocka_unit_test(connects_to_ipv6),
        cmocka_unit_test(literal_addresses_skip_the_resolver),
        cmocka_unit_test(refused_port_is_a_connect_error),
        cmocka_unit_test(second_address_follows_a_refusal),
        cmocka_unit_test(second_address_follows_a_silence),
        cmocka_unit_test(a_refusal_outweighs_a_missing_route),
        cmocka_unit_test(connect_to_overrides_host_and_port),
        cmocka_unit_test(nothing_to_read_is_would_block),
        cmocka_unit_test(full_pipe_is_would_block),
        cmocka_unit_test(orderly_end_is_eof),
        cmocka_unit_test(reset_is_not_eof),
        cmocka_unit_test(a_signal_ends_a_wait),
        cmocka_unit_test(a_wake_fd_ends_a_wait),
        cmocka_unit_test(a_sleep_ignores_a_hung_up_peer),
        cmocka_unit_test(clocks_and_entropy_work),
        cmocka_unit_test(localhost_resolves),
        cmocka_unit_test(an_invalid_name_is_a_name_error),
        cmocka_unit_test(names_that_cannot_be_are_not_asked_for),
        cmocka_unit_test(each_outcome_has_its_reason),
        cmocka_unit_test(closing_kills_the_resolver),
        cmocka_unit_test(closing_works_where_children_are_reaped_unasked),
        cmocka_unit_test(a_late_resolver_is_ended),
        cmocka_unit_test(a_dead_resolver_is_noticed),
        cmocka_unit_test(the_child_drops_our_handlers),
        cmocka_unit_test(anchors_are_laid_end_to_end),
        cmocka_unit_test(anchors_split_anywhere_decode_alike),
        cmocka_unit_test(bad_files_are_refused_with_a_reason),
        cmocka_unit_test(anchors_that_do_not_fit_are_too_large),
        cmocka_unit_test(long_lines_only_matter_in_a_block),
        cmocka_unit_test(files_that_cannot_be_read_say_so),
        cmocka_unit_test(the_environment_names_the_file),
    };
    return cmocka_run_group_tests_name("posix", tests, NULL, NULL);
}
