/* Members found by the check itself, and containers walked: no tokens in between. */
#include "json_support.h"

/* A text in memory of its own size. */
static struct cs_slice copy_of(const char *text)
{
    return cs_slice_make(exact_copy(text, strlen(text)), strlen(text));
}

static void release_copy(struct cs_slice copy)
{
    free_copy(copy.data);
}

/* What is found of one member: how often, and the value of the first. */
struct found {
    unsigned count;
    const char *value; /* NULL: none */
};

static void assert_found(const struct cs_json_sought *sought, const struct found *wanted,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sought[i].count != wanted[i].count) {
            print_error("%s: found %u times\n", sought[i].name, sought[i].count);
        }
        assert_int_equal(sought[i].count, wanted[i].count);
        if (wanted[i].value == NULL) {
            assert_null(sought[i].value.data);
        } else {
            assert_true(cs_slice_is(sought[i].value, wanted[i].value));
        }
    }
}

#define SOUGHT 4
static const struct cs_json_sought looked_for[SOUGHT] = {
    {"id", CS_JSON_ROOT, 7, {"left from before", 4}},
    {"options", CS_JSON_ROOT, 7, {"left from before", 4}},
    {"m", 1, 7, {"left from before", 4}},
    {"id", 1, 7, {"left from before", 4}},
};

struct find_case {
    const char *text;
    struct found wanted[SOUGHT];
};

static const struct find_case cases[] = {
    {"{}", {{0, NULL}, {0, NULL}, {0, NULL}, {0, NULL}}},
    {"{\"id\":1,\"options\":{\"m\":2,\"id\":3}}",
     {{1, "1"}, {1, "{\"m\":2,\"id\":3}"}, {1, "2"}, {1, "3"}}},
    {" { \"id\" : \"x\" , \"options\" : { \"m\" : [ ] } } ",
     {{1, "\"x\""}, {1, "{ \"m\" : [ ] }"}, {1, "[ ]"}, {0, NULL}}},
    /* The values of any type, at the end of an object and before a comma. */
    {"{\"options\":{\"m\":-1.5e3},\"id\":null\n}",
     {{1, "null"}, {1, "{\"m\":-1.5e3}"}, {1, "-1.5e3"}, {0, NULL}}},
    {"{\"options\":{\"m\":{\"m\":{\"id\":0}},\"id\":true}}",
     {{0, NULL},
      {1, "{\"m\":{\"m\":{\"id\":0}},\"id\":true}"},
      {1, "{\"m\":{\"id\":0}}"},
      {1, "true"}}},
    /* Names are characters, however spelled; a longer or a shorter one is another. */
    {"{\"\\u0069d\":1,\"\\u006f\\u0070tions\":{\"\\u006D\":2}}",
     {{1, "1"}, {1, "{\"\\u006D\":2}"}, {1, "2"}, {0, NULL}}},
    {"{\"i\":1,\"idx\":2,\"ID\":3,\"id\\u0000\":4,\"\":5,\"I\":6}",
     {{0, NULL}, {0, NULL}, {0, NULL}, {0, NULL}}},
    /* A value that says a name is none, and what lies deeper or in a list is not a member. */
    {"{\"x\":\"id\",\"y\":{\"id\":1,\"options\":{\"m\":1}},\"z\":[{\"id\":1}]}",
     {{0, NULL}, {0, NULL}, {0, NULL}, {0, NULL}}},
    {"{\"options\":[{\"m\":1,\"id\":2}]}",
     {{0, NULL}, {1, "[{\"m\":1,\"id\":2}]"}, {0, NULL}, {0, NULL}}},
    {"{\"options\":[[{\"m\":1}]],\"m\":1}",
     {{0, NULL}, {1, "[[{\"m\":1}]]"}, {0, NULL}, {0, NULL}}},
    {"{\"options\":\"m\"}", {{0, NULL}, {1, "\"m\""}, {0, NULL}, {0, NULL}}},
    {"{\"options\":{\"x\":{\"m\":1}}}",
     {{0, NULL}, {1, "{\"x\":{\"m\":1}}"}, {0, NULL}, {0, NULL}}},
    {"{\"options\":{},\"x\":{\"m\":1}}", {{0, NULL}, {1, "{}"}, {0, NULL}, {0, NULL}}},
    {"[{\"id\":1,\"options\":{\"m\":1}}]", {{0, NULL}, {0, NULL}, {0, NULL}, {0, NULL}}},
    {"\"id\"", {{0, NULL}, {0, NULL}, {0, NULL}, {0, NULL}}},
    /* Duplicates are counted; of a parent the first is looked into. */
    {"{\"id\":1,\"id\":2,\"\\u0069d\":3}", {{3, "1"}, {0, NULL}, {0, NULL}, {0, NULL}}},
    {"{\"options\":{\"m\":1,\"m\":{\"m\":2}},\"id\":3}",
     {{1, "3"}, {1, "{\"m\":1,\"m\":{\"m\":2}}"}, {2, "1"}, {0, NULL}}},
    {"{\"options\":{\"id\":0},\"options\":{\"m\":1,\"id\":2},\"id\":4}",
     {{1, "4"}, {2, "{\"id\":0}"}, {0, NULL}, {1, "0"}}},
    {"{\"options\":7,\"options\":{\"m\":1}}", {{0, NULL}, {2, "7"}, {0, NULL}, {0, NULL}}},
};

