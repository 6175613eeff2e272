#include "core/patch.h"

#include <string.h>

void cs_patch_begin(struct cs_patch *patch)
{
    patch->count = 0;
    patch->length = 0;
}

void cs_patch_add(struct cs_patch *patch, const char *data, size_t length)
{
    struct cs_slice *slice = &patch->slices[patch->count++];

    slice->data = data;
    slice->length = length;
    patch->length += length;
}

/* The value of an object's last member: climbs to it from the last token inside,
 * which costs less than a walk over all members. */
static int last_value(const struct cs_json *json, int object)
{
    int key = cs_json_next(json, object) - 1;

    while (json->tokens[key].parent != object) {
        key = json->tokens[key].parent;
    }
    return key + 1;
}

/* Where a new member goes: behind the last one, or behind the opening brace. What
 * white space there is before the closing brace stays there. */
static const char *insertion_point(const struct cs_json *json, int object)
{
    struct cs_slice last;

    if (cs_json_size(json, object) == 0) {
        return cs_json_raw(json, object).data + 1;
    }
    last = cs_json_raw(json, last_value(json, object));
    return last.data + last.length;
}

enum connsync_status cs_patch_add_object(struct cs_patch *patch, const struct cs_json *json,
                                         int object, const char *name, struct cs_slice value)
{
    struct cs_slice whole = cs_json_raw(json, object);
    struct cs_slice old; /* the bytes that make room */
    size_t count;
    int found;

    if (!cs_json_is_object(json, object)) {
        return CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT;
    }
    count = cs_json_find(json, object, name, &found);
    if (count > 1) {
        return CONNSYNC_REFUSED_DUPLICATE;
    }
    old = count == 1 ? cs_json_raw(json, found) : cs_slice_make(insertion_point(json, object), 0);

    cs_patch_add(patch, whole.data, (size_t)(old.data - whole.data));
    if (count == 0) {
        bool empty = cs_json_size(json, object) == 0;
        cs_patch_add(patch, empty ? "\"" : ",\"", empty ? 1 : 2);
        cs_patch_add(patch, name, strlen(name));
        cs_patch_add(patch, "\":", 2);
    }
    cs_patch_add(patch, value.data, value.length);
    old.data += old.length;
    cs_patch_add(patch, old.data, (size_t)(whole.data + whole.length - old.data));
    return CONNSYNC_OK;
}

enum connsync_status cs_patch_set_member(struct cs_patch *patch, const struct cs_json *json,
                                         int object, const char *name, struct cs_slice value)
{
    cs_patch_begin(patch);
    return cs_patch_add_object(patch, json, object, name, value);
}
