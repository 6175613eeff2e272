/* The patch: byte-exact where it changes something, and untouched elsewhere. */
#include "json_support.h"

#include <dirent.h>

#include "core/json/patch.h"

#define NAME "set_user_root_attributes"
#define DOCUMENT_MAX 65536

static struct cs_slice value_of(const char *json)
{
    return cs_slice_make(json, strlen(json));
}

/* The patch's slices one after the other. */
static size_t join(const struct cs_patch *patch, char *out, size_t size)
{
    size_t length = 0;

    assert_true(patch->count <= CS_PATCH_SLICES_MAX);
    for (size_t i = 0; i < patch->count; i++) {
        assert_true(length + patch->slices[i].length < size);
        memcpy(out + length, patch->slices[i].data, patch->slices[i].length);
        length += patch->slices[i].length;
    }
    assert_int_equal(length, patch->length);
    out[length] = '\0';
    return length;
}

struct patch_case {
    const char *object;
    const char *value;
    const char *wanted;
};

static const struct patch_case cases[] = {
    /* Inserted. */
    {"{}", "1", "{\"m\":1}"},
    {"{ }", "1", "{\"m\":1 }"},
    {"{\n\t}", "\"x\"", "{\"m\":\"x\"\n\t}"},
    {"{\"a\":1}", "2", "{\"a\":1,\"m\":2}"},
    {"{ \"a\": 1 }", "2", "{ \"a\": 1,\"m\":2 }"},
    {"{ \"a\" : \"b\"\r\n}", "2", "{ \"a\" : \"b\",\"m\":2\r\n}"},
    {"{\"a\":\"}\"}", "2", "{\"a\":\"}\",\"m\":2}"},
    {"{\"a\":\"\\\"}\\\\\"}", "2", "{\"a\":\"\\\"}\\\\\",\"m\":2}"},
    {"{\"a\":[]}", "2", "{\"a\":[],\"m\":2}"},
    {"{\"a\":{} }", "2", "{\"a\":{},\"m\":2 }"},
    {"{\"a\":[1,{\"b\":[2,{}] } ] }", "2", "{\"a\":[1,{\"b\":[2,{}] } ],\"m\":2 }"},
    {"{\"a\":1,\"b\":{\"c\":{\"d\":null}}}", "2", "{\"a\":1,\"b\":{\"c\":{\"d\":null}},\"m\":2}"},
    {"{\"a\":{\"b\":1},\"c\":2.50}", "2", "{\"a\":{\"b\":1},\"c\":2.50,\"m\":2}"},
    /* A member of the same name further in, or a value that says the name, is no member. */
    {"{\"a\":{\"m\":1}}", "2", "{\"a\":{\"m\":1},\"m\":2}"},
    {"{\"a\":[{\"m\":1,\"m\":2}]}", "2", "{\"a\":[{\"m\":1,\"m\":2}],\"m\":2}"},
    {"{\"a\":\"m\"}", "2", "{\"a\":\"m\",\"m\":2}"},
    {"{\"M\":1,\"mm\":2,\"\":3,\"m\\u0000\":4}", "2",
     "{\"M\":1,\"mm\":2,\"\":3,\"m\\u0000\":4,\"m\":2}"},
    /* Duplicates of other names are none of ours. */
    {"{\"a\":1,\"a\":2}", "2", "{\"a\":1,\"a\":2,\"m\":2}"},
    /* Replaced: whatever the old value was, and wherever it stood. */
    {"{\"m\":1}", "2", "{\"m\":2}"},
    {"{\"m\":\"old\"}", "\"new\"", "{\"m\":\"new\"}"},
    {"{\"m\":\"\"}", "\"new\"", "{\"m\":\"new\"}"},
    {"{\"m\":null}", "\"new\"", "{\"m\":\"new\"}"},
    {"{\"m\":true,\"z\":0}", "\"new\"", "{\"m\":\"new\",\"z\":0}"},
    {"{\"m\":-1.5e-3}", "\"new\"", "{\"m\":\"new\"}"},
    {"{\"m\":[1,[2],{\"m\":3}]}", "\"new\"", "{\"m\":\"new\"}"},
    {"{\"a\":0,\"m\":{\"m\":{\"m\":1}},\"z\":{\"m\":1}}", "4", "{\"a\":0,\"m\":4,\"z\":{\"m\":1}}"},
    {"{ \"m\" : \"old\" , \"z\" : 1 }", "\"new\"", "{ \"m\" : \"new\" , \"z\" : 1 }"},
    {"{\"\\u006d\":\"old\"}", "\"new\"", "{\"\\u006d\":\"new\"}"},
    {"{\"m\":\"same\"}", "\"same\"", "{\"m\":\"same\"}"},
    {"{\"m\":{}}", "{\"a\":[1]}", "{\"m\":{\"a\":[1]}}"},
};

