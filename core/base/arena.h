/*
 * One block of memory, given by the caller, handed out in pieces.
 *
 * First fit in address order, one word of overhead a piece, neighbours merged
 * when they are free. There is no heap behind it and no global: an arena is a
 * value. mbedTLS draws from it during a handshake; the document is read into
 * what the handshake gave back. `high_water` is the smallest arena that would
 * have served the same calls, and `failed` tells a lack of memory from every
 * other reason to stop.
 */
#ifndef CONNSYNC_CORE_BASE_ARENA_H
#define CONNSYNC_CORE_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What every piece is aligned to, and what its header takes. Boards whose
 * processor loads 64-bit values from any word may set 4. */
#ifndef CS_ARENA_ALIGN
#define CS_ARENA_ALIGN 8
#endif

struct cs_arena {
    unsigned char *base;
    size_t size;
    size_t high_water; /* end of the highest piece ever in use, from `base`, and what was cut */
    size_t failed;     /* how many requests could not be met */
    size_t wanted;     /* the size of the last request that could not be met */
    size_t cut;        /* bytes of the block behind the arena's end, see cs_arena_cut */
    size_t lowest;     /* no free piece begins before it */
    /* NULL, or called with `attended` whenever a piece was given back: mbedTLS computes with
     * numbers that it allocates, so hardly anything long goes by without it. */
    void (*attend)(void *attended);
    void *attended;
};

/* Takes over `size` bytes at `memory`; the ends are trimmed to the alignment. */
void cs_arena_init(struct cs_arena *arena, void *memory, size_t size);

/* A piece of `size` bytes (not zeroed), or NULL, which is counted. */
void *cs_arena_allocate(struct cs_arena *arena, size_t size);

/* The largest piece that leaves `reserve` bytes free beside it; its size goes to
 * `*size`. NULL, which is counted, when there is none. Only what a later shrink
 * keeps of it enters the high-water mark. */
void *cs_arena_allocate_largest(struct cs_arena *arena, size_t reserve, size_t *size);

/* Would a piece of `size` bytes be had that leaves `reserve` bytes free beside it, if those that
 * are `released` (NULL for none) were given back first? Changes nothing. */
bool cs_arena_would_take(const struct cs_arena *arena, const void *const released[2], size_t size,
                         size_t reserve);

/* Gives back the tail of a piece beyond `size` bytes. */
void cs_arena_shrink(struct cs_arena *arena, void *piece, size_t size);

/* Gives back a piece; NULL is allowed. Its bytes are left as they are: who put a
 * secret there wipes it first. */
void cs_arena_release(struct cs_arena *arena, void *piece);

/* Cuts `size` bytes off the arena's end, for what has to stay while all else is given
 * back: between the other pieces it would split the memory for what comes next. One cut
 * at a time. NULL, which is counted, when the end is not free. */
void *cs_arena_cut(struct cs_arena *arena, size_t size);

/* Joins what was cut off to the arena again. Harmless when nothing was. */
void cs_arena_join(struct cs_arena *arena);

/* Bytes in use now, with the headers and with what is cut off. 0 when everything was given back. */
size_t cs_arena_in_use(const struct cs_arena *arena);

#endif
