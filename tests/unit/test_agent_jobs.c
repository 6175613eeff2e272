/*
 * Jobs on one connection: which are refused before anything is written, and every byte that goes out.
 */
#include "job_support.h"

#define CONNECTION(members) "{\"id\":\"con_1\",\"name\":\"one\"," members "}"

/* ---- Refusals ---- */

static const struct {
    const char *body;
    enum connsync_status status;
    bool allows_encrypted;
} connections[] = {
    {CONNECTION(OIDC ",\"options\":{}"), CONNSYNC_OK, false},
    {CONNECTION(OIDC), CONNSYNC_REFUSED_NO_OPTIONS, false},
    {CONNECTION(OIDC ",\"options\":null"), CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT, false},
    {CONNECTION(OIDC ",\"options\":[]"), CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT, false},
    {CONNECTION(OIDC ",\"options\":{},\"options\":{}"), CONNSYNC_REFUSED_DUPLICATE, false},
    {CONNECTION(OIDC ",\"options\":{" WANTED "," WANTED "}"), CONNSYNC_REFUSED_DUPLICATE, false},
    {CONNECTION(OIDC ",\"options\":{\"set_user_root_attributes\":7}"), CONNSYNC_REFUSED_VALUE,
     false},
    {CONNECTION("\"strategy\":\"sms\",\"options\":{}"), CONNSYNC_REFUSED_PASSWORDLESS, false},
    {CONNECTION("\"strategy\":\"email\",\"options\":{}"), CONNSYNC_REFUSED_PASSWORDLESS, false},
    {CONNECTION("\"strategy\":\"auth0\",\"options\":{}"), CONNSYNC_REFUSED_STRATEGY, false},
    {CONNECTION("\"strategy\":\"auth0\",\"options\":{\"enabledDatabaseCustomization\":true}"),
     CONNSYNC_OK, false},
    {CONNECTION("\"strategy\":\"auth0\",\"options\":{\"enabledDatabaseCustomization\":true,"
                "\"import_mode\":true}"),
     CONNSYNC_REFUSED_STRATEGY, false},
    {CONNECTION("\"strategy\":\"auth0\",\"options\":{\"enabledDatabaseCustomization\":true,"
                "\"enabledDatabaseCustomization\":true}"),
     CONNSYNC_REFUSED_DUPLICATE, false},
    {CONNECTION("\"strategy\":\"auth0\",\"options\":{\"enabledDatabaseCustomization\":true,"
                "\"import_mode\":false,\"import_mode\":false}"),
     CONNSYNC_REFUSED_DUPLICATE, false},
    {CONNECTION(OIDC ",\"options\":{\"configuration\":{\"a\":\"x\"}}"),
     CONNSYNC_REFUSED_ENCRYPTED_CONFIGURATION, false},
    {CONNECTION(OIDC ",\"options\":{\"configuration\":\"x\"}"),
     CONNSYNC_REFUSED_ENCRYPTED_CONFIGURATION, false},
    {CONNECTION(OIDC ",\"options\":{\"configuration\":[0]}"),
     CONNSYNC_REFUSED_ENCRYPTED_CONFIGURATION, false},
    {CONNECTION(OIDC ",\"options\":{\"configuration\":{\"a\":\"x\"}}"), CONNSYNC_OK, true},
    {CONNECTION(OIDC ",\"options\":{\"configuration\":{},\"configuration\":{}}"),
     CONNSYNC_REFUSED_DUPLICATE, true},
    {CONNECTION(OIDC ",\"options\":{\"configuration\":{}}"), CONNSYNC_OK, false},
    {CONNECTION(OIDC ",\"options\":{\"configuration\":null}"), CONNSYNC_OK, false},
    {CONNECTION(OIDC ",\"options\":{\"configuration\":[]}"), CONNSYNC_OK, false},
    {CONNECTION(OIDC ",\"options\":{"), CONNSYNC_ERR_HTTP_TRUNCATED, false},
    {CONNECTION(OIDC ",\"options\":{a}"), CONNSYNC_REFUSED_NOT_JSON, false},
    {"{\"id\":\"con_1\",\"options\":{}," OIDC "}", CONNSYNC_ERR_ANSWER, false},
    {"{\"id\":\"con_1\",\"name\":\"one\",\"options\":{}}", CONNSYNC_ERR_ANSWER, false},
    {"{\"name\":\"one\",\"options\":{}," OIDC "}", CONNSYNC_ERR_ANSWER, false},
};

