/* A session's errors, over a port that does what it is told; whole handshakes are for the
 * wire tests. */
#include "core/tls/tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static unsigned char memory[65536];

/* What the port's recv and entropy answer: the bytes of so many records first. */
static size_t bytes_to_come;
static unsigned receives;
static int recv_answer;
static int entropy_answer;

static int32_t port_send(void *context, const uint8_t *data, size_t length)
{
    (void)context;
    (void)data;
    return (int32_t)length;
}

/* An alert, and what begin() makes of it: of level warning, "user_canceled" (RFC 8446 section 6.1),
 * which says nothing about the session: it is skipped. */
#define RECORD_SIZE 7
#define LEVEL 5
#define DESCRIPTION 6
static const uint8_t skipped_record[RECORD_SIZE] = {21, 3, 3, 0, 2, 1, 90};
static uint8_t alert_record[RECORD_SIZE];

static int32_t port_recv(void *context, uint8_t *data, size_t size)
{
    size_t count = 0;

    (void)context;
    receives++;
    for (; count < size && bytes_to_come > 0; bytes_to_come--) {
        data[count++] = alert_record[RECORD_SIZE - 1 - (bytes_to_come - 1) % RECORD_SIZE];
    }
    return count > 0 ? (int32_t)count : recv_answer;
}

static int port_utc_seconds(void *context, int64_t *seconds)
{
    (void)context;
    *seconds = INT64_C(1800000000);
    return CONNSYNC_PORT_OK;
}

static int port_entropy(void *context, uint8_t *out, size_t length)
{
    (void)context;
    memset(out, 0x5a, length);
    return entropy_answer;
}

static const struct connsync_port port = {
    .send = port_send,
    .recv = port_recv,
    .utc_seconds = port_utc_seconds,
    .entropy = port_entropy,
};

static enum connsync_status begin(struct cs_tls **tls, struct cs_arena *arena, size_t size)
{
    bytes_to_come = 0;
    memcpy(alert_record, skipped_record, sizeof alert_record);
    recv_answer = CONNSYNC_PORT_WOULD_BLOCK;
    entropy_answer = CONNSYNC_PORT_OK;
    memset(memory, 0, sizeof memory);
    cs_arena_init(arena, memory, size);
    return cs_tls_init(tls, &port, arena, cs_slice_of("anchors"), "tenant.auth0.com");
}

/* After the end nothing is in use, and no byte is left of what was. */
static void check_end(struct cs_tls *tls, struct cs_arena *arena)
{
    cs_tls_free(tls);
    assert_int_equal(cs_arena_in_use(arena), 0);
}

static void test_port_errors(void **state)
{
    static const struct {
        int answer;
        enum connsync_status status;
    } cases[] = {{CONNSYNC_PORT_ERR_RESET, CONNSYNC_ERR_RESET},
                 {CONNSYNC_PORT_EOF, CONNSYNC_ERR_CLOSED},
                 {CONNSYNC_PORT_ERR_NETWORK, CONNSYNC_ERR_NETWORK},
                 {0, CONNSYNC_ERR_RESET}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cs_arena arena;
        struct cs_tls *tls = NULL;
        bool want_write = true;
        assert_int_equal(begin(&tls, &arena, sizeof memory), CONNSYNC_OK);
        assert_int_equal(cs_tls_handshake(tls, &want_write), CONNSYNC_WOULD_BLOCK);
        assert_false(want_write);
        recv_answer = cases[i].answer;
        assert_int_equal(cs_tls_handshake(tls, &want_write), cases[i].status);
        check_end(tls, &arena);
    }
}

/* Records that are skipped come one behind the other. A turn ends all the same, with none of them
 * lost, and the end of the stream is found behind the last. */
static void test_skipped_records_do_not_keep_a_turn(void **state)
{
    struct cs_arena arena;
    struct cs_tls *tls = NULL;
    enum connsync_status status = CONNSYNC_WOULD_BLOCK;
    bool want_write = true;
    unsigned turns = 0;

    (void)state;
    assert_int_equal(begin(&tls, &arena, sizeof memory), CONNSYNC_OK);
    recv_answer = CONNSYNC_PORT_EOF;
    bytes_to_come = 20 * sizeof skipped_record;
    for (; status == CONNSYNC_WOULD_BLOCK; turns++) {
        receives = 0;
        cs_tls_turn(tls);
        status = cs_tls_handshake(tls, &want_write);
        assert_in_range(receives, 1, 32);
        assert_false(want_write);
        unsigned before = receives;
        if (status == CONNSYNC_WOULD_BLOCK) { /* nothing more in this turn */
            assert_int_equal(cs_tls_handshake(tls, &want_write), CONNSYNC_WOULD_BLOCK);
            assert_int_equal(receives, before);
        }
    }
    assert_int_equal(status, CONNSYNC_ERR_CLOSED);
    assert_int_equal(bytes_to_come, 0);
    assert_int_equal(turns, 2); /* 40 receives for the records, one for the end */
    check_end(tls, &arena);
}

