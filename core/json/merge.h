/*
 * JSON Merge Patch (RFC 7396), on text: what a patch does not name stays as it was spelled.
 *
 * Of a member that is replaced the value's bytes alone change; one that is removed goes with
 * the comma beside it; new ones follow the last member, in the patch's order. An object that
 * the patch names with an object is merged in its place. Nothing else is touched: order,
 * white space, escapes and numbers of the target are sent as received.
 */
#ifndef CONNSYNC_CORE_JSON_MERGE_H
#define CONNSYNC_CORE_JSON_MERGE_H

#include "core/json/json_tokens.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How deep a patch may nest: what it makes must still be read inside an answer, where
 * `options` is the second level. */
#define CS_MERGE_DEPTH_MAX (CS_JSON_DEPTH_MAX - 2)

/* What speaks against a patch: CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT when it is no object,
 * CONNSYNC_REFUSED_DUPLICATE when any object in it has a name twice, CONNSYNC_REFUSED_DEPTH
 * when it nests deeper than the above. In time proportional to the square of the members. */
enum connsync_status cs_merge_check(const struct cs_json *patch);

/*
 * Writes the value `target` of `json` as `patch` makes it: at most as many bytes as both
 * have together. The patch is one that was checked; or any value but an object, which then
 * takes the target's place. CONNSYNC_REFUSED_DUPLICATE when the target has a member twice
 * that the patch names, CONNSYNC_ERR_MEMORY when the writer has no room.
 */
enum connsync_status cs_merge(struct cs_writer *out, const struct cs_json *json, int target,
                              const struct cs_json *patch);

/* Have two strings, of one text or of two, the same characters? */
bool cs_merge_same_name(const struct cs_json *json, int name, const struct cs_json *other_json,
                        int other);

#ifdef __cplusplus
}
#endif

#endif