/* The first read shows it, or all do if it is refused. */
static enum connsync_status run_with(size_t number)
{
    service_begin("{\"a\":1}");
    for (size_t i = 0; i < SERVICE_ANSWERS; i++) {
        bool shows = i == 0 || connections[number].status != CONNSYNC_OK;
        service.gets[i].body = shows ? connections[number].body : NULL;
    }
    return run();
}

static void test_what_may_be_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(connections); i++) {
        begin(&connsync_operation_set);
        job.dry_run = true;
        job.allow_encrypted_configuration = connections[i].allows_encrypted;
        assert_int_equal(run_with(i), connections[i].status);
        job.dry_run = false;
        enum connsync_status status = run_with(i);
        if (connections[i].status != CONNSYNC_OK) {
            assert_int_equal(status, connections[i].status);
            assert_int_equal(result.write, CONNSYNC_NOT_WRITTEN);
            assert_int_equal(result.outcome, !connsync_status_is_refusal(status)
                                                 ? CONNSYNC_FAILED
                                                 : CONNSYNC_REFUSED);
        }
        assert_int_equal(service.patch_count, connections[i].status == CONNSYNC_OK);
    }
}

/* Every byte of both requests, and what is said of the job. */
static void test_what_goes_out(void **state)
{
    (void)state;
    begin(&connsync_operation_set);
    job.correlation_id = "run-7";
    service.gets[0].body = CONNECTION(OIDC ",\"display_name\":\"One\",\"options\":{ \"a\" : 1 }");
    service.gets[1].body =
        CONNECTION(OIDC ",\"display_name\":\"One\",\"options\":{\"a\":1," WANTED "}");
    assert_int_equal(run(), CONNSYNC_OK);
    expect_in(service.read, "GET /api/v2/connections/con_1?"
                            "fields=id,name,strategy,display_name,options&include_fields=true "
                            "HTTP/1.1\r\nHost: tenant.test\r\n");
    expect_in(service.read, "\r\nAuthorization: Bearer token\r\n");
    expect_in(service.written, "PATCH /api/v2/connections/con_1 HTTP/1.1\r\nHost: tenant.test\r\n");
    expect_in(service.written, "\r\nX-Correlation-ID: run-7\r\n");
    expect_in(service.written,
              "\r\n\r\n{\"display_name\":\"One\",\"options\":{ \"a\" : 1," WANTED " }}");
    assert_int_equal(result.outcome, CONNSYNC_CHANGED);
    assert_int_equal(result.before, CONNSYNC_ON_EACH_LOGIN);
    assert_int_equal(result.after, CONNSYNC_ON_FIRST_LOGIN);
    assert_int_equal(result.verified, 1);
    assert_int_equal(result.requests, 3);
    assert_int_equal(result.writes, 1);
    assert_string_equal(result.strategy, "oidc");

    service_begin("{\"a\":1," WANTED "}");
    assert_int_equal(run(), CONNSYNC_OK);
    assert_int_equal(result.outcome, CONNSYNC_UNCHANGED);
    assert_int_equal(service.patch_count, 0);
}

/* What no job can be made of, and an id too long for its field. */
static void test_arguments(void **state)
{
    char id[CONNSYNC_CORRELATION_ID_SIZE + 1];

    (void)state;
    begin(&connsync_operation_set);
    struct connsync *agent = open();
    job.connection = "";
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_ERR_ARGUMENT);
    job.connection = "con_1";
    job.document = "{}";
    job.document_length = 2;
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_ERR_ARGUMENT);
    job.document = NULL;
    memset(id, 'i', sizeof id);
    id[sizeof id - 1] = '\0';
    job.correlation_id = id;
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_ERR_ARGUMENT);
    job.correlation_id = id + 1;
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_OK);
    assert_int_equal(go_on(agent), CONNSYNC_OK);
    expect_in(service.written, id + 1);
    connsync_close(agent);
}

