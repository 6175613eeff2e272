/* Merge patches: the cases of RFC 7396, the bytes that stay, and what is refused. */
#include "json_support.h"

#include "core/connsync.h"
#include "core/json/merge.h"

#define OUT_SIZE 4096

/* A checked text in memory of its own size. */
static struct cs_slice checked(const char *text, struct cs_json_facts *facts)
{
    struct cs_slice slice = cs_slice_make(exact_copy(text, strlen(text)), strlen(text));

    assert_int_equal(cs_json_check(slice, facts), CONNSYNC_OK);
    return slice;
}

static void release_slice(struct cs_slice slice)
{
    free_copy(slice.data);
}

struct patch {
    struct cs_slice text;
    struct cs_merge merge;
    void *memory;
};

static enum connsync_status patch_prepare(struct patch *patch, const char *text)
{
    struct cs_json_facts facts;

    patch->text = checked(text, &facts);
    patch->memory = malloc(cs_merge_memory(patch->text, &facts));
    assert_non_null(patch->memory);
    return cs_merge_prepare(&patch->merge, patch->text, &facts, patch->memory);
}

static void patch_release(struct patch *patch)
{
    free(patch->memory);
    release_slice(patch->text);
}

/* The slices one after the other, of which there are as many as their number says. */
static void join(const struct cs_slices *slices, char *out, size_t size)
{
    size_t length = 0;

    assert_true(slices->length < size && slices->count <= slices->capacity);
    for (size_t i = 0; i < slices->count; i++) {
        assert_true(slices->at[i].length > 0);
        memcpy(out + length, slices->at[i].data, slices->at[i].length);
        length += slices->at[i].length;
    }
    assert_int_equal(length, slices->length);
    out[length] = '\0';
}

/* Every capacity gives the same numbers, and leaves alone what lies beyond it. */
static void merge_with_capacities(struct patch *patch, struct cs_slice target, size_t count,
                                  size_t length)
{
    for (size_t capacity = 0; capacity < count; capacity++) {
        struct cs_slice *at = malloc(capacity * sizeof *at + 1);
        struct cs_slices slices;

        assert_non_null(at);
        cs_slices_init(&slices, at, capacity);
        assert_int_equal(cs_merge(&patch->merge, &slices, target), CONNSYNC_OK);
        assert_int_equal(slices.count, count);
        assert_int_equal(slices.length, length);
        free(at);
    }
}

static enum connsync_status merge_into(char *out, size_t size, const char *target,
                                       const char *patch_text)
{
    static struct cs_slice at[OUT_SIZE];
    struct cs_json_facts facts;
    struct cs_slice text = checked(target, &facts);
    struct patch patch;
    struct cs_slices slices;
    enum connsync_status status = patch_prepare(&patch, patch_text);

    if (status == CONNSYNC_OK) {
        cs_slices_init(&slices, at, OUT_SIZE);
        status = cs_merge(&patch.merge, &slices, cs_json_trim(text));
        if (status == CONNSYNC_OK) {
            join(&slices, out, size);
            assert_true(slices.length <= text.length + patch.text.length);
            merge_with_capacities(&patch, cs_json_trim(text), slices.count, slices.length);
        }
    }
    patch_release(&patch);
    release_slice(text);
    return status;
}

static void expect_merged(const char *target, const char *patch, const char *wanted)
{
    char out[OUT_SIZE];

    assert_int_equal(merge_into(out, sizeof out, target, patch), CONNSYNC_OK);
    assert_string_equal(out, wanted);
}

struct merge_case {
    const char *target;
    const char *patch;
    const char *wanted;
};

static void run(const struct merge_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        print_message("%s + %s\n", cases[i].target, cases[i].patch);
        expect_merged(cases[i].target, cases[i].patch, cases[i].wanted);
    }
}

#define RUN(cases) run(cases, sizeof(cases) / sizeof(cases)[0])

/* The fifteen of the RFC's Appendix A: those whose patch is an object, and the others. */
static void test_appendix(void **state)
{
    static const struct merge_case cases[] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    };
    /* `options` is an object, and stays one. */
    static const char *const refused[] = {"[\"c\",\"d\"]", "[\"c\"]", "null", "\"bar\""};
    char out[OUT_SIZE];

    (void)state;
    RUN(cases);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_int_equal(merge_into(out, sizeof out, "{\"a\":\"b\"}", refused[i]),
                         CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT);
    }
}

