/* The arena: every piece inside the block, none on another, all of it back at the end. */
#include "core/base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define PIECES 24

static _Alignas(CS_ARENA_ALIGN) unsigned char block[8192];

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Fills a piece with its own mark; a neighbour that writes on it is found out. */
static void check_marks(unsigned char **pieces, const size_t *sizes)
{
    for (size_t i = 0; i < PIECES; i++) {
        for (size_t at = 0; pieces[i] != NULL && at < sizes[i]; at++) {
            assert_int_equal(pieces[i][at], (unsigned char)(i + 1));
        }
    }
}

static size_t with_header(size_t size)
{
    return (size + CS_ARENA_ALIGN - 1) / CS_ARENA_ALIGN * CS_ARENA_ALIGN + CS_ARENA_ALIGN;
}

/* Where a piece has to lie: at the first place, in the order of addresses, that nothing in use
 * overlaps; NULL where there is none. */
static unsigned char *first_fit(const struct cs_arena *arena, unsigned char **pieces,
                                const size_t *sizes, size_t size)
{
    unsigned char *at = arena->base;

    for (size_t i = 0; i < PIECES; i++) {
        unsigned char *begin = pieces[i] != NULL ? pieces[i] - CS_ARENA_ALIGN : NULL;
        if (begin != NULL && begin < at + with_header(size) && at < begin + with_header(sizes[i])) {
            at = begin + with_header(sizes[i]);
            i = (size_t)-1; /* which may be on one that was looked at */
        }
    }
    return at + with_header(size) <= arena->base + arena->size ? at + CS_ARENA_ALIGN : NULL;
}

static void change(struct cs_arena *arena, unsigned char **pieces, size_t *sizes, uint32_t *random)
{
    size_t i = next_random(random) % PIECES;
    uint32_t how = next_random(random);
    unsigned char **piece = &pieces[i];
    size_t *size = &sizes[i];

    if (*piece == NULL) {
        *size = how % 600;
        unsigned char *expected = first_fit(arena, pieces, sizes, *size);
        *piece = cs_arena_allocate(arena, *size);
        assert_ptr_equal(*piece, expected);
    } else if (how % 3 == 0) {
        *size /= 2;
        cs_arena_shrink(arena, *piece, *size);
    } else {
        cs_arena_release(arena, *piece);
        *piece = NULL;
    }
    if (*piece != NULL) {
        assert_int_equal((uintptr_t)*piece % CS_ARENA_ALIGN, 0);
        memset(*piece, (int)i + 1, *size);
    }
}

static void test_random_use(void **state)
{
    struct cs_arena arena;
    unsigned char *pieces[PIECES] = {NULL};
    size_t sizes[PIECES] = {0};
    uint32_t random = 1;

    (void)state;
    cs_arena_init(&arena, block + 3, sizeof block - 3);
    for (int round = 0; round < 20000; round++) {
        change(&arena, pieces, sizes, &random);
        check_marks(pieces, sizes);
    }
    for (size_t i = 0; i < PIECES; i++) {
        cs_arena_release(&arena, pieces[i]);
    }
    assert_int_equal(cs_arena_in_use(&arena), 0);
    assert_true(arena.failed > 0 && arena.high_water <= arena.size);
}

/* The high-water mark is the smallest arena that serves the same requests. */
static void test_high_water_is_enough(void **state)
{
    struct cs_arena arena;

    (void)state;
    for (size_t size = 400;; size += CS_ARENA_ALIGN) {
        cs_arena_init(&arena, block, size);
        void *first = cs_arena_allocate(&arena, 100);
        void *second = cs_arena_allocate(&arena, 200);
        cs_arena_release(&arena, first);
        void *third = cs_arena_allocate(&arena, 150);
        cs_arena_release(&arena, second);
        cs_arena_release(&arena, third);
        if (arena.failed == 0) {
            assert_int_equal(arena.high_water, size);
            break;
        }
        assert_true(arena.wanted == 150 || arena.wanted == 200);
    }
}

static void test_largest_leaves_its_reserve(void **state)
{
    struct cs_arena arena;
    size_t size = 0;

    (void)state;
    cs_arena_init(&arena, block, sizeof block);
    void *first = cs_arena_allocate(&arena, 1000);
    void *largest = cs_arena_allocate_largest(&arena, 2000, &size);
    assert_non_null(largest);
    assert_true(size > 5000);
    assert_true(arena.high_water < 1100);
    assert_non_null(cs_arena_allocate(&arena, 2000 - CS_ARENA_ALIGN));
    assert_null(cs_arena_allocate_largest(&arena, 2000, &size));
    cs_arena_shrink(&arena, largest, 10);
    assert_non_null(cs_arena_allocate(&arena, 4000));
    cs_arena_release(&arena, first);
}

/* For every size of the arena, of what is in use, and of the cut: it lies behind all
 * else, nothing is given out over it, and joined again the arena is whole. */
