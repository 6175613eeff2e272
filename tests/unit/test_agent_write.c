/* What is said of a write that was not answered for good: it may land until CS_AGENT_LANDING_MS
 * after its last byte, and no end before that says that nothing was written. On a clock that only
 * the test and the service move. */
#include "config_support.h"
#include "service_support.h"

#include "core/agent/agent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MEMORY_SIZE 65536
/* A service that goes on for so long after its edge has answered. */
#define LATE_MS 3000
/* The service's clock, when it begins. */
#define BEGUN_AT 1000

#define OLD "{\"secret\":\"s\",\"n\":1,\"o\":{\"x\":1,\"y\":2}}"
#define OTHERS "{\"secret\":\"rotated\",\"n\":1,\"o\":{\"x\":1,\"y\":2}}"
#define PATCH "{\"n\":2,\"o\":{\"x\":null}}"
#define RESTORED "{\"secret\":\"s\",\"n\":2,\"o\":{\"y\":2}}"

static unsigned char memory[MEMORY_SIZE];
static struct connsync *agent;
static struct connsync_job job;
static struct connsync_result result;
static unsigned shown;       /* how often a write was decided on */
static unsigned reject_from; /* the observer rejects that one and all others; 0: none */
static unsigned cancel_at;   /* with the answer to this request; 0: never */

static enum connsync_status observe(void *context, enum connsync_stage stage, const char *options,
                                    size_t length)
{
    (void)context, (void)options, (void)length;
    if (stage != CONNSYNC_STAGE_BEFORE) {
        return CONNSYNC_OK;
    }
    return ++shown >= reject_from && reject_from != 0 ? CONNSYNC_REFUSED_BACKUP : CONNSYNC_OK;
}

/* The three operations that write; what each makes of OLD, and of OTHERS. */
static const struct {
    const struct connsync_operation *operation;
    const char *document;
    const char *made;
    const char *made_of_others;
} kinds[] = {
    {&connsync_operation_set, NULL,
     "{\"secret\":\"s\",\"n\":1,\"o\":{\"x\":1,\"y\":2},"
     "\"set_user_root_attributes\":\"on_first_login\"}",
     "{\"secret\":\"rotated\",\"n\":1,\"o\":{\"x\":1,\"y\":2},"
     "\"set_user_root_attributes\":\"on_first_login\"}"},
    {&connsync_operation_patch, PATCH, "{\"secret\":\"s\",\"n\":2,\"o\":{\"y\":2}}",
     "{\"secret\":\"rotated\",\"n\":2,\"o\":{\"y\":2}}"},
    {&connsync_operation_restore, RESTORED, RESTORED, RESTORED},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static void begin(size_t kind)
{
    service_begin(OLD);
    memset(&job, 0, sizeof job);
    job.operation = kinds[kind].operation;
    job.connection = "con_1";
    job.wanted = kind == 0 ? CONNSYNC_ON_FIRST_LOGIN : CONNSYNC_SETTING_UNKNOWN;
    job.document = kinds[kind].document;
    job.document_length = job.document != NULL ? strlen(job.document) : 0;
    job.observer = observe;
    shown = 0;
    reject_from = 0;
    cancel_at = 0;
}

/* Runs the job; nothing waits but by the clock. */
static enum connsync_status run(uint32_t timeout_ms)
{
    struct connsync_config config = config_of(&service_port, memory, sizeof memory);
    struct connsync_wait wait;
    enum connsync_status status;

    config.timeout_ms = timeout_ms;
    agent = connsync_open(&config, &status);
    assert_non_null(agent);
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_OK);
    uint64_t deadline = BEGUN_AT + timeout_ms;
    while ((status = connsync_step(agent, &wait)) == CONNSYNC_WOULD_BLOCK) {
        if (cancel_at != 0 && service.get_count + service.patch_count >= cancel_at) {
            connsync_cancel(agent);
            cancel_at = 0;
        }
        assert_true(wait.until_ms <= deadline);
        if (wait.until_ms > service.now) {
            service_pass(wait.until_ms - service.now);
        }
    }
    result = *connsync_result(agent);
    assert_true(service.get_count + service.patch_count < 2 * SERVICE_ANSWERS);
    connsync_close(agent);
    return status;
}

static void expect_unverified(enum connsync_status status, enum connsync_status cause)
{
    assert_int_equal(status, CONNSYNC_ERR_UNVERIFIED);
    assert_int_equal(result.cause, cause);
    assert_int_equal(result.outcome, CONNSYNC_FAILED);
    assert_int_equal(result.write, CONNSYNC_WRITE_UNKNOWN);
    assert_string_equal(service.options, OLD);
    service_pass(CS_AGENT_LANDING_MS);
    assert_string_not_equal(service.options, OLD); /* and it did land */
}

static void expect_changed(enum connsync_status status, const char *options)
{
    assert_int_equal(status, CONNSYNC_OK);
    assert_int_equal(result.outcome, CONNSYNC_CHANGED);
    assert_int_equal(result.write, CONNSYNC_WRITTEN);
    assert_string_equal(service.options, options);
    service_pass(CS_AGENT_LANDING_MS);
    assert_string_equal(service.options, options);
}

