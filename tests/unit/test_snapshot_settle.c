/* What became of a write that rewrites `options`: every state of one member, before, as
 * wanted, and now, beside others that stay. */
#include "json_support.h"

#include "core/agent/snapshot.h"

#define MEMBERS_MAX 8

static bool is_derived(const struct cs_json *json, int key)
{
    return cs_json_string_is(json, key, "derived");
}

static bool is_object(const struct cs_json *json, int key)
{
    return cs_json_is_object(json, key + 1);
}

static const struct cs_snapshot_rules rules_of_text = {"\xff", is_derived};
static const struct cs_snapshot_rules rules_of_now = {"\xff", is_object};

struct taken {
    struct cs_snapshot snapshot;
    struct cs_snapshot_member members[MEMBERS_MAX];
};

static void take(struct taken *taken, const char *text, const struct cs_snapshot_rules *rules)
{
    struct parsed json = parse(text);

    assert_true(cs_json_size(&json.json, 0) <= MEMBERS_MAX);
    cs_snapshot_fill(&taken->snapshot, taken->members, &json.json, 0, rules, &test_key);
    release(&json);
}

static struct cs_snapshot_outcome settle_as(const char *before, const char *wanted, const char *now,
                                            bool yields)
{
    struct taken taken[3];

    take(&taken[0], before, &rules_of_text);
    take(&taken[1], wanted, &rules_of_text);
    take(&taken[2], now, &rules_of_now);
    return cs_snapshot_settle(&taken[0].snapshot, &taken[1].snapshot, &taken[2].snapshot, yields);
}

static struct cs_snapshot_outcome settle(const char *before, const char *wanted, const char *now)
{
    return settle_as(before, wanted, now, false);
}

static const char *const states[] = {NULL, "1", "2", "{}", "{\"x\":1}"};
#define STATES (sizeof states / sizeof states[0])

/* The member `name` in this state, between two that stay. */
static void spell(char *out, size_t size, const char *name, size_t state)
{
    if (states[state] == NULL) {
        (void)snprintf(out, size, "{\"kept\":[1],\"other\":2}");
        return;
    }
    (void)snprintf(out, size, "{\"kept\":[1],\"%s\":%s,\"other\":2.0}", name, states[state]);
}

/* The rule in other words: what was to stay is equal, lost, changed, or added; what was
 * to become another thing is so, is as before, has been lost, or is something else. */
static struct cs_snapshot_outcome expected(size_t before, size_t wanted, size_t now)
{
    struct cs_snapshot_outcome outcome = {{2, 0, 0, 0, 0}, 0, 0};

    if (before == wanted) {
        outcome.diff.equal += now == before && before != 0;
        outcome.diff.lost = before != 0 && now == 0;
        outcome.diff.added = before == 0 && now != 0;
        outcome.diff.changed = before != 0 && now != 0 && now != before;
        return outcome;
    }
    bool both = before != 0 && wanted != 0;
    outcome.applied = now == wanted;
    outcome.diff.lost = now != wanted && both && now == 0;
    outcome.diff.changed = now != wanted && now != before && both && now >= 3;
    outcome.pending = outcome.applied + outcome.diff.lost + outcome.diff.changed == 0;
    return outcome;
}

static void test_every_state(void **state)
{
    char texts[3][64];

    (void)state;
    for (size_t i = 0; i < STATES * STATES * STATES; i++) {
        size_t at[3] = {i % STATES, i / STATES % STATES, i / STATES / STATES};
        for (int k = 0; k < 3; k++) {
            spell(texts[k], sizeof texts[k], "m", at[k]);
        }
        struct cs_snapshot_outcome found = settle(texts[0], texts[1], texts[2]);
        struct cs_snapshot_outcome wanted = expected(at[0], at[1], at[2]);
        print_message("%s -> %s: %s\n", texts[0], texts[1], texts[2]);
        assert_memory_equal(&found, &wanted, sizeof found);
    }
}

static void expect(struct cs_snapshot_outcome found, uint32_t equal, uint32_t lost,
                   uint32_t changed, uint32_t added, uint32_t derived)
{
    assert_int_equal(found.diff.equal, equal);
    assert_int_equal(found.diff.lost, lost);
    assert_int_equal(found.diff.changed, changed);
    assert_int_equal(found.diff.added, added);
    assert_int_equal(found.diff.derived, derived);
}

static void test_derived(void **state)
{
    (void)state;
    /* Left alone, and the service made another of it; lost it is lost. */
    expect(settle("{\"derived\":1}", "{\"derived\":1}", "{\"derived\":2}"), 0, 0, 0, 0, 1);
    expect(settle("{\"derived\":1}", "{\"derived\":1}", "{}"), 0, 1, 0, 0, 0);
    /* Put back or taken away again: whatever comes back is the service's choice. */
    static const char *const wanted[] = {"{\"derived\":2}", "{}"};
    static const char *const now[] = {"{\"derived\":3}", "{\"derived\":1}"};
    for (size_t i = 0; i < 4; i++) {
        expect(settle_as("{\"derived\":1}", wanted[i / 2], now[i % 2], true), 0, 0, 0, 0, 1);
        /* Asked for by name, it is to be as asked. */
        assert_int_equal(settle("{\"derived\":1}", wanted[i / 2], now[i % 2]).pending, 1);
    }
    expect(settle_as("{\"derived\":1}", "{\"derived\":2}", "{}", true), 0, 1, 0, 0, 0);
    assert_int_equal(settle_as("{\"derived\":1}", "{}", "{}", true).applied, 1);
    assert_int_equal(settle_as("{\"m\":1}", "{}", "{\"m\":2}", true).pending, 1);
}

static void test_duplicates(void **state)
{
    (void)state;
    expect(settle("{\"d\":1,\"d\":2}", "{\"d\":2,\"d\":1}", "{\"d\":1,\"d\":2}"), 2, 0, 0, 0, 0);
    expect(settle("{\"d\":1,\"d\":2}", "{\"d\":1,\"d\":2}", "{\"d\":2}"), 1, 1, 0, 0, 0);
    expect(settle("{\"d\":1,\"d\":2}", "{\"d\":1,\"d\":2}", "{\"d\":2,\"d\":3}"), 1, 0, 1, 0, 0);
    expect(settle("{\"d\":1}", "{\"d\":1}", "{\"d\":1,\"d\":1}"), 1, 0, 1, 0, 0);
    expect(settle("{}", "{}", "{\"d\":1,\"d\":1}"), 0, 0, 0, 2, 0);
    struct cs_snapshot_outcome found =
        settle("{\"d\":1}", "{\"d\":1,\"d\":2}", "{\"d\":2,\"d\":1}");
    assert_int_equal(found.applied, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state),
        cmocka_unit_test(test_derived),
        cmocka_unit_test(test_duplicates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
