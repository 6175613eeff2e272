/*
 * JSON as received: checked, looked up, walked. Never re-spelled.
 *
 * `cs_json_check` proves that bytes are one strict RFC 8259 text; everything else takes
 * checked texts only. `cs_json_check_find` looks members up in the same pass, and values are
 * walked where they stand: no tokens, no copies. Digests are in json_digest.h, patches in
 * merge.h.
 *
 * A value is a slice of the text: its bytes as received, a string with its quotes. A value
 * that is not there is an empty slice, and of no type at all.
 */
#ifndef CONNSYNC_CORE_JSON_JSON_H
#define CONNSYNC_CORE_JSON_JSON_H

#include "core/base/status.h"
#include "core/base/text.h"

/* Arrays and objects inside each other, the outermost counted. Real connections
 * reach 6. A bit of a 64-bit word per level is the checker's whole memory. */
#define CS_JSON_DEPTH_MAX 64

/* ---- Checking ---- */

struct cs_json_facts {
    size_t tokens;  /* values, and the names of members: jsmn's tokens; only with CONNSYNC_OK */
    unsigned depth; /* of the containers inside each other; only with CONNSYNC_OK */
    size_t offset;  /* where an error was found: at the text's length, it ends too early */
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

/* ---- Walking ---- */

/* The value that a checked text is, without the white space around it. */
struct cs_slice cs_json_trim(struct cs_slice text);

/* The next value, or name, of a container that is read from front to back: `rest` is what is left
 * of its text, the closing bracket excluded. The comma or colon before it is passed over, and
 * white space; empty when nothing follows. */
struct cs_slice cs_json_next_value(struct cs_slice rest);

/* Walks the members of an object or the elements of an array. */
struct cs_json_walk {
    struct cs_slice rest; /* from the end of the last item, or the bracket, to the last bracket */
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

/* ---- Strings ---- */

/* The bytes between a string's quotes, still escaped. Empty for other types. */
struct cs_slice cs_value_string_body(struct cs_slice string);

#define CS_JSON_STRING_END (-1)

/* A string read byte by byte, in UTF-8, with its escapes decoded. */
struct cs_json_string {
    const char *at;
    const char *end;
    uint32_t pending; /* rest of an escaped character: lowest byte first, then 0 */
};

/* Of what is no string there is nothing to read. */
struct cs_json_string cs_json_string_open(struct cs_slice string);
/* The next byte, 0 to 255, or CS_JSON_STRING_END. Surrogates in a pair become one character;
 * a lone one becomes the three bytes of its number. */
int cs_json_string_next(struct cs_json_string *string);

/* The order of two strings by their characters' bytes, however they are spelled: below 0 when
 * `a` goes first, 0 when they are the same. */
int cs_value_compare(struct cs_slice a, struct cs_slice b);

/* The same with a text of ours, which is not quoted, in the place of `b`. */
int cs_value_compare_text(struct cs_slice string, const char *text);

static inline bool cs_value_string_is(struct cs_slice string, const char *wanted)
{
    return cs_value_is_string(string) && cs_value_compare_text(string, wanted) == 0;
}

/* Decodes a string into UTF-8 and terminates it. False, and an empty `out`, when it does not
 * fit, is not a string, or holds U+0000. A lone surrogate is written as its three bytes. */
bool cs_value_decode(struct cs_slice string, char *out, size_t size);

#endif
