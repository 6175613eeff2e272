/*
 * Takes down what was there before a write, and holds a read-back against it.
 *
 * What the write changes is taken in by comparison_want.c; comparison_visit.c tells names. A
 * program that does not call those links only this file.
 */
#include "core/agent/comparison_state.h"

#include "core/base/sort.h"

#include <string.h>

/* ---- Order ---- */

static bool is_before(const struct cs_kept_member *a, const struct cs_kept_member *b)
{
    return a->name < b->name || (a->name == b->name && a->value < b->value);
}

static bool goes_before(const void *items, size_t a, size_t b)
{
    const struct cs_kept_member *kept = items;

    return is_before(&kept[a], &kept[b]);
}

static void swap(void *items, size_t a, size_t b)
{
    struct cs_kept_member *kept = items;
    struct cs_kept_member first = kept[a];

    kept[a] = kept[b];
    kept[b] = first;
}

size_t cs_comparison_find_kept(const struct cs_comparison *comparison,
                               const struct cs_kept_member *wanted)
{
    size_t low = 0;
    size_t high = comparison->kept_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (is_before(&comparison->kept[middle], wanted)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* ---- Before the write ---- */

size_t cs_comparison_size(size_t members, size_t changes)
{
    return members * sizeof(struct cs_kept_member) + changes * sizeof(struct cs_changed_name);
}

bool cs_comparison_next(const struct cs_comparison *comparison, struct cs_digest_walk *walk,
                        struct cs_digested_member *member)
{
    const char *except = comparison->rules->except;

    do {
        if (!cs_digest_walk_next(walk, member)) {
            return false;
        }
    } while (except != NULL && cs_value_string_is(member->name, except));
    return true;
}

void cs_comparison_begin(struct cs_comparison *comparison, void *memory, struct cs_slice before,
                         const struct cs_comparison_rules *rules, const struct cs_digest_key *key)
{
    static const struct cs_sort_by by_name_and_value = {goes_before, swap};
    struct cs_digested_member member;
    struct cs_digest_walk walk;

    comparison->rules = rules;
    comparison->key = key;
    comparison->kept = memory;
    comparison->kept_count = 0;
    comparison->changed_count = 0;
    comparison->changes = NULL;
    cs_digest_walk_begin(&walk, &before, key);
    while (cs_comparison_next(comparison, &walk, &member)) {
        struct cs_kept_member *kept = &comparison->kept[comparison->kept_count++];
        *kept = cs_kept_of(&member);
        kept->value |= rules->is_derived(member.name) ? CS_MARK_DERIVED : 0;
    }
    cs_sort(comparison->kept, comparison->kept_count, &by_name_and_value);
    comparison->changed = (void *)(comparison->kept + comparison->kept_count);
}

/* ---- After the write ---- */

static bool is_same(const struct cs_comparison *comparison, size_t i,
                    const struct cs_kept_member *now)
{
    return i < comparison->kept_count && comparison->kept[i].name == now->name &&
           (comparison->kept[i].value & CS_UNMARKED) == now->value;
}

static bool is_taken(const struct cs_kept_member *kept)
{
    return (kept->value & (CS_MARK_SEEN | CS_MARK_REPLACED)) != 0;
}

/* Marks the first member from `i` on that `now` is the same as and that has no equal yet. False
 * when there is none left. */
static bool see_same(struct cs_comparison *comparison, size_t i, const struct cs_kept_member *now)
{
    for (; is_same(comparison, i, now); i++) {
        if (!is_taken(&comparison->kept[i])) {
            comparison->kept[i].value |= CS_MARK_SEEN;
            return true;
        }
    }
    return false;
}

/* A member with another value, or one too many of its name: whose name it has. It takes the
 * place of one that has no equal, if there is one. */
static void count_other(struct cs_comparison *comparison, struct cs_difference *difference,
                        const struct cs_kept_member *now)
{
    const struct cs_kept_member first = {now->name, 0};
    size_t i = cs_comparison_find_kept(comparison, &first);

    if (i == comparison->kept_count || comparison->kept[i].name != now->name) {
        difference->added++;
        return;
    }
    bool derived = (comparison->kept[i].value & CS_MARK_DERIVED) != 0;
    *(derived ? &difference->derived : &difference->changed) += 1;
    for (; i < comparison->kept_count && comparison->kept[i].name == now->name; i++) {
        if (!is_taken(&comparison->kept[i])) {
            comparison->kept[i].value |= CS_MARK_REPLACED;
            return;
        }
    }
}

/* One pass over the members that have an equal among the kept, or over the others. */
static void read_through(struct cs_comparison *comparison, struct cs_difference *difference,
                         struct cs_slice now, bool equals)
{
    struct cs_digested_member member;
    struct cs_digest_walk walk;

    cs_digest_walk_begin(&walk, &now, comparison->key);
    while (cs_comparison_next(comparison, &walk, &member)) {
        struct cs_kept_member kept = cs_kept_of(&member);
        size_t i = cs_comparison_find_kept(comparison, &kept);
        if (is_same(comparison, i, &kept) != equals) {
            continue;
        }
        if (comparison->changes != NULL && comparison->changes->note(comparison, &member)) {
            continue;
        }
        if (see_same(comparison, i, &kept)) {
            difference->equal++;
        } else {
            count_other(comparison, difference, &kept);
        }
    }
}

struct cs_difference cs_comparison_hold(struct cs_comparison *comparison, struct cs_slice now)
{
    struct cs_difference difference;

    memset(&difference, 0, sizeof difference);
    for (size_t i = 0; i < comparison->kept_count; i++) {
        comparison->kept[i].value &= ~(uint64_t)(CS_MARK_SEEN | CS_MARK_REPLACED);
    }
    if (comparison->changes != NULL) {
        comparison->changes->forget(comparison);
    }
    /* Equal ones find each other first: of two members of one name, one that changed must not
     * take the place of one that did not. */
    read_through(comparison, &difference, now, true);
    read_through(comparison, &difference, now, false);
    for (size_t i = 0; i < comparison->kept_count; i++) {
        difference.lost += !is_taken(&comparison->kept[i]);
    }
    if (comparison->changes != NULL) {
        comparison->changes->count(comparison, &difference);
    }
    return difference;
}
