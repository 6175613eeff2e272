/*
 * The CONNECT request and its answer, over a pair of sockets, and the port that sends
 * it through a proxy on loopback. The tests play the proxy themselves.
 */
#define _GNU_SOURCE 1

#include "tests/unit/posix_support.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define REST "\x16\x03" /* of the tunnel; not the head's */

static struct connsync_posix_proxy proxy;
static struct cs_posix_tunnel tunnel;
static int ends[2]; /* ours and the proxy's */

static void open_ends(const char *url, const char *host, uint16_t port_number)
{
    assert_null(connsync_posix_proxy_parse(&proxy, url));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    assert_true(cs_posix_tunnel_prepare(&tunnel, &proxy, host, port_number));
    tunnel.deadline_ms = 1000;
}

static void close_ends(void)
{
    close(ends[0]);
    if (ends[1] >= 0) {
        close(ends[1]);
    }
}

static int step(void)
{
    return cs_posix_tunnel_step(&tunnel, ends[0], 999);
}

/* What has come to `fd`, as a string. */
static const char *received(int fd)
{
    static char text[8192];
    size_t length = 0;
    ssize_t count;
    while ((count = recv(fd, text + length, sizeof text - 1 - length, MSG_DONTWAIT)) > 0) {
        length += (size_t)count;
    }
    text[length] = '\0';
    return text;
}

/* --- The request --- */

struct request_case {
    const char *url;
    const char *host;
    unsigned port_number;
    const char *authority;
    const char *credentials;
};

static const struct request_case requests[] = {
    {"proxy.test", "tenant.test", 443, "tenant.test:443", ""},
    {"u:p@proxy.test", "tenant.test", 8443, "tenant.test:8443",
     "Proxy-Authorization: Basic dTpw\r\n"},
    {"proxy.test", "::1", 443, "[::1]:443", ""},
    {"proxy.test", "192.0.2.1", 1, "192.0.2.1:1", ""},
};

static void writes_the_request(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(requests); i++) {
        const struct request_case *one = &requests[i];
        char wanted[512];
        open_ends(one->url, one->host, (uint16_t)one->port_number);
        assert_true(cs_posix_tunnel_wants_write(&tunnel));
        assert_int_equal(step(), CONNSYNC_PORT_WOULD_BLOCK);
        assert_false(cs_posix_tunnel_wants_write(&tunnel));
        (void)snprintf(wanted, sizeof wanted,
                       "CONNECT %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: connsync/%s\r\n%s\r\n",
                       one->authority, one->authority, CONNSYNC_VERSION, one->credentials);
        assert_string_equal(received(ends[1]), wanted);
        close_ends();
    }
}

static void refuses_hosts_that_would_end_the_line(void **state)
{
    (void)state;
    static char longest[CONNSYNC_POSIX_HOST_MAX + 2u];
    const char *wrong[] = {"", "a b", "a\r\nX: y", "a\tb", "a\x7f", "\xc3\xbc", longest};
    memset(longest, 'a', CONNSYNC_POSIX_HOST_MAX + 1u);
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        assert_false(cs_posix_tunnel_prepare(&tunnel, &proxy, wrong[i], 443));
    }
    longest[CONNSYNC_POSIX_HOST_MAX] = '\0';
    memset(longest, ':', 1); /* brackets are added to it */
    assert_true(cs_posix_tunnel_prepare(&tunnel, &proxy, longest, 65535));
    size_t length = strlen(tunnel.request);
    assert_string_equal(tunnel.request + length - 2, "\r\n");
    assert_non_null(strstr(tunnel.authority, "]:65535"));
}

/* A socket that is full to the brim takes the request in pieces; the system gives one of
 * two ends half of its buffer at once, which is less than this request. */