static void answer_first_late(void)
{
    service.patches[0].status = 504;
    service.patches[0].after_ms = LATE_MS;
}

/* ---- An unanswered write is never forgotten ---- */

static void test_rate_limit(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        begin(kind);
        answer_first_late();
        service.patches[1].status = 429;
        service.patches[1].after_ms = SERVICE_NEVER;
        service.patches[1].head = "Retry-After: 3600\r\n";
        expect_unverified(run(30000), CONNSYNC_ERR_RATE_LIMITED);
        assert_int_equal(service.patch_count, 2);
    }
}

static void test_rejected_by_the_service(void **state)
{
    (void)state;
    for (int status = 400; status <= 404; status++) {
        static const enum connsync_status causes[] = {
            CONNSYNC_ERR_REJECTED, CONNSYNC_ERR_UNAUTHORIZED, CONNSYNC_ERR_REJECTED,
            CONNSYNC_ERR_FORBIDDEN, CONNSYNC_ERR_NOT_FOUND};
        begin(0);
        answer_first_late();
        service.patches[1].status = status;
        service.patches[1].after_ms = SERVICE_NEVER;
        expect_unverified(run(30000), causes[status - 400]);
        assert_int_equal(service.patch_count, 2);
    }
}

static void test_rejected_by_the_observer(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        begin(kind);
        answer_first_late();
        reject_from = 2;
        expect_unverified(run(30000), CONNSYNC_REFUSED_BACKUP);
        assert_int_equal(service.patch_count, 1);
    }
}

/* Cancelled while it may land, it is not sent again; also not if it was about to be. */
static void test_cancelled(void **state)
{
    (void)state;
    begin(0);
    answer_first_late();
    cancel_at = 2; /* in the pause before the read-back */
    expect_unverified(run(30000), CONNSYNC_ERR_CANCELLED);
    assert_int_equal(service.patch_count, 1);
    assert_int_equal(service.get_count, 2);

    /* In the pause after the second write was rejected. */
    begin(0);
    answer_first_late();
    service.patches[1].status = 429;
    service.patches[1].after_ms = SERVICE_NEVER;
    cancel_at = 4;
    expect_unverified(run(30000), CONNSYNC_ERR_CANCELLED);
    assert_int_equal(service.patch_count, 2);

    /* While it waits because somebody else has written: at the next read-back. */
    begin(0);
    answer_first_late();
    service.patches[0].after_ms = SERVICE_NEVER;
    service.patches[0].edit = OTHERS;
    cancel_at = 3;
    assert_int_equal(run(30000), CONNSYNC_ERR_UNVERIFIED);
    assert_int_equal(result.cause, CONNSYNC_ERR_CANCELLED);
    assert_int_equal(result.write, CONNSYNC_WRITE_UNKNOWN);
    assert_int_equal(service.get_count, 3);
}

/* Readings that fail until the deadline, or that would be refused. */
static void test_no_more_readings(void **state)
{
    (void)state;
    begin(0);
    answer_first_late();
    for (size_t i = 1; i < SERVICE_ANSWERS; i++) {
        service.gets[i].status = 404;
    }
    expect_unverified(run(30000), CONNSYNC_ERR_NOT_FOUND);
    begin(0);
    answer_first_late();
    service.gets[1].shows = "7";
    expect_unverified(run(30000), CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT);
}

/* With the deadline before B it is never said that nothing was written. */
static void test_every_deadline(void **state)
{
    bool seen[2] = {false, false};

    (void)state;
    for (uint32_t timeout = 100; timeout < 2 * CS_AGENT_LANDING_MS; timeout += 100) {
        begin(0);
        for (size_t i = 0; i < SERVICE_ANSWERS; i++) {
            service.patches[i].status = -1;
            service.patches[i].after_ms = SERVICE_NEVER;
        }
        enum connsync_status status = run(timeout);
        uint64_t sent_at = service.patch_at[service.patch_count - 1];
        uint64_t read_at = service.get_at[service.get_count - 1];
        bool over = read_at >= sent_at + CS_AGENT_LANDING_MS &&
                    read_at + SERVICE_TRIP_MS < BEGUN_AT + timeout;
        assert_int_equal(result.write, over ? CONNSYNC_NOT_WRITTEN : CONNSYNC_WRITE_UNKNOWN);
        assert_int_equal(status, over ? CONNSYNC_ERR_CLOSED : CONNSYNC_ERR_UNVERIFIED);
        assert_int_equal(result.cause, over ? CONNSYNC_OK : result.cause);
        /* Whoever gives a little more time than that is always told. */
        assert_true(over == (timeout > CS_AGENT_LANDING_MS + 2000) ||
                    timeout < CS_AGENT_LANDING_MS + 4000);
        seen[over] = true;
    }
    assert_true(seen[false] && seen[true]);
}

/* ---- What is done until then ---- */

