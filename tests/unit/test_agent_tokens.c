/*
 * Tokens: how they are asked for and kept, what is no token, when another one is asked for, which scopes
 * a job needs, and assertions that are issued by the service's clock.
 */
#include "job_support.h"

#define SCOPES_TO_READ "read:connections read:connections_options"
#define SCOPES_TO_WRITE SCOPES_TO_READ " update:connections update:connections_options"

static struct connsync_client client;

static unsigned grants;
static unsigned assertions;
static int64_t issued_at[4];
static struct connsync_grant granted_last;
static char granted_token[32];
static char granted_scope[128];
static const char *another_token;

static void granted(void *context, const struct connsync_grant *grant)
{
    assert_ptr_equal(context, &grants);
    grants++;
    granted_last = *grant;
    (void)snprintf(granted_token, sizeof granted_token, "%s", grant->token);
    (void)snprintf(granted_scope, sizeof granted_scope, "%s", grant->scope);
}

static enum connsync_status assertion(void *context, int64_t utc_seconds, char *out, size_t size)
{
    assert_ptr_equal(context, &grants);
    issued_at[assertions++ % COUNT(issued_at)] = utc_seconds;
    (void)snprintf(out, size, "signed");
    return CONNSYNC_OK;
}

static const char *another(void *context)
{
    const char *token = another_token;

    assert_ptr_equal(context, &grants);
    another_token = NULL;
    return token;
}

#define GRANTED(token) "{\"access_token\":\"" token "\",\"expires_in\":86400}"

/* A client with a secret, and an answer to its first request for a token. */
static void begin_client(const struct connsync_operation *operation, const char *answer)
{
    begin(operation);
    connsync_client_init(&client);
    client.context = &grants;
    client.granted = granted;
    config.client = &client;
    config.client_id = "id&";
    config.client_secret = "s+";
    config.token = NULL;
    service.posts[0].body = answer;
    grants = 0;
    assertions = 0;
    another_token = NULL;
}

static void test_token(void **state)
{
    (void)state;
    begin_client(&connsync_operation_get, "{\"access_token\":\"t\\u002d1\",\"expires_in\":86400,"
                                          "\"scope\":\"" SCOPES_TO_READ "\"}");
    assert_int_equal(run(), CONNSYNC_OK);
    expect_in(service.posted, "POST /oauth/token HTTP/1.1\r\nHost: tenant.test\r\n");
    expect_in(service.posted, "\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    expect_in(service.posted,
              "\r\n\r\ngrant_type=client_credentials&client_id=id%26&client_secret=s%2B"
              "&audience=https%3A%2F%2Ftenant.test%2Fapi%2Fv2%2F");
    expect_in(service.read, "\r\nAuthorization: Bearer t-1\r\n");
    assert_int_equal(grants, 1);
    assert_string_equal(granted_token, "t-1");
    assert_string_equal(granted_scope, SCOPES_TO_READ);
    assert_int_equal(granted_last.expires_in, 86400);
    assert_int_equal(granted_last.utc_seconds, 1);

    begin_client(&connsync_operation_get, "{\"access_token\":\"t\"}");
    config.audience = "urn:x";
    assert_int_equal(run(), CONNSYNC_OK);
    expect_in(service.posted, "&audience=urn%3Ax");
    assert_string_equal(granted_scope, "");
    assert_int_equal(granted_last.expires_in, 0);
}

static void test_no_token(void **state)
{
    static const struct {
        int http;
        const char *body;
        enum connsync_status status;
    } rows[] = {
        {200, "{\"access_token\":\"a b\"}", CONNSYNC_ERR_TOKEN},
        {200, "{\"access_token\":\"a\\u007f\"}", CONNSYNC_ERR_TOKEN},
        {200, "{\"access_token\":\"\"}", CONNSYNC_ERR_TOKEN},
        {200, "{\"access_token\":7}", CONNSYNC_ERR_TOKEN},
        {200, "{}", CONNSYNC_ERR_TOKEN},
        {401, "{}", CONNSYNC_ERR_CLIENT_CREDENTIALS},
        {403, "{}", CONNSYNC_ERR_CLIENT_CREDENTIALS},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        begin_client(&connsync_operation_get, rows[i].body);
        service.posts[0].status = rows[i].http;
        assert_int_equal(run(), rows[i].status);
        assert_int_equal(service.get_count, 0);
        assert_int_equal(service.post_count, 1);
        assert_int_equal(grants, 0);
    }
    begin_client(&connsync_operation_get, "{\"access_token\":\"!~\"}");
    assert_int_equal(run(), CONNSYNC_OK);
}

/* A client with a token at hand, which its first request is answered so for. */
static void begin_answered(int status)
{
    begin_client(&connsync_operation_get, GRANTED("new"));
    config.token = "old";
    service.gets[0].status = status;
}

