#include "core/patch.h"

static void add(struct cs_patch *patch, struct cs_slice slice)
{
    patch->slices[patch->count++] = slice;
    patch->length += slice.length;
}

/* Splits `whole` behind its first `length` bytes. */
static struct cs_slice head(struct cs_slice whole, size_t length)
{
    return cs_slice_make(whole.data, length);
}

static struct cs_slice tail(struct cs_slice whole, size_t length)
{
    return cs_slice_make(whole.data + length, whole.length - length);
}

/* Bytes of `whole` up to the end of a value that lies in it. */
static size_t end_of(struct cs_slice whole, struct cs_slice inside)
{
    return (size_t)(inside.data - whole.data) + inside.length;
}

static int last_key(const struct cs_json *json, int object)
{
    int last = CS_JSON_NONE;
    int key;

    for (key = cs_json_first(json, object); key != CS_JSON_NONE;
         key = cs_json_next_key(json, object, key)) {
        last = key;
    }
    return last;
}

static void replace(struct cs_patch *patch, struct cs_slice whole, struct cs_slice old,
                    struct cs_slice value)
{
    add(patch, head(whole, end_of(whole, old) - old.length));
    add(patch, value);
    add(patch, tail(whole, end_of(whole, old)));
}

/* White space before the closing brace stays where it is, behind the new member. */
static void insert(struct cs_patch *patch, const struct cs_json *json, int object,
                   const char *name, struct cs_slice value)
{
    struct cs_slice whole = cs_json_raw(json, object);
    int last = last_key(json, object);
    size_t split = last == CS_JSON_NONE ? 1 : end_of(whole, cs_json_raw(json, last + 1));

    add(patch, head(whole, split));
    add(patch, cs_slice_of(last == CS_JSON_NONE ? "\"" : ",\""));
    add(patch, cs_slice_of(name));
    add(patch, cs_slice_of("\":"));
    add(patch, value);
    add(patch, tail(whole, split));
}

enum connsync_status cs_patch_set_member(struct cs_patch *patch, const struct cs_json *json,
                                         int object, const char *name, struct cs_slice value)
{
    int old;
    size_t count;

    patch->count = 0;
    patch->length = 0;
    if (!cs_json_is_object(json, object)) {
        return CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT;
    }
    count = cs_json_find(json, object, name, &old);
    if (count > 1) {
        return CONNSYNC_REFUSED_DUPLICATE;
    }
    if (count == 0) {
        insert(patch, json, object, name, value);
    } else {
        replace(patch, cs_json_raw(json, object), cs_json_raw(json, old), value);
    }
    return CONNSYNC_OK;
}