/* What the patch does not name stays as it was spelled, white space included. */
static void test_bytes(void **state)
{
    static const struct merge_case cases[] = {
        {" { \"a\" : 1.0e0 ,\n\t\"b\" : [ 1 , 2 ] } ", "{}",
         "{ \"a\" : 1.0e0 ,\n\t\"b\" : [ 1 , 2 ] }"},
        {"{ \"a\" : 1 , \"b\" : 2 }", "{\"a\": [ ] }", "{ \"a\" : [ ] , \"b\" : 2 }"},
        {"{ \"a\" : 1 , \"b\" : 2 }", "{\"c\" : 3}", "{ \"a\" : 1 , \"b\" : 2,\"c\":3 }"},
        {"{ }", "{\"c\":3,\"d\":4}", "{\"c\":3,\"d\":4 }"},
        /* Removed: the first, the middle, the last, two in a row, all. */
        {"{\n  \"a\":1,\n  \"b\":2\n}", "{\"a\":null}", "{\n  \"b\":2\n}"},
        {"{ \"a\":1 , \"b\":2 , \"c\":3 }", "{\"b\":null}", "{ \"a\":1 , \"c\":3 }"},
        {"{ \"a\":1 , \"b\":2 }", "{\"b\":null}", "{ \"a\":1 }"},
        {"{ \"a\":1,\t\"b\":2, \"c\":3 }", "{\"a\":null,\"b\":null}", "{ \"c\":3 }"},
        {"{ \"a\":1 , \"b\":2 }", "{\"a\":null,\"b\":null}", "{ }"},
        {"{ \"a\":1 , \"b\":2 }", "{\"a\":null,\"b\":null,\"c\":3}", "{\"c\":3 }"},
        {"{\"a\":1,\"b\":2}", "{\"a\":null,\"x\":{\"y\":null,\"z\":[null]}}",
         "{\"b\":2,\"x\":{\"z\":[null]}}"},
        /* Names are compared by their characters, and keep their spelling. */
        {"{\"\\u0061\" :1}", "{\"a\":2}", "{\"\\u0061\" :2}"},
        {"{\"a\":1}", "{\"\\u0061\":null}", "{}"},
        {"{\"\\ud83d\\ude00\":1}", "{\"\xf0\x9f\x98\x80\":2}", "{\"\\ud83d\\ude00\":2}"},
        {"{\"ab\":1,\"a\":2}", "{\"a\":3,\"\":4,\"abc\":5}", "{\"ab\":1,\"a\":3,\"\":4,\"abc\":5}"},
        {"{\"a\\u0000\":1}", "{\"a\":2}", "{\"a\\u0000\":1,\"a\":2}"},
        /* Duplicates that are not named are none of the patch's; further in, neither. */
        {"{\"d\":1,\"d\":2,\"a\":1}", "{\"a\":2}", "{\"d\":1,\"d\":2,\"a\":2}"},
        {"{\"a\":{\"d\":1,\"d\":2}}", "{\"a\":{\"e\":3}}", "{\"a\":{\"d\":1,\"d\":2,\"e\":3}}"},
        {"{\"a\":{\"d\":1,\"d\":2}}", "{\"a\":7}", "{\"a\":7}"},
        {"{\"a\": { \"b\": { \"c\" : 1 } , \"d\" : 2 } }", "{\"a\":{\"b\":{\"c\":null}}}",
         "{\"a\": { \"b\": { } , \"d\" : 2 } }"},
        /* A value that looks like a member is none. */
        {"{\"x\":\"a\",\"y\":[{\"a\":1}]}", "{\"a\":null}", "{\"x\":\"a\",\"y\":[{\"a\":1}]}"},
    };

    (void)state;
    RUN(cases);
}

static void test_duplicates_in_the_target(void **state)
{
    static const char *const cases[][2] = {
        {"{\"a\":1,\"a\":2}", "{\"a\":3}"},
        {"{\"a\":1,\"b\":0,\"\\u0061\":2}", "{\"a\":null}"},
        {"{\"x\":{\"a\":1,\"a\":1}}", "{\"x\":{\"a\":2}}"},
    };
    char out[OUT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(merge_into(out, sizeof out, cases[i][0], cases[i][1]),
                         CONNSYNC_REFUSED_DUPLICATE);
    }
}

static enum connsync_status check(const char *text)
{
    struct patch patch;
    enum connsync_status status = patch_prepare(&patch, text);

    patch_release(&patch);
    return status;
}

/* `depth` objects in each other. */
static void nest(char *out, int depth)
{
    out[0] = '\0';
    for (int i = 1; i < depth; i++) {
        strcat(out, "{\"[\\\"{\":");
    }
    strcat(out, "{}");
    for (int i = 1; i < depth; i++) {
        strcat(out, "}");
    }
}

static void test_check(void **state)
{
    char deep[OUT_SIZE];
    char out[OUT_SIZE];

    (void)state;
    assert_int_equal(check("{}"), CONNSYNC_OK);
    assert_int_equal(check("{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]},\"b\":\"a\"}"), CONNSYNC_OK);
    assert_int_equal(check("[]"), CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT);
    assert_int_equal(check("null"), CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT);
    assert_int_equal(check("{\"a\":1,\"b\":2,\"a\":1}"), CONNSYNC_REFUSED_DUPLICATE);
    assert_int_equal(check("{\"a\":1,\"\\u0061\":1}"), CONNSYNC_REFUSED_DUPLICATE);
    assert_int_equal(check("{\"a\":[[{\"b\":1,\"c\":0,\"b\":1}]]}"), CONNSYNC_REFUSED_DUPLICATE);
    nest(deep, CS_MERGE_DEPTH_MAX);
    assert_int_equal(check(deep), CONNSYNC_OK);
    assert_int_equal(merge_into(out, sizeof out, "{}", deep), CONNSYNC_OK);
    assert_string_equal(out, deep);
    assert_int_equal(merge_into(out, sizeof out, deep, deep), CONNSYNC_OK);
    assert_string_equal(out, deep);
    nest(deep, CS_MERGE_DEPTH_MAX + 1);
    assert_int_equal(check(deep), CONNSYNC_REFUSED_DEPTH);
}

