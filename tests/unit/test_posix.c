/*
 * The POSIX port against real sockets on the loopback interface. Needs no network.
 */
#define _GNU_SOURCE 1

#include "tests/unit/posix_support.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/time.h>

#ifdef _REDIR_TIME64
/* musl's name for it where pointers have 32 bits. */
#define __real_clock_gettime __real___clock_gettime64
#define __wrap_clock_gettime __wrap___clock_gettime64
#endif

/* The system's calls, with faults put in between where a test asks for them: the linker puts
 * these in their way (CMakeLists.txt). */
int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
ssize_t __real_getrandom(void *out, size_t length, unsigned int flags);
ssize_t __wrap_getrandom(void *out, size_t length, unsigned int flags);

static int64_t pretended_utc; /* 0: the true time */
static int random_fault;      /* an errno that the next getrandom() fails with */
static size_t random_piece;   /* the most that it gives at once; 0: no limit */

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    if (clock == CLOCK_REALTIME && pretended_utc != 0) {
        now->tv_sec = (time_t)pretended_utc;
        now->tv_nsec = 0;
        return 0;
    }
    return __real_clock_gettime(clock, now);
}

ssize_t __wrap_getrandom(void *out, size_t length, unsigned int flags)
{
    if (random_fault != 0) {
        errno = random_fault;
        random_fault = random_fault == EINTR ? 0 : random_fault;
        return -1;
    }
    return __real_getrandom(out, random_piece != 0 && length > random_piece ? random_piece : length,
                            flags);
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
        connsync_posix_wait(&pair->posix, true, false, clock_ms() + 500);
        count = pair->port->recv(pair->port->context, data, size);
    }
    return count;
}

/* --- connect --- */

static void connects_to_ipv4(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    int on = 0;
    socklen_t length = sizeof on;
    assert_int_equal(
        getsockopt(connection_of(&pair.posix)->fd, IPPROTO_TCP, TCP_NODELAY, &on, &length), 0);
    assert_true(on != 0);
    assert_string_equal(connsync_posix_reason(&pair.posix), "");
    /* Asked again, an open connection is still open, not opened a second time. */
    int before = connection_of(&pair.posix)->fd;
    assert_int_equal(pair.port->connect(pair.port->context, "127.0.0.1", 1), CONNSYNC_PORT_OK);
    assert_int_equal(connection_of(&pair.posix)->fd, before);
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
    connection_of(&posix)->resolver.in_process = true;
    connection_of(&posix)->resolver.lookup = no_lookup;
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
    connection_of(&posix)->resolver.in_process = true;
    connection_of(&posix)->resolver.lookup = no_lookup;
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
    snprintf(expected, sizeof expected, "127.0.0.1 port %u: %s", port_number, refusal_text());
    assert_string_equal(connsync_posix_reason(&posix), expected);
    /* Nothing is open, and send and recv say so rather than touch a descriptor. */
    uint8_t byte = 0;
    const struct connsync_port *port = connsync_posix_port(&posix);
    assert_int_equal(port->send(port->context, &byte, 1), CONNSYNC_PORT_ERR_RESET);
    assert_int_equal(port->recv(port->context, &byte, 1), CONNSYNC_PORT_ERR_RESET);
    close(holder);
}

static void give_addresses(const char *first, const char *second)
{
    memset(&given_answer, 0, sizeof given_answer);
    assert_true(cs_posix_address_parse(first, &given_answer.addresses[0]));
    assert_true(cs_posix_address_parse(second, &given_answer.addresses[1]));
    given_answer.count = 2;
}

/* Of 127.0.0.1 and 127.0.0.2, which was connected to? */
static int dialled_last_byte(struct connsync_posix *posix)
{
    return connection_of(posix)->known.bytes[3];
}

static void second_address_follows_a_refusal(void **state)
{
    (void)state;
    uint16_t port_number = 0;
    int listener = bind_to("127.0.0.1", &port_number, true);
    give_addresses("127.0.0.2", "127.0.0.1");
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    connection_of(&posix)->resolver.lookup = give_answer;
    assert_int_equal(connect_fully(&posix, "two.example", port_number), CONNSYNC_PORT_OK);
    assert_int_equal(dialled_last_byte(&posix), 1);
    assert_true(no_child_left());
    connsync_posix_port(&posix)->close(&posix);
    close(listener);
}