static void sends_the_request_in_pieces(void **state)
{
    (void)state;
    static char url[4096];
    static char all[65536];
    size_t junk = 0;
    size_t length = 0;
    int size = 1;
    (void)snprintf(url, sizeof url, "u:%02000d@proxy.test", 7);
    open_ends(url, "tenant.test", 443);
    assert_int_equal(step(), CONNSYNC_PORT_WOULD_BLOCK);
    char *wanted = strdup(received(ends[1]));
    close_ends();

    open_ends(url, "tenant.test", 443);
    assert_int_equal(setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    while (send(ends[0], "....", 4, MSG_NOSIGNAL) == 4) {
        junk += 4;
    }
    for (unsigned turns = 0; turns < 10000; turns++) {
        bool sending = cs_posix_tunnel_wants_write(&tunnel);
        assert_int_equal(step(), CONNSYNC_PORT_WOULD_BLOCK);
        ssize_t count = recv(ends[1], all + length, 3, 0);
        if (count < 0 && !sending) {
            break;
        }
        length += count > 0 ? (size_t)count : 0;
    }
    assert_int_equal(length, junk + strlen(wanted));
    assert_memory_equal(all + junk, wanted, strlen(wanted));
    free(wanted);
    close_ends();
}

/* --- The answer --- */

struct answer_case {
    const char *head;
    int result;
    unsigned failure;
    unsigned status;
};

#define OPENS CONNSYNC_PORT_OK, CONNSYNC_POSIX_PROXY_FINE
#define PASSES CONNSYNC_PORT_ERR_CONNECT, CONNSYNC_POSIX_PROXY_DECLINED
#define STAYS CONNSYNC_PORT_ERR_NAME, CONNSYNC_POSIX_PROXY_DECLINED

static const struct answer_case answers[] = {
    {"HTTP/1.1 200 Connection established\r\n\r\n", OPENS, 200},
    {"HTTP/1.0 200 OK\r\nVia: 1.0 x\r\nContent-Length: 9\r\n\r\n", OPENS, 200},
    {"HTTP/1.1 200\r\n\r\n", OPENS, 200},
    {"HTTP/1.1 204 \r\nA:\r\n\r\n", OPENS, 204},
    {"HTTP/1.1 299 x\nA: b\n\n", OPENS, 299},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 199 x\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", OPENS,
     200},
    {"HTTP/1.1 101 Switching Protocols\r\n\r\n", STAYS, 101},
    {"HTTP/1.1 302 Found\r\nLocation: x\r\n\r\n", STAYS, 302},
    {"HTTP/1.1 401 x\r\n\r\n", CONNSYNC_PORT_ERR_NAME, CONNSYNC_POSIX_PROXY_CREDENTIALS, 401},
    {"HTTP/1.1 400 x\r\n\r\n", STAYS, 400},
    {"HTTP/1.1 403 x\r\n\r\n", STAYS, 403},
    {"HTTP/1.1 407 x\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n", CONNSYNC_PORT_ERR_NAME,
     CONNSYNC_POSIX_PROXY_CREDENTIALS, 407},
    {"HTTP/1.1 408 x\r\n\r\n", PASSES, 408},
    {"HTTP/1.1 429 x\r\n\r\n", PASSES, 429},
    {"HTTP/1.1 500 x\r\n\r\n", PASSES, 500},
    {"HTTP/1.1 503 x\r\nRetry-After: 9\r\n\r\n", PASSES, 503},
    {"HTTP/1.1 599 x\r\n\r\n", PASSES, 599},
    {"HTTP/1.1 600 x\r\n\r\n", STAYS, 600},
};

static void answer(const char *data, size_t length)
{
    assert_int_equal(send(ends[1], data, length, MSG_NOSIGNAL), length);
}

/* Cut in two at every byte; what comes after the head stays in the socket. */
static void reads_answers_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(answers); i++) {
        const struct answer_case *one = &answers[i];
        size_t length = strlen(one->head);
        for (size_t cut = 0; cut <= length; cut++) {
            open_ends("proxy.test", "tenant.test", 443);
            answer(one->head, cut);
            if (cut < length) {
                assert_int_equal(step(), CONNSYNC_PORT_WOULD_BLOCK);
                answer(one->head + cut, length - cut);
            }
            answer(REST, 2);
            int result = step();
            if (result != one->result || tunnel.failure != one->failure ||
                tunnel.status != one->status) {
                fail_msg("%s at %zu: %d, %u, %u", one->head, cut, result, (unsigned)tunnel.failure,
                         tunnel.status);
            }
            assert_string_equal(received(ends[0]), REST);
            close_ends();
        }
    }
}

/* Each byte of a status line in turn is another one; a few of them are allowed. */
static void refuses_what_is_not_http(void **state)
{
    (void)state;
    static const char head[] = "HTTP/1.1 200 OK\r\n\r\n";
    for (size_t at = 0; at < 13; at++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            char text[sizeof head];
            memcpy(text, head, sizeof head);
            text[at] = (char)byte;
            bool digit = byte >= '0' && byte <= '9';
            bool right = byte == (unsigned char)head[at] || (at == 7 && digit) ||
                         (at == 9 && digit && byte != '0') || (at > 9 && at < 12 && digit) ||
                         (at == 12 && (byte == '\r' || byte == '\n'));
            open_ends("proxy.test", "tenant.test", 443);
            answer(text, sizeof head - 1);
            int result = step();
            bool http = tunnel.failure != CONNSYNC_POSIX_PROXY_ANSWER;
            if (http != right || (!right && result != CONNSYNC_PORT_ERR_NAME)) {
                fail_msg("byte %u at %zu: %d, %u", byte, at, result, (unsigned)tunnel.failure);
            }
            close_ends();
        }
    }
}