/* What an alert means without a client, as on a board, and with one; and that a reason is given
 * once. */
static void test_alerts(void **state)
{
    static const struct {
        uint8_t alert;
        enum connsync_status alone;
        enum connsync_status with_client;
    } cases[] = {{40, CONNSYNC_ERR_TLS, CONNSYNC_ERR_TLS},
                 {70, CONNSYNC_ERR_TLS_VERSION, CONNSYNC_ERR_TLS_VERSION},
                 {116, CONNSYNC_ERR_TLS, CONNSYNC_ERR_CLIENT_CERTIFICATE}};

    (void)state;
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof cases[0]); i++) {
        bool has_client = i % 2 == 1;
        struct cs_arena arena;
        struct cs_tls *tls = NULL;
        bool want_write = false;
        assert_int_equal(begin(&tls, &arena, sizeof memory), CONNSYNC_OK);
        if (has_client) {
            assert_int_equal(cs_tls_identify(tls, cs_slice_make(NULL, 0), cs_slice_make(NULL, 0)),
                             CONNSYNC_OK);
        }
        assert_int_equal(cs_tls_take_reason(tls).why, 0);
        alert_record[LEVEL] = 2;
        alert_record[DESCRIPTION] = cases[i / 2].alert;
        bytes_to_come = RECORD_SIZE;
        assert_int_equal(cs_tls_handshake(tls, &want_write),
                         has_client ? cases[i / 2].with_client : cases[i / 2].alone);
        assert_int_equal(cs_tls_take_reason(tls).why, has_client ? cases[i / 2].alert : 0);
        assert_int_equal(cs_tls_take_reason(tls).why, 0);
        check_end(tls, &arena);
    }
}

/* A document that did not fit is no reason to take the next broken connection for a lack
 * of memory: that would not be tried again. */
static void test_an_earlier_lack_of_memory_is_over(void **state)
{
    struct cs_arena arena;
    struct cs_tls *tls = NULL;
    bool want_write = false;

    (void)state;
    assert_int_equal(begin(&tls, &arena, sizeof memory), CONNSYNC_OK);
    assert_int_equal(cs_tls_handshake(tls, &want_write), CONNSYNC_WOULD_BLOCK);
    assert_null(cs_arena_allocate(&arena, sizeof memory));
    recv_answer = CONNSYNC_PORT_ERR_RESET;
    assert_int_equal(cs_tls_handshake(tls, &want_write), CONNSYNC_ERR_RESET);
    check_end(tls, &arena);
}

static void test_too_little_memory(void **state)
{
    enum connsync_status status = CONNSYNC_ERR_MEMORY;
    size_t size = 0;

    (void)state;
    for (; status != CONNSYNC_WOULD_BLOCK; size += 256) {
        struct cs_arena arena;
        struct cs_tls *tls = NULL;
        bool want_write = false;
        assert_true(size < sizeof memory);
        assert_int_equal(status, CONNSYNC_ERR_MEMORY);
        status = begin(&tls, &arena, size);
        status = status == CONNSYNC_OK ? cs_tls_handshake(tls, &want_write) : status;
        check_end(tls, &arena);
    }
    assert_in_range(size, 16384, 40960); /* a record of 16 KB, and what goes with it */
}

static void test_no_entropy(void **state)
{
    struct cs_arena arena;
    struct cs_tls *tls = NULL;

    (void)state;
    cs_arena_init(&arena, memory, sizeof memory);
    entropy_answer = CONNSYNC_PORT_ERR_ENTROPY;
    assert_int_equal(cs_tls_init(&tls, &port, &arena, cs_slice_of("anchors"), "a.test"),
                     CONNSYNC_ERR_ENTROPY);
    check_end(tls, &arena);
}

static void test_identity_that_cannot_be_understood(void **state)
{
    struct cs_arena arena;
    struct cs_tls *tls = NULL;

    (void)state;
    assert_int_equal(begin(&tls, &arena, sizeof memory), CONNSYNC_OK);
    assert_int_equal(cs_tls_identify(tls, cs_slice_of("chain"), cs_slice_of("key")),
                     CONNSYNC_ERR_CLIENT_CERTIFICATE);
    check_end(tls, &arena);
    assert_int_equal(begin(&tls, &arena, sizeof memory), CONNSYNC_OK);
    assert_int_equal(cs_tls_identify(tls, cs_slice_make(NULL, 0), cs_slice_make(NULL, 0)),
                     CONNSYNC_OK);
    check_end(tls, &arena);
}

static void test_library_is_named(void **state)
{
    (void)state;
    assert_memory_equal(cs_tls_library(), "mbedTLS ", 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_port_errors),
        cmocka_unit_test(test_skipped_records_do_not_keep_a_turn),
        cmocka_unit_test(test_alerts),
        cmocka_unit_test(test_an_earlier_lack_of_memory_is_over),
        cmocka_unit_test(test_too_little_memory),
        cmocka_unit_test(test_no_entropy),
        cmocka_unit_test(test_identity_that_cannot_be_understood),
        cmocka_unit_test(test_library_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
