/* Opening and stepping an agent with too little of everything: each lack is an error of
 * its own, and none is a crash. */
#include "config_support.h"

#include "core/connsync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MEMORY_SIZE 65536

static unsigned char memory[MEMORY_SIZE];
static uint64_t now;
static int entropy_calls_left;

static int refuse_connect(void *context, const char *host, uint16_t port_number)
{
    (void)context, (void)host, (void)port_number;
    return CONNSYNC_PORT_ERR_CONNECT;
}

static int32_t no_send(void *context, const uint8_t *data, size_t length)
{
    (void)context, (void)data, (void)length;
    return CONNSYNC_PORT_ERR_RESET;
}

static int32_t no_recv(void *context, uint8_t *data, size_t size)
{
    (void)context, (void)data, (void)size;
    return CONNSYNC_PORT_ERR_RESET;
}

static void no_close(void *context)
{
    (void)context;
}

static uint64_t clock_ms(void *context)
{
    (void)context;
    return now;
}

static int no_time(void *context, int64_t *seconds)
{
    (void)context, (void)seconds;
    return CONNSYNC_PORT_ERR_TIME_UNKNOWN;
}

static int some_entropy(void *context, uint8_t *out, size_t length)
{
    (void)context;
    if (entropy_calls_left-- <= 0) {
        return CONNSYNC_PORT_ERR_ENTROPY;
    }
    memset(out, 0x5a, length);
    return CONNSYNC_PORT_OK;
}

static const struct connsync_port port = {NULL,     refuse_connect, no_send, no_recv,
                                          no_close, clock_ms,       no_time, some_entropy};

static struct connsync_config usable(void)
{
    entropy_calls_left = 1000000;
    return config_of(&port, memory, sizeof memory);
}

static enum connsync_status open_and_close(const struct connsync_config *config)
{
    enum connsync_status status = CONNSYNC_ERR_ARGUMENT;
    struct connsync *agent = connsync_open(config, &status);

    assert_int_equal(agent == NULL, status != CONNSYNC_OK);
    connsync_close(agent);
    return status;
}

static void test_arguments(void **state)
{
    char domain[400];
    struct connsync_config config = usable();

    (void)state;
    assert_int_equal(open_and_close(&config), CONNSYNC_OK);
    config.token = NULL;
    assert_int_equal(open_and_close(&config), CONNSYNC_ERR_ARGUMENT);
    config.client_id = "id";
    assert_int_equal(open_and_close(&config), CONNSYNC_ERR_ARGUMENT);
    config.client_secret = "secret";
    assert_int_equal(open_and_close(&config), CONNSYNC_OK);
    config.domain = "";
    assert_int_equal(open_and_close(&config), CONNSYNC_ERR_ARGUMENT);
    memset(domain, 'a', sizeof domain);
    domain[sizeof domain - 1] = '\0';
    config.domain = domain;
    assert_int_equal(open_and_close(&config), CONNSYNC_ERR_ARGUMENT);
}

static enum connsync_status no_assertion(void *context, int64_t utc_seconds, char *out, size_t size)
{
    (void)context, (void)utc_seconds, (void)size;
    out[0] = '\0';
    return CONNSYNC_ERR_ASSERTION;
}

/* A client needs an id and one thing that proves it. */
static void test_client(void **state)
{
    static const uint8_t nonsense[] = {0x30, 0x03, 0x02, 0x01, 0x00};
    struct connsync_config config = usable();
    struct connsync_client client;

    (void)state;
    connsync_client_init(&client);
    config.token = NULL;
    config.client = &client;
    assert_int_equal(open_and_close(&config), CONNSYNC_ERR_ARGUMENT);
    client.assertion = no_assertion;
    assert_int_equal(open_and_close(&config), CONNSYNC_ERR_ARGUMENT);
    config.client_id = "id";
    assert_int_equal(open_and_close(&config), CONNSYNC_OK);
    client.certificate = nonsense;
    for (size_t length = 0; length <= sizeof nonsense; length++) {
        client.certificate_length = length;
        assert_int_equal(open_and_close(&config), CONNSYNC_ERR_CLIENT_CERTIFICATE);
        client.key = nonsense;
        client.key_length = length;
    }
}