/* The names of a patch in an order that is neither the target's nor sorted, and so many that
 * comparing each with each would show in the time it takes. */
#define TARGET_MEMBERS 150000u
#define PATCH_MEMBERS 6000u

static char *many_members(size_t count, size_t step, const char *value)
{
    char *text = malloc(count * 32 + 2);
    char *end = text;

    assert_non_null(text);
    for (size_t i = 0; i < count; i++) {
        end += sprintf(end, "%c\"name%zu\":%s", i == 0 ? '{' : ',', i * step % (count + 1), value);
    }
    strcpy(end, "}");
    return text;
}

static void test_many_names(void **state)
{
    char *target = many_members(TARGET_MEMBERS, 1, "1");
    char *text = many_members(PATCH_MEMBERS, 2477, "22");
    struct cs_slices counted;
    struct patch patch;

    (void)state;
    assert_int_equal(patch_prepare(&patch, text), CONNSYNC_OK);
    cs_slices_init(&counted, NULL, 0);
    assert_int_equal(cs_merge(&patch.merge, &counted, cs_slice_of(target)), CONNSYNC_OK);
    /* Each name of the patch but one that is new to the target has another value there. */
    assert_int_equal(counted.length, strlen(target) + PATCH_MEMBERS);
    assert_int_equal(counted.count, 2 * PATCH_MEMBERS + 1);
    patch_release(&patch);
    free(text);
    free(target);
}

/* Members of a patch keep their order where they are new, whatever their names' order. */
static void test_order_of_new_members(void **state)
{
    (void)state;
    expect_merged("{\"k\":0}", "{\"z\":1,\"b\":2,\"k\":3,\"y\":4,\"a\":{\"d\":5,\"c\":6}}",
                  "{\"k\":3,\"z\":1,\"b\":2,\"y\":4,\"a\":{\"d\":5,\"c\":6}}");
    expect_merged("{}", "{\"b\":[{\"x\":1}],\"a\":[[{\"x\":2}]]}",
                  "{\"b\":[{\"x\":1}],\"a\":[[{\"x\":2}]]}");
}

/* What follows in memory becomes one piece; what does not, does not. */
static void test_slices(void **state)
{
    static const char text[] = "abcdef";
    struct cs_slice at[2];
    struct cs_slices slices;

    (void)state;
    cs_slices_init(&slices, at, 2);
    cs_slices_add(&slices, cs_slice_make(text, 2));
    cs_slices_add(&slices, cs_slice_make(NULL, 0));
    cs_slices_add(&slices, cs_slice_make(text + 2, 1));
    assert_int_equal(slices.count, 1);
    cs_slices_add(&slices, cs_slice_make(text + 4, 1));
    cs_slices_add(&slices, cs_slice_make(text, 1));
    cs_slices_add(&slices, cs_slice_make(text + 1, 1));
    assert_int_equal(slices.count, 3);
    assert_int_equal(slices.length, 6);
    assert_true(cs_slice_is(at[0], "abc") && cs_slice_is(at[1], "e"));
}

/* The installed form of the check: with too little memory it says how much it takes. */
static void test_patch_check(void **state)
{
    static const struct {
        const char *patch;
        enum connsync_status status;
    } cases[] = {
        {"{\"a\":{\"b\":null}}", CONNSYNC_OK},
        {" {} ", CONNSYNC_OK},
        {"{\"a\":1,\"\\u0061\":2}", CONNSYNC_REFUSED_DUPLICATE},
        {"[{}]", CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT},
        {"7", CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT},
    };
    size_t size = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t length = strlen(cases[i].patch);
        char *patch = exact_copy(cases[i].patch, length);

        size = 0;
        assert_int_equal(connsync_patch_check(patch, length, NULL, &size), CONNSYNC_ERR_MEMORY);
        void *memory = malloc(size);
        assert_non_null(memory);
        size_t less = size - 1;
        assert_int_equal(connsync_patch_check(patch, length, memory, &less), CONNSYNC_ERR_MEMORY);
        assert_int_equal(less, size);
        assert_int_equal(connsync_patch_check(patch, length, memory, &size), cases[i].status);
        free(memory);
        free(patch);
    }
    assert_int_equal(connsync_patch_check("{]", 2, NULL, &size), CONNSYNC_ERR_JSON_SYNTAX);
    assert_int_equal(connsync_patch_check("{\"\xff\"", 3, NULL, &size), CONNSYNC_ERR_JSON_UTF8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patch_check),
        cmocka_unit_test(test_many_names),
        cmocka_unit_test(test_order_of_new_members),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_appendix),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_duplicates_in_the_target),
        cmocka_unit_test(test_check),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
