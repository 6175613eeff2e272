/*
 * What the harnesses share: values that may be anything. CBMC gives a function without a body, and
 * memory from malloc(), every content; what a harness assumes is all that the callers of a function
 * promise. How large the inputs are is said by the rows of proofs.toml.
 */
#ifndef CONNSYNC_TESTS_PROOFS_PROOF_H
#define CONNSYNC_TESTS_PROOFS_PROOF_H

#include "core/base/text.h"

#include <stdlib.h>

size_t nondet_size(void);
int nondet_int(void);
unsigned nondet_unsigned(void);
uint64_t nondet_u64(void);
bool nondet_bool(void);
char nondet_char(void);

/* Of an input, at the most. */
#ifndef BYTES
#define BYTES 8
#endif

static inline size_t any_size(size_t most)
{
    size_t size = nondet_size();
    __CPROVER_assume(size <= most);
    return size;
}

/* Up to `most` bytes of any content. The last one is the last of its memory, so that one too far is
 * outside, and memory of one size is much easier to reason about than memory of any. */
static inline struct cs_slice any_slice(size_t most)
{
    size_t length = any_size(most);
    char *data = malloc(most);
    return cs_slice_make(data + (most - length), length);
}

static inline struct cs_slice any_text(void)
{
    return any_slice(BYTES);
}

/* A string of up to `most` bytes before its NUL, which is the last byte of its memory. */
static inline char *any_string(size_t most)
{
    size_t length = any_size(most);
    char *data = malloc(most + 1);
    __CPROVER_assume(data[most] == '\0');
    return data + (most - length);
}

/* A buffer of 1 to `most` bytes, the last one the last of its memory. */
static inline char *any_buffer(size_t most, size_t *size)
{
    char *data = malloc(most);
    *size = 1 + any_size(most - 1);
    return data + (most - *size);
}

/* CBMC has none of its own. */
void *memchr(const void *memory, int byte, size_t length)
{
    const unsigned char *at = memory;

    for (size_t i = 0; i < length; i++) {
        if (at[i] == (unsigned char)byte) {
            return (void *)(at + i);
        }
    }
    return NULL;
}

/* Is `part` within `whole`? */
static inline bool is_part(struct cs_slice part, struct cs_slice whole)
{
    return __CPROVER_same_object(part.data, whole.data) && part.data >= whole.data &&
           part.data + part.length <= whole.data + whole.length;
}

#endif