/* Begins `count` connections to 127.0.0.2 that nobody accepts. */
static void fill_backlog(uint16_t port_number, int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct cs_posix_address address;
        struct sockaddr_storage name;
        cs_posix_address_parse("127.0.0.2", &address);
        socklen_t length = cs_posix_address_socket(&address, port_number, &name);
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
    connection_of(&posix)->resolver.lookup = give_answer;
    posix.attempt_delay_ms = 300;
    uint64_t began = clock_ms();
    assert_int_equal(connect_fully(&posix, "two.example", port_number), CONNSYNC_PORT_OK);
    uint64_t took = clock_ms() - began;
    assert_int_equal(dialled_last_byte(&posix), 1);
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
    connection_of(&posix)->resolver.lookup = give_answer;
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
    assert_int_equal(connsync_posix_wait(&pair.posix, false, true, clock_ms() + 20),
                     CONNSYNC_POSIX_TIMEOUT);
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

/* What the peer said before it went is read, although a write fails: an alert, or an answer to what
 * it had enough of. Then the connection is as broken as before. */
static void the_last_word_is_read_after_a_failed_write(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair);
    uint8_t data[8] = {0};
    struct linger linger = {1, 0};
    assert_int_equal(write(pair.peer, "alert", 5), 5);
    assert_int_equal(setsockopt(pair.peer, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    close(pair.peer);
    pair.peer = -1;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pair.port->send(pair.port->context, data, sizeof data), sizeof data);
    }
    assert_int_equal(pair.port->recv(pair.port->context, data, sizeof data), 5);
    assert_memory_equal(data, "alert", 5);
    assert_int_equal(pair.port->recv(pair.port->context, data, sizeof data),
                     CONNSYNC_PORT_ERR_RESET);
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
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    /* More than poll() can hold is not cut to a wait that is over. */
    const uint64_t ends[] = {clock_ms() + 10000, clock_ms() + (UINT64_C(1) << 32), UINT64_MAX};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct itimerval soon = {{0, 0}, {0, 50000}};
        setitimer(ITIMER_REAL, &soon, NULL);
        assert_int_equal(connsync_posix_wait(&posix, false, false, ends[i]),
                         CONNSYNC_POSIX_INTERRUPTED);
    }
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
    assert_int_equal(connsync_posix_wait(&posix, true, true, clock_ms() + 10),
                     CONNSYNC_POSIX_TIMEOUT);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(connsync_posix_wait(&posix, true, true, clock_ms() + 10000),
                     CONNSYNC_POSIX_INTERRUPTED);
    close(ends[0]);
    close(ends[1]);
}

/* Any of several connections ends the wait that can be read or written, as asked. */
static void any_of_several_ends_a_wait(void **state)
{
    (void)state;
    struct pair pairs[CONNSYNC_POSIX_WAIT_MAX];
    struct connsync_posix_interest interests[CONNSYNC_POSIX_WAIT_MAX];
    for (size_t i = 0; i < CONNSYNC_POSIX_WAIT_MAX; i++) {
        pair_open(&pairs[i]);
        interests[i] = (struct connsync_posix_interest){&pairs[i].posix, i != 3, false};
    }
    for (size_t i = 0; i < CONNSYNC_POSIX_WAIT_MAX; i++) {
        uint8_t byte;
        bool is_wanted = i != 3;
        assert_int_equal(
            connsync_posix_wait_any(interests, CONNSYNC_POSIX_WAIT_MAX, clock_ms() + 10),
            CONNSYNC_POSIX_TIMEOUT);
        assert_int_equal(send(pairs[i].peer, "x", 1, 0), 1);
        assert_int_equal(connsync_posix_wait_any(interests, CONNSYNC_POSIX_WAIT_MAX,
                                                 clock_ms() + (is_wanted ? 10000 : 10)),
                         is_wanted ? CONNSYNC_POSIX_READY : CONNSYNC_POSIX_TIMEOUT);
        assert_int_equal(recv_fully(&pairs[i], &byte, 1), 1);
    }
    for (size_t i = 0; i < CONNSYNC_POSIX_WAIT_MAX; i++) {
        pair_close(&pairs[i]);
    }
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
    assert_int_equal(connsync_posix_wait(&pair.posix, true, false, clock_ms() + 2000),
                     CONNSYNC_POSIX_READY);
    uint64_t began = clock_ms();
    assert_int_equal(connsync_posix_wait(&pair.posix, false, false, clock_ms() + 60),
                     CONNSYNC_POSIX_TIMEOUT);
    assert_in_range(clock_ms() - began, 50, 2000);
    pair_close(&pair);
}