/* By its name it is looked for in a list, and once found asked for by its id. */
static void test_names(void **state)
{
    static const struct {
        const char *list;
        enum connsync_status status;
    } rows[] = {
        {"{\"connections\":[" CONNECTION(OIDC ",\"options\":{\"a\":1}") "]}", CONNSYNC_OK},
        {"{\"connections\":[{\"id\":\"con_2\",\"name\":\"One\"}," CONNECTION(
             OIDC ",\"options\":{\"a\":1}") "]}",
         CONNSYNC_OK},
        {"{\"connections\":[{\"id\":\"con_2\",\"name\":\"One\"}]}", CONNSYNC_ERR_NOT_FOUND},
        {"{\"connections\":[]}", CONNSYNC_ERR_NOT_FOUND},
        {"{\"connections\":[" CONNECTION(OIDC ",\"options\":{}") "," CONNECTION(
             OIDC ",\"options\":{}") "]}",
         CONNSYNC_REFUSED_AMBIGUOUS},
        {"{\"connections\":{}}", CONNSYNC_ERR_ANSWER},
        {"{\"connections\":[{\"id\":\"\",\"name\":\"one\"," OIDC ",\"options\":{}}]}",
         CONNSYNC_ERR_ANSWER},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        begin(&connsync_operation_set);
        job.connection = "one";
        service.gets[0].body = rows[i].list;
        assert_int_equal(run(), rows[i].status);
        assert_int_equal(service.patch_count, rows[i].status == CONNSYNC_OK);
        if (rows[i].status == CONNSYNC_OK) {
            expect_in(service.written, "PATCH /api/v2/connections/con_1 ");
            expect_in(service.read, "GET /api/v2/connections/con_1?");
        } else {
            expect_in(service.read, "GET /api/v2/connections?name=one&");
        }
    }
}

/* An answer about another connection than the one that was asked for. */
static void test_another_connection(void **state)
{
    (void)state;
    begin(&connsync_operation_set);
    job.connection = "con_2";
    for (size_t i = 0; i < SERVICE_ANSWERS; i++) {
        service.gets[i].body = CONNECTION(OIDC ",\"options\":{}");
    }
    assert_int_equal(run(), CONNSYNC_ERR_ANSWER);
    assert_int_equal(service.patch_count, 0);
}

static void test_port(void **state)
{
    (void)state;
    begin(&connsync_operation_get);
    assert_int_equal(run(), CONNSYNC_OK);
    assert_string_equal(service.dialled, "tenant.test:443");
    assert_int_equal(service.open, 0);
    begin(&connsync_operation_get);
    config.port_number = 8443;
    assert_int_equal(run(), CONNSYNC_OK);
    assert_string_equal(service.dialled, "tenant.test:8443");
    expect_in(service.read, "\r\nHost: tenant.test:8443\r\n");
    begin(&connsync_operation_get);
    config.domain = "::1";
    assert_int_equal(run(), CONNSYNC_OK);
    assert_string_equal(service.dialled, "::1:443");
    expect_in(service.read, "\r\nHost: [::1]\r\n");
}

/* Of whatever size the block is: a job that cannot be done says how much it lacks, writes nothing, and
 * one that can be is done with any larger one. */
static void sweep_memory(const struct connsync_operation *operation, const char *options)
{
    size_t enough = 0;
    bool lacked = false;

    for (size_t size = 2000; size < 20000; size += 64) {
        begin(operation);
        enum connsync_status status = CONNSYNC_ERR_MEMORY;
        config.memory_size = size;
        (void)snprintf(service.options, sizeof service.options, "%s", options);
        struct connsync *agent = connsync_open(&config, &status);
        if (agent == NULL) {
            assert_int_equal(enough, 0);
            continue;
        }
        assert_int_equal(connsync_begin(agent, &job), CONNSYNC_OK);
        status = go_on(agent);
        connsync_close(agent);
        assert_true(status == CONNSYNC_OK || status == CONNSYNC_ERR_MEMORY ||
                    status == (operation->writes ? CONNSYNC_REFUSED_TOO_LARGE
                                                 : CONNSYNC_ERR_HTTP_TOO_LARGE));
        lacked |= status != CONNSYNC_OK && status != CONNSYNC_ERR_MEMORY;
        assert_int_equal(service.patch_count, status == CONNSYNC_OK && operation->writes);
        assert_true(status == CONNSYNC_OK ? result.bytes_needed == 0 : result.bytes_needed > 0);
        enough = status == CONNSYNC_OK && enough == 0 ? size : enough;
        assert_true(status == CONNSYNC_OK || enough == 0);
    }
    assert_true(enough > 0 && lacked);
}

static void test_memory(void **state)
{
    char options[1600];

    (void)state;
    (void)snprintf(options, sizeof options, "{\"a\":\"%01500d\"}", 7);
    sweep_memory(&connsync_operation_set, "{\"a\":1}");
    sweep_memory(&connsync_operation_set, options);
    sweep_memory(&connsync_operation_get, options);
}