/* One that the service does not take is asked for anew, once. */
static void test_rejected_token(void **state)
{
    (void)state;
    begin_answered(401);
    assert_int_equal(run(), CONNSYNC_OK);
    expect_in(service.read, "Bearer new\r\n");
    assert_int_equal(service.post_count, 1);

    begin_answered(401);
    service.gets[1].status = 401;
    assert_int_equal(run(), CONNSYNC_ERR_UNAUTHORIZED);
    assert_int_equal(service.post_count, 1);
    assert_int_equal(result.tls_reason, 40);
    assert_int_equal(result.tls_code, 0x1234);

    /* Of another agent there is one. */
    begin_answered(401);
    client.another = another;
    another_token = "theirs";
    assert_int_equal(run(), CONNSYNC_OK);
    expect_in(service.read, "Bearer theirs\r\n");
    assert_int_equal(service.post_count, 0);

    /* Which is for nothing else than that. */
    begin_answered(403);
    client.another = another;
    another_token = "theirs";
    assert_int_equal(run(), CONNSYNC_ERR_FORBIDDEN);
    assert_int_equal(service.get_count, 1);
}

static void test_scopes(void **state)
{
    static const struct {
        const char *granted;
        bool writes;
        bool for_writes;
        const char *missing;
    } rows[] = {
        {SCOPES_TO_READ, false, false, NULL},
        {SCOPES_TO_WRITE, true, false, NULL},
        {"read:connections", false, false, "read:connections_options"},
        {"read:connections_options", false, false, "read:connections"},
        {"read:connections_optionsx read:connections", false, false, "read:connections_options"},
        {"read:connections", false, true,
         "read:connections_options, update:connections, update:connections_options"},
        {SCOPES_TO_READ, false, true, NULL},
        {SCOPES_TO_READ, true, false, "update:connections, update:connections_options"},
        {"", false, false, "read:connections, read:connections_options"},
    };
    char answer[256];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        (void)snprintf(answer, sizeof answer, "{\"access_token\":\"t\",\"scope\":\"%s\"}",
                       rows[i].granted);
        begin_client(rows[i].writes ? &connsync_operation_set : &connsync_operation_get, answer);
        job.for_writes = rows[i].for_writes;
        enum connsync_status status = run();
        if (rows[i].missing == NULL) {
            assert_int_equal(status, CONNSYNC_OK);
        } else {
            assert_int_equal(status, CONNSYNC_ERR_SCOPE);
            assert_string_equal(result.missing_scope, rows[i].missing);
            assert_int_equal(service.get_count, 0);
        }
        /* Kept, and too little: another one is asked for at once. */
        begin_client(rows[i].writes ? &connsync_operation_set : &connsync_operation_get,
                     GRANTED("new"));
        config.token = "old";
        client.token_scope = rows[i].granted;
        job.for_writes = rows[i].for_writes;
        assert_int_equal(run(), CONNSYNC_OK);
        assert_int_equal(service.post_count, rows[i].missing != NULL);
    }
    /* A dry run needs those to read. */
    begin_client(&connsync_operation_set,
                 "{\"access_token\":\"t\",\"scope\":\"" SCOPES_TO_READ "\"}");
    job.dry_run = true;
    assert_int_equal(run(), CONNSYNC_OK);
    assert_int_equal(result.outcome, CONNSYNC_WOULD_CHANGE);
}

/* Issued again by the service's clock, if that is more than ten seconds away, and once. */
static void test_assertions(void **state)
{
    static const struct {
        const char *date; /* of the rejection; the client's clock stands at 1970-01-01 00:00:01 */
        bool again;
    } rows[] = {
        {"Date: Thu, 01 Jan 1970 00:00:11 GMT\r\n", false},
        {"Date: Thu, 01 Jan 1970 00:00:12 GMT\r\n", true},
        {"Date: Fri, 02 Jan 1970 00:00:00 GMT\r\n", true},
        {"Date: nonsense\r\n", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        begin_client(&connsync_operation_get, "{}");
        config.client_secret = NULL;
        client.assertion = assertion;
        service.posts[0].status = 401;
        service.posts[0].head = rows[i].date;
        service.posts[1].body = GRANTED("t");
        assert_int_equal(run(), rows[i].again ? CONNSYNC_OK : CONNSYNC_ERR_CLIENT_CREDENTIALS);
        expect_in(service.posted, "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
                                  "client-assertion-type%3Ajwt-bearer&client_assertion=signed");
        assert_int_equal(assertions, rows[i].again ? 2 : 1);
        assert_int_equal(issued_at[0], 1);
        if (rows[i].again) {
            assert_int_equal(issued_at[1], i == 1 ? 12 : 86400);
        }
        service.posts[1] = service.posts[0];
    }
    begin_client(&connsync_operation_get, "{}");
    config.client_secret = NULL;
    client.assertion = assertion;
    for (size_t i = 0; i < SERVICE_ANSWERS; i++) {
        service.posts[i].status = 401;
        service.posts[i].head = i == 0 ? rows[2].date : "Date: Thu, 08 Jan 1970 00:00:00 GMT\r\n";
    }
    assert_int_equal(run(), CONNSYNC_ERR_CLIENT_CREDENTIALS);
    assert_int_equal(assertions, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_token),          cmocka_unit_test(test_no_token),
        cmocka_unit_test(test_rejected_token), cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_assertions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
