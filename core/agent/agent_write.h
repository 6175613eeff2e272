/*
 * The write engine: what every operation that writes has in common, from the document that was
 * read to the verdict on what became of the write. What is written, and what counts as applied,
 * is the operation's (struct cs_write_plan), and the comparison is comparison.h's.
 */
#ifndef CONNSYNC_CORE_AGENT_AGENT_WRITE_H
#define CONNSYNC_CORE_AGENT_AGENT_WRITE_H

#include "core/agent/agent.h"

/* Pause before reading again what an acknowledged write has not reached yet. */
#define CS_AGENT_STALE_READ_PAUSE_MS 400

/* What differs from one operation that writes to another. */
struct cs_write_plan {
    const struct cs_comparison_rules *rules;

    /* Is it as asked for already, whatever the comparison would say? NULL: never. */
    bool (*is_done)(const struct connsync *agent);

    /* Makes the body of the write, with `options` as they are to be: between
     * cs_write_begin_body and cs_write_end_body, or by cs_write_merge. */
    enum connsync_status (*make_body)(struct connsync *agent);

    /* cs_comparison_want, and the most names that may change; NULL where only the member that
     * the rules leave out does. */
    bool (*want)(struct cs_comparison *comparison, const struct cs_slice *options);
    size_t (*count_changes)(const struct connsync *agent);

    /* Has the document that was read back what was to be changed? NULL: the comparison tells. */
    bool (*is_applied)(const struct connsync *agent);
};

/* What a document that was read means: decides whether and what to write, or settles what
 * became of a write. Returns as cs_agent_take_response does. */
enum connsync_status cs_write_judge(struct connsync *agent, const struct cs_write_plan *plan);

/* The whole body, with `options` merged with a patch, a checked text that outlives the write. */
enum connsync_status cs_write_merge(struct connsync *agent, struct cs_slice patch);

/* Begins the body; `options`, in at most `count` slices, are added to document.body then. */
enum connsync_status cs_write_begin_body(struct connsync *agent, size_t count);
void cs_write_end_body(struct connsync *agent);

/* Lack of memory, told with all that is held: each thing by itself may well fit. */
enum connsync_status cs_write_does_not_fit(struct connsync *agent);

#endif