/* The time is that of struct connsync_wait: a point on the port's clock, and no duration. */
static void a_wait_ends_at_a_point_in_time(void **state)
{
    (void)state;
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    const struct connsync_port *port = connsync_posix_port(&posix);
    uint64_t began = port->monotonic_ms(port->context);
    assert_int_equal(connsync_posix_wait(&posix, true, true, began + 60), CONNSYNC_POSIX_TIMEOUT);
    assert_in_range(port->monotonic_ms(port->context) - began, 60, 5000);
    /* What has passed is over, were it never so long ago. */
    began = port->monotonic_ms(port->context);
    assert_int_equal(connsync_posix_wait(&posix, true, true, began), CONNSYNC_POSIX_TIMEOUT);
    assert_int_equal(connsync_posix_wait(&posix, true, true, began - 1), CONNSYNC_POSIX_TIMEOUT);
    assert_int_equal(connsync_posix_wait(&posix, true, true, 0), CONNSYNC_POSIX_TIMEOUT);
    assert_in_range(port->monotonic_ms(port->context) - began, 0, 5000);
}

/* --- clocks and entropy --- */

static void clocks_tell_the_time_or_that_they_do_not_know(void **state)
{
    (void)state;
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    const struct connsync_port *port = connsync_posix_port(&posix);
    uint64_t first = port->monotonic_ms(port->context);
    poll(NULL, 0, 20);
    assert_in_range(port->monotonic_ms(port->context) - first, 15, 5000);
    int64_t seconds = 7;
    pretended_utc = CS_POSIX_EARLIEST_UTC - 1;
    assert_int_equal(port->utc_seconds(port->context, &seconds), CONNSYNC_PORT_ERR_TIME_UNKNOWN);
    assert_int_equal(seconds, 7);
    pretended_utc = CS_POSIX_EARLIEST_UTC;
    assert_int_equal(port->utc_seconds(port->context, &seconds), CONNSYNC_PORT_OK);
    assert_true(seconds == CS_POSIX_EARLIEST_UTC);
    pretended_utc = 0;
}

static void entropy_is_whole_or_none(void **state)
{
    (void)state;
    static const uint8_t zeroes[64];
    uint8_t a[64] = {0};
    uint8_t b[64] = {0};
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    const struct connsync_port *port = connsync_posix_port(&posix);
    random_piece = 24;
    random_fault = EINTR;
    assert_int_equal(port->entropy(port->context, a, sizeof a), CONNSYNC_PORT_OK);
    assert_int_equal(port->entropy(port->context, b, sizeof b), CONNSYNC_PORT_OK);
    random_piece = 0;
    assert_memory_not_equal(a, b, 24);
    assert_memory_not_equal(a + 48, zeroes, 16);
    assert_memory_not_equal(a + 48, b + 48, 16);
    random_fault = EIO;
    assert_int_equal(port->entropy(port->context, a, sizeof a), CONNSYNC_PORT_ERR_ENTROPY);
    assert_memory_equal(a, zeroes, sizeof a);
    random_fault = 0;
}

/* Without a descriptor for the pipe the name is looked up here; then there is none
 * for the socket either, which is trouble of our own and not the peer's. */
static void a_machine_out_of_descriptors_says_so(void **state)
{
    (void)state;
    give_addresses("127.0.0.1", "127.0.0.2");
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    connection_of(&posix)->resolver.lookup = give_answer;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit none = {0, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int status = connect_fully(&posix, "two.example", 443);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(status, CONNSYNC_PORT_ERR_NETWORK);
    assert_string_equal(connsync_posix_reason(&posix),
                        "127.0.0.2 port 443: no file descriptor left");
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
        cmocka_unit_test(the_last_word_is_read_after_a_failed_write),
        cmocka_unit_test(a_signal_ends_a_wait),
        cmocka_unit_test(a_wake_fd_ends_a_wait),
        cmocka_unit_test(any_of_several_ends_a_wait),
        cmocka_unit_test(a_sleep_ignores_a_hung_up_peer),
        cmocka_unit_test(a_wait_ends_at_a_point_in_time),
        cmocka_unit_test(clocks_tell_the_time_or_that_they_do_not_know),
        cmocka_unit_test(entropy_is_whole_or_none),
        cmocka_unit_test(a_machine_out_of_descriptors_says_so),
    };
    return cmocka_run_group_tests_name("posix_port", tests, NULL, NULL);
}