/* Each case alone, and again with bytes around the object that must not show. */
static void test_cases(void **state)
{
    static const char *const around[][2] = {{"", ""}, {" ", "\n"}, {"[{\"m\":5},", ",{\"m\":6}]"}};
    char text[512];
    char out[512];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t j = 0; j < 3; j++) {
            struct cs_patch patch;
            struct parsed p;

            snprintf(text, sizeof text, "%s%s%s", around[j][0], cases[i].object, around[j][1]);
            p = parse(text);
            assert_int_equal(
                cs_patch_set_member(&patch, &p.json, j == 2 ? 4 : 0, "m", value_of(cases[i].value)),
                CONNSYNC_OK);
            join(&patch, out, sizeof out);
            assert_string_equal(out, cases[i].wanted);
            release(&p);
        }
    }
}

static void expect_refusal(const char *text, enum connsync_status wanted)
{
    struct parsed p = parse(text);
    struct cs_patch patch;

    assert_int_equal(cs_patch_set_member(&patch, &p.json, 0, NAME, value_of("1")), wanted);
    assert_int_equal(patch.count, 0);
    assert_int_equal(patch.length, 0);
    release(&p);
}

static void test_refusals(void **state)
{
    struct parsed p = parse("{}");
    struct cs_patch patch;

    (void)state;
    expect_refusal("{\"set_user_root_attributes\":1,\"set_user_root_attributes\":1}",
                   CONNSYNC_REFUSED_DUPLICATE);
    expect_refusal("{\"set_user_root_attributes\":1,\"a\":{},\"\\u0073et_user_root_attributes\":2}",
                   CONNSYNC_REFUSED_DUPLICATE);
    expect_refusal("{\"set\\u005fuser_root_attributes\":1,\"set_user_root_attribute\\u0073\":2,"
                   "\"set_user_root_attributes\":3}",
                   CONNSYNC_REFUSED_DUPLICATE);
    expect_refusal("[]", CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT);
    expect_refusal("null", CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT);
    expect_refusal("\"{}\"", CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT);
    expect_refusal("0", CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT);
    assert_int_equal(cs_patch_set_member(&patch, &p.json, CS_JSON_NONE, NAME, value_of("1")),
                     CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT);
    release(&p);
}

/* All members but ours: as many as before, each with the digest that it had. */
static void assert_others_equal(const struct parsed *before, int old, const struct parsed *after)
{
    const struct cs_json *json = &before->json;
    char name[256];
    int value;
    int key;

    for (key = cs_json_first(json, old); key != CS_JSON_NONE;
         key = cs_json_next_key(json, old, key)) {
        assert_true(cs_json_decode(json, key, name, sizeof name));
        if (strcmp(name, NAME) == 0) {
            continue;
        }
        assert_int_equal(cs_json_find(&after->json, 0, name, &value), 1);
        assert_true(cs_json_digest(cs_json_raw(json, key + 1), &test_key) ==
                    cs_json_digest(cs_json_raw(&after->json, value), &test_key));
    }
}

