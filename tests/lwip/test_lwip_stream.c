/* send, recv and the random source: the return law, and the last part of the checklist
 * in port/PORTING.md, over lwIP's loopback interface. */

#include "tests/lwip/lwip_support.h"

#include "lwip/tcp.h"

#include <string.h>

static void nothing_is_open(void **state)
{
    (void)state;
    uint8_t byte = 0;
    assert_int_equal(port.send(port.context, &byte, 1), CONNSYNC_PORT_ERR_RESET);
    assert_int_equal(port.recv(port.context, &byte, 1), CONNSYNC_PORT_ERR_RESET);
    port.close(port.context);
    port.close(port.context);
}

static void data_then_end(void **state)
{
    (void)state;
    open_pair(LOOP_ADDRESS);
    uint8_t bytes[16];
    assert_int_equal(port.recv(port.context, bytes, sizeof bytes), CONNSYNC_PORT_WOULD_BLOCK);
    peer_send(pattern, 10);
    peer_finish();
    pass(10);
    assert_int_equal(port.recv(port.context, bytes, 4), 4);
    assert_int_equal(port.recv(port.context, bytes + 4, 12), 6);
    assert_memory_equal(bytes, pattern, 10);
    assert_int_equal(port.recv(port.context, bytes, sizeof bytes), CONNSYNC_PORT_EOF);
    assert_int_equal(port.recv(port.context, bytes, sizeof bytes), CONNSYNC_PORT_EOF);
    /* The other direction is still open. */
    send_all(pattern, 5000, 5000);
    pass(10);
    assert_int_equal(peer.count, 5000);
    assert_memory_equal(peer.received, pattern, 5000);
    /* A reset after the end leaves the end what it is, but nothing can be sent. */
    peer_abort();
    pass(10);
    assert_int_equal(port.recv(port.context, bytes, sizeof bytes), CONNSYNC_PORT_EOF);
    assert_int_equal(port.send(port.context, pattern, 1), CONNSYNC_PORT_ERR_RESET);
    close_pair();
}

static void data_then_reset(void **state)
{
    (void)state;
    uint8_t bytes[16];
    open_pair(LOOP_ADDRESS);
    peer_send(pattern, 10);
    pass(10);
    peer_abort();
    pass(10);
    assert_int_equal(port.send(port.context, pattern, 1), CONNSYNC_PORT_ERR_RESET);
    assert_int_equal(port.recv(port.context, bytes, sizeof bytes), 10);
    assert_memory_equal(bytes, pattern, 10);
    assert_int_equal(port.recv(port.context, bytes, sizeof bytes), CONNSYNC_PORT_ERR_RESET);
    assert_int_equal(port.recv(port.context, bytes, sizeof bytes), CONNSYNC_PORT_ERR_RESET);
    assert_string_equal(cs_network_reason(&network), "connection reset by the peer");
    close_pair();
}

static void a_peer_that_does_not_read(void **state)
{
    (void)state;
    open_pair(LOOP_ADDRESS);
    peer.reads = false;
    size_t sent = 0;
    uint32_t blocked = 0;
    while (blocked < 2000) { /* two seconds without a byte */
        int32_t count = port.send(port.context, pattern + sent, LARGE - sent);
        if (count == CONNSYNC_PORT_WOULD_BLOCK) {
            blocked++;
            pass(1);
            continue;
        }
        assert_true(count > 0);
        blocked = 0;
        sent += (size_t)count;
    }
    assert_in_range(sent, TCP_WND, TCP_WND + TCP_SND_BUF);
    assert_int_equal(peer.count, TCP_WND);
    peer_take_all();
    send_all(pattern + sent, LARGE - sent, LARGE);
    pass(1000);
    assert_int_equal(peer.count, LARGE);
    assert_memory_equal(peer.received, pattern, LARGE);
    close_pair();
}

/* What is not read stays with the peer, and no buffer of the pool is held. */
static void a_reader_that_does_not_read(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 2, 110, 203, TCP_MSS, TCP_SND_BUF};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        open_pair(LOOP_ADDRESS);
        size_t queued = 0;
        for (int turn = 0; turn < 4000; turn++) {
            if (tcp_write(peer.pcb, pattern + queued, (u16_t)pieces[i], TCP_WRITE_FLAG_COPY) ==
                ERR_OK) {
                queued += pieces[i];
                (void)tcp_output(peer.pcb);
            }
            pass(1);
            assert_int_equal(figures().packet_buffers.used, 0);
        }
        assert_in_range(queued, TCP_WND - pieces[i], TCP_WND + TCP_SND_BUF);
        size_t taken = 0;
        while (taken < queued) {
            int32_t count = recv_fully(received + taken, 777);
            assert_true(count > 0);
            taken += (size_t)count;
        }
        assert_memory_equal(received, pattern, queued);
        close_pair();
    }
}

