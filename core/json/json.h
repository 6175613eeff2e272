/*
 * JSON as received: checked, looked up, walked. Never re-spelled.
 *
 * `cs_json_check` proves that bytes are one strict RFC 8259 text; everything else takes
 * checked texts only. `cs_json_check_find` looks members up in the same pass, and values are
 * walked where they stand: no tokens, no copies. Digests are in json_digest.h, patches in
 * merge.h, and tokens, for small texts that are looked up all over, in json_tokens.h.
 *
 * A value is a slice of the text: its bytes as received, a string with its quotes. A value
 * that is not there is an empty slice, and of no type at all.
 */
#ifndef CONNSYNC_CORE_JSON_JSON_H
#define CONNSYNC_CORE_JSON_JSON_H

#include "core/base/status.h"
#include "core/base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Arrays and objects inside each other, the outermost counted. Real connections
 * reach 6. A bit of a 64-bit word per level is the checker's whole memory. */
#define CS_JSON_DEPTH_MAX 64

/* ---- Checking ---- */

struct cs_json_facts {
    size_t tokens; /* jsmn tokens the text needs; only with CONNSYNC_OK */
    size_t offset; /* where an error was found */
};

/* The object in which a member is looked for: the text itself. */
#define CS_JSON_ROOT (-1)

/* A member that is looked for, and what was found of it. The caller sets the first two. */
struct cs_json_sought {
    const char *name;      /* compared by characters: escapes in the text are decoded */
    int parent;            /* CS_JSON_ROOT, or the index of a sought member before this one,
                             * whose value, an object, has it */
    unsigned count;        /* how often it is there; above 1 is a duplicate */
    struct cs_slice value; /* of the first one; data NULL when there is none */
};

/*
 * Checks that `text` is exactly one RFC 8259 value with nothing but white space around it:
 * grammar, escapes, numbers, UTF-8 (RFC 3629), depth. Linear in the length whatever the
 * shape. Returns CONNSYNC_OK, or CONNSYNC_ERR_JSON_SYNTAX, _DEPTH or _UTF8 with
 * `facts->offset`. `facts` may not be NULL.
 *
 * The same pass finds members: with CONNSYNC_OK, `sought` is complete. Of a parent that is
 * there twice the first is looked into.
 */
enum connsync_status cs_json_check_find(struct cs_slice text, struct cs_json_facts *facts,
                                        struct cs_json_sought *sought, size_t count);

static inline enum connsync_status cs_json_check(struct cs_slice text, struct cs_json_facts *facts)
{
    return cs_json_check_find(text, facts, NULL, 0);
}

/* Finds members of one object of a checked text; of what is no object, none. */
static inline void cs_json_find_members(struct cs_slice object, struct cs_json_sought *sought,
                                        size_t count)
{
    struct cs_json_facts facts;

    (void)cs_json_check_find(object, &facts, sought, count);
}

/* The value of one member where it is there exactly once; else data NULL. */
struct cs_slice cs_json_member(struct cs_slice object, const char *name);

/* The value that a checked text is, without the white space around it. */
struct cs_slice cs_json_trim(struct cs_slice text);

/* ---- Walking ---- */

/* Walks the members of an object or the elements of an array. */
struct cs_json_walk {
    const char *at; /* behind the bracket, a member or element, or the comma; NULL: done */
    bool in_object;
};

struct cs_json_item {
    struct cs_slice name; /* with its quotes; empty in an array */
    struct cs_slice value;
};

/* Of what is no container there is nothing to walk. */
void cs_json_walk_begin(struct cs_json_walk *walk, struct cs_slice container);
/* False, and no item, behind the last one. */
bool cs_json_walk_next(struct cs_json_walk *walk, struct cs_json_item *item);

/* Members of an object, elements of an array; 0 for all else. It walks. */
size_t cs_json_size_of(struct cs_slice container);

/* ---- Values ---- */

static inline bool cs_value_begins_with(struct cs_slice value, char first)
{
    return value.length > 0 && value.data[0] == first;
}

static inline bool cs_value_is_object(struct cs_slice value)
{
    return cs_value_begins_with(value, '{');
}

static inline bool cs_value_is_array(struct cs_slice value)
{
    return cs_value_begins_with(value, '[');
}

static inline bool cs_value_is_string(struct cs_slice value)
{
    return cs_value_begins_with(value, '"');
}

/* In a checked text the first letter tells which of the three words it is. */
static inline bool cs_value_is_null(struct cs_slice value)
{
    return cs_value_begins_with(value, 'n');
}

static inline bool cs_value_is_true(struct cs_slice value)
{
    return cs_value_begins_with(value, 't');
}

/* The bytes between a string's quotes, still escaped. Empty for other types. */
struct cs_slice cs_value_string_body(struct cs_slice string);

/* Compares a string by its characters: escapes are decoded on the way. */
bool cs_value_string_is(struct cs_slice string, const char *wanted);

/* The order of two strings by their characters' bytes, however they are spelled: below 0 when
 * `a` goes first, 0 when they are the same. */
int cs_value_compare(struct cs_slice a, struct cs_slice b);

static inline bool cs_value_same_string(struct cs_slice a, struct cs_slice b)
{
    return cs_value_compare(a, b) == 0;
}

/* Decodes a string into UTF-8 and terminates it. False, and an empty `out`, when it does not
 * fit, is not a string, or holds U+0000. A lone surrogate is written as its three bytes. */
bool cs_value_decode(struct cs_slice string, char *out, size_t size);

/* Reads a number from 0 to 2^64-1 that is spelled in digits alone: a fraction or an
 * exponent, even of a whole number, gives false. */
bool cs_value_to_u64(struct cs_slice number, uint64_t *out);

#ifdef __cplusplus
}
#endif

#endif
