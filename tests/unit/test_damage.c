/* Which options look as the one-line PATCH leaves them: none of the recorded connections does, each
 * of them does once the setting is all that it has, and what each strategy needs is missed. */
#include "platform/posix/cli/check/damage.h"

#include "core/auth0/auth0_connection.h"
#include "core/json/json.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SETTING "\"set_user_root_attributes\":\"on_first_login\""
#define FEWEST_FILES 100

static bool is_damaged(struct damage *damage, const char *strategy, const char *options)
{
    struct cs_json_facts facts;

    assert_int_equal(cs_json_check(cs_slice_of(options), &facts), CONNSYNC_OK);
    return damage_find(damage, strategy, cs_slice_of(options));
}

/* What is written of it. */
static void assert_found(const char *strategy, const char *options, const char *wanted)
{
    struct damage damage;
    struct cs_writer writer;
    char text[256];

    assert_true(is_damaged(&damage, strategy, options));
    cs_writer_init(&writer, text, sizeof text);
    damage_write(&writer, &damage);
    assert_string_equal(text, wanted);
}

static void test_signs(void **unused)
{
    (void)unused;
    assert_found("samlp", "{" SETTING "}", "options hold the setting alone");
    assert_found("strategy-of-tomorrow", "{ " SETTING " }", "options hold the setting alone");
    assert_found(
        "samlp", "{" SETTING ",\"expires\":\"x\"}",
        "options lack signInEndpoint or metadataUrl or metadataXml, signingCert or cert or "
        "metadataUrl or metadataXml");
    assert_found("samlp", "{" SETTING ",\"signInEndpoint\":\"x\"}",
                 "options lack signingCert or cert or metadataUrl or metadataXml");
    assert_found("oauth2", "{" SETTING ",\"client_id\":\"x\",\"tokenURL\":null}",
                 "options lack authorizationURL, tokenURL");
    assert_found("adfs", "{" SETTING ",\"adfs_server\":\"\"}",
                 "options lack adfs_server or fedMetadataXml");
    assert_found("auth0", "{" SETTING ",\"mfa\":{}}",
                 "options lack customScripts, enabledDatabaseCustomization");
    assert_found("oidc", "{" SETTING ",\"issuer\":\"x\"}", "options lack client_id");
    assert_found("okta", "{" SETTING ",\"client_id\":\"x\"}",
                 "options lack domain or issuer or authorization_endpoint or oidc_metadata");
    assert_found("pingfederate", "{" SETTING ",\"cert\":\"x\"}",
                 "options lack pingFederateBaseUrl");
    assert_found("waad", "{" SETTING ",\"scope\":[]}", "options lack client_id");
}

/* Without the setting it was another hand; and a strategy that needs nothing misses nothing. */
static void test_no_sign(void **unused)
{
    static const char *const fine[][2] = {
        {"samlp", "{}"},
        {"samlp", "{\"expires\":\"x\"}"},
        {"samlp", "{\"set_user_root_attributes\":null}"},
        {"samlp", "{" SETTING ",\"metadataUrl\":\"x\"}"},
        {"google-oauth2", "{" SETTING ",\"scope\":[]}"},
        {"saml", "{" SETTING ",\"scope\":[]}"},
        {"client_id", "{" SETTING ",\"scope\":[]}"},
        {"", "{" SETTING ",\"scope\":[]}"},
        {"waad", "{" SETTING ",\"client\\u005fid\":\"x\"}"},
        {"auth0", "{" SETTING ",\"customScripts\":{},\"enabledDatabaseCustomization\":true}"}};
    struct damage damage;

    (void)unused;
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        assert_false(is_damaged(&damage, fine[i][0], fine[i][1]));
    }
}

/* ---- Recorded connections ---- */

static char text[1 << 20];

static struct cs_slice read_file(const char *folder, const char *name)
{
    char path[4096];
    struct cs_json_facts facts;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    struct cs_slice document = cs_slice_make(text, fread(text, 1, sizeof text, file));
    assert_int_equal(fclose(file), 0);
    assert_int_equal(cs_json_check(document, &facts), CONNSYNC_OK);
    return cs_json_trim(document);
}

static void check_recorded(struct cs_slice connection)
{
    struct cs_slice options = cs_json_member(connection, "options");
    struct damage damage;
    char strategy[64];

    assert_true(cs_value_decode(cs_json_member(connection, "strategy"), strategy, sizeof strategy));
    assert_false(damage_find(&damage, strategy, options));
    assert_found(strategy, "{" SETTING "}", "options hold the setting alone");
}

static void test_recorded_connections(void **unused)
{
    const char *folder = getenv("CONNSYNC_FIXTURES");
    DIR *directory = folder != NULL ? opendir(folder) : NULL;
    unsigned count = 0;

    (void)unused;
    if (directory == NULL) {
        print_message("CONNSYNC_FIXTURES names no directory of recorded connections: skipped\n");
        skip();
        return; /* skip() does not come back, which not every reader knows */
    }
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (strstr(entry->d_name, ".json") != NULL) {
            check_recorded(read_file(folder, entry->d_name));
            count++;
        }
    }
    (void)closedir(directory);
    assert_true(count >= FEWEST_FILES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signs),
        cmocka_unit_test(test_no_sign),
        cmocka_unit_test(test_recorded_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
