/* A program that sets connections and does nothing else, like a board: what it names works,
 * and an answer is read without the fields that only others need. core_small.py looks at what
 * it has linked. */
#include "core/connsync.h"
#include "core/http/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MEMORY_SIZE 65536

static unsigned char memory[MEMORY_SIZE];

static int refuse_connect(void *context, const char *host, uint16_t port_number)
{
    (void)context, (void)host, (void)port_number;
    return CONNSYNC_PORT_ERR_NAME;
}

static void no_close(void *context)
{
    (void)context;
}

static uint64_t clock_ms(void *context)
{
    (void)context;
    return 0;
}

static int some_entropy(void *context, uint8_t *out, size_t length)
{
    (void)context;
    memset(out, 0x5a, length);
    return CONNSYNC_PORT_OK;
}

static enum connsync_status run(const struct connsync_operation *operation, bool dry_run)
{
    static const struct connsync_port port = {.connect = refuse_connect,
                                              .close = no_close,
                                              .monotonic_ms = clock_ms,
                                              .entropy = some_entropy};
    struct connsync_config config = {.port = &port,
                                     .memory = memory,
                                     .memory_size = sizeof memory,
                                     .domain = "tenant.test",
                                     .anchors = (const uint8_t *)"",
                                     .anchors_length = 1,
                                     .token = "token"};
    struct connsync_job job = {
        .operation = operation, .connection = "a", .wanted = CONNSYNC_ON_FIRST_LOGIN};

    job.dry_run = dry_run;
    enum connsync_status status = CONNSYNC_ERR_ARGUMENT;
    struct connsync *agent = connsync_open(&config, &status);
    struct connsync_wait wait;

    assert_non_null(agent);
    status = connsync_begin(agent, &job);
    while (status == CONNSYNC_OK || status == CONNSYNC_WOULD_BLOCK) {
        status = connsync_step(agent, &wait);
    }
    connsync_close(agent);
    return status;
}

static void test_operations(void **state)
{
    (void)state;
    assert_int_equal(run(NULL, false), CONNSYNC_ERR_ARGUMENT);
    assert_int_equal(run(&connsync_operation_set, true), CONNSYNC_ERR_NAME);
    assert_int_equal(run(&connsync_operation_set, false), CONNSYNC_ERR_NAME);
}

static void test_fields(void **state)
{
    struct cs_slice input = cs_slice_of("HTTP/1.1 429 Too Many Requests\r\n"
                                        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                        "Content-Type: application/json\r\n"
                                        "Content-Encoding: gzip\r\n"
                                        "Connection: close\r\n"
                                        "X-RateLimit-Limit: 10\r\n"
                                        "X-RateLimit-Remaining: 0\r\n"
                                        "X-RateLimit-Reset: 784111780\r\n"
                                        "Retry-After: 3\r\n"
                                        "Content-Length: 0\r\n\r\n");
    struct cs_http_parser parser;
    struct cs_slice body;

    (void)state;
    cs_http_parser_init(&parser, NULL, NULL);
    assert_int_equal(cs_http_next(&parser, &input, &body), CS_HTTP_HEAD);
    assert_int_equal(parser.head.status, 429);
    assert_true(parser.head.encoded);
    assert_false(parser.head.keep_alive);
    assert_true(parser.head.content_length == 0);
    assert_true(parser.head.retry_after == 3);
    assert_true(parser.head.ratelimit_reset == 784111780);
    assert_true(parser.head.date == CS_HTTP_UNKNOWN);
    assert_true(parser.head.ratelimit_limit == CS_HTTP_UNKNOWN);
    assert_true(parser.head.ratelimit_remaining == CS_HTTP_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operations),
        cmocka_unit_test(test_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