static void test_cut(void **state)
{
    struct cs_arena arena;

    (void)state;
    for (size_t size = 0; size <= 160; size += 4) {
        for (size_t used = 0; used <= 80; used += 8) {
            for (size_t cut = 0; cut <= 80; cut += 4) {
                cs_arena_init(&arena, block, size);
                unsigned char *piece = cs_arena_allocate(&arena, used);
                size_t failed = arena.failed;
                size_t whole = arena.size;
                unsigned char *end = cs_arena_cut(&arena, cut);
                assert_true((end == NULL) == (arena.failed == failed + 1));
                if (end != NULL) {
                    assert_true(end + cut <= block + size && end >= block);
                    assert_true(piece == NULL || end >= piece + used);
                    memset(end, 0xee, cut);
                    assert_true(cs_arena_allocate(&arena, SIZE_MAX / 2) == NULL);
                    for (unsigned char *more; (more = cs_arena_allocate(&arena, 8)) != NULL;) {
                        assert_true(more + 8 <= end);
                    }
                    assert_true(cut == 0 || cs_arena_cut(&arena, 1) == NULL);
                }
                cs_arena_join(&arena);
                cs_arena_join(&arena);
                assert_int_equal(arena.size, whole);
                assert_true(cs_arena_in_use(&arena) <= whole && arena.high_water <= whole);
            }
        }
    }
}

/* Given back, what lay before a cut is one hole again, of the size that is told. */
static void test_cut_does_not_split(void **state)
{
    struct cs_arena arena;
    size_t before = 0;
    size_t after = 0;

    (void)state;
    cs_arena_init(&arena, block, 4096);
    void *document = cs_arena_allocate_largest(&arena, 1000, &before);
    cs_arena_shrink(&arena, document, 2000);
    assert_non_null(cs_arena_cut(&arena, 256));
    cs_arena_release(&arena, document);
    document = cs_arena_allocate_largest(&arena, 1000, &after);
    assert_int_equal(after, before - 256);
    cs_arena_release(&arena, document);
    cs_arena_join(&arena);
    assert_int_equal(cs_arena_in_use(&arena), 0);
    assert_non_null(cs_arena_allocate(&arena, 4096 - CS_ARENA_ALIGN));
}

/* What is foretold is what then happens, whatever lies in the arena. */
static void test_would_take(void **state)
{
    uint32_t random = 7;
    unsigned yes = 0;
    unsigned no = 0;

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        struct cs_arena arena;
        void *pieces[12];
        size_t size = 0;
        cs_arena_init(&arena, block, 2048);
        for (size_t i = 0; i < 12; i++) {
            pieces[i] = cs_arena_allocate(&arena, next_random(&random) % 250);
        }
        for (size_t i = 2; i < 12; i++) {
            if (next_random(&random) % 2 == 0) {
                cs_arena_release(&arena, pieces[i]);
            }
        }
        const void *const released[2] = {pieces[0], random % 5 == 0 ? NULL : pieces[1]};
        size_t wanted = next_random(&random) % 700;
        size_t reserve = next_random(&random) % 300;
        bool answer = cs_arena_would_take(&arena, released, wanted, reserve);
        cs_arena_release(&arena, pieces[0]);
        if (released[1] != NULL) {
            cs_arena_release(&arena, pieces[1]);
        }
        char *first = cs_arena_allocate_largest(&arena, reserve, &size);
        bool taken = first != NULL && size >= wanted;
        assert_true(answer == taken);
        *(answer ? &yes : &no) += 1;
    }
    assert_true(yes > 2000 && no > 2000);
}

static void count_up(void *attended)
{
    ++*(unsigned *)attended;
}

/* After each piece that was given back, when the arena is whole again; nothing is no piece. */
static void test_is_attended(void **state)
{
    struct cs_arena arena;
    unsigned count = 0;

    (void)state;
    cs_arena_init(&arena, block, sizeof block);
    arena.attend = count_up;
    arena.attended = &count;
    void *piece = cs_arena_allocate(&arena, 10);
    cs_arena_release(&arena, NULL);
    assert_int_equal(count, 0);
    cs_arena_release(&arena, piece);
    assert_int_equal(count, 1);
    assert_int_equal(cs_arena_in_use(&arena), 0);
}

static void test_tiny_blocks(void **state)
{
    struct cs_arena arena;

    (void)state;
    for (size_t size = 0; size < 40; size++) {
        cs_arena_init(&arena, block + 1, size);
        void *piece = cs_arena_allocate(&arena, 1);
        assert_true(piece == NULL || size >= 2 * CS_ARENA_ALIGN);
        assert_null(cs_arena_allocate(&arena, SIZE_MAX));
        assert_null(cs_arena_allocate(&arena, SIZE_MAX - CS_ARENA_ALIGN));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_use),
        cmocka_unit_test(test_high_water_is_enough),
        cmocka_unit_test(test_largest_leaves_its_reserve),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_cut_does_not_split),
        cmocka_unit_test(test_would_take),
        cmocka_unit_test(test_is_attended),
        cmocka_unit_test(test_tiny_blocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