static void refuses_a_nul(void **state)
{
    (void)state;
    static const char head[] = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n";
    size_t length = strlen(head);
    for (size_t at = 0; at < length; at++) {
        char text[64];
        memcpy(text, head, length);
        text[at] = '\0';
        open_ends("proxy.test", "tenant.test", 443);
        answer(text, length);
        assert_int_equal(step(), CONNSYNC_PORT_ERR_NAME);
        assert_int_equal(tunnel.failure, CONNSYNC_POSIX_PROXY_ANSWER);
        close_ends();
    }
}

/* One head, or many interim ones, of lengths about the limit. */
static void keeps_to_its_limit(void **state)
{
    (void)state;
    static const char first[] = "HTTP/1.1 100 x\r\n\r\n";
    static const char last[] = "HTTP/1.1 200 x\r\n\r\n";
    for (size_t length = CS_POSIX_TUNNEL_HEAD_MAX - 2; length < CS_POSIX_TUNNEL_HEAD_MAX + 3;
         length++) {
        static char text[CS_POSIX_TUNNEL_HEAD_MAX + 8u];
        for (int interim = 0; interim < 2; interim++) {
            size_t from = 0;
            while (interim && length - from > 4 * sizeof first) {
                memcpy(text + from, first, sizeof first - 1);
                from += sizeof first - 1;
            }
            memset(text + from, 'x', length - from);
            memcpy(text + from, last, sizeof last - 3);
            memcpy(text + length - 4, "\r\n\r\n", 4);
            open_ends("proxy.test", "tenant.test", 443);
            answer(text, length);
            bool fits = length <= CS_POSIX_TUNNEL_HEAD_MAX;
            assert_int_equal(step(), fits ? CONNSYNC_PORT_OK : CONNSYNC_PORT_ERR_NAME);
            assert_int_equal(tunnel.failure,
                             fits ? CONNSYNC_POSIX_PROXY_FINE : CONNSYNC_POSIX_PROXY_ANSWER);
            close_ends();
        }
    }
}

static void notices_the_end(void **state)
{
    (void)state;
    const char *head = answers[0].head;
    for (size_t cut = 0; cut < strlen(head); cut++) {
        open_ends("proxy.test", "tenant.test", 443);
        assert_int_equal(step(), CONNSYNC_PORT_WOULD_BLOCK);
        answer(head, cut);
        (void)received(ends[1]); /* or the end would be a reset */
        close(ends[1]);
        ends[1] = -1;
        assert_int_equal(step(), CONNSYNC_PORT_ERR_RESET);
        assert_int_equal(tunnel.failure, CONNSYNC_POSIX_PROXY_ANSWER);
        close_ends();
    }
}

static void notices_the_time(void **state)
{
    (void)state;
    open_ends("proxy.test", "tenant.test", 443);
    answer("HTTP/1.1 200 OK\r\n\r", 18);
    assert_int_equal(cs_posix_tunnel_step(&tunnel, ends[0], 999), CONNSYNC_PORT_WOULD_BLOCK);
    assert_int_equal(cs_posix_tunnel_step(&tunnel, ends[0], 1000), CONNSYNC_PORT_ERR_CONNECT);
    assert_int_equal(tunnel.failure, CONNSYNC_POSIX_PROXY_ANSWER);
    close_ends();
}

/* --- Through the port --- */

struct route {
    struct connsync_posix posix;
    const struct connsync_port *port;
    int listener;
    int peer;
};

static void route_open(struct route *route, const char *address, const char *user)
{
    char url[256];
    uint16_t port_number = 0;
    memset(route, 0, sizeof *route);
    route->peer = -1;
    route->listener = bind_to(address, &port_number, true);
    if (route->listener < 0) {
        print_message("skipped: this machine has no %s\n", address);
        skip();
    }
    bool ipv6 = strchr(address, ':') != NULL;
    (void)snprintf(url, sizeof url, "http://%s%s%s%s:%u", user, ipv6 ? "[" : "", address,
                   ipv6 ? "]" : "", (unsigned)port_number);
    assert_null(connsync_posix_proxy_parse(&proxy, url));
    connsync_posix_init(&route->posix, NULL, 0);
    connection_of(&route->posix)->resolver.lookup = no_lookup;
    route->posix.proxy = &proxy;
    route->port = connsync_posix_port(&route->posix);
}

