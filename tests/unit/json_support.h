/*
 * What the tests of JSON share: a document from a string, and exact-size copies
 * on the heap, so that a sanitizer sees every byte that is read past the end.
 */
#ifndef CONNSYNC_TESTS_UNIT_JSON_SUPPORT_H
#define CONNSYNC_TESTS_UNIT_JSON_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/json/json_digest.h"

static const struct cs_digest_key test_key = {0x0706050403020100, 0x0F0E0D0C0B0A0908};

/* A checked text in memory of its own size. */
struct parsed {
    char *text;
    struct cs_json_facts facts;
    struct cs_slice value; /* without the white space around it */
};

/* Copies at least one byte's room, since malloc(0) may give NULL. */
static inline char *exact_copy(const char *text, size_t length)
{
    char *copy = malloc(length > 0 ? length : 1);

    assert_non_null(copy);
    if (length > 0) {
        memcpy(copy, text, length);
    }
    return copy;
}

/* Frees a copy that is known as something to read. */
static inline void free_copy(const char *copy)
{
    void *memory;

    memcpy(&memory, &copy, sizeof memory);
    free(memory);
}

static inline struct parsed parse_bytes(const char *text, size_t length)
{
    struct parsed parsed;

    parsed.text = exact_copy(text, length);
    assert_int_equal(cs_json_check(cs_slice_make(parsed.text, length), &parsed.facts), CONNSYNC_OK);
    parsed.value = cs_json_trim(cs_slice_make(parsed.text, length));
    return parsed;
}

static inline struct parsed parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static inline void release(struct parsed *parsed)
{
    free(parsed->text);
}

#endif
