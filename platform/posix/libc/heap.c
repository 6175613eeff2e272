/*
 * The heap of the static programs, in place of the C library's. We never ask it for anything: its
 * streams do, and the lists of addresses that a lookup makes. An arena of the core's, which is
 * linked anyway, serves them; musl's takes 5 KB of code. There is no realloc(), and tests/static
 * looks that no part of musl's heap is linked beside this one.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"

/* A lookup takes 6 KB at most, a stream 1.3. */
#define HEAP_SIZE 65536u

static uint64_t block[HEAP_SIZE / sizeof(uint64_t)];
static struct cs_arena heap;

void *malloc(size_t size)
{
    if (heap.base == NULL) {
        cs_arena_init(&heap, block, sizeof block);
    }
    void *piece = cs_arena_allocate(&heap, size);
    if (piece == NULL) {
        errno = ENOMEM;
    }
    return piece;
}

void *calloc(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    void *piece = malloc(count * size);
    return piece == NULL ? NULL : memset(piece, 0, count * size);
}

void free(void *piece)
{
    cs_arena_release(&heap, piece);
}
