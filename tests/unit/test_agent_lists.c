/* Lists from page to page: what is asked for, what is said of each connection, and how they end. */
#include "job_support.h"

#define ITEM(id, members) "{\"id\":\"" id "\",\"name\":\"n\"," members "}"

static void begin_list(const char *first, const char *second)
{
    begin(&connsync_operation_list);
    service.gets[0].body = first;
    service.gets[1].body = second;
}

static void test_list(void **state)
{
    (void)state;
    begin_list(
        "{\"next\":\"c&1\",\"connections\":[" ITEM(
            "con_a", OIDC ",\"options\":{" WANTED
                          "}") "," ITEM("con_b", "\"strategy\":\"sms\",\"options\":{}") "]}",
        "{\"connections\":[" ITEM("con_c", OIDC) "," ITEM("con_d", OIDC ",\"options\":7") "]}");
    struct connsync *agent = open();
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_OK);
    assert_int_equal(go_on(agent), CONNSYNC_ITEM);
    expect_in(service.read, "GET /api/v2/connections?take=50&fields=id,name,strategy,display_name,"
                            "options&include_fields=true HTTP/1.1\r\n");
    assert_string_equal(result.id, "con_a");
    assert_int_equal(result.before, CONNSYNC_ON_FIRST_LOGIN);
    assert_int_equal(result.after, CONNSYNC_ON_FIRST_LOGIN);
    assert_int_equal(result.cause, CONNSYNC_OK);
    assert_int_equal(result.page, 1);
    assert_int_equal(go_on(agent), CONNSYNC_ITEM);
    assert_string_equal(result.id, "con_b");
    assert_int_equal(result.cause, CONNSYNC_REFUSED_PASSWORDLESS);
    assert_int_equal(result.before, CONNSYNC_ON_EACH_LOGIN);
    assert_int_equal(go_on(agent), CONNSYNC_ITEM);
    expect_in(service.read, "GET /api/v2/connections?take=50&from=c%261&fields=");
    assert_string_equal(result.id, "con_c");
    assert_int_equal(result.page, 2);
    assert_int_equal(result.cause, CONNSYNC_REFUSED_NO_OPTIONS);
    assert_int_equal(result.before, CONNSYNC_SETTING_UNKNOWN);
    assert_int_equal(go_on(agent), CONNSYNC_ITEM);
    assert_int_equal(result.cause, CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT);
    assert_int_equal(go_on(agent), CONNSYNC_OK);
    assert_int_equal(service.get_count, 2);
    connsync_close(agent);
}

/* Without `options` anywhere on the first page the scope is missing. */
static void test_list_without_scope(void **state)
{
    (void)state;
    begin_list("{\"connections\":[" ITEM("con_a", OIDC) "," ITEM("con_b", OIDC) "]}", NULL);
    assert_int_equal(run(), CONNSYNC_REFUSED_NO_OPTIONS);
    begin_list(
        "{\"connections\":[" ITEM("con_a", OIDC) "," ITEM("con_b", OIDC ",\"options\":{}") "]}",
        NULL);
    assert_int_equal(run(), CONNSYNC_ITEM);
    assert_int_equal(result.cause, CONNSYNC_REFUSED_NO_OPTIONS);
}

static void test_one_page(void **state)
{
    static const char first[] =
        "{\"next\":\"c1\",\"connections\":[" ITEM("con_a", OIDC ",\"options\":{}") "]}";
    struct connsync_page page = {.cursor = "c0", .take = 7};

    (void)state;
    begin_list(first, NULL);
    job.page = &page;
    struct connsync *agent = open();
    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_OK);
    assert_int_equal(go_on(agent), CONNSYNC_ITEM);
    assert_int_equal(go_on(agent), CONNSYNC_OK);
    expect_in(service.read, "?take=7&from=c0&");
    assert_string_equal(page.cursor, "c1");
    assert_int_equal(page.take, 7);
    assert_int_equal(page.count, 1);
    assert_true(page.bytes > 50 && page.bytes <= sizeof first);
    assert_int_equal(service.get_count, 1);
    connsync_close(agent);
}

/* Behind the first page the scope is there, whatever a page shows. */
static void test_later_page_without_options(void **state)
{
    struct connsync_page page = {.cursor = "c0", .take = 2};

    (void)state;
    begin_list("{\"connections\":[" ITEM("con_a", OIDC) "]}", NULL);
    job.page = &page;
    assert_int_equal(run(), CONNSYNC_ITEM);
    assert_int_equal(result.cause, CONNSYNC_REFUSED_NO_OPTIONS);
    assert_int_equal(result.before, CONNSYNC_SETTING_UNKNOWN);
}

/* The answer to a list that is an error is read like any. */
static void test_error(void **state)
{
    struct connsync_page page = {.cursor = "", .take = 0};

    (void)state;
    begin_list("{\"statusCode\":400,\"errorCode\":\"invalid_query\"}", NULL);
    service.gets[0].status = 400;
    assert_int_equal(run(), CONNSYNC_ERR_REJECTED);
    assert_string_equal(result.service_code, "invalid_query");
    begin_list("{\"connections\":[]}", NULL);
    job.page = &page;
    assert_int_equal(run(), CONNSYNC_OK);
    expect_in(service.read, "?take=50&fields=");
}

static void test_odd_lists(void **state)
{
    static const char *const bodies[] = {"{}", "{\"connections\":{}}", "[]", "7",
                                         "{\"next\":\"c\\ud800\",\"connections\":[]}"};

    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        begin_list(bodies[i], NULL);
        assert_int_equal(run(), i == 2 ? CONNSYNC_OK : CONNSYNC_ERR_ANSWER);
    }
    /* The same page for ever. */
    begin(&connsync_operation_list);
    for (size_t i = 0; i < SERVICE_ANSWERS; i++) {
        service.gets[i].body = "{\"next\":\"c\",\"connections\":[]}";
    }
    assert_int_equal(run(), CONNSYNC_ERR_ANSWER);
    assert_true(service.get_count < 4);
    begin(&connsync_operation_list);
    service.gets[0].status = 403;
    assert_int_equal(run(), CONNSYNC_ERR_FORBIDDEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),     cmocka_unit_test(test_list_without_scope),
        cmocka_unit_test(test_one_page), cmocka_unit_test(test_later_page_without_options),
        cmocka_unit_test(test_error),    cmocka_unit_test(test_odd_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