static void test_find(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cs_slice text = copy_of(cases[i].text);
        struct cs_json_sought sought[SOUGHT];
        struct cs_json_facts facts;
        struct cs_json_facts alone;

        print_message("%s\n", cases[i].text);
        memcpy(sought, looked_for, sizeof sought);
        assert_int_equal(cs_json_check_find(text, &facts, sought, SOUGHT), CONNSYNC_OK);
        assert_found(sought, cases[i].wanted, SOUGHT);
        assert_int_equal(cs_json_check(text, &alone), CONNSYNC_OK);
        assert_int_equal(facts.tokens, alone.tokens);
        assert_int_equal(facts.offset, text.length);
        /* The same of the value alone. */
        memcpy(sought, looked_for, sizeof sought);
        cs_json_find_members(cs_json_trim(text), sought, SOUGHT);
        assert_found(sought, cases[i].wanted, SOUGHT);
        release_copy(text);
    }
}

/* An absent value has no members, and what was found before is forgotten. */
static void test_find_in_nothing(void **state)
{
    const struct found none[SOUGHT] = {{0, NULL}, {0, NULL}, {0, NULL}, {0, NULL}};
    struct cs_json_sought sought[SOUGHT];

    (void)state;
    memcpy(sought, looked_for, sizeof sought);
    cs_json_find_members(cs_slice_make(NULL, 0), sought, SOUGHT);
    assert_found(sought, none, SOUGHT);
}

/* Cut anywhere, a text is refused where it ends, whatever had been found by then. */
static void test_find_in_every_prefix(void **state)
{
    static const char text[] =
        "{\"id\":\"a\",\"options\":{\"m\":[1,{\"id\":2}],\"id\":\"\\u00e9\"}}";

    (void)state;
    for (size_t length = 0; length < sizeof text - 1; length++) {
        char *copy = exact_copy(text, length);
        struct cs_json_sought sought[SOUGHT];
        struct cs_json_facts facts;

        memcpy(sought, looked_for, sizeof sought);
        assert_int_equal(cs_json_check_find(cs_slice_make(copy, length), &facts, sought, SOUGHT),
                         CONNSYNC_ERR_JSON_SYNTAX);
        assert_int_equal(facts.offset, length);
        free(copy);
    }
}

/* Names that begin with every byte: none is passed over. */
static void test_find_every_initial(void **state)
{
    char name[3] = "?x";
    char text[32];

    (void)state;
    for (int byte = ' '; byte < 0x7F; byte++) {
        struct cs_json_sought sought = {name, CS_JSON_ROOT, 0, {NULL, 0}};
        struct cs_json_facts facts;

        name[0] = (char)byte;
        snprintf(text, sizeof text, "{\"%s%cx\":1,\"\\u%04xx\":2}",
                 byte == '"' || byte == '\\' ? "\\" : "", byte, (unsigned)byte);
        assert_int_equal(cs_json_check_find(cs_slice_of(text), &facts, &sought, 1), CONNSYNC_OK);
        assert_int_equal(sought.count, 2);
        assert_true(cs_slice_is(sought.value, "1"));
    }
}

/* ---- Walking ---- */

/* Walks and writes `name=value;` for each item. */
static void write_items(struct cs_slice container, char *out, size_t size)
{
    struct cs_json_walk walk;
    struct cs_json_item item;
    struct cs_writer writer;

    cs_writer_init(&writer, out, size);
    cs_json_walk_begin(&walk, container);
    while (cs_json_walk_next(&walk, &item)) {
        cs_write(&writer, item.name);
        cs_write_string(&writer, "=");
        cs_write(&writer, item.value);
        cs_write_string(&writer, ";");
    }
    assert_false(cs_json_walk_next(&walk, &item));
    assert_false(writer.overflowed);
}

struct walk_case {
    const char *container;
    const char *items;
    size_t count;
};

