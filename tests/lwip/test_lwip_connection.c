/* Opening, closing, and the network going away: the connection part of the checklist in
 * port/PORTING.md, over lwIP's loopback interface. */

#include "tests/lwip/lwip_support.h"

#include "lwip/tcp.h"

#include <string.h>

#define CONNECT_MS CS_CONNECTION_CONNECT_MS
#define SHARE_MS CS_CONNECTION_CONNECT_SHARE_MS

/* ---- Opening ---- */

static void tries_addresses_in_turn(void **state)
{
    (void)state;
    peer_reset();
    uint32_t took = 0;
    static const struct {
        const char *first;
        const char *second;
        uint16_t port_number;
        int status;
        uint32_t at_least_ms;
    } cases[] = {
        {LOOP_ADDRESS, SILENT_ADDRESS, PEER_PORT, CONNSYNC_PORT_OK, 0},
        {SILENT_ADDRESS, LOOP_ADDRESS, PEER_PORT, CONNSYNC_PORT_OK, SHARE_MS},
        {SILENT_ADDRESS, "10.0.0.98", PEER_PORT, CONNSYNC_PORT_ERR_CONNECT, SHARE_MS + CONNECT_MS},
        {LOOP_ADDRESS, SILENT_ADDRESS, CLOSED_PORT, CONNSYNC_PORT_ERR_CONNECT, CONNECT_MS},
        {LOOP_ADDRESS, OWN_ADDRESS, CLOSED_PORT, CONNSYNC_PORT_ERR_CONNECT, 0},
    };
    name_server.count = 2;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        name_server.addresses[0] = cases[i].first;
        name_server.addresses[1] = cases[i].second;
        int status = connect_fully("a.example", cases[i].port_number, &took);
        assert_int_equal(status, cases[i].status);
        assert_in_range(took, cases[i].at_least_ms, cases[i].at_least_ms + 100);
        close_pair();
    }
    assert_string_equal(cs_network_reason(&network), "connection refused");
    name_server.count = 1;
    name_server.addresses[0] = LOOP_ADDRESS;
}

/* Without a router there is no way to another network, which is known before anything is sent;
 * what is on this one is reached. */
static void knows_where_it_cannot_go(void **state)
{
    (void)state;
    uint32_t took = 0;
    assert_int_equal(connect_fully(FAR_ADDRESS, PEER_PORT, &took), CONNSYNC_PORT_ERR_CONNECT);
    assert_in_range(took, 1000, CS_CONNECTION_CONNECT_MS + 10); /* it was tried */
    world.dhcp_no_router = true;
    world.link = false;
    pass(10);
    world.link = true;
    assert_true(pass_until(CS_NETWORK_READY, 20000));
    assert_int_equal(connect_fully(FAR_ADDRESS, PEER_PORT, &took), CONNSYNC_PORT_ERR_NETWORK);
    assert_string_equal(cs_network_reason(&network), "no gateway");
    assert_in_range(took, 0, 5);
    /* The other addresses of a name have their turn all the same. */
    name_server.count = 2;
    name_server.addresses[0] = FAR_ADDRESS;
    name_server.addresses[1] = LOOP_ADDRESS;
    assert_int_equal(connect_fully("a.example", PEER_PORT, NULL), CONNSYNC_PORT_OK);
    close_pair();
    name_server.count = 1;
    name_server.addresses[0] = LOOP_ADDRESS;
    assert_int_equal(connect_fully(SILENT_ADDRESS, PEER_PORT, NULL), CONNSYNC_PORT_ERR_CONNECT);
    assert_string_equal(cs_network_reason(&network), "no answer");
    world.dhcp_no_router = false;
    world.link = false;
    pass(10);
    world.link = true;
    assert_true(pass_until(CS_NETWORK_READY, 20000));
}

static void goes_on_after_a_refusal(void **state)
{
    (void)state;
    ip_addr_t own;
    IP4_ADDR(&own, 10, 0, 0, 2);
    struct tcp_pcb *listener = tcp_new();
    assert_int_equal(tcp_bind(listener, &own, CLOSED_PORT), ERR_OK);
    listener = tcp_listen(listener);
    name_server.count = 2;
    name_server.addresses[0] = LOOP_ADDRESS;
    name_server.addresses[1] = OWN_ADDRESS;
    uint32_t took = 0;
    assert_int_equal(connect_fully("a.example", CLOSED_PORT, &took), CONNSYNC_PORT_OK);
    assert_in_range(took, 0, 100);
    assert_string_equal(cs_network_reason(&network), "");
    port.close(port.context);
    pass(10);
    (void)tcp_close(listener);
    name_server.count = 1;
    pass(30000);
}

