/*
 * What each answer makes of a job: which end it, which are asked for again and after how long, what is told of
 * them, and who listens.
 */
#include "job_support.h"

/* Requests of a client that paces them are so far apart, and the deadline is moved by what is waited. */
/* A write at a pace of one request in so long, in three seconds. */
static void begin_paced(struct connsync_pace *pace, uint32_t interval_ms)
{
    begin(&connsync_operation_set);
    connsync_pace_init(pace);
    pace->interval_ms = interval_ms;
    config.pace = pace;
    config.timeout_ms = 3000;
}

static void test_pace(void **state)
{
    struct connsync_pace pace;

    (void)state;
    begin_paced(&pace, 2000);
    assert_int_equal(run(), CONNSYNC_OK);
    assert_int_equal(service.patch_at[0] - service.get_at[0], 2000);
    assert_int_equal(service.get_at[1] - service.patch_at[0], 2000);
    begin_paced(&pace, 3100);
    assert_int_equal(run(), CONNSYNC_ERR_RATE_LIMITED);
    assert_int_equal(result.wait_ms, 3080);
    assert_int_equal(service.patch_count, 0);
}

/* Nobody answers: each request is abandoned after twenty seconds, and the job after a minute. */
static void test_no_answer(void **state)
{
    (void)state;
    begin(&connsync_operation_get);
    for (size_t i = 0; i < SERVICE_ANSWERS; i++) {
        service.gets[i].status = -2;
    }
    assert_int_equal(run(), CONNSYNC_ERR_TIMEOUT);
    assert_int_equal(service.now, 1000 + 60000);
    assert_int_equal(service.get_at[1] - service.get_at[0] >= 20000, 1);
    assert_true(service.get_at[1] - service.get_at[0] < 22000);
    assert_int_equal(service.get_count, 3);
}

static char heard[160];

static void hear(void *context, unsigned place, const char *value, size_t length)
{
    size_t used = strlen(heard);

    assert_ptr_equal(context, heard);
    (void)snprintf(heard + used, sizeof heard - used, "%u=%.*s;", place, (int)length, value);
}

static enum connsync_status hear_failure(void *context, enum connsync_status status,
                                         const char *body, size_t length)
{
    size_t used = strlen(heard);

    assert_ptr_equal(context, heard);
    (void)snprintf(heard + used, sizeof heard - used, "%.*s", (int)length, body);
    return status == CONNSYNC_ERR_FORBIDDEN ? CONNSYNC_ERR_WEB_PAGE : status;
}

/* Who listens is told of the fields that it names, and may say what a failure is. */
static void test_listener(void **state)
{
    struct connsync_listener listener;
    struct connsync_pace pace;

    (void)state;
    for (int paced = 0; paced < 2; paced++) {
        begin(&connsync_operation_get);
        connsync_listener_init(&listener);
        listener.fields = "server\0x-id\0";
        listener.field = hear;
        listener.failed = hear_failure;
        listener.context = heard;
        heard[0] = '\0';
        config.listener = &listener;
        connsync_pace_init(&pace);
        config.pace = paced ? &pace : NULL;
        service.gets[0].status = 403;
        service.gets[0].head = "X-Id: 7\r\nDate: Thu, 01 Jan 1970 00:00:10 GMT\r\nServer: s/1\r\n"
                               "X-RateLimit-Limit: 10\r\nX-Idx: 8\r\n";
        service.gets[0].body = "<html>";
        assert_int_equal(run(), CONNSYNC_ERR_WEB_PAGE);
        assert_string_equal(heard, "1=7;0=s/1;<html>");
    }
}

/* Without Retry-After the pause is what the bucket's reset and the Date of the answer say, and a second. */
static void test_pauses(void **state)
{
    static const struct {
        const char *head;
        uint64_t least;
        uint64_t most;
    } rows[] = {
        {"Date: Thu, 01 Jan 1970 00:00:10 GMT\r\nX-RateLimit-Reset: 10\r\n", 1000, 1249},
        {"Date: Thu, 01 Jan 1970 00:00:10 GMT\r\nX-RateLimit-Reset: 13\r\n", 4000, 4249},
        {"Date: Thu, 01 Jan 1970 00:00:10 GMT\r\nX-RateLimit-Reset: 9\r\n", 250, 499},
        {"X-RateLimit-Reset: 13\r\n", 250, 14249},
        {"Retry-After: 5\r\n", 5000, 5249},
        {"", 250, 499},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct connsync_pace pace;
        begin(&connsync_operation_get);
        connsync_pace_init(&pace);
        config.pace = &pace;
        service.gets[0].status = 429;
        service.gets[0].head = rows[i].head;
        assert_int_equal(run(), CONNSYNC_OK);
        uint64_t pause = service.get_at[1] - service.get_at[0] - SERVICE_TRIP_MS;
        assert_in_range(pause, rows[i].least, rows[i].most);
    }
}

