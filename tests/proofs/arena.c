/* core/base/arena.c: one block, handed out in pieces. */
#include "core/base/arena.c"

#include "proof.h"

#ifndef WORDS
#define WORDS 6
#endif
#define CALLS 3

/* An arena in any state that its calls can leave: pieces in a row up to its end, none of them empty,
 * and none free before `lowest`. */
static struct cs_arena any_arena(void)
{
    uint64_t *memory = malloc(sizeof(uint64_t) * WORDS);
    struct cs_arena arena = {.base = (unsigned char *)memory,
                             .size = sizeof(uint64_t) * any_size(WORDS)};
    size_t cut = sizeof(uint64_t) * WORDS - arena.size;
    size_t next = 0;

    arena.cut = nondet_bool() ? cut : 0;
    arena.high_water = any_size(arena.size + arena.cut);
    arena.failed = any_size(1000);
    arena.lowest = any_size(arena.size);
    __CPROVER_assume(arena.lowest % CS_ARENA_ALIGN == 0);
    bool lowest_is_piece = arena.lowest == arena.size;
    for (size_t i = 0; i < WORDS && next < arena.size; i++) {
        size_t size = memory[next / 8] & ~IN_USE;
        __CPROVER_assume(size >= CS_ARENA_ALIGN && size % CS_ARENA_ALIGN == 0 &&
                         size <= arena.size - next);
        __CPROVER_assume(next >= arena.lowest || (memory[next / 8] & IN_USE) != 0);
        lowest_is_piece |= next == arena.lowest;
        next += size;
    }
    __CPROVER_assume(lowest_is_piece);
    return arena;
}

/* Pieces in a row up to the end still. */
static void check_arena(const struct cs_arena *arena)
{
    size_t next = 0;

    for (size_t i = 0; i < WORDS && next < arena->size; i++) {
        size_t size = size_at(arena, next);
        __CPROVER_assert(size >= CS_ARENA_ALIGN && size % CS_ARENA_ALIGN == 0, "no piece is empty");
        __CPROVER_assert(size <= arena->size - next, "none goes beyond the end");
        __CPROVER_assert(next >= arena->lowest || used_at(arena, next), "free before `lowest`");
        next += size;
    }
    __CPROVER_assert(next == arena->size, "pieces up to the end");
    __CPROVER_assert(arena->size + arena->cut <= sizeof(uint64_t) * WORDS,
                     "no more than the block");
    __CPROVER_assert(cs_arena_in_use(arena) <= arena->size + arena->cut,
                     "no more in use than there is");
}

/* One of the pieces in use, as an offset; SIZE_MAX when there is none there. */
static size_t any_used(const struct cs_arena *arena)
{
    size_t wanted = any_size(WORDS);
    size_t next = 0;

    for (size_t i = 0; i < WORDS && next < arena->size; i++) {
        if (i == wanted && used_at(arena, next)) {
            return next;
        }
        next += size_at(arena, next);
    }
    return SIZE_MAX;
}

void prove_arena_init(void)
{
    char *memory = malloc(sizeof(uint64_t) * WORDS);
    size_t skip = any_size(sizeof(uint64_t) * WORDS);
    struct cs_arena arena;

    cs_arena_init(&arena, memory + skip, sizeof(uint64_t) * WORDS - skip);
    check_arena(&arena);
    __CPROVER_assert(cs_arena_in_use(&arena) == 0, "all is free");
}

/* What is handed out lies apart from every other piece that is in use. */
static void check_apart(const struct cs_arena *arena, const void *piece, size_t size, size_t other,
                        size_t other_size)
{
    size_t at = (size_t)((const unsigned char *)piece - arena->base);

    __CPROVER_assert(at % CS_ARENA_ALIGN == 0 && size <= arena->size - at, "within the arena");
    __CPROVER_assert(other == SIZE_MAX || at + size <= other || at >= other + other_size, "apart");
    __CPROVER_assert(other == SIZE_MAX || size_at(arena, other) == other_size, "as it was");
    __CPROVER_assert(other == SIZE_MAX || used_at(arena, other), "in use still");
}

