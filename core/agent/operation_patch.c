/*
 * Merging a document into `options` (RFC 7396).
 */
#include "core/agent/agent_write.h"
#include "core/agent/operation.h"
#include "core/json/merge.h"

static bool is_valid(const struct connsync_job *job)
{
    return job->document != NULL;
}

static struct cs_slice patch_of(const struct connsync *agent)
{
    return cs_slice_make(agent->job.document, agent->job.document_length);
}

static enum connsync_status make_body(struct connsync *agent)
{
    struct cs_json_facts facts;

    return cs_json_check(patch_of(agent), &facts) == CONNSYNC_OK
               ? cs_write_merge(agent, patch_of(agent))
               : CONNSYNC_ERR_ARGUMENT;
}

/* Each name of the patch, as it was and as it is to be. */
static size_t count_changes(const struct connsync *agent)
{
    return 2 * cs_json_size_of(cs_json_trim(patch_of(agent)));
}

static enum connsync_status judge(struct connsync *agent)
{
    /* What a patch names is to be just so, derived or not. */
    static const struct cs_comparison_rules rules = {NULL, cs_auth0_is_derived, false};
    static const struct cs_write_plan plan = {.rules = &rules,
                                              .make_body = make_body,
                                              .want = cs_comparison_want,
                                              .count_changes = count_changes};

    return cs_write_judge(agent, &plan);
}

const struct connsync_operation connsync_operation_patch = {
    .writes = true, .is_valid = is_valid, .judge = judge};

enum connsync_status connsync_patch_check(const char *patch, size_t length, void *memory,
                                          size_t *size)
{
    struct cs_slice text = cs_slice_make(patch, length);
    struct cs_json_facts facts;
    struct cs_merge merge;
    enum connsync_status status = cs_json_check(text, &facts);

    if (status != CONNSYNC_OK) {
        return status;
    }
    size_t needed = cs_merge_memory(text);
    if (*size < needed) {
        *size = needed;
        return CONNSYNC_ERR_MEMORY;
    }
    return cs_merge_prepare(&merge, text, memory);
}
