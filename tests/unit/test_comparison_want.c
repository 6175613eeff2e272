/* What became of a write that changes members of `options`: every state of one member, before,
 * as wanted, and now, beside others that stay; and the names that are told. */
#include "json_support.h"

#include "core/agent/comparison.h"

static bool is_derived(struct cs_slice name)
{
    return cs_value_string_is(name, "derived");
}

static const struct cs_comparison_rules strict = {NULL, is_derived, false};
static const struct cs_comparison_rules yielding = {NULL, is_derived, true};

/* The names that were told, a letter for what became of each: "lost" first. */
struct told {
    char text[256];
};

static void tell(void *context, enum cs_fate fate, struct cs_slice name)
{
    struct told *told = context;
    size_t length = strlen(told->text);

    (void)snprintf(told->text + length, sizeof told->text - length, "%c%.*s ", "=lcad.p"[fate],
                   (int)name.length, name.data);
}

static struct cs_difference settle_telling(const char *before, const char *wanted, const char *now,
                                           const struct cs_comparison_rules *rules,
                                           struct told *told)
{
    struct cs_slice texts[3] = {cs_slice_of(before), cs_slice_of(wanted), cs_slice_of(now)};
    size_t members = cs_json_size_of(texts[0]);
    size_t size = cs_comparison_size(members, cs_json_size_of(texts[1]));
    void *memory = malloc(size > 0 ? size : 1);
    struct cs_comparison comparison;
    const struct cs_comparison_visitor visitor = {tell, told};

    assert_non_null(memory);
    (void)cs_comparison_begin(&comparison, memory, &texts[0], rules, &test_key);
    assert_int_equal(cs_comparison_want(&comparison, &texts[1]),
                     cs_json_digest(texts[0], &test_key) != cs_json_digest(texts[1], &test_key));
    struct cs_difference difference = cs_comparison_hold(&comparison, &texts[2]);
    told->text[0] = '\0';
    cs_comparison_visit(&comparison, texts[1], texts[2], &visitor);
    free(memory);
    return difference;
}

static struct cs_difference settle_as(const char *before, const char *wanted, const char *now,
                                      bool yields)
{
    struct told told;

    return settle_telling(before, wanted, now, yields ? &yielding : &strict, &told);
}

static struct cs_difference settle(const char *before, const char *wanted, const char *now)
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
static struct cs_difference expected(size_t before, size_t wanted, size_t now)
{
    struct cs_difference difference = {{2, 0, 0, 0, 0, 0, 0}};

    if (before == wanted) {
        difference.of[CS_FATE_EQUAL] += now == before && before != 0;
        difference.of[CS_FATE_LOST] = before != 0 && now == 0;
        difference.of[CS_FATE_ADDED] = before == 0 && now != 0;
        difference.of[CS_FATE_CHANGED] = before != 0 && now != 0 && now != before;
        return difference;
    }
    bool both = before != 0 && wanted != 0;
    difference.of[CS_FATE_APPLIED] = now == wanted;
    difference.of[CS_FATE_LOST] = now != wanted && both && now == 0;
    difference.of[CS_FATE_CHANGED] = now != wanted && now != before && both && now >= 3;
    difference.of[CS_FATE_PENDING] = difference.of[CS_FATE_APPLIED] + difference.of[CS_FATE_LOST] +
                                         difference.of[CS_FATE_CHANGED] ==
                                     0;
    return difference;
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
        struct cs_difference found = settle(texts[0], texts[1], texts[2]);
        struct cs_difference wanted = expected(at[0], at[1], at[2]);
        print_message("%s -> %s: %s\n", texts[0], texts[1], texts[2]);
        assert_memory_equal(&found, &wanted, sizeof found);
    }
}

static void expect(struct cs_difference found, uint32_t equal, uint32_t lost, uint32_t changed,
                   uint32_t added, uint32_t derived)
{
    assert_int_equal(found.of[CS_FATE_EQUAL], equal);
    assert_int_equal(found.of[CS_FATE_LOST], lost);
    assert_int_equal(found.of[CS_FATE_CHANGED], changed);
    assert_int_equal(found.of[CS_FATE_ADDED], added);
    assert_int_equal(found.of[CS_FATE_DERIVED], derived);
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
        assert_int_equal(settle("{\"derived\":1}", wanted[i / 2], now[i % 2]).of[CS_FATE_PENDING],
                         1);
    }
    expect(settle_as("{\"derived\":1}", "{\"derived\":2}", "{}", true), 0, 1, 0, 0, 0);
    assert_int_equal(settle_as("{\"derived\":1}", "{}", "{}", true).of[CS_FATE_APPLIED], 1);
    assert_int_equal(settle_as("{\"m\":1}", "{}", "{\"m\":2}", true).of[CS_FATE_PENDING], 1);
}

/* The service's own to compute may come back as another, and not as nothing at all, where
 * something was and was to be. */
