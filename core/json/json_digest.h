/*
 * Digests of JSON values, by value: two values have the same digest if they are equal as
 * RFC 8259 texts are understood (strings by their decoded characters, numbers by their exact
 * decimal value, objects as sets of members whatever their order, arrays in order), and
 * otherwise but for a chance of 2^-64. Of members that are there twice each counts. Numbers
 * whose exponent has 19 digits or more, 9 where addresses have 32 bits, are equal only if
 * spelled alike. The key is drawn afresh for every run: nobody can prepare two texts that
 * collide.
 *
 * All of it reads checked texts, once and from front to back, and needs no memory.
 */
#ifndef CONNSYNC_CORE_JSON_JSON_DIGEST_H
#define CONNSYNC_CORE_JSON_JSON_DIGEST_H

#include "core/json/json.h"

struct cs_digest_key {
    uint64_t k0;
    uint64_t k1;
};

/* The digest of one value. */
uint64_t cs_json_digest(struct cs_slice value, const struct cs_digest_key *key);

/* A member of an object. */
struct cs_digested_member {
    struct cs_slice name; /* with its quotes */
    uint64_t name_digest;
    uint64_t value_digest; /* of the value under this name: under another it has another one */
    char first;            /* what the value begins with: '{', '[', '"', ... */
    bool is_empty;         /* null, "", [] or {} */
};

/*
 * Walks the members of one object whose text comes in pieces, in order, as a merge makes
 * it; no string, number, word or punctuation mark crosses from one piece into the next. The
 * pieces and the key outlive the walk. `cs_digest_walk_next` gives false, and no member,
 * behind the last one.
 */
struct cs_digest_walk {
    const struct cs_slice *piece; /* the next one */
    const char *at;               /* in the present one */
    const char *end;
    const struct cs_digest_key *key;
    uint64_t sum; /* of the values' digests so far; of all of them, it is one of the object */
};

void cs_digest_walk_begin(struct cs_digest_walk *walk, const struct cs_slice *pieces,
                          const struct cs_digest_key *key);
bool cs_digest_walk_next(struct cs_digest_walk *walk, struct cs_digested_member *member);

/* The sum of a whole walk. */
uint64_t cs_digest_members(const struct cs_slice *pieces, const struct cs_digest_key *key);

#endif
