#include "core/agent/snapshot.h"

/* The members of one name in one snapshot, by value. */
struct group {
    const struct cs_snapshot_member *at;
    size_t count;
};

static uint64_t value_of(const struct cs_snapshot_member *member)
{
    return member->value & ~(uint64_t)CS_SNAPSHOT_MARKS;
}

/* Takes the members called `name` off the front of what is left. */
static struct group take_group(struct group *rest, uint64_t name)
{
    struct group group = {rest->at, 0};

    while (rest->count > 0 && rest->at->name == name) {
        group.count++;
        rest->at++;
        rest->count--;
    }
    return group;
}

static bool is_equal(const struct group *a, const struct group *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        if (value_of(&a->at[i]) != value_of(&b->at[i])) {
            return false;
        }
    }
    return a->count == b->count;
}

static bool is_marked(const struct group *group)
{
    return group->count > 0 && (group->at->value & CS_SNAPSHOT_DERIVED) != 0;
}

/* How many values both have; both are in order. */
static size_t shared(const struct group *a, const struct group *b)
{
    size_t count = 0;
    size_t i = 0;

    for (size_t k = 0; i < a->count && k < b->count;) {
        uint64_t x = value_of(&a->at[i]);
        uint64_t y = value_of(&b->at[k]);
        count += x == y;
        i += x <= y;
        k += y <= x;
    }
    return count;
}

/* A name that was to stay as it was; or one that is new. */
static void count_kept(struct cs_snapshot_diff *diff, const struct group *before,
                       const struct group *now)
{
    size_t equal = shared(before, now);
    size_t missing = before->count - equal;
    size_t others = now->count - equal;

    diff->equal += (uint32_t)equal;
    diff->lost += (uint32_t)(missing > others ? missing - others : 0);
    if (before->count == 0) {
        diff->added += (uint32_t)others;
    } else if (is_marked(before)) {
        diff->derived += (uint32_t)others;
    } else {
        diff->changed += (uint32_t)others;
    }
}

/* A name that the write was to make another thing of. */
static void count_touched(struct cs_snapshot_outcome *outcome, const struct group *before,
                          const struct group *wanted, const struct group *now, bool yields)
{
    bool derived = yields && (is_marked(before) || is_marked(wanted));
    bool replaced = before->count > 0 && wanted->count > 0 && !is_equal(before, now);

    if (is_equal(wanted, now)) {
        outcome->applied++;
    } else if (now->count > 0 && derived) {
        outcome->diff.derived++;
    } else if (replaced && now->count == 0) {
        outcome->diff.lost++;
    } else if (replaced && is_marked(now)) {
        outcome->diff.changed++;
    } else {
        outcome->pending++;
    }
}

static uint64_t least_name(const struct group rest[3])
{
    uint64_t least = UINT64_MAX;

    for (int i = 0; i < 3; i++) {
        if (rest[i].count > 0 && rest[i].at->name < least) {
            least = rest[i].at->name;
        }
    }
    return least;
}

struct cs_snapshot_outcome cs_snapshot_settle(const struct cs_snapshot *before,
                                              const struct cs_snapshot *wanted,
                                              const struct cs_snapshot *now, bool yields)
{
    struct cs_snapshot_outcome outcome = {{0, 0, 0, 0, 0}, 0, 0};
    struct group rest[3] = {{before->members, before->count},
                            {wanted->members, wanted->count},
                            {now->members, now->count}};

    while (rest[0].count + rest[1].count + rest[2].count > 0) {
        uint64_t name = least_name(rest);
        struct group was = take_group(&rest[0], name);
        struct group is_to_be = take_group(&rest[1], name);
        struct group is = take_group(&rest[2], name);
        if (is_equal(&was, &is_to_be)) {
            count_kept(&outcome.diff, &was, &is);
        } else {
            count_touched(&outcome, &was, &is_to_be, &is, yields);
        }
    }
    return outcome;
}
