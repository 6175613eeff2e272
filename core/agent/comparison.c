/*
 * Takes down what was there before a write and what the write is to make of it, and holds a
 * read-back against both. What becomes of a difference is left to the caller.
 *
 * One list has the members of both texts, by name and value; those of one name stand together.
 * A name is to stay if all of its members are in both. Looking for equals one by one would be
 * square: the list is sorted instead, and sorted again once the desired state has been taken in.
 */
#include "core/agent/comparison.h"

#include "core/base/sort.h"

#include <string.h>

/* Marks in the lowest bits of a member's value ... */
#define SEEN 1u /* the read-back has its equal */
#define GONE 2u /* it was there, and is to go */
#define NEW 4u  /* it was not there, and is to come: goes behind its equals that stay */
/* ... and of its name. The last two are on the first member of a name alone. */
#define DERIVED 1u  /* the service's own to compute: another value is no loss */
#define REPLACED 2u /* the read-back has another value in its place */
#define OBJECT 4u   /* and that is an object */
#define CHANGED 8u  /* the name is to change: some of its members are new or gone */
#define MARKS 15u

#define UNMARKED (~(uint64_t)MARKS)

/* ---- The list ---- */

static struct cs_compared_member without_marks(const struct cs_digested_member *member)
{
    struct cs_compared_member digests = {member->name_digest & UNMARKED,
                                         member->value_digest & UNMARKED};

    return digests;
}

static bool goes_before(const void *items, size_t a, size_t b)
{
    const struct cs_compared_member *members = items;
    uint64_t name = members[a].name & UNMARKED;
    uint64_t other = members[b].name & UNMARKED;

    return name < other || (name == other && members[a].value < members[b].value);
}

static void swap(void *items, size_t a, size_t b)
{
    struct cs_compared_member *members = items;
    struct cs_compared_member first = members[a];

    members[a] = members[b];
    members[b] = first;
}

static void sort(struct cs_comparison *comparison)
{
    static const struct cs_sort_by by_name_and_value = {goes_before, swap};

    cs_sort(comparison->members, comparison->count, &by_name_and_value);
}

/* The first that does not go before this one, which has no marks; or the first of those that
 * is not seen: equals are seen from the front. */
