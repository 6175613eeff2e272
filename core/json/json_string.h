/*
 * A string's characters, one UTF-8 byte at a time, with its escapes decoded.
 *
 * Comparing, copying and digesting all read strings through this, so none of
 * them needs a buffer of the string's size, and all agree on what it says.
 */
#ifndef CONNSYNC_CORE_JSON_JSON_STRING_H
#define CONNSYNC_CORE_JSON_JSON_STRING_H

#include "core/base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CS_JSON_STRING_END (-1)

struct cs_json_string {
    const char *at;
    const char *end;
    uint32_t pending; /* rest of an escaped character: lowest byte first, then 0 */
};

/* `body` is what stands between the quotes, in a checked text. */
void cs_json_string_init(struct cs_json_string *string, struct cs_slice body);

/* The next byte, 0 to 255, or CS_JSON_STRING_END. Surrogates in a pair become
 * one character; a lone one becomes the three bytes of its number. */
int cs_json_string_next(struct cs_json_string *string);

#ifdef __cplusplus
}
#endif

#endif
