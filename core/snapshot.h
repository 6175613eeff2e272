/*
 * What `options` held before the write, small enough to keep.
 *
 * One digest pair for each member but the setting, sorted. The document itself
 * is given back once the write is answered or lost, so that the reading which proves
 * the write uses the same memory. Digests are by value (see json.h): the service
 * answers in another order and spelling than it was sent.
 */
#ifndef CONNSYNC_CORE_SNAPSHOT_H
#define CONNSYNC_CORE_SNAPSHOT_H

#include "core/arena.h"
#include "core/json.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cs_snapshot_member {
    uint64_t name;
    uint64_t value;
    bool derived; /* the service's own to compute: another value is no loss */
};

struct cs_snapshot {
    struct cs_snapshot_member *members; /* a piece of the arena */
    size_t count;
};

struct cs_snapshot_diff {
    uint32_t equal;
    uint32_t lost;
    uint32_t changed;
    uint32_t added;
    uint32_t derived; /* changed, but the service's own; not counted in `changed` */
};

/* Takes a snapshot of `options` without its member `except`. False when the arena
 * has no room. `is_derived` tells the service's own members by their key. */
bool cs_snapshot_take(struct cs_snapshot *snapshot, struct cs_arena *arena,
                      const struct cs_json *json, int options, const char *except,
                      bool (*is_derived)(const struct cs_json *json, int key),
                      const struct cs_digest_key *key);

/* Holds a later snapshot against an earlier one. Both as taken, sorted. */
struct cs_snapshot_diff cs_snapshot_compare(const struct cs_snapshot *before,
                                            const struct cs_snapshot *after);

/* Gives the memory back. Harmless on one that was released or never taken. */
void cs_snapshot_release(struct cs_snapshot *snapshot, struct cs_arena *arena);

#ifdef __cplusplus
}
#endif

#endif
