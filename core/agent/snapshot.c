#include "core/agent/snapshot.h"

#include <string.h>

static bool goes_before(const struct cs_snapshot_member *a, const struct cs_snapshot_member *b)
{
    return a->name < b->name || (a->name == b->name && a->value < b->value);
}

static void swap(struct cs_snapshot_member *a, struct cs_snapshot_member *b)
{
    struct cs_snapshot_member kept = *a;

    *a = *b;
    *b = kept;
}

static void sift_down(struct cs_snapshot_member *heap, size_t root, size_t count)
{
    while (2 * root + 1 < count) {
        size_t child = 2 * root + 1;
        if (child + 1 < count && goes_before(&heap[child], &heap[child + 1])) {
            child++;
        }
        if (!goes_before(&heap[root], &heap[child])) {
            return;
        }
        swap(&heap[root], &heap[child]);
        root = child;
    }
}

/* Heapsort: in place, without recursion, and never slow, whatever the input. */
static void sort(struct cs_snapshot_member *members, size_t count)
{
    for (size_t i = count / 2; i > 0; i--) {
        sift_down(members, i - 1, count);
    }
    for (size_t end = count; end > 1; end--) {
        swap(&members[0], &members[end - 1]);
        sift_down(members, 0, end - 1);
    }
}

static struct cs_snapshot_member describe(const struct cs_json *json, int key,
                                          const struct cs_digest_key *digest_key)
{
    struct cs_snapshot_member member = {cs_json_digest(cs_json_raw(json, key), digest_key),
                                        cs_json_digest(cs_json_raw(json, key + 1), digest_key) &
                                            ~(uint64_t)CS_SNAPSHOT_MARKS};

    return member;
}

void cs_snapshot_fill(struct cs_snapshot *snapshot, struct cs_snapshot_member *members,
                      const struct cs_json *json, int options,
                      const struct cs_snapshot_rules *rules, const struct cs_digest_key *key)
{
    size_t room = cs_json_size(json, options);

    snapshot->members = members;
    snapshot->count = 0;
    snapshot->rules = rules;
    for (int at = cs_json_first(json, options); at != CS_JSON_NONE && snapshot->count < room;
         at = cs_json_next_key(json, options, at)) {
        if (cs_json_string_is(json, at, rules->except)) {
            continue;
        }
        struct cs_snapshot_member *member = &snapshot->members[snapshot->count++];
        *member = describe(json, at, key);
        member->value |= rules->is_derived(json, at) ? CS_SNAPSHOT_DERIVED : 0;
    }
    sort(snapshot->members, snapshot->count);
}

bool cs_snapshot_take(struct cs_snapshot *snapshot, struct cs_arena *arena,
                      const struct cs_json *json, int options,
                      const struct cs_snapshot_rules *rules, const struct cs_digest_key *key)
{
    struct cs_snapshot_member *members =
        cs_arena_cut(arena, cs_json_size(json, options) * sizeof *members);

    snapshot->count = 0;
    snapshot->members = members;
    if (members == NULL) {
        return false;
    }
    cs_snapshot_fill(snapshot, members, json, options, rules, key);
    return true;
}

/* The first member that does not go before `wanted`. */
static size_t lower_bound(const struct cs_snapshot *snapshot,
                          const struct cs_snapshot_member *wanted)
{
    size_t low = 0;
    size_t high = snapshot->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (goes_before(&snapshot->members[middle], wanted)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_same(const struct cs_snapshot *before, size_t i,
                    const struct cs_snapshot_member *now)
{
    return i < before->count && before->members[i].name == now->name &&
           (before->members[i].value & ~(uint64_t)CS_SNAPSHOT_MARKS) == now->value;
}

/* Marks the first member from `i` on that `now` is the same as and that was not seen
 * yet. False when there is none left. */
static bool see_same(struct cs_snapshot *before, size_t i, const struct cs_snapshot_member *now)
{
    for (; is_same(before, i, now); i++) {
        if ((before->members[i].value & CS_SNAPSHOT_SEEN) == 0) {
            before->members[i].value |= CS_SNAPSHOT_SEEN;
            return true;
        }
    }
    return false;
}

/* A member with another value, or one too many of its name: whose name it has. It
 * takes the place of one that was not seen, if there is one. */
static void count_other(struct cs_snapshot *before, struct cs_snapshot_diff *diff,
                        const struct cs_snapshot_member *now)
{
    const struct cs_snapshot_member first = {now->name, 0};
    size_t i = lower_bound(before, &first);

    if (i == before->count || before->members[i].name != now->name) {
        diff->added++;
        return;
    }
    bool derived = (before->members[i].value & CS_SNAPSHOT_DERIVED) != 0;
    *(derived ? &diff->derived : &diff->changed) += 1;
    for (; i < before->count && before->members[i].name == now->name; i++) {
        if ((before->members[i].value & CS_SNAPSHOT_SEEN) == 0) {
            before->members[i].value |= CS_SNAPSHOT_SEEN;
            return;
        }
    }
}

/* One pass over the members that have an equal in the snapshot, or over the others. */
static void look_through(struct cs_snapshot *before, struct cs_snapshot_diff *diff,
                         const struct cs_json *json, int options, const struct cs_digest_key *key,
                         bool equals)
{
    for (int at = cs_json_first(json, options); at != CS_JSON_NONE;
         at = cs_json_next_key(json, options, at)) {
        if (cs_json_string_is(json, at, before->rules->except)) {
            continue;
        }
        struct cs_snapshot_member now = describe(json, at, key);
        size_t i = lower_bound(before, &now);
        if (is_same(before, i, &now) != equals) {
            continue;
        }
        if (see_same(before, i, &now)) {
            diff->equal++;
        } else {
            count_other(before, diff, &now);
        }
    }
}

struct cs_snapshot_diff cs_snapshot_compare(struct cs_snapshot *before, const struct cs_json *json,
                                            int options, const struct cs_digest_key *key)
{
    struct cs_snapshot_diff diff = {0, 0, 0, 0, 0};

    for (size_t i = 0; i < before->count; i++) {
        before->members[i].value &= ~(uint64_t)CS_SNAPSHOT_SEEN;
    }
    /* Equal ones find each other first: of two members of one name, one that changed
     * must not take the place of one that did not. */
    look_through(before, &diff, json, options, key, true);
    look_through(before, &diff, json, options, key, false);
    for (size_t i = 0; i < before->count; i++) {
        if ((before->members[i].value & CS_SNAPSHOT_SEEN) == 0) {
            diff.lost++;
        }
    }
    return diff;
}

void cs_snapshot_release(struct cs_snapshot *snapshot, struct cs_arena *arena)
{
    if (snapshot->members != NULL) {
        cs_arena_join(arena);
    }
    snapshot->members = NULL;
    snapshot->count = 0;
}