static const struct walk_case walks[] = {
    {"{}", "", 0},
    {"[ \n]", "", 0},
    {"[1]", "=1;", 1},
    {"[ 1 ,\t-2.5e+3\r\n, true ,null]", "=1;=-2.5e+3;=true;=null;", 4},
    {"[\"a\",\"\",\"\\\"\",\"\\\\\",\"]\"]", "=\"a\";=\"\";=\"\\\"\";=\"\\\\\";=\"]\";", 5},
    {"[[],[[1]],{},{\"a\":[{}]}]", "=[];=[[1]];={};={\"a\":[{}]};", 4},
    {"{\"a\":1}", "\"a\"=1;", 1},
    {"{ \"a\" : 1 , \"b\" : \"}\" }", "\"a\"=1;\"b\"=\"}\";", 2},
    {"{\"\":{\"x\":\"\\\"}]\"},\"\\\\\":[1,[2]],\"\\u0061\":false}",
     "\"\"={\"x\":\"\\\"}]\"};\"\\\\\"=[1,[2]];\"\\u0061\"=false;", 3},
    /* What is no container has no items. */
    {"1", "", 0},
    {"\"[1]\"", "", 0},
    {"null", "", 0},
    {"", "", 0},
};

static void test_walk(void **state)
{
    char out[256];

    (void)state;
    for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++) {
        struct cs_slice container = copy_of(walks[i].container);

        write_items(container, out, sizeof out);
        assert_string_equal(out, walks[i].items);
        assert_int_equal(cs_json_size_of(container), walks[i].count);
        release_copy(container);
    }
}

/* ---- Values ---- */

static void test_types(void **state)
{
    static const char *const texts[] = {"{}", "[]", "\"\"", "null", "true", "false", "0", ""};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct cs_slice value = cs_slice_of(texts[i]);

        assert_int_equal(cs_value_is_object(value), i == 0);
        assert_int_equal(cs_value_is_array(value), i == 1);
        assert_int_equal(cs_value_is_string(value), i == 2);
        assert_int_equal(cs_value_is_null(value), i == 3);
        assert_int_equal(cs_value_is_true(value), i == 4);
    }
    assert_false(cs_value_is_object(cs_slice_make(NULL, 0)));
}

/* In the order of their characters' bytes; spellings of one string side by side. */
static void test_compare(void **state)
{
    static const char *const strings[][2] = {
        {"\"\"", "\"\""},
        {"\"\\u0000\"", "\"\\u0000\""},
        {"\"\\n\"", "\"\\u000A\""},
        {"\"/\"", "\"\\/\""},
        {"\"a\"", "\"\\u0061\""},
        {"\"a\\u0000\"", "\"\\u0061\\u0000\""},
        {"\"aa\"", "\"a\\u0061\""},
        {"\"ab\"", "\"\\u0061b\""},
        {"\"b\"", "\"b\""},
        {"\"\xC3\xA9\"", "\"\\u00e9\""},
        {"\"\xF0\x9F\x98\x80\"", "\"\\ud83d\\ude00\""},
    };
    size_t count = sizeof strings / sizeof strings[0];

    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            int order = cs_value_compare(cs_slice_of(strings[i][0]), cs_slice_of(strings[k][1]));

            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
        }
    }
}

static void test_trim(void **state)
{
    (void)state;
    assert_true(cs_slice_is(cs_json_trim(cs_slice_of(" \t\r\n[ 1 ]\n ")), "[ 1 ]"));
    assert_true(cs_slice_is(cs_json_trim(cs_slice_of("0")), "0"));
    assert_int_equal(cs_json_trim(cs_slice_of(" \n")).length, 0);
    assert_int_equal(cs_json_trim(cs_slice_make(NULL, 0)).length, 0);
}

static void test_strings_and_numbers(void **state)
{
    char out[8] = "before";
    uint64_t number = 1;

    (void)state;
    assert_true(cs_slice_is(cs_value_string_body(cs_slice_of("\"a\\n\"")), "a\\n"));
    assert_int_equal(cs_value_string_body(cs_slice_of("12")).length, 0);
    assert_int_equal(cs_value_string_body(cs_slice_make(NULL, 0)).length, 0);
    assert_false(cs_value_string_is(cs_slice_make(NULL, 0), ""));
    assert_false(cs_value_decode(cs_slice_make(NULL, 0), out, sizeof out));
    assert_string_equal(out, "");
    assert_false(cs_value_decode(cs_slice_of("{}"), out, sizeof out));
    assert_true(cs_value_decode(cs_slice_of("\"1234567\""), out, sizeof out));
    assert_string_equal(out, "1234567");
    assert_false(cs_value_decode(cs_slice_of("\"12345678\""), out, sizeof out));
    assert_false(cs_slice_to_u64(cs_slice_of("\"5\""), &number));
    assert_false(cs_slice_to_u64(cs_slice_make(NULL, 0), &number));
    assert_true(cs_slice_to_u64(cs_slice_of("86400"), &number));
    assert_true(number == 86400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_find_in_nothing),
        cmocka_unit_test(test_find_in_every_prefix),
        cmocka_unit_test(test_find_every_initial),
        cmocka_unit_test(test_walk),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_trim),
        cmocka_unit_test(test_strings_and_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
