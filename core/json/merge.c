/*
 * Merge patches: an index of the patch's names, and one pass over the target beside it.
 *
 * A patch is looked up all over, and is small: jsmn makes tokens of it, when the checker has
 * passed it, and the tokens of its names are sorted by object and by characters. There is no
 * recursion: the objects that are being merged, each inside the one before, are frames.
 */
/* The whole of jsmn; the header has its switches. */
#define JSMN_PARENT_LINKS
#define JSMN_STATIC
#include <jsmn.h>

#include "core/json/merge.h"

#include "core/base/sort.h"

#include <limits.h>

/* ---- Lists of slices ---- */

void cs_slices_init(struct cs_slices *slices, struct cs_slice *at, size_t capacity)
{
    slices->at = at;
    slices->capacity = capacity;
    slices->count = 0;
    slices->length = 0;
    slices->end = NULL;
}

void cs_slices_add(struct cs_slices *slices, struct cs_slice slice)
{
    if (slice.length == 0) {
        return;
    }
    bool is_new = slices->count == 0 || slices->end != slice.data;
    slices->count += is_new;
    slices->length += slice.length;
    slices->end = slice.data + slice.length;
    if (slices->count > slices->capacity) {
        return;
    }
    struct cs_slice *last = &slices->at[slices->count - 1];
    if (is_new) {
        *last = slice;
    } else {
        last->length += slice.length;
    }
}

void cs_slices_add_text(struct cs_slices *slices, const char *text)
{
    cs_slices_add(slices, cs_slice_of(text));
}

static void add_span(struct cs_slices *out, const char *from, const char *to)
{
    cs_slices_add(out, cs_slice_make(from, (size_t)(to - from)));
}

static const char *end_of(struct cs_slice slice)
{
    return slice.data + slice.length;
}

/* ---- One member ---- */

enum connsync_status cs_merge_member(struct cs_slices *out, struct cs_slice object,
                                     const struct cs_json_sought *member, struct cs_slice value)
{
    struct cs_slice old = member->value; /* the bytes that make room */

    if (member->count > 1) {
        return CONNSYNC_REFUSED_DUPLICATE;
    }
    if (member->count == 0) {
        /* Behind the last one, or behind the opening brace. */
        old = cs_slice_make(end_of(cs_json_trim(cs_slice_make(object.data, object.length - 1))), 0);
    }
    add_span(out, object.data, old.data);
    if (member->count == 0) {
        cs_slices_add_text(out, old.data[-1] == '{' ? "\"" : ",\"");
        cs_slices_add_text(out, member->name);
        cs_slices_add_text(out, "\":");
    }
    cs_slices_add(out, value);
    add_span(out, end_of(old), end_of(object));
    return CONNSYNC_OK;
}

/* ---- The index ---- */

/* One object that is being merged: first the target's members that stay, in their order,
 * then those that only the patch has. */
struct cs_merge_frame {
    struct cs_slice target;
    struct cs_json_walk walk; /* of the target's members */
    int object;               /* of the patch: its token, */
    int next;                 /* and that which is looked at next for what is to be appended */
    bool any;                 /* a member has been added */
};

size_t cs_merge_memory(struct cs_slice patch, const struct cs_json_facts *facts)
{
    /* jsmn counts in an int. */
    if (patch.length > INT_MAX) {
        return SIZE_MAX;
    }
    return facts->depth * sizeof(struct cs_merge_frame) + facts->tokens * sizeof(jsmntok_t) +
           facts->tokens / 2 * sizeof(int);
}

/* A value or a name of the patch. */
static struct cs_slice slice_of(const struct cs_merge *merge, int at)
{
    const jsmntok_t *token = &merge->tokens[at];
    int quote = token->type == JSMN_STRING;
    int length = token->end - token->start + 2 * quote;

    return cs_slice_make(merge->patch + token->start - quote, (size_t)length);
}

/* The order of the patch's names: by object first. */
static int compare(const struct cs_merge *merge, int at, int object, struct cs_slice name)
{
    int parent = merge->tokens[at].parent;

    return parent != object ? parent - object : cs_value_compare(slice_of(merge, at), name);
}

static bool goes_before(const void *items, size_t a, size_t b)
{
    const struct cs_merge *merge = items;
    int name = merge->names[b];

    return compare(merge, merge->names[a], merge->tokens[name].parent, slice_of(merge, name)) < 0;
}

static void swap(void *items, size_t a, size_t b)
{
    int *names = ((struct cs_merge *)items)->names;
    int kept = names[a];

    names[a] = names[b];
    names[b] = kept;
}

static bool sort_and_find_twins(struct cs_merge *merge)
{
    static const struct cs_sort_by by_name = {goes_before, swap};

    cs_sort(merge, merge->name_count, &by_name);
    for (size_t i = 1; i < merge->name_count; i++) {
        if (!goes_before(merge, i - 1, i)) {
            return true;
        }
    }
    return false;
}

