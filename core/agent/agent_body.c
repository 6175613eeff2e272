/*
 * The body of a write: display_name and `options`, as slices of the document, of a patch and of
 * constants. Nothing is copied to be sent.
 */
#include "core/agent/agent_write.h"

#include "core/json/merge.h"

enum connsync_status cs_write_begin_body(struct connsync *agent, size_t count)
{
    struct cs_document *document = &agent->document;
    struct cs_slices *body = &document->body;

    cs_arena_release(&agent->arena, body->at);
    size_t capacity = count + CS_AUTH0_BODY_SLICES;
    cs_slices_init(body, cs_arena_allocate(&agent->arena, capacity * sizeof *body->at), capacity);
    if (body->at == NULL) {
        return cs_write_does_not_fit(agent);
    }
    cs_auth0_begin_body(body, &document->connection);
    document->options_at = body->count;
    return CONNSYNC_OK;
}

void cs_write_end_body(struct connsync *agent)
{
    struct cs_document *document = &agent->document;

    document->options_count = document->body.count - document->options_at;
    cs_auth0_end_body(&document->body);
}

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
    if (status == CONNSYNC_OK) {
        status = cs_merge(merge, &document->body, options);
    }
    if (status == CONNSYNC_OK) {
        cs_write_end_body(agent);
    }
    return status;
}

enum connsync_status cs_write_merge(struct connsync *agent, struct cs_slice patch)
{
    struct cs_merge merge;
    void *memory = cs_arena_allocate(&agent->arena, cs_merge_memory(patch));

    if (memory == NULL) {
        return cs_write_does_not_fit(agent);
    }
    /* What speaks against a patch is its writer's mistake, and not the connection's. */
    enum connsync_status status = cs_merge_prepare(&merge, patch, memory) == CONNSYNC_OK
                                      ? merge_indexed(agent, &merge)
                                      : CONNSYNC_ERR_ARGUMENT;
    cs_arena_release(&agent->arena, memory);
    return status;
}
