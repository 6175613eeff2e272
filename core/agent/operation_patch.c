/*
 * Merging a document into `options` (RFC 7396): the body of the write is slices of both texts, and
 * nothing is copied to be sent.
 */
#include "core/agent/agent.h"
#include "core/json/merge.h"

/* Once to count the slices, once to take them. */
static enum connsync_status merge_indexed(struct connsync *agent, struct cs_merge *merge)
{
    struct cs_document *document = &agent->document;
    struct cs_slice options = cs_auth0_part(&document->connection, CS_AUTH0_OPTIONS);
    struct cs_slices counted;

    cs_slices_init(&counted, NULL, 0);
    enum connsync_status status = cs_merge(merge, &counted, options);
    if (status == CONNSYNC_OK) {
        status = cs_write_begin_body(agent, counted.count);
    }
    return status == CONNSYNC_OK ? cs_merge(merge, &document->body, options) : status;
}

/* What speaks against a patch is its writer's mistake, and not the connection's. */
static enum connsync_status make_body(struct connsync *agent)
{
    struct cs_slice patch = cs_slice_make(agent->job.document, agent->job.document_length);
    struct cs_json_facts facts;
    struct cs_merge merge;

    if (cs_json_check(patch, &facts) != CONNSYNC_OK) {
        return CONNSYNC_ERR_ARGUMENT;
    }
    void *memory = cs_arena_allocate(&agent->arena, cs_merge_memory(patch, &facts));
    if (memory == NULL) {
        return cs_write_does_not_fit(agent);
    }
    enum connsync_status status = cs_merge_prepare(&merge, patch, &facts, memory) == CONNSYNC_OK
                                      ? merge_indexed(agent, &merge)
                                      : CONNSYNC_ERR_ARGUMENT;
    cs_arena_release(&agent->arena, memory);
    return status;
}

/* What a patch names is to be just so, derived or not. */
const struct connsync_operation connsync_operation_patch = {
    .writes = true,
    .takes_document = true,
    .judge = cs_write_judge,
    .rules = {NULL, cs_auth0_is_derived, false},
    .make_body = make_body,
    .want = cs_comparison_want,
};

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
    size_t needed = cs_merge_memory(text, &facts);
    if (*size < needed) {
        *size = needed;
        return CONNSYNC_ERR_MEMORY;
    }
    return cs_merge_prepare(&merge, text, &facts, memory);
}
