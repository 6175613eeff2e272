/*
 * What `options` held before a write, what the write was to make of it, and what a read-back
 * shows: one comparison, member by member and by value, for every operation that writes.
 *
 * Of each member there is a digest of its name and one of its value, so that the document
 * itself can be released once the write is answered and the read-back uses the same memory.
 * Digests are by value (core/json/json_digest.h): the service answers in another order and
 * spelling than it was sent. Holding a read-back against them takes no memory.
 *
 * Which members the service computes by itself is told by the caller; this file knows nothing
 * of Auth0.
 */
#ifndef CONNSYNC_CORE_AGENT_COMPARISON_H
#define CONNSYNC_CORE_AGENT_COMPARISON_H

#include "core/json/json_digest.h"

struct cs_comparison_rules {
    /* A member that is left out on all sides, as its name; NULL for none. */
    const char *except;
    /* Does the service compute the member of this name (a JSON string, with its quotes)? */
    bool (*is_derived)(struct cs_slice name);
    /* May it also make something else of a derived member that the write was to change or to
     * remove? */
    bool yields;
};

/* What became of a member that was to stay, or of a name, with all of its members, that was to
 * change. */
enum cs_fate {
    CS_FATE_EQUAL,   /* it stayed */
    CS_FATE_LOST,    /* no longer there, or less often than before; or empty, if derived */
    CS_FATE_CHANGED, /* with another value */
    CS_FATE_ADDED,   /* new, though nobody asked for it */
    CS_FATE_DERIVED, /* with another value, and the service's own to compute */
    CS_FATE_APPLIED, /* it was to change, and is as wanted */
    CS_FATE_PENDING, /* or is not */
    CS_FATES
};

/* A member before the write, or as wanted, or both. The lowest bits of both are marks. */
struct cs_compared_member {
    uint64_t name;
    uint64_t value;
};

struct cs_comparison {
    const struct cs_comparison_rules *rules;
    const struct cs_digest_key *key;
    struct cs_compared_member *members; /* by name and value */
    size_t count;
    /* Of the name of which member `first` is the first, and which was to change. NULL until
     * cs_comparison_want: a program that does not call that links nothing of it. */
    enum cs_fate (*fate_of_changed)(const struct cs_comparison *comparison, size_t first);
};

/* Bytes for `members` of `options`, and for `changes`, the most members that the write may add
 * or give another value. */
size_t cs_comparison_size(size_t members, size_t changes);

/* Begins with `before`, an object of a checked text, in pieces (see cs_digest_walk_begin), in
 * `memory` of at least that size, which is aligned for 64-bit numbers. `rules` and `key` must
 * outlive the comparison. Gives the digest of all its members, as cs_digest_members() does: of the
 * one that is left out too. */
uint64_t cs_comparison_begin(struct cs_comparison *comparison, void *memory,
                             const struct cs_slice *before, const struct cs_comparison_rules *rules,
                             const struct cs_digest_key *key);

/*
 * Takes in what the write is to make of it: an object in pieces, of which at most as many members
 * may differ as cs_comparison_size was told. False when nothing differs. An operation that changes
 * the member left out, and no other, does not call this.
 */
bool cs_comparison_want(struct cs_comparison *comparison, const struct cs_slice *pieces);

/* How many met each fate, but for the member that is left out. */
struct cs_difference {
    uint32_t of[CS_FATES];
};

/* Holds `now`, an object of a checked text in pieces, against all that. It is read once, and once
 * more where anything in it differs. May be called again, with another read-back. */
struct cs_difference cs_comparison_hold(struct cs_comparison *comparison,
                                        const struct cs_slice *now);

/* Told of each member that is not as it was to be: `name` as spelled in the text it was found
 * in. */
struct cs_comparison_visitor {
    void (*visit)(void *context, enum cs_fate fate, struct cs_slice name);
    void *context;
};

/* After cs_comparison_hold: visits the members of `wanted` (what was to be; `before` where the
 * write changed no name) in its order, and then those of `now` that nobody asked for. */
void cs_comparison_visit(const struct cs_comparison *comparison, struct cs_slice wanted,
                         struct cs_slice now, const struct cs_comparison_visitor *visitor);

#endif