void prove_arena_allocate(void)
{
    struct cs_arena arena = any_arena();
    size_t other = any_used(&arena);
    size_t other_size = other != SIZE_MAX ? size_at(&arena, other) : 0;
    size_t size = nondet_size();
    void *piece = cs_arena_allocate(&arena, size);

    check_arena(&arena);
    if (piece != NULL) {
        check_apart(&arena, piece, size, other, other_size);
    }
}

void prove_arena_allocate_largest(void)
{
    struct cs_arena arena = any_arena();
    size_t other = any_used(&arena);
    size_t other_size = other != SIZE_MAX ? size_at(&arena, other) : 0;
    size_t size;
    size_t reserve = any_size(SIZE_MAX / 2);
    void *piece = cs_arena_allocate_largest(&arena, reserve, &size);

    check_arena(&arena);
    if (piece != NULL) {
        __CPROVER_assert(size > 0, "not empty");
        check_apart(&arena, piece, size, other, other_size);
    }
}

void prove_arena_would_take(void)
{
    struct cs_arena arena = any_arena();
    size_t first = any_used(&arena);
    const void *released[2] = {first != SIZE_MAX ? arena.base + first + CS_ARENA_ALIGN : NULL,
                               NULL};
    size_t size = any_size(SIZE_MAX / 4);
    size_t reserve = any_size(SIZE_MAX / 4);

    if (cs_arena_would_take(&arena, released, size, reserve)) {
        cs_arena_release(&arena, (void *)released[0]);
        __CPROVER_assert(cs_arena_allocate(&arena, size) != NULL, "it does");
    }
}

void prove_arena_shrink(void)
{
    struct cs_arena arena = any_arena();
    size_t piece = any_used(&arena);
    size_t size = any_size(SIZE_MAX / 2);
    __CPROVER_assume(piece != SIZE_MAX);
    size_t before = size_at(&arena, piece);

    cs_arena_shrink(&arena, arena.base + piece + CS_ARENA_ALIGN, size);
    check_arena(&arena);
    __CPROVER_assert(used_at(&arena, piece) && size_at(&arena, piece) <= before, "no larger");
    __CPROVER_assert(size_at(&arena, piece) == before ||
                         size <= size_at(&arena, piece) - CS_ARENA_ALIGN,
                     "what is kept has room");
}

void prove_arena_release(void)
{
    struct cs_arena arena = any_arena();
    size_t piece = any_used(&arena);
    size_t other = any_used(&arena);
    size_t other_size = other != SIZE_MAX ? size_at(&arena, other) : 0;

    cs_arena_release(&arena, NULL);
    __CPROVER_assume(piece != SIZE_MAX);
    cs_arena_release(&arena, arena.base + piece + CS_ARENA_ALIGN);
    check_arena(&arena);
    __CPROVER_assert(!used_at(&arena, piece), "it is free");
    __CPROVER_assert(other == SIZE_MAX || other == piece ||
                         (used_at(&arena, other) && size_at(&arena, other) == other_size),
                     "others are not");
}

void prove_arena_cut(void)
{
    struct cs_arena arena = any_arena();
    size_t other = any_used(&arena);
    size_t other_size = other != SIZE_MAX ? size_at(&arena, other) : 0;
    size_t size = any_size(SIZE_MAX / 2);
    size_t before = arena.size + arena.cut;
    void *piece = cs_arena_cut(&arena, size);

    check_arena(&arena);
    __CPROVER_assert(arena.size + arena.cut == before, "nothing is lost");
    if (piece != NULL) {
        __CPROVER_assert(size <= arena.cut, "room for it");
        __CPROVER_assert(other == SIZE_MAX || other + other_size <= arena.size, "apart");
    }
    cs_arena_join(&arena);
    check_arena(&arena);
    __CPROVER_assert(arena.size == before && arena.cut == 0, "joined");
}