/* An assertion that cannot be made ends the job before anything is sent. */
static void test_no_assertion(void **state)
{
    struct connsync_config config = usable();
    struct connsync_client client;
    struct connsync_job job;
    struct connsync_wait wait;
    enum connsync_status status;

    (void)state;
    connsync_client_init(&client);
    client.assertion = no_assertion;
    config.token = NULL;
    config.client_id = "id";
    config.client = &client;
    struct connsync *agent = connsync_open(&config, &status);
    assert_non_null(agent);
    memset(&job, 0, sizeof job);
    job.operation = &connsync_operation_list;
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_OK);
    assert_int_equal(connsync_step(agent, &wait), CONNSYNC_ERR_ASSERTION);
    assert_int_equal(connsync_result(agent)->requests, 0);
    connsync_close(agent);
}

/* Every size of block, at every alignment of its start. */
static void test_memory(void **state)
{
    struct connsync_config config = usable();

    (void)state;
    for (size_t size = 0; size < sizeof memory - 16; size += 61) {
        config.memory = memory + size % 16;
        config.memory_size = size;
        enum connsync_status status = open_and_close(&config);
        assert_true(status == CONNSYNC_OK || status == CONNSYNC_ERR_MEMORY ||
                    status == CONNSYNC_ERR_ENTROPY);
    }
}

static void test_entropy(void **state)
{
    struct connsync_config config = usable();
    int calls = 0;

    (void)state;
    do {
        entropy_calls_left = calls++;
        assert_true(calls < 100);
    } while (open_and_close(&config) == CONNSYNC_ERR_ENTROPY);
    assert_true(calls > 2);
}

/* Nobody answers: a few tries with pauses between them, then the truth. */
static void test_nobody_answers(void **state)
{
    struct connsync_config config = usable();
    struct connsync_job job;
    struct connsync_wait wait;
    enum connsync_status status = CONNSYNC_OK;
    struct connsync *agent = connsync_open(&config, &status);
    uint64_t begun = now;

    (void)state;
    memset(&job, 0, sizeof job);
    job.connection = "con_1";
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_ERR_ARGUMENT);
    job.connection = NULL;
    job.operation = &connsync_operation_get;
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_ERR_ARGUMENT);
    job.connection = "con_1";
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_OK);
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_ERR_ARGUMENT);
    while ((status = connsync_step(agent, &wait)) == CONNSYNC_WOULD_BLOCK) {
        assert_true(wait.until_ms > now && wait.until_ms < begun + 60000);
        now = wait.until_ms;
    }
    assert_int_equal(status, CONNSYNC_ERR_CONNECT);
    assert_int_equal(connsync_step(agent, &wait), CONNSYNC_ERR_CONNECT);
    assert_int_equal(connsync_result(agent)->outcome, CONNSYNC_FAILED);
    assert_int_equal(connsync_result(agent)->write, CONNSYNC_NOT_WRITTEN);
    assert_true(now - begun > 1000 && now - begun < 10000);

    /* A second job on the same agent, abandoned before it has done anything. */
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_OK);
    connsync_cancel(agent);
    assert_int_equal(connsync_step(agent, &wait), CONNSYNC_ERR_CANCELLED);
    connsync_close(agent);
    connsync_close(NULL);
}

/* A step without a job, never begun or refused: an error, and no job that went well. */
static void test_no_job(void **state)
{
    struct connsync_config config = usable();
    struct connsync_job job;
    struct connsync_wait wait;
    enum connsync_status status = CONNSYNC_OK;
    struct connsync *agent = connsync_open(&config, &status);

    (void)state;
    assert_int_equal(connsync_step(agent, &wait), CONNSYNC_ERR_ARGUMENT);
    assert_int_equal(connsync_result(agent)->outcome, CONNSYNC_FAILED);
    memset(&job, 0, sizeof job);
    job.operation = &connsync_operation_set; /* of no connection */
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_ERR_ARGUMENT);
    assert_int_equal(connsync_step(agent, &wait), CONNSYNC_ERR_ARGUMENT);

    /* Nor is the end of the job before that of one that could not begin. */
    job.connection = "con_1";
    job.wanted = CONNSYNC_ON_FIRST_LOGIN;
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_OK);
    connsync_cancel(agent);
    assert_int_equal(connsync_step(agent, &wait), CONNSYNC_ERR_CANCELLED);
    job.wanted = CONNSYNC_SETTING_UNKNOWN;
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_ERR_ARGUMENT);
    assert_int_equal(connsync_step(agent, &wait), CONNSYNC_ERR_ARGUMENT);
    assert_int_equal(connsync_result(agent)->outcome, CONNSYNC_FAILED);
    connsync_close(agent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments),    cmocka_unit_test(test_client),
        cmocka_unit_test(test_no_assertion), cmocka_unit_test(test_memory),
        cmocka_unit_test(test_entropy),      cmocka_unit_test(test_nobody_answers),
        cmocka_unit_test(test_no_job),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
