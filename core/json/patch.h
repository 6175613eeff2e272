/*
 * A document with one member replaced or inserted, as a list of slices.
 *
 * Nothing is copied: the slices point into the document as received and at the
 * new value, and are sent one after the other. Every byte that is not the member
 * is sent as it came.
 */
#ifndef CONNSYNC_CORE_JSON_PATCH_H
#define CONNSYNC_CORE_JSON_PATCH_H

#include "core/json/json_tokens.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Before, comma and quote, the name, quote and colon, the value, after; and six that a
 * caller may add around them. */
#define CS_PATCH_SLICES_MAX 12

struct cs_patch {
    struct cs_slice slices[CS_PATCH_SLICES_MAX];
    size_t count;
    size_t length; /* the sum of the slices' lengths */
};

/*
 * Describes `object` of `json` with its member `name` set to `value`, a JSON text
 * of its own (a string with its quotes). Where the member is there, its value's
 * bytes are replaced; where not, it is inserted after the last member. `name`
 * must need no escapes; it, `value`, `json` and its text must outlive the patch.
 * CONNSYNC_REFUSED_DUPLICATE when the member is there more than once,
 * CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT when `object` is not an object.
 */
enum connsync_status cs_patch_set_member(struct cs_patch *patch, const struct cs_json *json,
                                         int object, const char *name, struct cs_slice value);

/* The same piece by piece, for a body with more around it: nothing yet; one more slice,
 * or a string that stays; the object with its member set. */
void cs_patch_begin(struct cs_patch *patch);
void cs_patch_add(struct cs_patch *patch, const char *data, size_t length);
void cs_patch_add_text(struct cs_patch *patch, const char *text);
enum connsync_status cs_patch_add_object(struct cs_patch *patch, const struct cs_json *json,
                                         int object, const char *name, struct cs_slice value);

#ifdef __cplusplus
}
#endif

#endif