/* The bytes before and behind the change are those of the original. */
static void assert_bytes_kept(struct cs_slice old, const char *out, size_t length)
{
    size_t same_front = 0;
    size_t same_back = 0;

    while (same_front < old.length && same_front < length &&
           old.data[same_front] == out[same_front]) {
        same_front++;
    }
    while (same_back < old.length - same_front && same_back < length - same_front &&
           old.data[old.length - 1 - same_back] == out[length - 1 - same_back]) {
        same_back++;
    }
    /* What is left of the original is at most the old value. */
    assert_true(old.length - same_front - same_back <= strlen("\"never_on_login\""));
}

static void check_document(const char *text, size_t length)
{
    static char out[DOCUMENT_MAX + 256];
    static const char *const wanted[] = {"on_each_login", "on_first_login", "never_on_login"};
    struct parsed before = parse_bytes(text, length);
    int options;

    assert_int_equal(cs_json_find(&before.json, 0, "options", &options), 1);
    for (size_t i = 0; i < 3; i++) {
        struct cs_patch patch;
        struct parsed after;
        char quoted[32];
        size_t patched;
        int old;
        int value;

        snprintf(quoted, sizeof quoted, "\"%s\"", wanted[i]);
        assert_int_equal(cs_patch_set_member(&patch, &before.json, options, NAME, value_of(quoted)),
                         CONNSYNC_OK);
        patched = join(&patch, out, sizeof out);
        after = parse_bytes(out, patched);
        assert_int_equal(cs_json_find(&after.json, 0, NAME, &value), 1);
        assert_true(cs_json_string_is(&after.json, value, wanted[i]));
        assert_int_equal(cs_json_size(&after.json, 0),
                         cs_json_size(&before.json, options) +
                             (cs_json_find(&before.json, options, NAME, &old) == 0 ? 1 : 0));
        assert_others_equal(&before, options, &after);
        assert_bytes_kept(cs_json_raw(&before.json, options), out, patched);
        release(&after);
    }
    release(&before);
}

static void check_file(const char *directory, const char *name)
{
    static char text[DOCUMENT_MAX];
    char path[1024];
    size_t length;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    file = fopen(path, "rb");
    assert_non_null(file);
    length = fread(text, 1, sizeof text, file);
    assert_true(feof(file) && length > 0);
    fclose(file);
    check_document(text, length);
}

static void test_made_up_connection(void **state)
{
    static const char text[] =
        "{ \"id\":\"con_1\", \"options\" : {\n  \"\\u006eumber\": 12345678901234567890,\n"
        "  \"f\": 1.0, \"z\": -0, \"e\":1E+3, \"t\":\"gr\\u00fcn \xC3\xBC \\/ /\",\n"
        "  \"in\":{\"set_user_root_attributes\":\"on_each_login\",\"options\":{}}\n"
        "}, \"name\":\"n\"}\n";

    (void)state;
    check_document(text, sizeof text - 1);
}

/* Connections as a service gave them: every *.json of a directory. */
static void test_recorded_connections(void **state)
{
    const char *directory = getenv("CONNSYNC_FIXTURES");
    struct dirent *entry;
    size_t files = 0;
    DIR *dir = directory == NULL ? NULL : opendir(directory);

    (void)state;
    if (dir == NULL) {
        print_message("CONNSYNC_FIXTURES names no directory of recorded connections: skipped\n");
        skip();
        return; /* skip() does not come back, which not every reader knows */
    }
    for (entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        size_t length = strlen(entry->d_name);

        if (length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0) {
            check_file(directory, entry->d_name);
            files++;
        }
    }
    closedir(dir);
    print_message("%zu recorded connections patched\n", files);
    assert_true(files > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_made_up_connection),
        cmocka_unit_test(test_recorded_connections),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
