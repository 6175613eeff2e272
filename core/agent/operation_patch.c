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

const struct connsync_operation connsync_operation_patch = {
    .writes = true, .is_valid = is_valid, .judge = cs_agent_judge_rewrite};

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
