#include "core/json/patch.h"

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

void cs_patch_add_text(struct cs_patch *patch, const char *text)
{
    cs_patch_add(patch, text, strlen(text));
}

/* Where a new member goes: behind the last one, or behind the opening brace. What
 * white space there is before the closing brace stays there. */
static const char *insertion_point(struct cs_slice object)
{
    const char *at = object.data + object.length - 1;

    while ((unsigned char)at[-1] <= ' ') {
        at--;
    }
    return at;
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
    old = count == 1 ? cs_json_raw(json, found) : cs_slice_make(insertion_point(whole), 0);

    cs_patch_add(patch, whole.data, (size_t)(old.data - whole.data));
    if (count == 0) {
        cs_patch_add_text(patch, old.data[-1] == '{' ? "\"" : ",\"");
        cs_patch_add_text(patch, name);
        cs_patch_add_text(patch, "\":");
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
