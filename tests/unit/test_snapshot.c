/* Snapshots: what counts as equal, lost, changed, added and the service's own. */
#include "core/agent/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SETTING "set_user_root_attributes"
#define TOKENS 64

static unsigned char block[4096];
static struct cs_arena arena;
static const struct cs_digest_key key = {1, 2};

static bool is_derived(const struct cs_json *json, int name)
{
    return cs_json_string_is(json, name, "cert");
}

static const struct cs_snapshot_rules rules = {SETTING, is_derived};

static void read(struct cs_json *json, const char *options)
{
    static jsmntok_t tokens[TOKENS];
    struct cs_json_facts facts;

    assert_int_equal(cs_json_check(cs_slice_of(options), &facts), CONNSYNC_OK);
    assert_int_equal(cs_json_tokenise(json, cs_slice_of(options), tokens, TOKENS), CONNSYNC_OK);
}

static void check(const char *before_text, const char *after_text, const char *expected)
{
    struct cs_snapshot before;
    struct cs_json json;

    cs_arena_init(&arena, block, sizeof block);
    read(&json, before_text);
    assert_true(cs_snapshot_take(&before, &arena, &json, 0, &rules, &key));
    read(&json, after_text);
    /* A reading may be held against the same snapshot more than once. */
    for (int round = 0; round < 2; round++) {
        struct cs_snapshot_diff diff = cs_snapshot_compare(&before, &json, 0, &key);
        const uint32_t found[5] = {diff.equal, diff.lost, diff.changed, diff.added, diff.derived};
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal(found[i], expected[i] - '0');
        }
    }
    cs_snapshot_release(&before, &arena);
    assert_int_equal(cs_arena_in_use(&arena), 0);
}

/* equal, lost, changed, added, derived */
static void test_comparisons(void **state)
{
    (void)state;
    check("{}", "{}", "00000");
    check("{\"a\":1,\"b\":[{\"c\":null}]}", "{ \"b\" : [{\"c\":null}], \"\\u0061\" : 1.0 }",
          "20000");
    check("{\"a\":1,\"b\":2}", "{\"b\":2}", "11000");
    check("{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":1}", "00200");
    check("{\"a\":1}", "{\"a\":1,\"z\":{},\"y\":0}", "10020");
    check("{\"cert\":\"x\",\"a\":1}", "{\"cert\":\"y\",\"a\":1}", "10001");
    check("{\"cert\":\"x\",\"a\":1}", "{\"a\":1}", "11000");
    check("{\"a\":null}", "{}", "01000");
    check("{\"a\":{}}", "{\"a\":[]}", "00100");
    check("{\"a\":\"1\"}", "{\"a\":1}", "00100");
    check("{\"" SETTING "\":\"x\",\"a\":1}", "{\"a\":1,\"" SETTING "\":\"y\"}", "10000");
    check("{\"" SETTING "\":\"x\"}", "{}", "00000");
    check("{\"a\":1,\"a\":2}", "{\"a\":2,\"a\":1}", "20000");
    check("{\"a\":1,\"a\":2}", "{\"a\":2}", "11000");
    check("{\"a\":1,\"a\":2}", "{\"a\":3,\"a\":2}", "10100");
    check("{\"a\":1,\"a\":2}", "{\"a\":2,\"a\":3}", "10100");
    check("{\"a\":1}", "{\"a\":1,\"a\":1}", "10100");
    check("{\"a\":1}", "{\"a\":2,\"a\":1}", "10100");
    check("{\"a\":1,\"a\":1}", "{\"a\":1}", "11000");
    check("{\"cert\":1}", "{\"cert\":1,\"cert\":2}", "10001");
    check("{\"a\":{\"" SETTING "\":1}}", "{\"a\":{\"" SETTING "\":2}}", "00100");
}

/* Too small an arena is told, whatever its size, and nothing is written past it. */
static void test_no_room(void **state)
{
    struct cs_snapshot snapshot;
    struct cs_json_facts facts;
    struct cs_json json;
    jsmntok_t tokens[TOKENS];
    struct cs_slice text = cs_slice_of("{\"a\":1,\"b\":2,\"c\":3}");

    (void)state;
    assert_int_equal(cs_json_check(text, &facts), CONNSYNC_OK);
    assert_int_equal(cs_json_tokenise(&json, text, tokens, TOKENS), CONNSYNC_OK);
    for (size_t size = 0; size < 3 * sizeof *snapshot.members; size++) {
        cs_arena_init(&arena, block, size);
        assert_false(cs_snapshot_take(&snapshot, &arena, &json, 0, &rules, &key));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comparisons),
        cmocka_unit_test(test_no_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