enum connsync_status cs_merge_prepare(struct cs_merge *merge, struct cs_slice patch,
                                      const struct cs_json_facts *facts, void *memory)
{
    jsmn_parser parser;

    merge->patch = patch.data;
    merge->frames = memory;
    merge->tokens = (jsmntok_t *)(void *)(merge->frames + facts->depth);
    merge->names = (int *)(void *)(merge->tokens + facts->tokens);
    merge->name_count = 0;
    merge->run = 1; /* in each name: its one value */
    jsmn_init(&parser);
    merge->token_count =
        jsmn_parse(&parser, patch.data, patch.length, merge->tokens, (unsigned)facts->tokens);
    if (merge->tokens[0].type != JSMN_OBJECT) {
        return CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT;
    }
    if (facts->depth > CS_MERGE_DEPTH_MAX) {
        return CONNSYNC_REFUSED_DEPTH;
    }
    for (int i = 1; i < merge->token_count; i++) {
        if (merge->tokens[merge->tokens[i].parent].type == JSMN_OBJECT) {
            merge->names[merge->name_count++] = i;
        }
    }
    return sort_and_find_twins(merge) ? CONNSYNC_REFUSED_DUPLICATE : CONNSYNC_OK;
}

/* The token of this name in an object of the patch, or 0: that is the patch itself. */
static int find_name(const struct cs_merge *merge, int object, struct cs_slice name)
{
    size_t low = 0;
    size_t high = merge->name_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(merge, merge->names[middle], object, name);
        if (order == 0) {
            return merge->names[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return 0;
}

/* ---- Merging ---- */

static struct cs_merge_frame *innermost(const struct cs_merge *merge)
{
    return &merge->frames[merge->depth - 1];
}

static void push(struct cs_merge *merge, struct cs_slices *out, struct cs_slice target, int object)
{
    merge->depth++;
    struct cs_merge_frame *frame = innermost(merge);
    frame->target = cs_value_is_object(target) ? target : cs_slice_of("{}");
    frame->object = object;
    frame->next = object + 1;
    frame->any = false;
    cs_json_walk_begin(&frame->walk, frame->target);
    cs_slices_add(out, cs_slice_make(frame->target.data, 1));
}

/* The value of one of the patch's names in the place of `target`, which may be absent. */
static void add_value(struct cs_merge *merge, struct cs_slices *out, struct cs_slice target,
                      int name)
{
    struct cs_slice value = slice_of(merge, name + 1);

    if (cs_value_is_object(value)) {
        push(merge, out, target, name + 1);
    } else {
        cs_slices_add(out, value);
    }
}

/* `from` is where the target's member before this one ends, or the object begins. */
static enum connsync_status keep_member(struct cs_merge *merge, struct cs_slices *out,
                                        const char *from, const struct cs_json_item *item)
{
    struct cs_merge_frame *frame = innermost(merge);
    int name = find_name(merge, frame->object, item->name);
    const char *to = item->name.data;

    if (name > 0) {
        if (merge->tokens[name].size == merge->run) {
            return CONNSYNC_REFUSED_DUPLICATE;
        }
        merge->tokens[name].size = merge->run;
        if (cs_value_is_null(slice_of(merge, name + 1))) {
            return CONNSYNC_OK;
        }
    }
    /* Where those before it went, a member takes the place of the first. */
    if (!frame->any) {
        from = frame->target.data + 1;
        to = cs_json_trim(cs_slice_make(from, frame->target.length - 1)).data;
    }
    frame->any = true;
    add_span(out, from, to);
    add_span(out, item->name.data, item->value.data);
    if (name > 0) {
        add_value(merge, out, item->value, name);
    } else {
        cs_slices_add(out, item->value);
    }
    return CONNSYNC_OK;
}

/* Adds the next member that the target did not have; false when there is none. */
static bool append_member(struct cs_merge *merge, struct cs_slices *out)
{
    struct cs_merge_frame *frame = innermost(merge);
    const jsmntok_t *tokens = merge->tokens;

    while (frame->next < merge->token_count &&
           tokens[frame->next].start < tokens[frame->object].end) {
        int name = frame->next++;
        if (tokens[name].parent == frame->object && tokens[name].size != merge->run &&
            !cs_value_is_null(slice_of(merge, name + 1))) {
            cs_slices_add_text(out, frame->any ? "," : "");
            cs_slices_add(out, slice_of(merge, name));
            cs_slices_add_text(out, ":");
            frame->any = true;
            add_value(merge, out, cs_slice_make(NULL, 0), name);
            return true;
        }
    }
    return false;
}

/* One member, or the end of an object. */
static enum connsync_status merge_next(struct cs_merge *merge, struct cs_slices *out)
{
    struct cs_merge_frame *frame = innermost(merge);
    const char *from = frame->walk.rest.data;
    struct cs_json_item item;

    if (cs_json_walk_next(&frame->walk, &item)) {
        return keep_member(merge, out, from, &item);
    }
    if (!append_member(merge, out)) {
        add_span(out, from, end_of(frame->target));
        merge->depth--;
    }
    return CONNSYNC_OK;
}

enum connsync_status cs_merge(struct cs_merge *merge, struct cs_slices *out, struct cs_slice target)
{
    enum connsync_status status = CONNSYNC_OK;

    merge->run++;
    merge->depth = 0;
    push(merge, out, target, 0);
    while (merge->depth > 0 && status == CONNSYNC_OK) {
        status = merge_next(merge, out);
    }
    return status;
}
