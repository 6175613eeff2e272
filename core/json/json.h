/*
 * JSON as received: checked, tokenised, looked up, digested. Never re-spelled.
 *
 * Order of use: `cs_json_check` proves that the bytes are one strict RFC 8259
 * text and counts the tokens that it needs; `cs_json_tokenise` fills that many
 * jsmn tokens; the look-ups walk the tokens. Only a checked text may be
 * tokenised: jsmn lets much pass that RFC 8259 forbids, in its strict mode too.
 *
 * Values are named by the index of their token; CS_JSON_NONE is no value.
 */
#ifndef CONNSYNC_CORE_JSON_JSON_H
#define CONNSYNC_CORE_JSON_JSON_H

#include "core/base/status.h"
#include "core/base/text.h"

/* The one set of jsmn switches for the whole of connsync: parent links keep wide documents
 * linear. What jsmn's strict mode would refuse never gets that far. */
#define JSMN_PARENT_LINKS
#define JSMN_HEADER
#include <jsmn.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Arrays and objects inside each other, the outermost counted. Real connections
 * reach 6. jsmn closes a bracket in time proportional to the depth, and a bit
 * of a 64-bit word per level is the checker's whole memory. */
#define CS_JSON_DEPTH_MAX 64

#define CS_JSON_NONE (-1)

struct cs_json_facts {
    size_t tokens; /* jsmn tokens the text needs */
    size_t offset; /* where an error was found */
};

/*
 * Checks that `text` is exactly one RFC 8259 value with nothing but white space
 * around it: grammar, escapes, numbers, UTF-8 (RFC 3629), depth. Linear in the
 * length whatever the shape. Returns CONNSYNC_OK, or CONNSYNC_ERR_JSON_SYNTAX,
 * _DEPTH or _UTF8 with `facts->offset`. `facts` may not be NULL.
 */
enum connsync_status cs_json_check(struct cs_slice text, struct cs_json_facts *facts);

/* A tokenised text. Read by value, as a whole: its parts belong to core/json/json. */
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
/* The bytes between a string's quotes, still escaped. Empty for other types. */
struct cs_slice cs_json_string_body(const struct cs_json *json, int value);
bool cs_json_is_object(const struct cs_json *json, int value);
bool cs_json_is_array(const struct cs_json *json, int value);
bool cs_json_is_string(const struct cs_json *json, int value);
bool cs_json_is_null(const struct cs_json *json, int value);
bool cs_json_is_true(const struct cs_json *json, int value);
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

struct cs_json_string;

/* Begins to read a string's characters; false, and nothing to read, for other types. */
bool cs_json_open_string(const struct cs_json *json, int string, struct cs_json_string *reader);

/* Compares a string token by value: escapes are decoded on the way. */
bool cs_json_string_is(const struct cs_json *json, int string, const char *wanted);

/* How often `name` occurs in `object` (0, 1, or more for duplicates); `*value`
 * is the value of the first, or CS_JSON_NONE. A non-object counts 0. */
size_t cs_json_find(const struct cs_json *json, int object, const char *name, int *value);

/* The value of `name` where it is there exactly once; CS_JSON_NONE otherwise. */
int cs_json_find_one(const struct cs_json *json, int object, const char *name);

/* Decodes a string into UTF-8 and terminates it. False when it does not fit, is
 * not a string, or holds U+0000. A lone surrogate is written as its three bytes. */
bool cs_json_decode(const struct cs_json *json, int string, char *out, size_t size);

/* Reads a number token from 0 to 2^64-1 that is spelled in digits alone: a
 * fraction or an exponent, even of a whole number, gives false. */
bool cs_json_to_u64(const struct cs_json *json, int value, uint64_t *out);

/*
 * A digest of a value, by value: two values have the same digest if they are
 * equal as RFC 8259 texts are understood (strings by their decoded characters,
 * numbers by their exact decimal value, objects as sets of members whatever
 * their order, arrays in order), and otherwise but for a chance of 2^-64. Object
 * members are summed, so a duplicate counts twice. Numbers whose exponent has 19
 * digits or more, 9 where addresses have 32 bits, are equal only if spelled alike. The key is drawn afresh for
 * every run: nobody can prepare two texts that collide.
 */
struct cs_digest_key {
    uint64_t k0;
    uint64_t k1;
};

uint64_t cs_json_digest(const struct cs_json *json, int value, const struct cs_digest_key *key);
/* The digest that a string token with these decoded bytes would have. */
uint64_t cs_json_digest_of_string(struct cs_slice utf8, const struct cs_digest_key *key);

#ifdef __cplusplus
}
#endif

#endif
