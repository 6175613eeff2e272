/*
 * The tokens of a small text: a configuration, a token answer, a file of the command line.
 * Documents have none: they are read by `cs_json_check_find` and walked (see json.h).
 *
 * Only a checked text may be tokenised: jsmn lets much pass that RFC 8259 forbids, in its
 * strict mode too. Values are named by the index of their token; CS_JSON_NONE is no value.
 */
#ifndef CONNSYNC_CORE_JSON_JSON_TOKENS_H
#define CONNSYNC_CORE_JSON_JSON_TOKENS_H

#include "core/json/json.h"

/* The one set of jsmn switches for the whole of connsync: parent links keep wide documents
 * linear. What jsmn's strict mode would refuse never gets that far. */
#define JSMN_PARENT_LINKS
#define JSMN_HEADER
#include <jsmn.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CS_JSON_NONE (-1)

/* A tokenised text. Read by value, as a whole: its parts belong to core/json. */
struct cs_json {
    struct cs_slice text;
    const jsmntok_t *tokens;
    int count;
};

/* Tokenises a checked text into `capacity` tokens owned by the caller, who keeps
 * them and the text as long as `json` is used. CONNSYNC_ERR_JSON_TOKENS when
 * they are too few, or when offsets in the text do not fit jsmn's int. */
enum connsync_status cs_json_tokenise(struct cs_json *json, struct cs_slice text, jsmntok_t *tokens,
                                      size_t capacity);

/* The bytes of a value as received; strings with their quotes. */
struct cs_slice cs_json_raw(const struct cs_json *json, int value);
/* What a value is and says: as of its bytes, see json.h. */
static inline struct cs_slice cs_json_string_body(const struct cs_json *json, int value)
{
    return cs_value_string_body(cs_json_raw(json, value));
}

static inline bool cs_json_is_object(const struct cs_json *json, int value)
{
    return cs_value_is_object(cs_json_raw(json, value));
}

static inline bool cs_json_is_array(const struct cs_json *json, int value)
{
    return cs_value_is_array(cs_json_raw(json, value));
}

static inline bool cs_json_is_string(const struct cs_json *json, int value)
{
    return cs_value_is_string(cs_json_raw(json, value));
}

static inline bool cs_json_is_null(const struct cs_json *json, int value)
{
    return cs_value_is_null(cs_json_raw(json, value));
}

static inline bool cs_json_is_true(const struct cs_json *json, int value)
{
    return cs_value_is_true(cs_json_raw(json, value));
}

static inline bool cs_json_string_is(const struct cs_json *json, int string, const char *wanted)
{
    return cs_value_string_is(cs_json_raw(json, string), wanted);
}

static inline bool cs_json_decode(const struct cs_json *json, int string, char *out, size_t size)
{
    return cs_value_decode(cs_json_raw(json, string), out, size);
}

static inline bool cs_json_to_u64(const struct cs_json *json, int value, uint64_t *out)
{
    return cs_value_to_u64(cs_json_raw(json, value), out);
}

/* Members of an object, elements of an array; 0 for all else. */
size_t cs_json_size(const struct cs_json *json, int value);

/* The index of the token that follows a value and all that is inside it. */
int cs_json_next(const struct cs_json *json, int value);

/*
 * Walks an object: `cs_json_first` gives the first key (a string token), and
 * `cs_json_next_key` the one after `key`; CS_JSON_NONE at the end. The value of
 * a key is the token after it, `key + 1`. For arrays the same two calls walk
 * the elements (`cs_json_first`, then `cs_json_next_element`).
 */
int cs_json_first(const struct cs_json *json, int container);
int cs_json_next_key(const struct cs_json *json, int container, int key);
int cs_json_next_element(const struct cs_json *json, int container, int element);

/* How often `name` occurs in `object` (0, 1, or more for duplicates); `*value`
 * is the value of the first, or CS_JSON_NONE. A non-object counts 0. */
size_t cs_json_find(const struct cs_json *json, int object, const char *name, int *value);

/* The value of `name` where it is there exactly once; CS_JSON_NONE otherwise. */
int cs_json_find_one(const struct cs_json *json, int object, const char *name);

#ifdef __cplusplus
}
#endif

#endif
