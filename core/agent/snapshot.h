/*
 * What `options` held before the write, small enough to keep.
 *
 * One digest pair for each member but the setting, sorted. The document itself
 * is given back once the write is answered or lost, so that the reading which proves
 * the write uses the same memory. Digests are by value (see json.h): the service
 * answers in another order and spelling than it was sent.
 */
#ifndef CONNSYNC_CORE_AGENT_SNAPSHOT_H
#define CONNSYNC_CORE_AGENT_SNAPSHOT_H

#include "core/base/arena.h"
#include "core/json/json_digest.h"
#include "core/json/json_tokens.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The lowest bits of `value` are not the digest's. */
#define CS_SNAPSHOT_DERIVED 1u /* the service's own to compute: another value is no loss */
#define CS_SNAPSHOT_SEEN 2u    /* while comparing: the later reading has this one */
#define CS_SNAPSHOT_MARKS 3u

struct cs_snapshot_member {
    uint64_t name;
    uint64_t value;
};

/* Which members of `options` there are, and whose they are. */
struct cs_snapshot_rules {
    const char *except; /* the member that is not looked at */
    bool (*is_derived)(const struct cs_json *json, int key);
};

struct cs_snapshot {
    struct cs_snapshot_member *members; /* cut off the arena's end; NULL when there are none */
    size_t count;
    const struct cs_snapshot_rules *rules;
};

struct cs_snapshot_diff {
    uint32_t equal;
    uint32_t lost;
    uint32_t changed;
    uint32_t added;
    uint32_t derived; /* changed, but the service's own; not counted in `changed` */
};

/* Fills in `members`, which have room for all that `options` has. */
void cs_snapshot_fill(struct cs_snapshot *snapshot, struct cs_snapshot_member *members,
                      const struct cs_json *json, int options,
                      const struct cs_snapshot_rules *rules, const struct cs_digest_key *key);

/* Takes a snapshot of `options`. False when the arena has no room. */
bool cs_snapshot_take(struct cs_snapshot *snapshot, struct cs_arena *arena,
                      const struct cs_json *json, int options,
                      const struct cs_snapshot_rules *rules, const struct cs_digest_key *key);

/* Holds a later reading of `options` against a snapshot of an earlier one, with the
 * same key, and needs no memory for it: what could be read again can be compared. */
struct cs_snapshot_diff cs_snapshot_compare(struct cs_snapshot *before, const struct cs_json *json,
                                            int options, const struct cs_digest_key *key);

/* What became of a write that was to make `before` into `wanted`. */
struct cs_snapshot_outcome {
    struct cs_snapshot_diff diff; /* of what was to stay */
    uint32_t applied;             /* names of which the members are as wanted */
    uint32_t pending;             /* and those of which they are not */
};

/*
 * Holds a later reading against both, all three taken with the same key. The mark
 * CS_SNAPSHOT_DERIVED means in `before` and `wanted` what it says; in `now`, that the value is
 * an object: one that is neither as before nor as wanted may have lost members that were to
 * stay, and counts as changed. With `yields` the service may make something else of a derived
 * member although the write was to change or to remove it.
 */
struct cs_snapshot_outcome cs_snapshot_settle(const struct cs_snapshot *before,
                                              const struct cs_snapshot *wanted,
                                              const struct cs_snapshot *now, bool yields);

/* Gives the memory back. Harmless on one that was released or never taken. */
void cs_snapshot_release(struct cs_snapshot *snapshot, struct cs_arena *arena);

#ifdef __cplusplus
}
#endif

#endif
