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

    arena->base = (unsigned char *)memory + skip;
    arena->size = usable;
    arena->high_water = 0;
    arena->failed = 0;
    arena->wanted = 0;
    arena->cut = 0;
    if (usable > 0) {
        *header_at(arena, 0) = usable;
    }
}

/* Merges the free pieces that follow a free one, so that a search sees each hole
 * at its full size. */
static size_t merged_size_at(struct cs_arena *arena, size_t offset)
{
    size_t size = size_at(arena, offset);

    while (offset + size < arena->size && !used_at(arena, offset + size)) {
        size += size_at(arena, offset + size);
    }
    *header_at(arena, offset) = size;
    return size;
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

void *cs_arena_allocate(struct cs_arena *arena, size_t size)
{
    if (size > arena->size) {
        return fail(arena, size);
    }
    size_t needed = round_up(size) + CS_ARENA_ALIGN;
    size_t offset = 0;

    while (offset < arena->size) {
        if (used_at(arena, offset)) {
            offset += size_at(arena, offset);
            continue;
        }
        size_t hole = merged_size_at(arena, offset);
        if (hole >= needed) {
            mark(arena, offset + needed);
            return take(arena, offset, hole, needed);
        }
        offset += hole;
    }
    return fail(arena, size);
}

void *cs_arena_allocate_largest(struct cs_arena *arena, size_t reserve, size_t *size)
{
    size_t best = 0;
    size_t best_offset = 0;
    size_t offset = 0;

    while (offset < arena->size) {
        size_t piece =
            used_at(arena, offset) ? size_at(arena, offset) : merged_size_at(arena, offset);
        if (!used_at(arena, offset) && piece > best) {
            best = piece;
            best_offset = offset;
        }
        offset += piece;
    }
    reserve = round_up(reserve);
    if (best < reserve + (size_t)2 * CS_ARENA_ALIGN) {
        return fail(arena, reserve);
    }
    *size = best - reserve - CS_ARENA_ALIGN;
    return take(arena, best_offset, best, best - reserve);
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
    *header_at(arena, offset + needed) = now - needed;
    mark(arena, offset + needed);
}

void cs_arena_release(struct cs_arena *arena, void *piece)
{
    if (piece != NULL) {
        *header_at(arena, offset_of(arena, piece)) &= ~IN_USE;
    }
}

static bool is_free(const struct cs_arena *arena, const struct cs_arena_question *question,
                    size_t offset)
{
    const void *piece = arena->base + offset + CS_ARENA_ALIGN;

    return !used_at(arena, offset) || piece == question->freed[0] || piece == question->freed[1];
}

/* How far it is free from here. */
static size_t hole_at(const struct cs_arena *arena, const struct cs_arena_question *question,
                      size_t offset)
{
    size_t end = offset;

    while (end < arena->size && is_free(arena, question, end)) {
        end += size_at(arena, end);
    }
    return end - offset;
}

bool cs_arena_would_take(const struct cs_arena *arena, const struct cs_arena_question *question)
{
    size_t first = round_up(question->first) + CS_ARENA_ALIGN;
    size_t second = round_up(question->second) + CS_ARENA_ALIGN;
    size_t largest = 0;
    size_t next = 0; /* the largest but one */
    size_t offset = 0;

    while (offset < arena->size) {
        size_t hole = hole_at(arena, question, offset);
        if (hole > largest) {
            next = largest;
            largest = hole;
        } else if (hole > next) {
            next = hole;
        }
        offset += hole > 0 ? hole : size_at(arena, offset);
    }
    if (largest < first + round_up(question->reserve)) {
        return false;
    }
    return largest - first >= second || next >= second;
}

/* Where the highest piece in use ends; what is free behind it becomes one piece. */
static size_t end_of_use(struct cs_arena *arena)
{
    size_t end = 0;
    size_t offset = 0;

    while (offset < arena->size) {
        if (used_at(arena, offset)) {
            offset += size_at(arena, offset);
            end = offset;
        } else {
            offset += merged_size_at(arena, offset);
        }
    }
    return end;
}

void *cs_arena_cut(struct cs_arena *arena, size_t size)
{
    size_t end = end_of_use(arena);
    size_t needed = round_up(size);

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
    size_t offset = 0;

    while (offset < arena->size) {
        if (used_at(arena, offset)) {
            total += size_at(arena, offset);
        }
        offset += size_at(arena, offset);
    }
    return total;
}