/* A write that a rate limit rejected waits for as long before the read, and again behind it. */
static void test_held_back(void **state)
{
    (void)state;
    begin(&connsync_operation_set);
    service.patches[0].status = 429;
    service.patches[0].after_ms = SERVICE_NEVER;
    service.patches[0].head = "Retry-After: 2\r\n";
    assert_int_equal(run(), CONNSYNC_OK);
    assert_int_equal(service.patch_count, 2);
    assert_true(service.get_at[1] >= service.patch_at[0] + 2000);
    assert_true(service.patch_at[1] >= service.get_at[1] + 2000);
}

static void test_missing_scope(void **state)
{
    static const char *const rows[][2] = {
        {"Insufficient scope, expected any of: read:connections", "read:connections"},
        {"Insufficient scope, expected any of: update:connections_options",
         "update:connections_options"},
        {"no", NULL},
    };
    char body[160];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        begin(&connsync_operation_get);
        (void)snprintf(body, sizeof body, "{\"message\":\"%s\"}", rows[i][0]);
        service.gets[0].status = 403;
        service.gets[0].body = body;
        enum connsync_status status = run();
        assert_int_equal(status, rows[i][1] != NULL ? CONNSYNC_ERR_SCOPE : CONNSYNC_ERR_FORBIDDEN);
        assert_true((result.missing_scope == NULL) == (rows[i][1] == NULL));
        if (rows[i][1] != NULL) {
            assert_string_equal(result.missing_scope, rows[i][1]);
        }
    }
}

static const struct {
    int http;
    const char *head;
    enum connsync_status status;
    unsigned reads; /* at least */
} answers[] = {
    {401, NULL, CONNSYNC_ERR_UNAUTHORIZED, 1},
    {403, NULL, CONNSYNC_ERR_FORBIDDEN, 1},
    {404, NULL, CONNSYNC_ERR_NOT_FOUND, 1},
    {400, NULL, CONNSYNC_ERR_REJECTED, 1},
    {408, NULL, CONNSYNC_ERR_SERVER, 2},
    {500, NULL, CONNSYNC_ERR_SERVER, 2},
    {503, NULL, CONNSYNC_ERR_SERVER, 2},
    {499, NULL, CONNSYNC_ERR_REJECTED, 1},
    {425, NULL, CONNSYNC_ERR_REJECTED, 1},
    {-1, NULL, CONNSYNC_ERR_CLOSED, 2},
    {429, "Retry-After: 3600\r\n", CONNSYNC_ERR_RATE_LIMITED, 1},
    {429, "Retry-After: 86400\r\n", CONNSYNC_ERR_RATE_LIMITED, 1},
    {429, "Retry-After: 9000000\r\n", CONNSYNC_ERR_RATE_LIMITED, 1},
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        begin(&connsync_operation_get);
        config.timeout_ms = 30000;
        for (size_t k = 0; k < SERVICE_ANSWERS; k++) {
            service.gets[k].status = answers[i].http;
            service.gets[k].head = answers[i].head;
        }
        assert_int_equal(run(), answers[i].status);
        expect_in(service.read, "GET /api/v2/connections/con_1?");
        assert_int_equal(result.write, CONNSYNC_NOT_WRITTEN);
        assert_true(answers[i].reads == 1 ? service.get_count == 1 : service.get_count > 1);
        assert_true(service.get_count < 10);
        assert_int_equal(result.http_status, answers[i].http > 0 ? answers[i].http : 0);
        assert_int_equal(result.wait_ms >= 3600000, answers[i].http == 429);
        assert_true(result.wait_ms < 86400250);
        assert_true(result.wait_ms < 3600250 || result.wait_ms >= 86400000);
    }
}

static void test_code_of_the_service(void **state)
{
    static const struct {
        const char *body;
        const char *code;
    } rows[] = {
        {"{\"statusCode\":400,\"errorCode\":\"invalid_body\"}", "invalid_body"},
        {"{\"error\":\"Bad_Request\"}", "Bad_Request"},
        {"{\"error\":\"AZ_az\"}", "AZ_az"},
        {"{\"error\":\"aZ_Az\",\"errorCode\":\"b\"}", "b"},
        {"{\"errorCode\":\"s3cret\"}", ""},
        {"{\"errorCode\":\"a b\"}", ""},
        {"{\"errorCode\":\"a[\"}", ""},
        {"{\"errorCode\":\"a@\"}", ""},
        {"{\"errorCode\":\"a`\"}", ""},
        {"{\"errorCode\":\"a{\"}", ""},
        {"{\"errorCode\":7}", ""},
        {"no", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        begin(&connsync_operation_get);
        service.gets[0].status = 400;
        service.gets[0].body = rows[i].body;
        assert_int_equal(run(), CONNSYNC_ERR_REJECTED);
        assert_string_equal(result.service_code, rows[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pace),      cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_listener),  cmocka_unit_test(test_pauses),
        cmocka_unit_test(test_held_back), cmocka_unit_test(test_missing_scope),
        cmocka_unit_test(test_answers),   cmocka_unit_test(test_code_of_the_service),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