/* Once more for each connection over which something came, for a while, and for that name. */
static void an_address_that_served_is_dialled_again(void **state)
{
    (void)state;
    static const char host[] = "a.example";
    static const char other[] = "b.example";
    for (int round = 0; round < 2; round++) {
        bool fails = round == 0;
        open_pair(host);
        peer_send(pattern, 10);
        assert_int_equal(recv_fully(received, sizeof received), 10);
        close_pair();
        uint32_t questions = name_server.questions;
        name_server.code = fails ? 2 : 0;
        open_pair(host); /* nothing comes over it */
        close_pair();
        assert_int_equal(name_server.questions, questions);
        int status = connect_fully(host, PEER_PORT, NULL);
        assert_int_equal(status, fails ? CONNSYNC_PORT_ERR_NAME_TEMPORARY : CONNSYNC_PORT_OK);
        assert_true(name_server.questions > questions);
        name_server.code = 0;
        close_pair();
    }
    static const struct {
        const char *host;
        uint32_t later_ms;
    } cases[] = {{other, 0}, {host, CS_CONNECTION_KNOWN_MS}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_pair(host);
        peer_send(pattern, 10);
        assert_int_equal(recv_fully(received, sizeof received), 10);
        close_pair();
        pass(cases[i].later_ms);
        uint32_t questions = name_server.questions;
        open_pair(cases[i].host);
        close_pair();
        assert_int_equal(name_server.questions, questions + 1);
    }
}

static void literal_addresses(void **state)
{
    (void)state;
    uint32_t took = 0;
    open_pair(LOOP_ADDRESS);
    assert_true((network.connection.pcb->flags & TF_NODELAY) != 0);
    /* Asked again, an open connection is still open, not opened a second time. */
    assert_int_equal(port.connect(port.context, LOOP_ADDRESS, 1), CONNSYNC_PORT_OK);
    close_pair();
    open_pair(OWN_ADDRESS);
    close_pair();
    assert_int_equal(connect_fully(LOOP_ADDRESS, CLOSED_PORT, &took), CONNSYNC_PORT_ERR_CONNECT);
    assert_in_range(took, 0, 10);
    assert_int_equal(connect_fully(SILENT_ADDRESS, PEER_PORT, &took), CONNSYNC_PORT_ERR_CONNECT);
    assert_in_range(took, CONNECT_MS, CONNECT_MS + 10);
    assert_string_equal(cs_network_reason(&network), "no answer");
}

/* ---- Closing, and losing the network ---- */

enum moment {
    RESOLVING,
    CONNECTING,
    OPEN,
    OPEN_UNREAD,
    OPEN_UNSENT,
    ENDED,
    RESET,
    MOMENTS
};

/* Brings the port into one of the states in which it can be interrupted. */
static void reach(enum moment moment, const char *address)
{
    if (moment == RESOLVING || moment == CONNECTING) {
        name_server.silent = moment == RESOLVING;
        const char *host = moment == RESOLVING ? "a.example" : SILENT_ADDRESS;
        for (int i = 0; i < 100; i++) {
            assert_int_equal(port.connect(port.context, host, PEER_PORT),
                             CONNSYNC_PORT_WOULD_BLOCK);
            pass(1);
        }
        name_server.silent = false;
        return;
    }
    open_pair(address);
    if (moment == OPEN_UNREAD || moment == ENDED) {
        peer_send(pattern, TCP_WND - 100); /* so that there is room for its end */
    }
    if (moment == OPEN_UNSENT) {
        peer.reads = false;
        for (int i = 0; i < 10; i++) {
            (void)port.send(port.context, pattern, TCP_SND_BUF);
            pass(10);
        }
    }
    if (moment == ENDED) {
        peer_finish();
    }
    if (moment == RESET) {
        peer_abort();
    }
    pass(10);
}

