#include "core/snapshot.h"

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

bool cs_snapshot_take(struct cs_snapshot *snapshot, struct cs_arena *arena,
                      const struct cs_json *json, int options, const char *except,
                      bool (*is_derived)(const struct cs_json *json, int key),
                      const struct cs_digest_key *key)
{
    size_t room = cs_json_size(json, options);

    snapshot->count = 0;
    snapshot->members = cs_arena_allocate(arena, room * sizeof *snapshot->members);
    if (snapshot->members == NULL) {
        return false;
    }
    for (int at = cs_json_first(json, options); at != CS_JSON_NONE && snapshot->count < room;
         at = cs_json_next_key(json, options, at)) {
        if (cs_json_string_is(json, at, except)) {
            continue;
        }
        struct cs_snapshot_member *member = &snapshot->members[snapshot->count++];
        member->name = cs_json_digest(json, at, key);
        member->value = cs_json_digest(json, at + 1, key);
        member->derived = is_derived(json, at);
    }
    sort(snapshot->members, snapshot->count);
    return true;
}

/* Members of one name: almost always one; several where names are repeated. */
static size_t run_length(const struct cs_snapshot *snapshot, size_t start)
{
    size_t end = start;

    while (end < snapshot->count && snapshot->members[end].name == snapshot->members[start].name) {
        end++;
    }
    return end - start;
}

static bool same_values(const struct cs_snapshot_member *a, const struct cs_snapshot_member *b,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (a[i].value != b[i].value) {
            return false;
        }
    }
    return true;
}

static void compare_run(struct cs_snapshot_diff *diff, const struct cs_snapshot_member *before,
                        size_t before_count, const struct cs_snapshot_member *after,
                        size_t after_count)
{
    uint32_t count = (uint32_t)before_count;

    if (before_count == after_count && same_values(before, after, before_count)) {
        diff->equal += count;
    } else if (after_count < before_count) {
        diff->lost += (uint32_t)(before_count - after_count);
        diff->changed += (uint32_t)after_count;
    } else if (before->derived) {
        diff->derived += count;
    } else {
        diff->changed += count;
    }
}

struct cs_snapshot_diff cs_snapshot_compare(const struct cs_snapshot *before,
                                            const struct cs_snapshot *after)
{
    struct cs_snapshot_diff diff = {0, 0, 0, 0, 0};
    size_t b = 0;
    size_t a = 0;

    while (b < before->count || a < after->count) {
        bool only_before = a == after->count ||
                           (b < before->count && before->members[b].name < after->members[a].name);
        bool only_after = b == before->count ||
                          (a < after->count && after->members[a].name < before->members[b].name);
        size_t before_run = b < before->count ? run_length(before, b) : 0;
        size_t after_run = a < after->count ? run_length(after, a) : 0;

        if (only_before) {
            diff.lost += (uint32_t)before_run;
            b += before_run;
        } else if (only_after) {
            diff.added += (uint32_t)after_run;
            a += after_run;
        } else {
            compare_run(&diff, &before->members[b], before_run, &after->members[a], after_run);
            b += before_run;
            a += after_run;
        }
    }
    return diff;
}

void cs_snapshot_release(struct cs_snapshot *snapshot, struct cs_arena *arena)
{
    cs_arena_release(arena, snapshot->members);
    snapshot->members = NULL;
    snapshot->count = 0;
}