static void route_close(struct route *route)
{
    route->port->close(route->port->context);
    if (route->peer >= 0) {
        close(route->peer);
    }
    close(route->listener);
}

static int route_connect(struct route *route)
{
    return route->port->connect(route->port->context, "tenant.test", 443);
}

/* Goes on until the whole request has come to the listener; returns it. */
static const char *route_request(struct route *route)
{
    static char text[1024];
    size_t length = 0;
    for (int i = 0; i < 200 && (length < 4 || memcmp(text + length - 4, "\r\n\r\n", 4) != 0); i++) {
        assert_int_equal(route_connect(route), CONNSYNC_PORT_WOULD_BLOCK);
        struct pollfd entry = {route->peer >= 0 ? route->peer : route->listener, POLLIN, 0};
        if (poll(&entry, 1, 100) > 0 && route->peer < 0) {
            route->peer = accept4(route->listener, NULL, NULL, SOCK_CLOEXEC);
            length = 0;
        } else if (route->peer >= 0) {
            ssize_t count =
                recv(route->peer, text + length, sizeof text - 1 - length, MSG_DONTWAIT);
            length += count > 0 ? (size_t)count : 0;
        }
    }
    text[length] = '\0';
    return text;
}

static int route_answer(struct route *route, const char *head)
{
    assert_int_equal(send(route->peer, head, strlen(head), MSG_NOSIGNAL), strlen(head));
    /* Whatever is wanted: it waits for the answer. */
    assert_int_equal(connsync_posix_wait(&route->posix, false, false, clock_ms() + PATIENCE_MS),
                     CONNSYNC_POSIX_READY);
    return route_connect(route);
}

static void opens_a_tunnel(const char *address)
{
    struct route route;
    uint8_t data[4];
    route_open(&route, address, "");
    assert_non_null(strstr(route_request(&route), "CONNECT tenant.test:443 HTTP/1.1\r\n"));
    /* Not open yet, and nothing else may use it. */
    assert_true(route.port->send(route.port->context, data, 1) < CONNSYNC_PORT_EOF);
    assert_int_equal(route_answer(&route, "HTTP/1.1 200 OK\r\n\r\nab"), CONNSYNC_PORT_OK);
    assert_int_equal(route.port->recv(route.port->context, data, sizeof data), 2);
    assert_memory_equal(data, "ab", 2);
    assert_int_equal(route_connect(&route), CONNSYNC_PORT_OK);
    assert_int_equal(route.port->send(route.port->context, data, 2), 2);
    assert_string_equal(connsync_posix_reason(&route.posix), "");
    assert_int_equal(connsync_posix_proxy_failure(&route.posix), CONNSYNC_POSIX_PROXY_FINE);
    route_close(&route);
}

static void opens_a_tunnel_over_ipv4(void **state)
{
    (void)state;
    opens_a_tunnel("127.0.0.1");
}

static void opens_a_tunnel_over_ipv6(void **state)
{
    (void)state;
    opens_a_tunnel("::1");
}

static void tells_the_proxy_where_to_connect(void **state)
{
    (void)state;
    struct route route;
    route_open(&route, "127.0.0.1", "");
    connection_of(&route.posix)->connect_to_host = "::2";
    assert_non_null(strstr(route_request(&route), "CONNECT [::2]:443 HTTP/1.1\r\n"));
    route.port->close(route.port->context);
    close(route.peer);
    route.peer = -1;
    connection_of(&route.posix)->connect_to_port = 8443;
    assert_non_null(strstr(route_request(&route), "CONNECT [::2]:8443 HTTP/1.1\r\n"));
    route_close(&route);
}

