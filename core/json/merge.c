/*
 * Merge patches: an index of the patch's names, and one pass over the target beside it.
 *
 * What lies in a patch is an entry each, level by level: the patch itself is the first one,
 * and those of one object stand side by side, in the order of the text. Beside each entry
 * stands, as a second list in the same places, which of them is the next by name. There is no
 * recursion: the objects that are being merged, each inside the one before, are frames.
 */
#include "core/json/merge.h"

#include <string.h>

#include "core/base/sort.h"

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

/* Where a new member goes: behind the last one, or behind the opening brace. */
static const char *insertion_point(struct cs_slice object)
{
    const char *at = end_of(object) - 1;

    while ((unsigned char)at[-1] <= ' ') {
        at--;
    }
    return at;
}

enum connsync_status cs_merge_member(struct cs_slices *out, struct cs_slice object,
                                     const struct cs_json_sought *member, struct cs_slice value)
{
    struct cs_slice old = member->value; /* the bytes that make room */

    if (member->count > 1) {
        return CONNSYNC_REFUSED_DUPLICATE;
    }
    if (member->count == 0) {
        old = cs_slice_make(insertion_point(object), 0);
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

/* A member of an object of the patch, or an object or array in an array. */
struct cs_merge_entry {
    struct cs_slice name;
    struct cs_slice value;
    uint32_t first;   /* of the entries in the value, */
    uint32_t count;   /* and how many there are */
    uint32_t by_name; /* the entry whose name comes here in order, from the first of its object */
    bool seen;        /* the target has this one */
};

/* One object that is being merged: first the target's members that stay, in their order,
 * then those that only the patch has. */
struct cs_merge_frame {
    struct cs_json_walk walk;           /* of the target's members */
    struct cs_slice target;             /* empty for an object that is new */
    const struct cs_merge_entry *patch; /* the object of the patch */
    const char *first;                  /* the target's first member, once it is known */
    const char *from;                   /* the end of its last one that was dealt with */
    uint32_t appended;                  /* so many entries have been looked at */
    bool any;                           /* a member has been added */
};

struct outline {
    size_t depth;
    size_t entries;
};

/* How deep the brackets of a checked text nest; and its members and brackets, and one. */
static struct outline outline_of(struct cs_slice text)
{
    struct outline outline = {0, 1};
    size_t depth = 0;
    bool in_string = false;

    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
            continue;
        }
        in_string = c == '"';
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        outline.entries += c == '{' || c == '[' || c == ':';
        outline.depth = depth > outline.depth ? depth : outline.depth;
    }
    return outline;
}

size_t cs_merge_memory(struct cs_slice patch)
{
    struct outline outline = outline_of(patch);

    return outline.entries * sizeof(struct cs_merge_entry) +
           outline.depth * sizeof(struct cs_merge_frame);
}

static bool goes_before(const void *items, size_t a, size_t b)
{
    const struct cs_merge_entry *entries = items;

    return cs_value_compare(entries[entries[a].by_name].name, entries[entries[b].by_name].name) < 0;
}

static void swap(void *items, size_t a, size_t b)
{
    struct cs_merge_entry *entries = items;
    uint32_t kept = entries[a].by_name;

    entries[a].by_name = entries[b].by_name;
    entries[b].by_name = kept;
}

static bool sort_and_find_twins(struct cs_merge_entry *entries, size_t count)
{
    static const struct cs_sort_by by_name = {goes_before, swap};

    cs_sort(entries, count, &by_name);
    for (size_t i = 1; i < count; i++) {
        if (!goes_before(entries, i - 1, i)) {
            return true;
        }
    }
    return false;
}

static bool is_container(struct cs_slice value)
{
    return cs_value_is_object(value) || cs_value_is_array(value);
}

/* Adds what lies in the value of an entry; the number of entries then. */
static size_t add_entries(struct cs_merge_entry *entries, size_t at, size_t used)
{
    struct cs_merge_entry *parent = &entries[at];
    struct cs_json_walk walk;
    struct cs_json_item item;

    parent->first = (uint32_t)used;
    cs_json_walk_begin(&walk, parent->value);
    while (cs_json_walk_next(&walk, &item)) {
        if (walk.in_object || is_container(item.value)) {
            struct cs_merge_entry *entry = &entries[used++];
            entry->name = item.name;
            entry->value = item.value;
            entry->by_name = (uint32_t)(used - 1) - parent->first;
        }
    }
    parent->count = (uint32_t)used - parent->first;
    return used;
}

enum connsync_status cs_merge_prepare(struct cs_merge *merge, struct cs_slice patch, void *memory)
{
    size_t depth = outline_of(patch).depth;
    struct cs_merge_entry *entries;
    size_t used = 1;

