/*
 * The arena: each piece behind a word that holds its size and says whether it is in use, one
 * behind the other, so that a walk from the front meets them all. What a piece is for, and what
 * a lack of memory means, is left to whoever draws from it.
 */
#include "core/base/arena.h"

/* A header holds the size of its piece, header included. Sizes are multiples of
 * the alignment, so the lowest bit is free to say whether the piece is in use. */
#define IN_USE ((size_t)1)

static size_t round_up(size_t size)
{
    return (size + (CS_ARENA_ALIGN - 1)) & ~(size_t)(CS_ARENA_ALIGN - 1);
}

static size_t *header_at(const struct cs_arena *arena, size_t offset)
{
    return (size_t *)(void *)(arena->base + offset);
}

static size_t size_at(const struct cs_arena *arena, size_t offset)
{
    return *header_at(arena, offset) & ~IN_USE;
}

static bool used_at(const struct cs_arena *arena, size_t offset)
{
    return (*header_at(arena, offset) & IN_USE) != 0;
}

static size_t offset_of(const struct cs_arena *arena, const void *piece)
{
    return (size_t)((const unsigned char *)piece - arena->base) - CS_ARENA_ALIGN;
}

void cs_arena_init(struct cs_arena *arena, void *memory, size_t size)
{
    size_t skip = round_up((uintptr_t)memory) - (uintptr_t)memory;
    size_t usable = size > skip ? (size - skip) & ~(size_t)(CS_ARENA_ALIGN - 1) : 0;

    *arena = (struct cs_arena){.base = (unsigned char *)memory + skip, .size = usable};
    if (usable > 0) {
        *header_at(arena, 0) = usable;
    }
}

/* How far it is free from here, over all free pieces in a row; 0 at a piece in use. `first` and
 * `second` (or NULL) count as free. */
static size_t hole_at(const struct cs_arena *arena, size_t offset, const void *first,
                      const void *second)
{
    size_t end = offset;

    while (end < arena->size) {
        const void *piece = arena->base + end + CS_ARENA_ALIGN;
        if (used_at(arena, end) && piece != first && piece != second) {
            break;
        }
        end += size_at(arena, end);
    }
    return end - offset;
}

/* The next place to look from: behind the hole that begins here, or the piece. */
static size_t behind(const struct cs_arena *arena, size_t offset, size_t hole)
{
    return offset + (hole > 0 ? hole : size_at(arena, offset));
}

static size_t largest_hole(const struct cs_arena *arena, const void *const released[2],
                           size_t *where)
{
    size_t largest = 0;
    size_t hole;

    for (size_t at = 0; at < arena->size; at = behind(arena, at, hole)) {
        hole = hole_at(arena, at, released[0], released[1]);
        if (hole > largest) {
            largest = hole;
            *where = at;
        }
    }
    return largest;
}

static void *take(struct cs_arena *arena, size_t offset, size_t hole, size_t needed)
{
    if (hole > needed) {
        *header_at(arena, offset + needed) = hole - needed;
    }
    *header_at(arena, offset) = needed | IN_USE;
    return arena->base + offset + CS_ARENA_ALIGN;
}

static void mark(struct cs_arena *arena, size_t end)
{
    if (end + arena->cut > arena->high_water) {
        arena->high_water = end + arena->cut;
    }
}

static void *fail(struct cs_arena *arena, size_t size)
{
    arena->failed++;
    arena->wanted = size;
    return NULL;
}

/* Most pieces live long and lie in front: who looks for a free one need not pass them each time. */
static size_t lowest_free(struct cs_arena *arena)
{
    while (arena->lowest < arena->size && used_at(arena, arena->lowest)) {
        arena->lowest += size_at(arena, arena->lowest);
    }
    return arena->lowest;
}

static void set_free(struct cs_arena *arena, size_t offset, size_t size)
{
    *header_at(arena, offset) = size;
    if (offset < arena->lowest) {
        arena->lowest = offset;
    }
}

void *cs_arena_allocate(struct cs_arena *arena, size_t size)
{
    size_t needed = round_up(size) + CS_ARENA_ALIGN;
    size_t hole;

    if (size > arena->size) {
        return fail(arena, size);
    }
    for (size_t at = lowest_free(arena); at < arena->size; at = behind(arena, at, hole)) {
        hole = hole_at(arena, at, NULL, NULL);
        if (hole >= needed) {
            mark(arena, at + needed);
            return take(arena, at, hole, needed);
        }
    }
    return fail(arena, size);
}

void *cs_arena_allocate_largest(struct cs_arena *arena, size_t reserve, size_t *size)
{
    size_t where = 0;
    size_t hole = largest_hole(arena, (const void *const[2]){NULL, NULL}, &where);

    reserve = round_up(reserve);
    if (hole < reserve + (size_t)2 * CS_ARENA_ALIGN) {
        return fail(arena, reserve);
    }
    *size = hole - reserve - CS_ARENA_ALIGN;
    return take(arena, where, hole, hole - reserve);
}

bool cs_arena_would_take(const struct cs_arena *arena, const void *const released[2], size_t size,
                         size_t reserve)
{
    size_t where;

    return largest_hole(arena, released, &where) >=
           round_up(size) + CS_ARENA_ALIGN + round_up(reserve);
}

void cs_arena_shrink(struct cs_arena *arena, void *piece, size_t size)
{
    size_t offset = offset_of(arena, piece);
    size_t now = size_at(arena, offset);
    size_t needed = round_up(size) + CS_ARENA_ALIGN;

    if (needed >= now) {
        return;
    }
    *header_at(arena, offset) = needed | IN_USE;
    set_free(arena, offset + needed, now - needed);
    mark(arena, offset + needed);
}

void cs_arena_release(struct cs_arena *arena, void *piece)
{
    if (piece != NULL) {
        size_t offset = offset_of(arena, piece);
        /* With what is free behind it: later walks are shorter. */
        set_free(arena, offset, hole_at(arena, offset, piece, NULL));
        if (arena->attend != NULL) {
            arena->attend(arena->attended);
        }
    }
}

void *cs_arena_cut(struct cs_arena *arena, size_t size)
{
    size_t needed = round_up(size);
    size_t end = 0; /* of the highest piece in use; it is free behind */

    for (size_t at = 0; at < arena->size;) {
        bool used = used_at(arena, at);
        at += size_at(arena, at);
        end = used ? at : end;
    }
    if (arena->cut > 0 || size > arena->size || needed > arena->size - end) {
        return fail(arena, size);
    }
    arena->size -= needed;
    arena->cut = needed;
    mark(arena, end);
    if (end < arena->size) {
        *header_at(arena, end) = arena->size - end;
    }
    return arena->base + arena->size;
}

void cs_arena_join(struct cs_arena *arena)
{
    if (arena->cut > 0) {
        *header_at(arena, arena->size) = arena->cut;
        arena->size += arena->cut;
        arena->cut = 0;
    }
}

size_t cs_arena_in_use(const struct cs_arena *arena)
{
    size_t total = arena->cut;

    for (size_t at = 0; at < arena->size; at += size_at(arena, at)) {
        total += used_at(arena, at) ? size_at(arena, at) : 0;
    }
    return total;
}
