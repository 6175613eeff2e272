/* One member set: byte-exact where it changes something, and untouched elsewhere. */
#include "json_support.h"

#include <dirent.h>

#include "core/json/merge.h"

#define NAME "set_user_root_attributes"
#define DOCUMENT_MAX 65536

static struct cs_slice value_of(const char *json)
{
    return cs_slice_make(json, strlen(json));
}

/* At most so many, as the header says. */
#define PIECES_MAX 6

static size_t join(const struct cs_slices *slices, char *out, size_t size)
{
    size_t length = 0;

    assert_true(slices->count <= slices->capacity);
    for (size_t i = 0; i < slices->count; i++) {
        assert_true(slices->at[i].length > 0 && length + slices->at[i].length < size);
        memcpy(out + length, slices->at[i].data, slices->at[i].length);
        length += slices->at[i].length;
    }
    assert_int_equal(length, slices->length);
    out[length] = '\0';
    return length;
}

/* Sets the member at the place where it is found. */
static enum connsync_status set_member(struct cs_slice object, const char *name,
                                       struct cs_slice value, char *out, size_t size)
{
    struct cs_json_sought member = {name, CS_JSON_ROOT, 0, {NULL, 0}};
    struct cs_slice pieces[PIECES_MAX];
    struct cs_slices slices;

    cs_json_find_members(object, &member, 1);
    cs_slices_init(&slices, pieces, PIECES_MAX);
    enum connsync_status status = cs_merge_member(&slices, object, &member, value);
    assert_int_equal(slices.count > 0, status == CONNSYNC_OK);
    (void)join(&slices, out, size);
    return status;
}

/* The same by a patch of that member alone. */
static enum connsync_status merge_member(struct cs_slice object, const char *name,
                                         struct cs_slice value, char *out, size_t size)
{
    struct cs_slice pieces[64];
    struct cs_slices slices;
    struct cs_json_facts facts;
    struct cs_merge merge;
    char memory[2048];
    char patch[512];

    snprintf(patch, sizeof patch, " {\"%s\":%.*s} ", name, (int)value.length, value.data);
    struct cs_slice text = cs_slice_of(patch);
    assert_int_equal(cs_json_check(text, &facts), CONNSYNC_OK);
    assert_true(cs_merge_memory(text, &facts) <= sizeof memory);
    assert_int_equal(cs_merge_prepare(&merge, text, &facts, memory), CONNSYNC_OK);
    cs_slices_init(&slices, pieces, sizeof pieces / sizeof pieces[0]);
    enum connsync_status status = cs_merge(&merge, &slices, object);
    if (status == CONNSYNC_OK) {
        (void)join(&slices, out, size);
    }
    return status;
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
            size_t length = strlen(cases[i].object);
            struct cs_slice value = value_of(cases[i].value);

            snprintf(text, sizeof text, "%s%s%s", around[j][0], cases[i].object, around[j][1]);
            char *copy = exact_copy(text, strlen(text));
            struct cs_slice object = cs_slice_make(copy + strlen(around[j][0]), length);
            assert_int_equal(set_member(object, "m", value, out, sizeof out), CONNSYNC_OK);
            assert_string_equal(out, cases[i].wanted);
            /* To a patch an object is something to merge. */
            if (!cs_value_is_object(value)) {
                assert_int_equal(merge_member(object, "m", value, out, sizeof out), CONNSYNC_OK);
                assert_string_equal(out, cases[i].wanted);
            }
            free(copy);
        }
    }
}

static void expect_duplicate(const char *text)
{
    struct cs_slice object = cs_slice_make(exact_copy(text, strlen(text)), strlen(text));
    char out[512];

    assert_int_equal(set_member(object, NAME, value_of("1"), out, sizeof out),
                     CONNSYNC_REFUSED_DUPLICATE);
    assert_int_equal(merge_member(object, NAME, value_of("1"), out, sizeof out),
                     CONNSYNC_REFUSED_DUPLICATE);
    free_copy(object.data);
}

static void test_refusals(void **state)
{
    (void)state;
    expect_duplicate("{\"set_user_root_attributes\":1,\"set_user_root_attributes\":1}");
    expect_duplicate(
        "{\"set_user_root_attributes\":1,\"a\":{},\"\\u0073et_user_root_attributes\":2}");
    expect_duplicate("{\"set\\u005fuser_root_attributes\":1,\"set_user_root_attribute\\u0073\":2,"
                     "\"set_user_root_attributes\":3}");
}

/* All members but ours: each with the digest that it had. */
static void assert_others_equal(struct cs_slice before, struct cs_slice after)
{
    struct cs_json_walk walk;
    struct cs_json_item item;
    char name[256];

    cs_json_walk_begin(&walk, before);
    while (cs_json_walk_next(&walk, &item)) {
        assert_true(cs_value_decode(item.name, name, sizeof name));
        if (strcmp(name, NAME) == 0) {
            continue;
        }
        struct cs_slice value = cs_json_member(after, name);
        assert_non_null(value.data);
        assert_true(cs_json_digest(item.value, &test_key) == cs_json_digest(value, &test_key));
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

/* Set in `options`, and then looked at in the text that is made. */
static void check_setting(struct cs_slice object, const char *wanted)
{
    static char out[DOCUMENT_MAX + 256];
    static char merged[DOCUMENT_MAX + 256];
    char quoted[32];

    snprintf(quoted, sizeof quoted, "\"%s\"", wanted);
    assert_int_equal(set_member(object, NAME, value_of(quoted), out, sizeof out), CONNSYNC_OK);
    assert_int_equal(merge_member(object, NAME, value_of(quoted), merged, sizeof merged),
                     CONNSYNC_OK);
    assert_string_equal(out, merged);
    struct parsed after = parse(out);
    assert_true(cs_value_string_is(cs_json_member(after.value, NAME), wanted));
    size_t added = cs_json_member(object, NAME).data == NULL ? 1 : 0;
    assert_int_equal(cs_json_size_of(after.value), cs_json_size_of(object) + added);
    assert_others_equal(object, after.value);
    assert_bytes_kept(object, out, strlen(out));
    release(&after);
}

static void check_document(const char *text, size_t length)
{
    static const char *const wanted[] = {"on_each_login", "on_first_login", "never_on_login"};
    struct parsed before = parse_bytes(text, length);
    struct cs_slice options = cs_json_member(before.value, "options");

    assert_non_null(options.data);
    for (size_t i = 0; i < 3; i++) {
        check_setting(options, wanted[i]);
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
