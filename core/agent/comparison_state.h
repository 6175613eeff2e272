/*
 * What the files of the comparison share, and nobody else uses: the marks in the digests, and
 * looking a name up. comparison.h is the manual.
 */
#ifndef CONNSYNC_CORE_AGENT_COMPARISON_STATE_H
#define CONNSYNC_CORE_AGENT_COMPARISON_STATE_H

#include "core/agent/comparison.h"

/* Of a kept member, in `value`. */
#define CS_MARK_DERIVED 1u  /* the service's own to compute: another value is no loss */
#define CS_MARK_SEEN 2u     /* the read-back has its equal */
#define CS_MARK_REPLACED 4u /* the read-back has another value in its place */
/* Of a changed name, in `name`; derived is the same. */
#define CS_MARK_NOW 2u    /* the read-back has a member of that name */
#define CS_MARK_OBJECT 4u /* and its value is an object */
#define CS_MARKS 7u

#define CS_UNMARKED (~(uint64_t)CS_MARKS)

/* What is done with names that the write changes; reached through this alone, so that a program
 * of which no write changes names but the one that is left out does not link it. */
struct cs_comparison_changes {
    void (*forget)(struct cs_comparison *comparison); /* what was read back before */
    /* Notes a member of the read-back; false when its name was to stay. */
    bool (*note)(struct cs_comparison *comparison, const struct cs_digested_member *member);
    void (*count)(const struct cs_comparison *comparison, struct cs_difference *difference);
};

/* The digests of a member that was read, without marks. */
static inline struct cs_kept_member cs_kept_of(const struct cs_digested_member *member)
{
    struct cs_kept_member kept = {member->name_digest & CS_UNMARKED,
                                  member->value_digest & CS_UNMARKED};

    return kept;
}

/* The next member of an object, but for the one that is left out. */
bool cs_comparison_next(const struct cs_comparison *comparison, struct cs_digest_walk *walk,
                        struct cs_digested_member *member);

/* The index of the first kept member that does not go before `wanted`. */
size_t cs_comparison_find_kept(const struct cs_comparison *comparison,
                               const struct cs_kept_member *wanted);

/* The changed name with this digest, or NULL. */
struct cs_changed_name *cs_comparison_find_changed(const struct cs_comparison *comparison,
                                                   uint64_t name);

/* What became of a name that was to change; CS_FATE_EQUAL when it is as wanted. */
enum cs_fate cs_comparison_fate_of_changed(const struct cs_comparison *comparison,
                                           const struct cs_changed_name *changed);

#endif