/* Both directions at once, in pieces of every kind. */
static void everything_arrives(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 5, 64, TCP_MSS - 1, TCP_MSS, TCP_MSS + 1, 777, LARGE};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        open_pair(OWN_ADDRESS);
        size_t total = pieces[i] == 1 ? 5000 : LARGE;
        size_t sent = 0;
        size_t given = 0;
        size_t taken = 0;
        for (uint32_t turn = 0; turn < 300000 && (taken < total || peer.count < total); turn++) {
            size_t part = LWIP_MIN(pieces[i], total - sent);
            int32_t count = part > 0 ? port.send(port.context, pattern + sent, part) : 0;
            sent += count > 0 ? (size_t)count : 0;
            part = LWIP_MIN(LWIP_MIN(pieces[i], total - given), tcp_sndbuf(peer.pcb));
            if (part > 0 &&
                tcp_write(peer.pcb, pattern + given, (u16_t)part, TCP_WRITE_FLAG_COPY) == ERR_OK) {
                given += part;
                (void)tcp_output(peer.pcb);
            }
            count = port.recv(port.context, received + taken, LWIP_MIN(pieces[i], LARGE));
            assert_true(count > 0 || count == CONNSYNC_PORT_WOULD_BLOCK);
            taken += count > 0 ? (size_t)count : 0;
            pass(turn % 3 == 0 ? 1 : 0);
        }
        assert_int_equal(taken, total);
        assert_int_equal(peer.count, total);
        assert_memory_equal(received, pattern, total);
        assert_memory_equal(peer.received, pattern, total);
        close_pair();
    }
}

static void sleeps_only_when_it_may(void **state)
{
    (void)state;
    uint8_t byte = 0;
    open_pair(LOOP_ADDRESS);
    pass(500);
    assert_true(cs_network_may_sleep(&network));
    peer_send(pattern, 3);
    pass(2);
    assert_int_equal(port.recv(port.context, &byte, 1), 1);
    assert_false(cs_network_may_sleep(&network)); /* the reader is at it */
    pass(1);
    assert_false(cs_network_may_sleep(&network)); /* whichever comes first in a turn */
    pass(1);
    assert_true(cs_network_may_sleep(&network)); /* the reader does something else */
    assert_int_equal(port.recv(port.context, &byte, 1), 1);
    assert_int_equal(port.recv(port.context, &byte, 1), 1);
    assert_true(cs_network_may_sleep(&network)); /* there is nothing left */
    close_pair();
}

static void entropy_fails(void **state)
{
    (void)state;
    uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const uint8_t zeros[8];
    world.entropy_fails = true;
    assert_int_equal(port.entropy(port.context, bytes, sizeof bytes), CONNSYNC_PORT_ERR_ENTROPY);
    assert_memory_equal(bytes, zeros, sizeof bytes);
    world.entropy_fails = false;
    assert_int_equal(port.entropy(port.context, bytes, sizeof bytes), CONNSYNC_PORT_OK);
    assert_memory_not_equal(bytes, zeros, sizeof bytes);
    assert_int_equal(port.monotonic_ms(port.context), world.now_ms);
}

/* What ends the board's run, and how. */
static void halts(void **state)
{
    (void)state;
    jmp_buf here;
    world.halt_to = &here;
    int code = setjmp(here);
    if (code == 0) {
        cs_lwip_assertion_failed("only a test");
    }
    assert_int_equal(code, CONNSYNC_BOARD_ASSERTION);
    world.entropy_fails = true;
    code = setjmp(here);
    if (code == 0) {
        (void)cs_lwip_random();
    }
    assert_int_equal(code, CONNSYNC_BOARD_NO_ENTROPY);
    world.entropy_fails = false;
    world.halt_to = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_open),
        cmocka_unit_test(data_then_end),
        cmocka_unit_test(data_then_reset),
        cmocka_unit_test(a_peer_that_does_not_read),
        cmocka_unit_test(a_reader_that_does_not_read),
        cmocka_unit_test(everything_arrives),
        cmocka_unit_test(sleeps_only_when_it_may),
        cmocka_unit_test(entropy_fails),
        cmocka_unit_test(halts),
    };
    return cmocka_run_group_tests(tests, start_ready, NULL);
}
