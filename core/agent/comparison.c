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
#define EMPTY 8u
/* ... and of its name. The last one is on the first member of a name alone. */
#define DERIVED 1u /* the service's own to compute: another value is no loss */
#define PLACE 6u   /* what the read-back has in its place, if anything: one of three */
#define CHANGED 8u /* the name is to change: some of its members are new or gone */
#define MARKS 15u

/* In the place of a member, or of all of a name that is to change: there the highest counts. */
#define BY_EMPTY 2u  /* of one that is derived: nothing where something was */
#define BY_OTHER 4u  /* another value */
#define BY_OBJECT 6u /* likewise, where the name is to change */

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
    digests.value |= mark | (member->is_empty ? EMPTY : 0);
    comparison->members[i] = digests;
}

uint64_t cs_comparison_begin(struct cs_comparison *comparison, void *memory,
                             const struct cs_slice *before, const struct cs_comparison_rules *rules,
                             const struct cs_digest_key *key)
{
    struct cs_digested_member member;
    struct cs_digest_walk walk;

    comparison->rules = rules;
    comparison->key = key;
    comparison->members = memory;
    comparison->count = 0;
    comparison->fate_of_changed = NULL;
    cs_digest_walk_begin(&walk, before, key);
    while (next_member(comparison, &walk, &member)) {
        add(comparison, comparison->count++, &member, 0);
    }
    sort(comparison);
    return walk.sum;
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
    uint64_t place = first->name & PLACE;
    bool there = place != 0;
    bool as_wanted = !there;
    bool as_before = !there;
    bool was = false;
    bool wanted = false;
    bool any_seen = false;

    for (; has_name(comparison, i, first->name & UNMARKED); i++) {
        uint64_t marks = comparison->members[i].value & MARKS;
        bool seen = (marks & SEEN) != 0;
        as_wanted = as_wanted && seen == ((marks & GONE) == 0);
        as_before = as_before && seen == ((marks & NEW) == 0);
        any_seen = any_seen || seen;
        was = was || (marks & NEW) == 0;
        wanted = wanted || (marks & GONE) == 0;
    }
    if (as_wanted) {
        return CS_FATE_APPLIED;
    }
    if (place == BY_EMPTY && !any_seen) {
        return CS_FATE_LOST;
    }
    there = there || any_seen;
    if (there && comparison->rules->yields && (first->name & DERIVED) != 0) {
        return CS_FATE_DERIVED;
    }
    bool replaced = was && wanted && !as_before;
    if (replaced && !there) {
        return CS_FATE_LOST;
    }
    /* An object that is neither as before nor as wanted may have lost members that were to
     * stay. */
    return replaced && place == BY_OBJECT ? CS_FATE_CHANGED : CS_FATE_PENDING;
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
        *value = (*value & SEEN) != 0 ? *value & ~(uint64_t)SEEN : *value | GONE;
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
    if ((member->name & PLACE) < BY_OTHER) {
        return CS_FATE_LOST;
    }
    return (member->name & DERIVED) != 0 ? CS_FATE_DERIVED : CS_FATE_CHANGED;
}

/* ---- After the write ---- */

/* Has it an equal in the read-back, or something in its place? */
static bool is_taken(const struct cs_compared_member *member)
{
    return (member->value & SEEN) != 0 || (member->name & PLACE) != 0;
}

/* Had a name that is to change, of which this is the first member, anything in it before, and was
 * it to have? */
static bool holds_something(const struct cs_comparison *comparison, size_t i)
{
    uint64_t name = comparison->members[i].name & UNMARKED;
    bool was = false;
    bool wanted = false;

    for (; has_name(comparison, i, name); i++) {
        uint64_t marks = comparison->members[i].value & MARKS;
        was = was || (marks & (EMPTY | NEW)) == 0;
        wanted = wanted || (marks & (EMPTY | GONE)) == 0;
    }
    return was && wanted;
}

static void replace_changed(struct cs_comparison *comparison, size_t i,
                            const struct cs_digested_member *member)
{
    uint64_t *name = &comparison->members[i].name;
    uint64_t place = member->first == '{' ? BY_OBJECT : BY_OTHER;

    if (member->is_empty && (*name & DERIVED) != 0 && holds_something(comparison, i)) {
        place = BY_EMPTY;
    }
    if (place > (*name & PLACE)) {
        *name = (*name & ~(uint64_t)PLACE) | place;
    }
}

/* A member with another value, or one too many of its name, takes the place of one that has no
 * equal, if there is one. What the service computes may change, and not vanish in its place. */
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
        replace_changed(comparison, i, member);
        return;
    }
    bool derived = (comparison->members[i].name & DERIVED) != 0;
    while (has_name(comparison, i, name) && is_taken(&comparison->members[i])) {
        i++;
    }
    if (has_name(comparison, i, name)) {
        bool was_empty = (comparison->members[i].value & EMPTY) != 0;
        if (derived && member->is_empty && !was_empty) {
            comparison->members[i].name |= BY_EMPTY;
            return; /* counted with those that are lost */
        }
        comparison->members[i].name |= BY_OTHER;
    }
    difference->of[derived ? CS_FATE_DERIVED : CS_FATE_CHANGED]++;
}

/* One pass over the members that have an equal in the list, or over the others: whether there are
 * others still. */
static bool read_through(struct cs_comparison *comparison, struct cs_difference *difference,
                         const struct cs_slice *now, bool equals)
{
    struct cs_digested_member member;
    struct cs_digest_walk walk;
    bool others = false;

    cs_digest_walk_begin(&walk, now, comparison->key);
    while (next_member(comparison, &walk, &member)) {
        struct cs_compared_member digests = without_marks(&member);
        if (is_same(comparison, find(comparison, digests, false), digests) != equals) {
            others = true;
        } else if (!see(comparison, digests)) {
            replace(comparison, difference, &member);
        }
    }
    return others;
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

struct cs_difference cs_comparison_hold(struct cs_comparison *comparison,
                                        const struct cs_slice *now)
{
    struct cs_difference difference;

    memset(&difference, 0, sizeof difference);
    for (size_t i = 0; i < comparison->count; i++) {
        comparison->members[i].value &= ~(uint64_t)SEEN;
        comparison->members[i].name &= ~(uint64_t)PLACE;
    }
    /* Equal ones find each other first: of two members of one name, one that changed must not
     * take the place of one that did not. Mostly all have one, and are read once. */
    if (read_through(comparison, &difference, now, true)) {
        (void)read_through(comparison, &difference, now, false);
    }
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
