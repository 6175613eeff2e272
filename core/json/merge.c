#include "core/json/merge.h"

#include <string.h>

/* ---- Names ---- */

bool cs_merge_same_name(const struct cs_json *json, int name, const struct cs_json *other_json,
                        int other)
{
    return cs_value_same_string(cs_json_raw(json, name), cs_json_raw(other_json, other));
}

/* The first key from `at` on that has the same name; CS_JSON_NONE without one. */
static int find_from(const struct cs_json *json, int object, int at,
                     const struct cs_json *name_json, int name)
{
    while (at != CS_JSON_NONE && !cs_merge_same_name(json, at, name_json, name)) {
        at = cs_json_next_key(json, object, at);
    }
    return at;
}

static int find_key(const struct cs_json *json, int object, const struct cs_json *name_json,
                    int name)
{
    return find_from(json, object, cs_json_first(json, object), name_json, name);
}

/* ---- Checking ---- */

static bool has_twin(const struct cs_json *json, int object, int key)
{
    int next = cs_json_next_key(json, object, key);

    return find_from(json, object, next, json, key) != CS_JSON_NONE;
}

static bool has_duplicate(const struct cs_json *json, int object)
{
    for (int at = cs_json_first(json, object); at != CS_JSON_NONE;
         at = cs_json_next_key(json, object, at)) {
        if (has_twin(json, object, at)) {
            return true;
        }
    }
    return false;
}

/* How deep the brackets of a checked text nest. */
static unsigned depth_of(struct cs_slice text)
{
    unsigned depth = 0;
    unsigned deepest = 0;
    bool in_string = false;

    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
            deepest = depth > deepest ? depth : deepest;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return deepest;
}

enum connsync_status cs_merge_check(const struct cs_json *patch)
{
    if (!cs_json_is_object(patch, 0)) {
        return CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT;
    }
    if (depth_of(cs_json_raw(patch, 0)) > CS_MERGE_DEPTH_MAX) {
        return CONNSYNC_REFUSED_DEPTH;
    }
    for (int at = cs_json_next(patch, 0) - 1; at >= 0; at--) {
        if (cs_json_is_object(patch, at) && has_duplicate(patch, at)) {
            return CONNSYNC_REFUSED_DUPLICATE;
        }
    }
    return CONNSYNC_OK;
}

/* ---- Merging ---- */

/* One object that is being written: first the target's members that stay, in their order,
 * then those that only the patch has. */
struct frame {
    int target; /* CS_JSON_NONE for an object that is new */
    int patch;
    int key;          /* whose turn it is: the target's; when appending, the patch's */
    bool appending;   /* the target's members are done */
    bool any;         /* a member has been written */
    const char *from; /* the end of the target's last member that was dealt with */
};

/* Each frame is an object of the patch, inside the one before: the checker's limit is
 * theirs. */
struct merge {
    struct cs_writer *out;
    const struct cs_json *json;
    const struct cs_json *patch;
    enum connsync_status status;
    unsigned depth;
    struct frame frames[CS_JSON_DEPTH_MAX];
};

static const char *start_of(const struct cs_json *json, int value)
{
    return cs_json_raw(json, value).data;
}

static const char *end_of(const struct cs_json *json, int value)
{
    struct cs_slice raw = cs_json_raw(json, value);

    return raw.data + raw.length;
}

static void write_span(struct merge *merge, const char *from, const char *to)
{
    cs_write(merge->out, cs_slice_make(from, (size_t)(to - from)));
}

static void push(struct merge *merge, int target, int patch)
{
    struct frame *frame = &merge->frames[merge->depth++];

    frame->target = cs_json_is_object(merge->json, target) ? target : CS_JSON_NONE;
    frame->patch = patch;
    frame->any = false;
    frame->appending = frame->target == CS_JSON_NONE;
    frame->key =
        frame->appending ? cs_json_first(merge->patch, patch) : cs_json_first(merge->json, target);
    frame->from = frame->appending ? NULL : start_of(merge->json, target) + 1;
    cs_write_string(merge->out, "{");
}

/* The patch's value in the place of `target`, which may be no value. */
static void write_value(struct merge *merge, int target, int value)
{
    if (cs_json_is_object(merge->patch, value)) {
        push(merge, target, value);
    } else {
        cs_write(merge->out, cs_json_raw(merge->patch, value));
    }
}

/* What stands before a member that stays. Where those before it went, it takes the place
 * of the first. */
static void write_lead(struct merge *merge, const struct frame *frame, int key)
{
    int first = cs_json_first(merge->json, frame->target);

    if (frame->any) {
        write_span(merge, frame->from, start_of(merge->json, key));
    } else {
        write_span(merge, start_of(merge->json, frame->target) + 1, start_of(merge->json, first));
    }
}

static void keep_member(struct merge *merge, struct frame *frame)
{
    const struct cs_json *json = merge->json;
    int key = frame->key;
    int named = find_key(merge->patch, frame->patch, json, key);

    frame->key = cs_json_next_key(json, frame->target, key);
    if (named != CS_JSON_NONE && has_twin(json, frame->target, key)) {
        merge->status = CONNSYNC_REFUSED_DUPLICATE;
        return;
    }
    if (named != CS_JSON_NONE && cs_json_is_null(merge->patch, named + 1)) {
        frame->from = end_of(json, key + 1);
        return;
    }
    write_lead(merge, frame, key);
    write_span(merge, start_of(json, key), start_of(json, key + 1));
    frame->any = true;
    frame->from = end_of(json, key + 1);
    if (named == CS_JSON_NONE) {
        cs_write(merge->out, cs_json_raw(json, key + 1));
    } else {
        write_value(merge, key + 1, named + 1);
    }
}

static void append_member(struct merge *merge, struct frame *frame)
{
    const struct cs_json *patch = merge->patch;
    int key = frame->key;

    frame->key = cs_json_next_key(patch, frame->patch, key);
    if (cs_json_is_null(patch, key + 1) ||
        find_key(merge->json, frame->target, patch, key) != CS_JSON_NONE) {
        return;
    }
    cs_write_string(merge->out, frame->any ? "," : "");
    cs_write(merge->out, cs_json_raw(patch, key));
    cs_write_string(merge->out, ":");
    frame->any = true;
    write_value(merge, CS_JSON_NONE, key + 1);
}

static void pop(struct merge *merge, const struct frame *frame)
{
    if (frame->target == CS_JSON_NONE) {
        cs_write_string(merge->out, "}");
    } else {
        write_span(merge, frame->from, end_of(merge->json, frame->target));
    }
    merge->depth--;
}

static void step(struct merge *merge)
{
    struct frame *frame = &merge->frames[merge->depth - 1];

    if (frame->key != CS_JSON_NONE) {
        if (frame->appending) {
            append_member(merge, frame);
        } else {
            keep_member(merge, frame);
        }
    } else if (!frame->appending) {
        frame->appending = true;
        frame->key = cs_json_first(merge->patch, frame->patch);
    } else {
        pop(merge, frame);
    }
}

enum connsync_status cs_merge(struct cs_writer *out, const struct cs_json *json, int target,
                              const struct cs_json *patch)
{
    struct merge merge;

    merge.out = out;
    merge.json = json;
    merge.patch = patch;
    merge.status = CONNSYNC_OK;
    merge.depth = 0;
    write_value(&merge, target, 0);
    while (merge.depth > 0 && merge.status == CONNSYNC_OK) {
        step(&merge);
    }
    if (merge.status == CONNSYNC_OK && out->overflowed) {
        return CONNSYNC_ERR_MEMORY;
    }
    return merge.status;
}