static void does_not_repeat_credentials(void **state)
{
    (void)state;
    struct route route;
    char reason[CS_POSIX_REASON_SIZE];
    route_open(&route, "127.0.0.1", "user:password@");
    assert_non_null(strstr(route_request(&route), "Basic dXNlcjpwYXNzd29yZA==\r\n"));
    assert_int_equal(route_answer(&route, "HTTP/1.1 407 x\r\n\r\n"), CONNSYNC_PORT_ERR_NAME);
    (void)snprintf(reason, sizeof reason, "%s", connsync_posix_reason(&route.posix));
    assert_non_null(strstr(reason, "HTTP 407"));
    assert_null(strstr(reason, "password@"));
    close(route.peer);
    route.peer = -1;
    for (int i = 0; i < 3; i++) { /* the same end, without another connection */
        route.port->close(route.port->context);
        assert_int_equal(route_connect(&route), CONNSYNC_PORT_ERR_NAME);
        assert_string_equal(connsync_posix_reason(&route.posix), reason);
        assert_int_equal(connsync_posix_proxy_failure(&route.posix),
                         CONNSYNC_POSIX_PROXY_CREDENTIALS);
    }
    struct pollfd entry = {route.listener, POLLIN, 0};
    assert_int_equal(poll(&entry, 1, 0), 0);
    assert_true(connection_of(&route.posix)->rest_until_ms > clock_ms());
    connection_of(&route.posix)->rest_until_ms = clock_ms(); /* its time is over */
    assert_non_null(strstr(route_request(&route), "Basic"));
    assert_int_equal(route_answer(&route, "HTTP/1.1 200 x\r\n\r\n"), CONNSYNC_PORT_OK);
    assert_int_equal(connsync_posix_proxy_failure(&route.posix), CONNSYNC_POSIX_PROXY_FINE);
    route_close(&route);
}

static void says_what_was_awaited(void **state)
{
    (void)state;
    struct route route;
    route_open(&route, "127.0.0.1", "");
    (void)route_request(&route);
    route.port->close(route.port->context);
    assert_int_equal(connsync_posix_proxy_failure(&route.posix), CONNSYNC_POSIX_PROXY_ANSWER);
    assert_non_null(strstr(connsync_posix_reason(&route.posix), "has not answered yet"));
    route_close(&route);
}

static void says_that_the_proxy_is_late(void **state)
{
    (void)state;
    struct route route;
    route_open(&route, "127.0.0.1", "");
    (void)route_request(&route);
    assert_true(connection_of(&route.posix)->tunnel.deadline_ms > clock_ms());
    connection_of(&route.posix)->tunnel.deadline_ms = clock_ms();
    /* Its own deadline ends the wait: the one given here is longer than a test may take. */
    assert_int_equal(connsync_posix_wait(&route.posix, true, false, clock_ms() + 1000000),
                     CONNSYNC_POSIX_TIMEOUT);
    assert_int_equal(route_connect(&route), CONNSYNC_PORT_ERR_CONNECT);
    assert_non_null(strstr(connsync_posix_reason(&route.posix), "in time"));
    assert_int_equal(connection_of(&route.posix)->fd, -1);
    route_close(&route);
}

static void says_that_the_proxy_is_not_there(void **state)
{
    (void)state;
    struct route route;
    char wanted[128];
    route_open(&route, "127.0.0.1", "");
    close(route.listener);
    (void)snprintf(wanted, sizeof wanted,
                   "the proxy 127.0.0.1 port %u cannot be reached (127.0.0.1 port %u: %s)",
                   (unsigned)proxy.port_number, (unsigned)proxy.port_number, refusal_text());
    assert_int_equal(connect_fully(&route.posix, "tenant.test", 443), CONNSYNC_PORT_ERR_CONNECT);
    assert_string_equal(connsync_posix_reason(&route.posix), wanted);
    assert_int_equal(connsync_posix_proxy_failure(&route.posix), CONNSYNC_POSIX_PROXY_UNREACHABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_request),
        cmocka_unit_test(refuses_hosts_that_would_end_the_line),
        cmocka_unit_test(sends_the_request_in_pieces),
        cmocka_unit_test(reads_answers_cut_anywhere),
        cmocka_unit_test(refuses_what_is_not_http),
        cmocka_unit_test(refuses_a_nul),
        cmocka_unit_test(keeps_to_its_limit),
        cmocka_unit_test(notices_the_end),
        cmocka_unit_test(notices_the_time),
        cmocka_unit_test(opens_a_tunnel_over_ipv4),
        cmocka_unit_test(opens_a_tunnel_over_ipv6),
        cmocka_unit_test(tells_the_proxy_where_to_connect),
        cmocka_unit_test(does_not_repeat_credentials),
        cmocka_unit_test(says_what_was_awaited),
        cmocka_unit_test(says_that_the_proxy_is_late),
        cmocka_unit_test(says_that_the_proxy_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
