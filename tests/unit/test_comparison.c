/* A read-back held against what was there: what counts as equal, lost, changed, added and the
 * service's own. What a write changes is test_comparison_want.c's. */
#include "core/agent/comparison.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SETTING "set_user_root_attributes"
#define MEMBERS_MAX 8

static const struct cs_digest_key key = {1, 2};

static bool is_derived(struct cs_slice name)
{
    return cs_value_string_is(name, "cert");
}

static const struct cs_comparison_rules rules = {SETTING, is_derived, false};

static void check(const char *before, const char *now, const char *expected)
{
    const struct cs_slice texts[2] = {cs_slice_of(before), cs_slice_of(now)};
    uint64_t memory[MEMBERS_MAX * 2];
    struct cs_comparison comparison;

    assert_true(cs_comparison_size(cs_json_size_of(texts[0]), 0) <= sizeof memory);
    assert_true(cs_comparison_begin(&comparison, memory, &texts[0], &rules, &key) ==
                cs_digest_members(&texts[0], &key));
    /* More than one read-back may be held against the same. */
    for (int round = 0; round < 2; round++) {
        struct cs_difference found = cs_comparison_hold(&comparison, &texts[1]);
        const uint32_t counts[7] = {found.of[CS_FATE_EQUAL],   found.of[CS_FATE_LOST],
                                    found.of[CS_FATE_CHANGED], found.of[CS_FATE_ADDED],
                                    found.of[CS_FATE_DERIVED], found.of[CS_FATE_APPLIED],
                                    found.of[CS_FATE_PENDING]};
        for (size_t i = 0; i < 7; i++) {
            assert_int_equal(counts[i], i < 5 ? expected[i] - '0' : 0);
        }
    }
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

/* What the service computes may change, and not vanish in its place; what was empty has nothing
 * to lose, and what is filled is a change. */
static void test_emptied(void **state)
{
    static const char *const empty[] = {"null", "\"\"", "[]", "[ ]", "{}", "{\n}"};
    static const char *const full[] = {"0", "false", "\" \"", "[[]]", "{\"a\":null}"};
    char one[64];
    char other[64];

    (void)state;
    for (size_t i = 0; i < 36; i++) {
        (void)snprintf(one, sizeof one, "{\"cert\":%s,\"a\":1}", full[i % 5]);
        (void)snprintf(other, sizeof other, "{\"a\":1,\"cert\":%s}", empty[i / 6]);
        check(one, other, "11000");
        check(other, one, "10001");
        (void)snprintf(one, sizeof one, "{\"cert\":%s}", empty[i % 6]);
        bool same = empty[i % 6][0] == empty[i / 6][0];
        check(one, other, same ? "10010" : "00011");
        (void)snprintf(one, sizeof one, "{\"cert\":%s}", full[i % 5]);
        (void)snprintf(other, sizeof other, "{\"cert\":%s}", full[(i + 1) % 5]);
        check(one, other, "00001");
    }
    check("{\"cert\":1,\"cert\":[]}", "{\"cert\":null,\"cert\":1}", "10001");
    check("{\"cert\":1,\"cert\":2}", "{\"cert\":null,\"cert\":1}", "11000");
    check("{\"cert\":1}", "{\"cert\":null,\"cert\":1}", "10001");
    /* Of what is not derived, any other value is one that was changed. */
    check("{\"a\":1}", "{\"a\":null}", "00100");
}

/* The memory that is asked for is enough, and all that is written. */
static void test_memory(void **state)
{
    static const char text[] = "{\"a\":1,\"b\":{\"c\":[]},\"" SETTING "\":3,\"d\":4}";
    const struct cs_slice whole = cs_slice_of(text);
    size_t size = cs_comparison_size(cs_json_size_of(whole), 0);
    struct cs_comparison comparison;
    void *memory = test_malloc(size); /* cmocka looks at what lies around it */

    (void)state;
    assert_int_equal(size, 4 * sizeof(struct cs_compared_member));
    (void)cs_comparison_begin(&comparison, memory, &whole, &rules, &key);
    assert_int_equal(comparison.count, 3);
    assert_int_equal(cs_comparison_hold(&comparison, &whole).of[CS_FATE_EQUAL], 3);
    test_free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comparisons),
        cmocka_unit_test(test_emptied),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