/* A display_name that is another one after the write is told, and not called verified. */
static void test_display_name_lost(void **state)
{
    (void)state;
    begin(&connsync_operation_set);
    service.gets[0].body = CONNECTION(OIDC ",\"display_name\":\"One\",\"options\":{\"a\":1}");
    service.gets[1].body =
        CONNECTION(OIDC ",\"display_name\":\"one\",\"options\":{\"a\":1," WANTED "}");
    assert_int_equal(run(), CONNSYNC_ERR_LOSS);
    assert_int_equal(result.beside, 1);
    assert_int_equal(result.lost + result.changed, 0);
}

/* What the service computes may be another after a write; nothing else may. */
static void test_derived(void **state)
{
    static const struct {
        const char *name;
        bool derived;
    } rows[] = {
        {"agentIP", true},        {"agentMode", true},
        {"agentVersion", true},   {"certs", true},
        {"oidc_metadata", true},  {"thumbprints", true},
        {"granted", true},        {"admin_access_token_expiresin", true},
        {"agentip", false},       {"agentI", false},
        {"client_secret", false},
    };
    char before[160];
    char after[200];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        begin(&connsync_operation_set);
        (void)snprintf(before, sizeof before, CONNECTION(OIDC ",\"options\":{\"%s\":\"a\"}"),
                       rows[i].name);
        (void)snprintf(after, sizeof after,
                       CONNECTION(OIDC ",\"options\":{\"%s\":\"b\"," WANTED "}"), rows[i].name);
        service.gets[0].body = before;
        service.gets[1].body = after;
        assert_int_equal(run(), rows[i].derived ? CONNSYNC_OK : CONNSYNC_ERR_LOSS);
        assert_int_equal(result.derived, rows[i].derived);
        assert_int_equal(result.changed, !rows[i].derived);
    }
}

/* A patch that is shown in part is read again, and in the end not called applied. */
static void test_patch_in_part(void **state)
{
    static const char document[] = "{\"n\":2,\"m\":3}";

    (void)state;
    for (size_t shown = 2; shown < SERVICE_ANSWERS; shown += SERVICE_ANSWERS - 3) {
        begin(&connsync_operation_patch);
        job.document = document;
        job.document_length = strlen(document);
        (void)snprintf(service.options, sizeof service.options, "{\"n\":1,\"m\":1,\"o\":1}");
        for (size_t i = 1; i < shown; i++) {
            service.gets[i].shows = "{\"n\":2,\"m\":1,\"o\":1}";
        }
        assert_int_equal(run(), shown == 2 ? CONNSYNC_OK : CONNSYNC_ERR_NOT_APPLIED);
        assert_int_equal(result.applied, shown == 2 ? 2 : 1);
        assert_int_equal(result.pending, shown == 2 ? 0 : 1);
        assert_int_equal(result.verified, 1);
        assert_int_equal(result.write, CONNSYNC_WRITTEN);
        assert_int_equal(service.patch_count, 1);
        assert_int_equal(service.get_count, shown == 2 ? 3 : 2 + CS_AGENT_STALE_READS_MAX);
    }
}

static char seen[SERVICE_TEXT_SIZE];

static enum connsync_status see(void *context, enum connsync_stage stage, const char *options,
                                size_t length)
{
    size_t used = strlen(seen);

    assert_ptr_equal(context, seen);
    (void)snprintf(seen + used, sizeof seen - used, "%d%.*s ", (int)stage, (int)length, options);
    return CONNSYNC_OK;
}

/* An observer sees the connection, `options` before, and what was read back. */
static void test_observer(void **state)
{
    char wanted[SERVICE_TEXT_SIZE];

    (void)state;
    begin(&connsync_operation_set);
    job.observer = see;
    job.observer_context = seen;
    job.shows_connection = true;
    seen[0] = '\0';
    assert_int_equal(run(), CONNSYNC_OK);
    (void)snprintf(wanted, sizeof wanted, "%d%s ", CONNSYNC_STAGE_CONNECTION,
                   CONNECTION(OIDC ",\"options\":{\"a\":1}"));
    expect_in(seen, wanted);
    (void)snprintf(wanted, sizeof wanted, "%d{\"a\":1} ", CONNSYNC_STAGE_BEFORE);
    expect_in(seen, wanted);
    (void)snprintf(wanted, sizeof wanted, "%d{\"a\":1," WANTED "} ", CONNSYNC_STAGE_AFTER);
    expect_in(seen, wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_may_be_written),
        cmocka_unit_test(test_what_goes_out),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_observer),
        cmocka_unit_test(test_patch_in_part),
        cmocka_unit_test(test_derived),
        cmocka_unit_test(test_another_connection),
        cmocka_unit_test(test_port),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_display_name_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