/* The same bytes may go out again at once: whichever lands last, the outcome is the same. */
static void test_the_same_again(void **state)
{
    static const int statuses[] = {-1, 408, 500, 502, 503, 504};

    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0] * KINDS; i++) {
        begin(i % KINDS);
        service.patches[0].status = statuses[i / KINDS];
        service.patches[0].after_ms = i % 2 == 0 ? SERVICE_NEVER : LATE_MS;
        expect_changed(run(30000), kinds[i % KINDS].made);
        assert_int_equal(service.patch_count, 2);
        assert_true(service.patch_at[1] < service.patch_at[0] + 1000);
    }
}

/* Where somebody else has written nothing is, until the first one cannot land any more. */
static void test_somebody_else(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        begin(kind);
        service.patches[0].status = 504;
        service.patches[0].after_ms = SERVICE_NEVER;
        service.patches[0].edit = OTHERS;
        expect_changed(run(30000), kinds[kind].made_of_others);
        assert_int_equal(service.patch_count, 2);
        assert_true(service.patch_at[1] >= service.patch_at[0] + CS_AGENT_LANDING_MS);
        /* The read that was decided on was asked for after that, and directly before. */
        uint64_t read_at = service.get_at[service.get_count - 2];
        assert_true(read_at >= service.patch_at[0] + CS_AGENT_LANDING_MS);
        assert_true(service.patch_at[1] - read_at < 1000);
        assert_true(service.get_count <= 9);
        assert_int_equal(shown, 2);
    }
}

/* A write that was rejected says nothing of the one before it, nor of how long that may land. */
static void test_rejection_extends_nothing(void **state)
{
    (void)state;
    begin(0);
    service.patches[0].status = 504;
    service.patches[0].head = "Retry-After: 3\r\n";
    service.patches[0].after_ms = SERVICE_NEVER;
    service.patches[1].status = 429;
    service.patches[1].after_ms = SERVICE_NEVER;
    service.patches[1].head = "Retry-After: 1\r\n";
    service.patches[1].edit = OTHERS;
    expect_changed(run(30000), kinds[0].made_of_others);
    assert_int_equal(service.patch_count, 3);
    assert_true(service.patch_at[2] >= service.patch_at[0] + CS_AGENT_LANDING_MS);
    assert_true(service.patch_at[2] < service.patch_at[1] + CS_AGENT_LANDING_MS);
}

/* It lands on a change of somebody else's that was read: that is gone, and not called verified. */
static void test_lands_on_somebody_else(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        begin(kind);
        answer_first_late();
        service.gets[1].edit = OTHERS;
        assert_int_equal(run(30000), CONNSYNC_ERR_UNVERIFIED);
        assert_int_equal(result.cause, CONNSYNC_ERR_LOSS);
        assert_int_equal(result.write, CONNSYNC_WRITTEN);
        assert_int_equal(service.patch_count, 1);
        assert_string_equal(service.options, kinds[kind].made);
    }
}

/* An older replica shows the document as it was; the write that landed is seen all the same. */
static void test_replica(void **state)
{
    (void)state;
    begin(0);
    service.patches[0].status = 504;
    service.gets[1].shows = OLD;
    service.patches[1].status = 504;
    service.patches[1].after_ms = SERVICE_NEVER;
    expect_changed(run(30000), kinds[0].made);
}

/* ---- Time that is left is used ---- */

/* A service that closes the connection on each write, and carries the last one out. */
static void test_last_reading(void **state)
{
    (void)state;
    for (uint64_t late = 2000; late <= 5000; late += 500) {
        begin(0);
        for (size_t i = 0; i < SERVICE_ANSWERS; i++) {
            service.patches[i].status = -1;
            service.patches[i].after_ms = i == 0 ? late : SERVICE_NEVER;
        }
        expect_changed(run(6000), kinds[0].made);
    }
}

/* Readings that break for a while, and pauses that would pass the deadline. */
static void test_readings_break(void **state)
{
    (void)state;
    for (size_t broken = 1; broken < 4; broken++) {
        begin(0);
        service.patches[0].status = -1;
        for (size_t i = 1; i <= broken; i++) {
            service.gets[i].status = -1;
        }
        expect_changed(run(6000), kinds[0].made);
        assert_int_equal(service.patch_count, 1);
    }
}

/* What was acknowledged and is shown late. */
static void test_shown_late(void **state)
{
    (void)state;
    begin(0);
    service.gets[1].shows = OLD;
    expect_changed(run(460), kinds[0].made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rate_limit),
        cmocka_unit_test(test_rejected_by_the_service),
        cmocka_unit_test(test_rejected_by_the_observer),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_no_more_readings),
        cmocka_unit_test(test_every_deadline),
        cmocka_unit_test(test_the_same_again),
        cmocka_unit_test(test_somebody_else),
        cmocka_unit_test(test_rejection_extends_nothing),
        cmocka_unit_test(test_lands_on_somebody_else),
        cmocka_unit_test(test_replica),
        cmocka_unit_test(test_last_reading),
        cmocka_unit_test(test_readings_break),
        cmocka_unit_test(test_shown_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