static void test_emptied(void **state)
{
    static const char *const empty[] = {"{\"derived\":null}", "{\"derived\":\"\"}",
                                        "{\"derived\":[]}", "{\"derived\":{}}"};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        for (int yields = 0; yields < 2; yields++) {
            expect(settle_as("{\"derived\":1}", "{\"derived\":1}", empty[i], yields), 0, 1, 0, 0,
                   0);
            expect(settle_as("{\"derived\":1}", "{\"derived\":2}", empty[i], yields), 0, 1, 0, 0,
                   0);
        }
        /* It is as wanted; it was to go; it had nothing in it before. */
        assert_int_equal(settle("{\"derived\":1}", empty[i], empty[i]).of[CS_FATE_APPLIED], 1);
        expect(settle_as("{\"derived\":1}", "{}", empty[i], true), 0, 0, 0, 0, 1);
        expect(settle_as("{\"derived\":1}", empty[i], empty[(i + 1) % 4], true), 0, 0, 0, 0, 1);
        expect(settle_as(empty[i], "{\"derived\":2}", empty[(i + 1) % 4], true), 0, 0, 0, 0, 1);
        expect(settle_as(empty[i], empty[i], empty[(i + 1) % 4], true), 0, 0, 0, 0, 1);
    }
    struct told told;
    (void)settle_telling("{\"derived\":1}", "{\"derived\":1}", empty[2], &strict, &told);
    assert_string_equal(told.text, "l\"derived\" ");
}

static void test_duplicates(void **state)
{
    (void)state;
    expect(settle("{\"d\":1,\"d\":2}", "{\"d\":2,\"d\":1}", "{\"d\":1,\"d\":2}"), 2, 0, 0, 0, 0);
    expect(settle("{\"d\":1,\"d\":2}", "{\"d\":1,\"d\":2}", "{\"d\":2}"), 1, 1, 0, 0, 0);
    expect(settle("{\"d\":1,\"d\":2}", "{\"d\":1,\"d\":2}", "{\"d\":2,\"d\":3}"), 1, 0, 1, 0, 0);
    expect(settle("{\"d\":1}", "{\"d\":1}", "{\"d\":1,\"d\":1}"), 1, 0, 1, 0, 0);
    expect(settle("{}", "{}", "{\"d\":1,\"d\":1}"), 0, 0, 0, 2, 0);
    struct cs_difference found = settle("{\"d\":1}", "{\"d\":1,\"d\":2}", "{\"d\":2,\"d\":1}");
    assert_int_equal(found.of[CS_FATE_APPLIED], 1);
}

/* Names in the order of the texts: first what was to be, then what nobody asked for. */
static void test_names(void **state)
{
    static const struct {
        const char *before;
        const char *wanted;
        const char *now;
        const char *told;
    } rows[] = {
        {"{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1.0}", ""},
        {"{\"b\":1,\"a\":2,\"derived\":3}", "{\"b\":1,\"a\":2,\"derived\":3}",
         "{\"z\":1,\"derived\":4,\"a\":3}", "l\"b\" c\"a\" d\"derived\" a\"z\" "},
        {"{\"a\":1,\"b\":2,\"c\":3}", "{\"a\":9,\"b\":2,\"n\":0}", "{\"a\":1,\"b\":2,\"c\":3}",
         "p\"a\" p\"n\" p\"c\" "},
        {"{\"a\":1}", "{\"a\":9}", "{}", "l\"a\" "},
        {"{\"a\":1}", "{\"a\":9}", "{\"\\u0061\":{}}", "c\"a\" "},
        {"{\"a\":1}", "{\"a\":9}", "{\"a\":9}", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct told told;
        (void)settle_telling(rows[i].before, rows[i].wanted, rows[i].now, &strict, &told);
        assert_string_equal(told.text, rows[i].told);
    }
}

/* As many members as the largest documents have, all of them changed: in time that grows with
 * the count and its logarithm, or this would not end. */
static void test_many(void **state)
{
    enum {
        MANY = 100000
    };
    size_t size = (size_t)MANY * 24;
    char *before = malloc(size);
    char *wanted = malloc(size);
    struct told told;

    (void)state;
    assert_non_null(before);
    assert_non_null(wanted);
    size_t length[2] = {0, 0};
    for (int i = 0; i < MANY; i++) {
        char lead = i == 0 ? '{' : ',';
        length[0] += (size_t)sprintf(before + length[0], "%c\"m%d\":1", lead, i);
        length[1] += (size_t)sprintf(wanted + length[1], "%c\"m%d\":2", lead, MANY - i);
    }
    (void)strcpy(before + length[0], "}");
    (void)strcpy(wanted + length[1], "}");
    struct cs_difference found = settle_telling(before, wanted, wanted, &strict, &told);
    assert_int_equal(found.of[CS_FATE_APPLIED], MANY + 1);
    found = settle_telling(before, wanted, before, &strict, &told);
    assert_int_equal(found.of[CS_FATE_PENDING], MANY + 1);
    free(before);
    free(wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state), cmocka_unit_test(test_derived),
        cmocka_unit_test(test_emptied),     cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_names),       cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
