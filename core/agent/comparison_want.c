/*
 * Takes in what a write is to make of `options`: finds the names that it changes, keeps them
 * apart from those that are to stay, and judges what became of each.
 *
 * A name with several members counts as one: it is to stay only if all of them are. Looking
 * for equals one by one would be square; both sides are sorted instead.
 */
#include "core/agent/comparison_state.h"

#include "core/base/sort.h"

/* ---- Before the write ---- */

struct cs_changed_name *cs_comparison_find_changed(const struct cs_comparison *comparison,
                                                   uint64_t name)
{
    size_t low = 0;
    size_t high = comparison->changed_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct cs_changed_name *changed = &comparison->changed[middle];
        if ((changed->name & CS_UNMARKED) == name) {
            return changed;
        }
        if ((changed->name & CS_UNMARKED) < name) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* May stand there more than once until they are sorted. */
static void note(struct cs_comparison *comparison, uint64_t name)
{
    static const struct cs_changed_name none = {0, 0, 0, 0};
    struct cs_changed_name *changed = &comparison->changed[comparison->changed_count++];

    *changed = none;
    changed->name = name;
}

/* Marks an equal member as seen; false when there is none. */
static bool see(struct cs_comparison *comparison, const struct cs_kept_member *wanted)
{
    size_t i = cs_comparison_find_kept(comparison, wanted);

    for (; i < comparison->kept_count; i++) {
        struct cs_kept_member *kept = &comparison->kept[i];
        if (kept->name != wanted->name || (kept->value & CS_UNMARKED) != wanted->value) {
            return false;
        }
        if ((kept->value & CS_MARK_SEEN) == 0) {
            kept->value |= CS_MARK_SEEN;
            return true;
        }
    }
    return false;
}

static void find_changed_names(struct cs_comparison *comparison, const struct cs_slice *pieces)
{
    struct cs_digested_member member;
    struct cs_digest_walk walk;

    cs_digest_walk_begin(&walk, pieces, comparison->key);
    while (cs_comparison_next(comparison, &walk, &member)) {
        struct cs_kept_member wanted = cs_kept_of(&member);
        if (!see(comparison, &wanted)) {
            note(comparison, wanted.name);
        }
    }
    for (size_t i = 0; i < comparison->kept_count; i++) {
        if ((comparison->kept[i].value & CS_MARK_SEEN) == 0) {
            note(comparison, comparison->kept[i].name);
        }
        comparison->kept[i].value &= ~(uint64_t)CS_MARK_SEEN;
    }
}

static bool goes_before(const void *items, size_t a, size_t b)
{
    const struct cs_changed_name *changed = items;

    return changed[a].name < changed[b].name;
}

static void swap(void *items, size_t a, size_t b)
{
    struct cs_changed_name *changed = items;
    struct cs_changed_name first = changed[a];

    changed[a] = changed[b];
    changed[b] = first;
}

static void sort_changed_names(struct cs_comparison *comparison)
{
    static const struct cs_sort_by by_name = {goes_before, swap};
    struct cs_changed_name *changed = comparison->changed;
    size_t kept = 0;

    cs_sort(changed, comparison->changed_count, &by_name);
    for (size_t i = 0; i < comparison->changed_count; i++) {
        if (kept == 0 || changed[kept - 1].name != changed[i].name) {
            changed[kept++] = changed[i];
        }
    }
    comparison->changed_count = kept;
}

/* What was there of the names that change goes over to them. */
static void move_changed_members(struct cs_comparison *comparison)
{
    size_t left = 0;

    for (size_t i = 0; i < comparison->kept_count; i++) {
        const struct cs_kept_member *kept = &comparison->kept[i];
        struct cs_changed_name *changed = cs_comparison_find_changed(comparison, kept->name);
        if (changed == NULL) {
            comparison->kept[left++] = *kept;
            continue;
        }
        changed->before += kept->value & CS_UNMARKED;
        changed->name |= kept->value & CS_MARK_DERIVED;
    }
    comparison->kept_count = left;
}

static void sum_wanted_members(struct cs_comparison *comparison, const struct cs_slice *pieces)
{
    struct cs_digested_member member;
    struct cs_digest_walk walk;

    cs_digest_walk_begin(&walk, pieces, comparison->key);
    while (cs_comparison_next(comparison, &walk, &member)) {
        struct cs_kept_member wanted = cs_kept_of(&member);
        struct cs_changed_name *changed = cs_comparison_find_changed(comparison, wanted.name);
        if (changed != NULL) {
            changed->wanted += wanted.value;
            changed->name |= comparison->rules->is_derived(member.name) ? CS_MARK_DERIVED : 0;
        }
    }
}

/* ---- After the write ---- */

static void forget(struct cs_comparison *comparison)
{
    for (size_t i = 0; i < comparison->changed_count; i++) {
        comparison->changed[i].name &= ~(uint64_t)(CS_MARK_NOW | CS_MARK_OBJECT);
        comparison->changed[i].now = 0;
    }
}

static bool note_now(struct cs_comparison *comparison, const struct cs_digested_member *member)
{
    struct cs_kept_member now = cs_kept_of(member);
    struct cs_changed_name *changed = cs_comparison_find_changed(comparison, now.name);

    if (changed == NULL) {
        return false;
    }
    changed->now += now.value;
    changed->name |= CS_MARK_NOW | (member->first == '{' ? CS_MARK_OBJECT : 0);
    return true;
}

enum cs_fate cs_comparison_fate_of_changed(const struct cs_comparison *comparison,
                                           const struct cs_changed_name *changed)
{
    bool there = (changed->name & CS_MARK_NOW) != 0;
    bool derived = comparison->rules->yields && (changed->name & CS_MARK_DERIVED) != 0;
    bool replaced = changed->before != 0 && changed->wanted != 0 && changed->before != changed->now;

    if (changed->wanted == changed->now) {
        return CS_FATE_EQUAL;
    }
    if (there && derived) {
        return CS_FATE_DERIVED;
    }
    if (replaced && !there) {
        return CS_FATE_LOST;
    }
    /* An object that is neither as before nor as wanted may have lost members that were to
     * stay. */
    return replaced && (changed->name & CS_MARK_OBJECT) != 0 ? CS_FATE_CHANGED : CS_FATE_PENDING;
}

static void count_changed(const struct cs_comparison *comparison, struct cs_difference *difference)
{
    for (size_t i = 0; i < comparison->changed_count; i++) {
        switch (cs_comparison_fate_of_changed(comparison, &comparison->changed[i])) {
        case CS_FATE_EQUAL:
            difference->applied++;
            break;
        case CS_FATE_DERIVED:
            difference->derived++;
            break;
        case CS_FATE_LOST:
            difference->lost++;
            break;
        case CS_FATE_CHANGED:
            difference->changed++;
            break;
        default:
            difference->pending++;
            break;
        }
    }
}

static const struct cs_comparison_changes changes = {forget, note_now, count_changed};

bool cs_comparison_want(struct cs_comparison *comparison, const struct cs_slice *pieces)
{
    find_changed_names(comparison, pieces);
    sort_changed_names(comparison);
    if (comparison->changed_count == 0) {
        return false;
    }
    comparison->changes = &changes;
    move_changed_members(comparison);
    sum_wanted_members(comparison, pieces);
    return true;
}
