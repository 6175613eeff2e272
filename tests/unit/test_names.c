/*
 * The names that --changes tells: against a second implementation, which looks at each member
 * for each other one, and with so many members that this would not end in time.
 */
#include "platform/posix/cli/job/names.h"

#include "core/auth0/auth0.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MEMBERS_MAX 12
#define ROUNDS 20000
/* 2 * 10^10 pairs of them. */
#define MANY 150000u
#define MANY_SIZE (MANY * 24u)

/* A text's members: one letter as name, one digit as value; or an object that holds it. */
struct toy {
    char names[MEMBERS_MAX];
    char values[MEMBERS_MAX];
    bool objects[MEMBERS_MAX];
    size_t count;
    char text[MEMBERS_MAX * 16 + 3];
};

struct told {
    char name;
    enum name_kind kind;
};

static uint32_t state = 1;

static uint32_t draw(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

static void spell(struct toy *toy)
{
    char *at = toy->text;

    *at++ = '{';
    for (size_t i = 0; i < toy->count; i++) {
        at += sprintf(at, toy->objects[i] ? "%s\"%c\":{\"x\":%c}" : "%s\"%c\":%c",
                      i == 0 ? "" : ",", toy->names[i], toy->values[i]);
    }
    *at++ = '}';
    *at = '\0';
}

/* No name twice: of those the verdict is on all members of the name together. */
static void make(struct toy *toy)
{
    char letters[] = "abcdefghijklmn";
    size_t left = sizeof letters - 1;

    toy->count = draw(MEMBERS_MAX + 1);
    for (size_t i = 0; i < toy->count; i++) {
        size_t drawn = draw((uint32_t)left);
        toy->names[i] = letters[drawn];
        letters[drawn] = letters[--left];
        toy->values[i] = (char)('0' + draw(3));
        toy->objects[i] = draw(4) == 0;
    }
    spell(toy);
}

/* ---- The second implementation: -1 is none ---- */

static int find(const struct toy *toy, const struct toy *of, int wanted, bool equal)
{
    for (size_t i = 0; i < toy->count; i++) {
        if (toy->names[i] == of->names[wanted] &&
            (!equal ||
             (toy->values[i] == of->values[wanted] && toy->objects[i] == of->objects[wanted]))) {
            return (int)i;
        }
    }
    return -1;
}

static bool is_same(const struct toy *a, int i, const struct toy *b, int j)
{
    return a->values[i] == b->values[j] && a->objects[i] == b->objects[j];
}

static enum name_kind kind_of(const struct toy texts[3], int wanted)
{
    int before = find(&texts[0], &texts[1], wanted, false);
    int after = find(&texts[2], &texts[1], wanted, false);

    if (find(&texts[0], &texts[1], wanted, true) >= 0) {
        return after < 0 ? NAME_LOST : NAME_CHANGED;
    }
    if (before >= 0 && after < 0) {
        return NAME_LOST;
    }
    bool merged =
        before >= 0 && !is_same(&texts[0], before, &texts[2], after) && texts[2].objects[after];
    return merged ? NAME_CHANGED : NAME_NOT_APPLIED;
}

static size_t tell(struct told *told, const struct toy texts[3])
{
    size_t count = 0;

    for (int i = 0; i < (int)texts[1].count; i++) {
        if (find(&texts[2], &texts[1], i, true) < 0) {
            told[count].name = texts[1].names[i];
            told[count++].kind = kind_of(texts, i);
        }
    }
    for (int i = 0; i < (int)texts[2].count; i++) {
        if (find(&texts[1], &texts[2], i, false) < 0) {
            told[count].name = texts[2].names[i];
            told[count++].kind =
                find(&texts[0], &texts[2], i, false) < 0 ? NAME_ADDED : NAME_NOT_APPLIED;
        }
    }
    return count;
}

/* ---- */

static struct names names;

static void test_like_each_with_each(void **unused)
{
    struct toy texts[3];
    struct told told[2 * MEMBERS_MAX];
    struct names_texts given;
    bool seen[NAME_KINDS] = {false};

    (void)unused;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 3; i++) {
            make(&texts[i]);
        }
        memset(&given, 0, sizeof given);
        given.before = cs_slice_of(texts[0].text);
        given.wanted = cs_slice_of(texts[1].text);
        given.after = cs_slice_of(texts[2].text);
        size_t count = tell(told, (const struct toy *)texts);
        memset(&names, 0, sizeof names);
        assert_true(names_compare(&names, &given));
        assert_int_equal(names.count, count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(names.items[i].raw.data[1], told[i].name);
            assert_int_equal(names.items[i].kind, told[i].kind);
            seen[told[i].kind] = true;
        }
    }
    assert_true(seen[NAME_LOST] && seen[NAME_CHANGED] && seen[NAME_ADDED] &&
                seen[NAME_NOT_APPLIED]);
}

/* Names of `prefix` and a number, or one and the same name. */
static struct cs_slice write_many(char *out, const char *prefix, bool alike)
{
    size_t length = 0;

    for (unsigned i = 0; i < MANY; i++) {
        length += (size_t)sprintf(out + length, "%s\"%s%u\":%u", i == 0 ? "{" : ",", prefix,
                                  alike ? 0 : i, i);
    }
    out[length++] = '}';
    return cs_slice_make(out, length);
}

static char before[MANY_SIZE];
static char after[MANY_SIZE];

static void compare_many(const char *prefix, bool alike)
{
    struct names_texts given;

    memset(&given, 0, sizeof given);
    given.before = write_many(before, "before", alike);
    given.wanted = given.before;
    given.after = write_many(after, prefix, alike);
    memset(&names, 0, sizeof names);
    assert_true(names_compare(&names, &given));
}

/* Each member of the one is looked for in vain in the other. */
static void test_many_other_names(void **unused)
{
    (void)unused;
    compare_many("after", false);
    assert_int_equal(names.count, NAMES_MAX);
    assert_int_equal(names.count + names.more, 2 * MANY);
    assert_int_equal(names.items[0].kind, NAME_LOST);
    assert_memory_equal(names.items[NAMES_MAX - 1].raw.data, "\"before255\"", 11);
}

/* Each is found, and the last as quickly as the first. */
static void test_many_same_names(void **unused)
{
    (void)unused;
    compare_many("before", false);
    assert_int_equal(names.count + names.more, 0);
}

/* One name so often, which only a damaged answer has. */
static void test_one_name_many_times(void **unused)
{
    (void)unused;
    compare_many("after", true);
    assert_int_equal(names.count + names.more, 2 * MANY);
    compare_many("before", true);
    assert_int_equal(names.count + names.more, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_like_each_with_each),
        cmocka_unit_test(test_many_other_names),
        cmocka_unit_test(test_many_same_names),
        cmocka_unit_test(test_one_name_many_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