static size_t find(const struct cs_comparison *comparison, struct cs_compared_member member,
                   bool unseen)
{
    size_t low = 0;
    size_t high = comparison->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint64_t name = comparison->members[middle].name & UNMARKED;
        uint64_t value = comparison->members[middle].value;
        bool passed = value < member.value ||
                      (unseen && (value & UNMARKED) == member.value && (value & SEEN) != 0);
        if (name < member.name || (name == member.name && passed)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static size_t find_name(const struct cs_comparison *comparison, uint64_t name)
{
    const struct cs_compared_member first = {name, 0};

    return find(comparison, first, false);
}

static bool has_name(const struct cs_comparison *comparison, size_t i, uint64_t name)
{
    return i < comparison->count && (comparison->members[i].name & UNMARKED) == name;
}

static bool is_same(const struct cs_comparison *comparison, size_t i,
                    struct cs_compared_member member)
{
    return has_name(comparison, i, member.name) &&
           (comparison->members[i].value & UNMARKED) == member.value;
}

/* Marks an equal member that is not seen yet; false when there is none. */
static bool see(struct cs_comparison *comparison, struct cs_compared_member member)
{
    size_t i = find(comparison, member, true);

    if (!is_same(comparison, i, member)) {
        return false;
    }
    comparison->members[i].value |= SEEN;
    return true;
}

/* The next member of an object, but for the one that is left out. */
static bool next_member(const struct cs_comparison *comparison, struct cs_digest_walk *walk,
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

/* ---- Before the write ---- */

size_t cs_comparison_size(size_t members, size_t changes)
{
    return (members + changes) * sizeof(struct cs_compared_member);
}

static void add(struct cs_comparison *comparison, size_t i, const struct cs_digested_member *member,
                unsigned mark)
{
    struct cs_compared_member digests = without_marks(member);

    digests.name |= comparison->rules->is_derived(member->name) ? DERIVED : 0;
    digests.value |= mark;
    comparison->members[i] = digests;
}

void cs_comparison_begin(struct cs_comparison *comparison, void *memory, struct cs_slice before,
                         const struct cs_comparison_rules *rules, const struct cs_digest_key *key)
{
    struct cs_digested_member member;
    struct cs_digest_walk walk;

    comparison->rules = rules;
    comparison->key = key;
    comparison->members = memory;
    comparison->count = 0;
    comparison->fate_of_changed = NULL;
    cs_digest_walk_begin(&walk, &before, key);
    while (next_member(comparison, &walk, &member)) {
        add(comparison, comparison->count++, &member, 0);
    }
    sort(comparison);
}

/* Marks the names of which some members are new or gone; false when there are none. */
static bool mark_changed(struct cs_comparison *comparison)
{
    struct cs_compared_member *first = comparison->members;
    bool any = false;

    for (size_t i = 0; i < comparison->count; i++) {
        struct cs_compared_member *member = &comparison->members[i];
        if (((member->name ^ first->name) & UNMARKED) != 0) {
            first = member;
        }
        if ((member->value & (GONE | NEW)) != 0) {
            first->name |= CHANGED;
            any = true;
        }
    }
    return any;
}

/* Of all members of a name that was to change, of which this is the first. */
static enum cs_fate fate_of_changed(const struct cs_comparison *comparison, size_t i)
{
    const struct cs_compared_member *first = &comparison->members[i];
    bool there = (first->name & REPLACED) != 0;
    bool as_wanted = !there;
    bool as_before = !there;
    bool was = false;
    bool wanted = false;

    for (; has_name(comparison, i, first->name & UNMARKED); i++) {
        uint64_t marks = comparison->members[i].value & MARKS;
        bool seen = (marks & SEEN) != 0;
        as_wanted = as_wanted && seen == ((marks & GONE) == 0);
        as_before = as_before && seen == ((marks & NEW) == 0);
        there = there || seen;
        was = was || (marks & NEW) == 0;
        wanted = wanted || (marks & GONE) == 0;
    }
    if (as_wanted) {
        return CS_FATE_APPLIED;
    }
    if (there && comparison->rules->yields && (first->name & DERIVED) != 0) {
        return CS_FATE_DERIVED;
    }
    bool replaced = was && wanted && !as_before;
    if (replaced && !there) {
        return CS_FATE_LOST;
    }
    /* An object that is neither as before nor as wanted may have lost members that were to
     * stay. */
    return replaced && (first->name & OBJECT) != 0 ? CS_FATE_CHANGED : CS_FATE_PENDING;
}

bool cs_comparison_want(struct cs_comparison *comparison, const struct cs_slice *pieces)
{
    struct cs_digested_member member;
    struct cs_digest_walk walk;
    size_t count = comparison->count;

    cs_digest_walk_begin(&walk, pieces, comparison->key);
    while (next_member(comparison, &walk, &member)) {
        if (!see(comparison, without_marks(&member))) {
            add(comparison, count++, &member, NEW);
        }
    }
    for (size_t i = 0; i < comparison->count; i++) {
        uint64_t *value = &comparison->members[i].value;
        *value = (*value & SEEN) != 0 ? *value & UNMARKED : *value | GONE;
    }
    comparison->count = count;
    comparison->fate_of_changed = fate_of_changed;
    sort(comparison);
    return mark_changed(comparison);
}

/* ---- What became of a member ---- */

/* Is the name of this member, the first that has it, to change? */
static bool is_changed(const struct cs_comparison *comparison, size_t i)
{
    return (comparison->members[i].name & CHANGED) != 0;
}

/* Or are all of its members to go? */
static bool is_to_go(const struct cs_comparison *comparison, size_t i)
{
    uint64_t name = comparison->members[i].name & UNMARKED;

    while (has_name(comparison, i, name) && (comparison->members[i].value & GONE) != 0) {
        i++;
    }
    return !has_name(comparison, i, name);
}

/* Of a member that was to stay. */
static enum cs_fate fate_of_kept(const struct cs_compared_member *member)
{
    if ((member->value & SEEN) != 0) {
        return CS_FATE_EQUAL;
    }
    if ((member->name & REPLACED) == 0) {
        return CS_FATE_LOST;
    }
    return (member->name & DERIVED) != 0 ? CS_FATE_DERIVED : CS_FATE_CHANGED;
}

/* ---- After the write ---- */

/* A member with another value, or one too many of its name, takes the place of one that has no
 * equal, if there is one. */
static void replace(struct cs_comparison *comparison, struct cs_difference *difference,
                    const struct cs_digested_member *member)
{
    uint64_t name = without_marks(member).name;
    size_t i = find_name(comparison, name);

    if (!has_name(comparison, i, name)) {
        difference->of[CS_FATE_ADDED]++;
        return;
    }
    if (is_changed(comparison, i)) {
        comparison->members[i].name |= REPLACED | (member->first == '{' ? OBJECT : 0);
        return;
    }
    bool derived = (comparison->members[i].name & DERIVED) != 0;
    difference->of[derived ? CS_FATE_DERIVED : CS_FATE_CHANGED]++;
    while (has_name(comparison, i, name) && fate_of_kept(&comparison->members[i]) != CS_FATE_LOST) {
        i++;
    }
    if (has_name(comparison, i, name)) {
        comparison->members[i].name |= REPLACED;
    }
}

/* One pass over the members that have an equal in the list, or over the others. */
static void read_through(struct cs_comparison *comparison, struct cs_difference *difference,
                         struct cs_slice now, bool equals)
{
    struct cs_digested_member member;
    struct cs_digest_walk walk;

    cs_digest_walk_begin(&walk, &now, comparison->key);
    while (next_member(comparison, &walk, &member)) {
        struct cs_compared_member digests = without_marks(&member);
        if (is_same(comparison, find(comparison, digests, false), digests) == equals &&
            !see(comparison, digests)) {
            replace(comparison, difference, &member);
        }
    }
}

/* Counts those that were to be there, name by name. */
static void count(const struct cs_comparison *comparison, struct cs_difference *difference)
{
    size_t i = 0;

    while (i < comparison->count) {
        uint64_t name = comparison->members[i].name & UNMARKED;
        bool changed = is_changed(comparison, i);
        if (changed) {
            difference->of[comparison->fate_of_changed(comparison, i)]++;
        }
        for (; has_name(comparison, i, name); i++) {
            enum cs_fate fate = fate_of_kept(&comparison->members[i]);
            if (!changed && (fate == CS_FATE_EQUAL || fate == CS_FATE_LOST)) {
                difference->of[fate]++;
            }
        }
    }
}

struct cs_difference cs_comparison_hold(struct cs_comparison *comparison, struct cs_slice now)
{
    struct cs_difference difference;

    memset(&difference, 0, sizeof difference);
    for (size_t i = 0; i < comparison->count; i++) {
        comparison->members[i].value &= ~(uint64_t)SEEN;
        comparison->members[i].name &= ~(uint64_t)(REPLACED | OBJECT);
    }
    /* Equal ones find each other first: of two members of one name, one that changed must not
     * take the place of one that did not. */
    read_through(comparison, &difference, now, true);
    read_through(comparison, &difference, now, false);
    count(comparison, &difference);
    return difference;
}

/* ---- Names ---- */

/* Of a member that was to be there, or of one that is: those of the first kind have been told
 * by then. */
static enum cs_fate fate_to_tell(const struct cs_comparison *comparison,
                                 const struct cs_digested_member *member, bool was_wanted)
{
    struct cs_compared_member digests = without_marks(member);
    size_t i = find_name(comparison, digests.name);

    if (!has_name(comparison, i, digests.name)) {
        return CS_FATE_ADDED;
    }
    if (is_changed(comparison, i)) {
        return was_wanted || is_to_go(comparison, i) ? comparison->fate_of_changed(comparison, i)
                                                     : CS_FATE_EQUAL;
    }
    return was_wanted ? fate_of_kept(&comparison->members[find(comparison, digests, false)])
                      : CS_FATE_EQUAL;
}

static void visit_each(const struct cs_comparison *comparison, struct cs_slice object,
                       bool was_wanted, const struct cs_comparison_visitor *visitor)
{
    struct cs_digested_member member;
    struct cs_digest_walk walk;

    cs_digest_walk_begin(&walk, &object, comparison->key);
    while (next_member(comparison, &walk, &member)) {
        enum cs_fate fate = fate_to_tell(comparison, &member, was_wanted);
        if (fate != CS_FATE_EQUAL && fate != CS_FATE_APPLIED) {
            visitor->visit(visitor->context, fate, member.name);
        }
    }
}

void cs_comparison_visit(const struct cs_comparison *comparison, struct cs_slice wanted,
                         struct cs_slice now, const struct cs_comparison_visitor *visitor)
{
    visit_each(comparison, wanted, true, visitor);
    visit_each(comparison, now, false, visitor);
}