static void closes_at_any_moment(void **state)
{
    (void)state;
    pass(130000);
    struct cs_network_figures before = figures();
    for (enum moment moment = RESOLVING; moment < MOMENTS; moment++) {
        reach(moment, LOOP_ADDRESS);
        port.close(port.context);
        port.close(port.context);
        pass(5);
        close_pair();
        /* Nothing of it is left for the next one. */
        open_pair(LOOP_ADDRESS);
        peer_send(pattern, 10);
        assert_int_equal(recv_fully(received, 100), 10);
        assert_memory_equal(received, pattern, 10);
        close_pair();
        assert_nothing_lost(&before);
    }
}

/* The status in which a broken connection ends, once what had come was taken. */
static int end_of(enum moment moment)
{
    int32_t status;
    if (moment == RESOLVING || moment == CONNECTING) {
        return connect_fully(moment == RESOLVING ? "a.example" : SILENT_ADDRESS, PEER_PORT, NULL);
    }
    do {
        status = recv_fully(received, 100);
    } while (status > 0);
    return status;
}

static void pull(void)
{
    world.link = false;
}

static void change_address(void)
{
    world.dhcp_host = world.dhcp_host == 2 ? 3 : 2;
    world.dhcp = DHCP_REFUSES;
    world.link = false; /* out and in again: the lease is asked to be confirmed */
    pass(1);
    world.link = true;
    pass(3000);
    world.dhcp = DHCP_ANSWERS;
}

static void lose_lease(void)
{
    world.dhcp = DHCP_REFUSES;
    (void)pass_until(CS_NETWORK_NO_LEASE, 300000);
}

static void network_goes_away(void **state)
{
    (void)state;
    static void (*const ways[])(void) = {pull, change_address, lose_lease};
    struct cs_network_figures before = figures();
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        for (enum moment moment = RESOLVING; moment < RESET; moment++) {
            /* A lease ends slowly: an attempt would be over before. */
            if (ways[i] == lose_lease && moment < OPEN) {
                continue;
            }
            char address[CS_NETWORK_ADDRESS_SIZE];
            cs_network_address(&network, address);
            reach(moment, address);
            ways[i]();
            pass(1);
            int expected = moment == ENDED ? CONNSYNC_PORT_EOF : CONNSYNC_PORT_ERR_NETWORK;
            uint64_t begin = world.now_ms;
            assert_int_equal(end_of(moment), expected);
            assert_in_range(world.now_ms - begin, 0, 5);
            if (moment >= OPEN) {
                assert_int_equal(port.send(port.context, pattern, 1), CONNSYNC_PORT_ERR_NETWORK);
            }
            assert_true(cs_network_reason(&network)[0] != '\0');
            world.link = true;
            world.dhcp = DHCP_ANSWERS;
            port.close(port.context);
            assert_true(pass_until(CS_NETWORK_READY, 120000));
            peer_reset();
        }
    }
    assert_nothing_lost(&before);
}

/* By turns: who closes first, and whether data is left unread or unsent. */
static void a_thousand_connections(void **state)
{
    (void)state;
    pass(130000);
    struct cs_network_figures before = figures();
    for (uint32_t i = 0; i < 1000; i++) {
        open_pair(i % 2 == 0 ? LOOP_ADDRESS : "a.example");
        peer_send(pattern, 1 + i * 3 % (TCP_WND - 20));
        send_all(pattern, 1 + i * 7 % 2900, LARGE);
        if (i % 3 != 0) {
            assert_true(recv_fully(received, 3000) > 0);
        }
        if (i % 5 < 2) {
            peer_finish();
            pass(i % 4);
        } else if (i % 5 == 2) {
            peer_abort();
        }
        close_pair();
    }
    assert_nothing_lost(&before);
    assert_int_equal(figures().tcp_connections.failed, before.tcp_connections.failed);
    assert_int_equal(figures().tcp_segments.failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literal_addresses),
        cmocka_unit_test(tries_addresses_in_turn),
        cmocka_unit_test(an_address_that_served_is_dialled_again),
        cmocka_unit_test(knows_where_it_cannot_go),
        cmocka_unit_test(goes_on_after_a_refusal),
        cmocka_unit_test(closes_at_any_moment),
        cmocka_unit_test(network_goes_away),
        cmocka_unit_test(a_thousand_connections),
    };
    return cmocka_run_group_tests(tests, start_ready, NULL);
}
