/* What is asked of the Management API, to the byte: targets, and the form of a grant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/auth0/auth0.h"

#define FIELDS "fields=id,name,strategy,display_name,options&include_fields=true"

static char text[CS_AUTH0_TARGET_SIZE];

static struct cs_writer fresh(void)
{
    struct cs_writer writer;

    cs_writer_init(&writer, text, sizeof text);
    return writer;
}

static void test_get(void **state)
{
    struct cs_writer target = fresh();

    (void)state;
    assert_true(cs_auth0_is_id("con_a"));
    assert_false(cs_auth0_is_id("con-a"));
    cs_auth0_write_get(&target, "con_a/b?", true, NULL);
    assert_string_equal(text, "/api/v2/connections/con_a%2Fb%3F?" FIELDS);
    target = fresh();
    cs_auth0_write_get(&target, "a b&c=$@", false, NULL);
    assert_string_equal(text, "/api/v2/connections?name=a%20b%26c%3D%24%40&" FIELDS);
    target = fresh();
    cs_auth0_write_get(&target, "con_a", true, ",realms,metadata");
    assert_string_equal(text, "/api/v2/connections/con_a?fields=id,name,strategy,display_name,"
                              "options,realms,metadata&include_fields=true");
}

static void test_patch(void **state)
{
    struct cs_writer target = fresh();

    (void)state;
    cs_auth0_write_patch(&target, "con_a/..");
    assert_string_equal(text, "/api/v2/connections/con_a%2F..");
}

static void test_list(void **state)
{
    struct cs_writer target = fresh();

    (void)state;
    cs_auth0_write_list(&target, 50, "", true);
    assert_string_equal(text, "/api/v2/connections?take=50&" FIELDS);
    target = fresh();
    cs_auth0_write_list(&target, 1, "a+b=", true);
    assert_string_equal(text, "/api/v2/connections?take=1&from=a%2Bb%3D&" FIELDS);
    target = fresh();
    cs_auth0_write_list(&target, 1, "", false);
    assert_string_equal(text, "/api/v2/connections?take=1&fields=id,name,strategy,display_name&"
                              "include_fields=true");
}

/* Every byte of what is the caller's may be three in the form, and it fits all the same. */
static void check_grant(const struct connsync_config *config, const char *expected)
{
    struct cs_writer body = fresh();

    cs_auth0_write_token_request(&body, config);
    assert_string_equal(text, expected);
    assert_false(body.overflowed);
    assert_true(body.length < cs_auth0_token_request_size(config));
}

static void test_grant(void **state)
{
    struct connsync_config config;

    (void)state;
    memset(&config, 0, sizeof config);
    config.domain = "t.example";
    config.client_id = "id$&";
    check_grant(&config, "grant_type=client_credentials&client_id=id%24%26"
                         "&audience=https%3A%2F%2Ft.example%2Fapi%2Fv2%2F");
    config.client_secret = "a b+%@";
    check_grant(&config, "grant_type=client_credentials&client_id=id%24%26"
                         "&client_secret=a%20b%2B%25%40"
                         "&audience=https%3A%2F%2Ft.example%2Fapi%2Fv2%2F");
    config.audience = "urn:&";
    check_grant(&config, "grant_type=client_credentials&client_id=id%24%26"
                         "&client_secret=a%20b%2B%25%40&audience=urn%3A%26");
    config.client_id = config.client_secret = config.audience = "&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&";
    struct cs_writer body = fresh();
    cs_auth0_write_token_request(&body, &config);
    assert_true(body.length < cs_auth0_token_request_size(&config));
}

static void test_setting_words(void **state)
{
    static const char *const others[] = {"",     "unknown",        "On",   "on ", "of",
                                         "offf", "on_each_login ", "never"};

    (void)state;
    assert_int_equal(connsync_setting_parse("on_each_login"), CONNSYNC_ON_EACH_LOGIN);
    assert_int_equal(connsync_setting_parse("on_first_login"), CONNSYNC_ON_FIRST_LOGIN);
    assert_int_equal(connsync_setting_parse("never_on_login"), CONNSYNC_NEVER_ON_LOGIN);
    assert_int_equal(connsync_setting_parse("on"), CONNSYNC_ON_EACH_LOGIN);
    assert_int_equal(connsync_setting_parse("off"), CONNSYNC_ON_FIRST_LOGIN);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(connsync_setting_parse(others[i]), CONNSYNC_SETTING_UNKNOWN);
    }
    assert_string_equal(connsync_setting_name(CONNSYNC_ON_EACH_LOGIN), "on_each_login");
    assert_string_equal(connsync_setting_name(CONNSYNC_ON_FIRST_LOGIN), "on_first_login");
    assert_string_equal(connsync_setting_name(CONNSYNC_NEVER_ON_LOGIN), "never_on_login");
    assert_string_equal(connsync_setting_name(CONNSYNC_SETTING_UNKNOWN), "unknown");
    assert_string_equal(connsync_setting_name((enum connsync_setting)4), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),           cmocka_unit_test(test_patch),
        cmocka_unit_test(test_list),          cmocka_unit_test(test_grant),
        cmocka_unit_test(test_setting_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
