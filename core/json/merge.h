/*
 * JSON Merge Patch (RFC 7396), on text: what a patch does not name stays as it was spelled.
 *
 * Of a member that is replaced the value's bytes alone change; one that is removed goes with
 * the comma beside it; new ones follow the last member, in the patch's order, before what
 * white space there is. An object that the patch names with an object is merged in its place.
 * Nothing else is touched: order, white space, escapes and numbers of the target are sent as
 * received. Nothing is copied either: what is made is a list of slices of both texts.
 */
#ifndef CONNSYNC_CORE_JSON_MERGE_H
#define CONNSYNC_CORE_JSON_MERGE_H

#include "core/json/json.h"

/* The one set of jsmn's switches: parent links keep wide texts linear. What its strict mode
 * would refuse the checker does. */
#define JSMN_PARENT_LINKS
#define JSMN_HEADER
#include <jsmn.h>

/* How deep a patch may nest: what it makes must still be read inside an answer, where
 * `options` is the second level. */
#define CS_MERGE_DEPTH_MAX (CS_JSON_DEPTH_MAX - 2)

/* ---- Lists of slices ---- */

/* A text in pieces. Beyond the capacity pieces are counted, and not kept. */
struct cs_slices {
    struct cs_slice *at; /* owned by the caller, as what the slices point at */
    size_t capacity;
    size_t count;
    size_t length;   /* of all pieces together */
    const char *end; /* of the last one: what follows it in memory becomes part of it */
};

/* No pieces yet. `at` may be NULL without a capacity. */
void cs_slices_init(struct cs_slices *slices, struct cs_slice *at, size_t capacity);
void cs_slices_add(struct cs_slices *slices, struct cs_slice slice);
/* A string that stays where it is. */
void cs_slices_add_text(struct cs_slices *slices, const char *text);

/* ---- One member ---- */

/*
 * Adds `object` with one member set, as a patch of that member alone makes it, at the places
 * that looking it up has found: nothing is walked. `value` is a JSON text of its own, neither
 * an object nor null; the member's name needs no escapes. At most six pieces.
 * CONNSYNC_REFUSED_DUPLICATE when the member is there more than once.
 */
enum connsync_status cs_merge_member(struct cs_slices *out, struct cs_slice object,
                                     const struct cs_json_sought *member, struct cs_slice value);

/* ---- Patches ---- */

struct cs_merge_frame;

/* A patch that was checked, with an index of its names. */
struct cs_merge {
    const char *patch;
    struct cs_merge_frame *frames; /* these three in the memory that was given */
    jsmntok_t *tokens;             /* in a name's `size`: the last run whose target had it */
    int *names;                    /* the tokens of names, sorted */
    int token_count;
    size_t name_count;
    int run;      /* counted from 2, since jsmn gives a name the size 1 */
    size_t depth; /* of the frames in use */
};

/* How many bytes the index of a patch, a checked text with these facts, takes: some forty for
 * each member, and twenty for each element of an array. SIZE_MAX for one of more than INT_MAX
 * bytes. */
size_t cs_merge_memory(struct cs_slice patch, const struct cs_json_facts *facts);

/*
 * Makes the index in `memory`, which is aligned as a pointer and stays, as does the patch,
 * with `merge`. What speaks against a patch: CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT when it is no
 * object, CONNSYNC_REFUSED_DEPTH when it nests deeper than CS_MERGE_DEPTH_MAX,
 * CONNSYNC_REFUSED_DUPLICATE when any object in it has a name twice. In time proportional to
 * n log n, as the merge.
 */
enum connsync_status cs_merge_prepare(struct cs_merge *merge, struct cs_slice patch,
                                      const struct cs_json_facts *facts, void *memory);

/*
 * Adds the value `target` of a checked text as the patch makes it; what is no object, or
 * absent, is taken for an empty one. To be run twice, once to count and once to fill: both
 * give the same. CONNSYNC_REFUSED_DUPLICATE when the target has a member twice that the patch
 * names; what was added before is then of no use.
 */
enum connsync_status cs_merge(struct cs_merge *merge, struct cs_slices *out,
                              struct cs_slice target);

#endif