    patch = cs_json_trim(patch);
    if (!cs_value_is_object(patch)) {
        return CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT;
    }
    if (depth > CS_MERGE_DEPTH_MAX) {
        return CONNSYNC_REFUSED_DEPTH;
    }
    merge->frames = memory;
    merge->entries = (struct cs_merge_entry *)(void *)(merge->frames + depth);
    entries = merge->entries;
    entries[0].name = cs_slice_of(NULL);
    entries[0].value = patch;
    for (size_t at = 0; at < used; at++) {
        used = add_entries(entries, at, used);
        if (cs_value_is_object(entries[at].value) &&
            sort_and_find_twins(&entries[entries[at].first], entries[at].count)) {
            return CONNSYNC_REFUSED_DUPLICATE;
        }
    }
    return CONNSYNC_OK;
}

/* The entry of this name in an object of the patch, or NULL. */
static struct cs_merge_entry *find_entry(struct cs_merge_entry *entries,
                                         const struct cs_merge_entry *object, struct cs_slice name)
{
    size_t low = 0;
    size_t high = object->count;

    entries += object->first;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct cs_merge_entry *entry = &entries[entries[middle].by_name];
        int order = cs_value_compare(entry->name, name);
        if (order == 0) {
            return entry;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

/* ---- Merging ---- */

static void push(struct cs_merge *merge, struct cs_slices *out, struct cs_slice target,
                 const struct cs_merge_entry *patch)
{
    struct cs_merge_frame *frame = &merge->frames[merge->depth++];
    bool is_there = cs_value_is_object(target);

    frame->target = is_there ? target : cs_slice_make(NULL, 0);
    frame->patch = patch;
    frame->first = NULL;
    frame->from = is_there ? target.data + 1 : NULL;
    frame->appended = 0;
    frame->any = false;
    cs_json_walk_begin(&frame->walk, frame->target);
    for (uint32_t i = 0; i < patch->count; i++) {
        merge->entries[patch->first + i].seen = false;
    }
    cs_slices_add(out, is_there ? cs_slice_make(target.data, 1) : cs_slice_of("{"));
}

/* The value of an entry in the place of `target`, which may be absent. */
static void add_value(struct cs_merge *merge, struct cs_slices *out, struct cs_slice target,
                      const struct cs_merge_entry *entry)
{
    if (cs_value_is_object(entry->value)) {
        push(merge, out, target, entry);
    } else {
        cs_slices_add(out, entry->value);
    }
}

static enum connsync_status keep_member(struct cs_merge *merge, struct cs_slices *out,
                                        const struct cs_json_item *item)
{
    struct cs_merge_frame *frame = &merge->frames[merge->depth - 1];
    struct cs_merge_entry *entry = find_entry(merge->entries, frame->patch, item->name);
    const char *name = item->name.data;
    const char *before = frame->from;

    frame->from = end_of(item->value);
    frame->first = frame->first != NULL ? frame->first : name;
    if (entry != NULL) {
        if (entry->seen) {
            return CONNSYNC_REFUSED_DUPLICATE;
        }
        entry->seen = true;
        if (cs_value_is_null(entry->value)) {
            return CONNSYNC_OK;
        }
    }
    /* Where those before it went, a member takes the place of the first. */
    if (frame->any) {
        add_span(out, before, name);
    } else {
        add_span(out, frame->target.data + 1, frame->first);
    }
    frame->any = true;
    add_span(out, name, item->value.data);
    if (entry == NULL) {
        cs_slices_add(out, item->value);
    } else {
        add_value(merge, out, item->value, entry);
    }
    return CONNSYNC_OK;
}

static void append_member(struct cs_merge *merge, struct cs_slices *out)
{
    struct cs_merge_frame *frame = &merge->frames[merge->depth - 1];
    const struct cs_merge_entry *entry = &merge->entries[frame->patch->first + frame->appended++];

    if (entry->seen || cs_value_is_null(entry->value)) {
        return;
    }
    cs_slices_add_text(out, frame->any ? "," : "");
    cs_slices_add(out, entry->name);
    cs_slices_add_text(out, ":");
    frame->any = true;
    add_value(merge, out, cs_slice_make(NULL, 0), entry);
}

static void pop(struct cs_merge *merge, struct cs_slices *out)
{
    const struct cs_merge_frame *frame = &merge->frames[--merge->depth];

    if (frame->from == NULL) {
        cs_slices_add_text(out, "}");
    } else {
        add_span(out, frame->from, end_of(frame->target));
    }
}

enum connsync_status cs_merge(struct cs_merge *merge, struct cs_slices *out, struct cs_slice target)
{
    enum connsync_status status = CONNSYNC_OK;

    merge->depth = 0;
    push(merge, out, target, &merge->entries[0]);
    while (merge->depth > 0 && status == CONNSYNC_OK) {
        struct cs_merge_frame *frame = &merge->frames[merge->depth - 1];
        struct cs_json_item item;
        if (cs_json_walk_next(&frame->walk, &item)) {
            status = keep_member(merge, out, &item);
        } else if (frame->appended < frame->patch->count) {
            append_member(merge, out);
        } else {
            pop(merge, out);
        }
    }
    return status;
}
