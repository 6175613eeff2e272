/*
 * What everything stands on, by what the bytes say: calls of an arena in any order, texts, dates, a sort.
 *
 * The arena's pieces never overlap, keep what is written into them, and are all of the block
 * again at the end. Texts and numbers mean what slow and plain code says that they mean.
 */
#include "core/base/arena.h"
#include "core/base/civil.h"
#include "core/base/sort.h"
#include "core/base/text.h"
#include "core/connsync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 1024
#define PIECES 16
#define TEXT_MAX 512
#define SORTED_MAX 64

struct piece {
    unsigned char *data;
    size_t size;
    unsigned char mark;
};

static _Alignas(16) unsigned char block[BLOCK_SIZE];
static struct cs_arena arena;
static struct piece pieces[PIECES];
static struct piece cut;

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* ---- The arena ---- */

static void check_piece(const struct piece *piece)
{
    for (size_t i = 0; i < piece->size; i++) {
        require(piece->data[i] == piece->mark);
    }
}

static void fill(struct piece *piece, unsigned char *data, size_t size, unsigned char mark)
{
    *piece = (struct piece){data, data != NULL ? size : 0, mark};
    require(data == NULL || (data >= block && data + size <= block + sizeof block));
    require((uintptr_t)data % CS_ARENA_ALIGN == 0);
    if (data != NULL) {
        memset(data, mark, size);
    }
}

static size_t attended;

static void attend(void *context)
{
    (void)context;
    attended++;
}

static void release(struct piece *piece)
{
    check_piece(piece);
    cs_arena_release(&arena, piece->data);
    *piece = (struct piece){NULL, 0, 0};
}

/* A piece is where a question said that it can be had, and nowhere else. */
static void allocate(struct piece *piece, size_t size, unsigned char mark)
{
    const void *const none[2] = {NULL, NULL};
    size_t failed = arena.failed;
    bool is_there = cs_arena_would_take(&arena, none, size, 0);
    unsigned char *data = cs_arena_allocate(&arena, size);

    require((data != NULL) == is_there);
    require(arena.failed == failed + (data == NULL));
    fill(piece, data, size, mark);
}

static void allocate_largest(struct piece *piece, size_t reserve, unsigned char mark)
{
    const void *const none[2] = {NULL, NULL};
    size_t size = 0;
    unsigned char *data = cs_arena_allocate_largest(&arena, reserve, &size);

    fill(piece, data, size, mark);
    require(data == NULL || reserve == 0 || cs_arena_would_take(&arena, none, 0, 0));
}

static void would_release(const struct piece *one, const struct piece *other, size_t size)
{
    const void *const both[2] = {one->data, other->data != one->data ? other->data : NULL};
    const void *const none[2] = {NULL, NULL};

    require(!cs_arena_would_take(&arena, none, size, 8) ||
            cs_arena_would_take(&arena, both, size, 8));
}

static void shrink(struct piece *piece, size_t size)
{
    if (piece->data != NULL && size <= piece->size) {
        cs_arena_shrink(&arena, piece->data, size);
        piece->size = size;
    }
}

static void cut_or_join(size_t size, unsigned char mark)
{
    if (cut.data != NULL) {
        check_piece(&cut);
        cs_arena_join(&arena);
        cut = (struct piece){NULL, 0, 0};
        return;
    }
    fill(&cut, cs_arena_cut(&arena, size), size, mark);
}

static void call(const uint8_t step[3], unsigned char mark)
{
    struct piece *piece = &pieces[step[1] % PIECES];
    size_t size = (size_t)step[2] * (1u + (step[1] >> 4) % 4u);

    switch (step[0] % 6) {
    case 0:
    case 1:
        release(piece);
        allocate(piece, size, mark);
        break;
    case 2:
        release(piece);
        allocate_largest(piece, size, mark);
        break;
    case 3:
        shrink(piece, size);
        break;
    case 4:
        would_release(piece, &pieces[step[0] / 6 % PIECES], size);
        release(piece);
        break;
    default:
        cut_or_join(size, mark);
        break;
    }
}

static void call_arena(const uint8_t *data, size_t size)
{
    size_t skew = size > 0 ? data[0] % 16 : 0;

    cs_arena_init(&arena, block + skew,
                  skew < 15 ? sizeof block - skew - (size > 1 ? data[1] : 0) : 3);
    arena.attend = skew % 2 > 0 ? attend : NULL;
    memset(pieces, 0, sizeof pieces);
    cut.data = NULL;
    for (size_t at = 2; at + 3 <= size; at += 3) {
        call(data + at, (unsigned char)(at | 1));
        for (int i = 0; i < PIECES; i++) {
            check_piece(&pieces[i]);
        }
        require(cs_arena_in_use(&arena) <= arena.size + arena.cut);
        require(arena.high_water <= sizeof block);
    }
    for (int i = 0; i < PIECES; i++) {
        release(&pieces[i]);
    }
    cs_arena_join(&arena);
    require(cs_arena_in_use(&arena) == 0);
}

/* ---- Texts ---- */

static void check_number(struct cs_slice text)
{
    uint64_t value = 0;
    char digits[24];
    struct cs_writer writer;

    if (!cs_slice_to_u64(text, &value)) {
        return;
    }
    cs_writer_init(&writer, digits, sizeof digits);
    cs_write_u64(&writer, value);
    while (text.length > 1 && text.data[0] == '0') {
        text = cs_slice_make(text.data + 1, text.length - 1);
    }
    require(cs_slice_equal(text, cs_written(&writer)));
}

static void check_encoding(struct cs_slice text)
{
    char out[3 * TEXT_MAX + 1];
    struct cs_writer writer;
    size_t at = 0;

    cs_writer_init(&writer, out, sizeof out);
    cs_write_percent_encoded(&writer, text);
    require(!writer.overflowed);
    for (size_t i = 0; i < text.length; i++) {
        int byte = (unsigned char)out[at];
        if (byte == '%') {
            byte = cs_hex_digit(out[at + 1]) << 4 | cs_hex_digit(out[at + 2]);
            at += 2;
        }
        at++;
        require(byte == (unsigned char)text.data[i]);
    }
    require(at == writer.length);
}

/* Two texts, each with a NUL behind it. */
static void check_pair(const char *one, const char *other)
{
    struct cs_slice text = cs_slice_of(one);
    char words[2 * TEXT_MAX];
    char copy[8];

    require(cs_slice_is(text, other) == (strcmp(one, other) == 0));
    require(cs_slice_starts_with(text, other) == (strncmp(one, other, strlen(other)) == 0));
    require(cs_slice_contains(text, other) == (strstr(one, other) != NULL));
    require(!cs_slice_equal(text, cs_slice_of(other)) ||
            cs_slice_equal_nocase(text, cs_slice_of(other)));
    if (cs_slice_has_word(text, other)) {
        require(strstr(one, other) != NULL);
    }
    require(cs_copy_string(copy, sizeof copy, text) == (text.length < sizeof copy));
    (void)snprintf(words, sizeof words, "%s%c%s%c", one, 0, other, 0);
    words[text.length + strlen(other) + 2] = '\0';
    if (text.length > 0 && other[0] != '\0') {
        require(cs_words_find(words, cs_slice_of(other)) == (strcmp(one, other) == 0 ? 0 : 1));
        require(strcmp(cs_words_at(words, 1), other) == 0);
    }
    for (size_t at = 0; at <= text.length; at++) {
        size_t odd = cs_odd_length(one + at);
        require(odd <= 3 && odd <= text.length - at);
    }
}

/* ---- Dates ---- */

static void check_date(struct cs_slice text)
{
    struct cs_civil civil;
    struct cs_civil again;

    if (!cs_civil_read(&civil, text, "0000-11-22T33:44:55?") || !cs_civil_is_valid(&civil)) {
        return;
    }
    int64_t seconds = cs_civil_to_utc(&civil);
    cs_civil_from_utc(seconds, &again);
    require(cs_civil_is_valid(&again));
    if (seconds >= 0) {
        require(cs_civil_to_utc(&again) == seconds);
    } else {
        require(again.year == 1970 && civil.year < 1970);
    }
}

static int signed_of(char byte)
{
    int value = (unsigned char)byte;

    return value < 0x80 ? value : value - 0x100;
}

/* Any numbers in the place of a date's; those that are none are refused. */
static void check_parts(struct cs_slice text)
{
    int numbers[6] = {2024, 2, 29, 23, 59, 60};

    for (size_t i = 0; i + 1 < text.length && i < 12; i += 2) {
        numbers[i / 2] = signed_of(text.data[i]) * 81 + signed_of(text.data[i + 1]);
    }
    const struct cs_civil civil = {numbers[0], numbers[1], numbers[2],
                                   numbers[3], numbers[4], numbers[5]};
    if (cs_civil_is_valid(&civil)) {
        struct cs_civil again;
        require(civil.month >= 1 && civil.month <= 12 && civil.day >= 1 && civil.day <= 31);
        cs_civil_from_utc(cs_civil_to_utc(&civil), &again);
        require(civil.year < 1970 || civil.second == 60 || again.day == civil.day);
    }
}

/* ---- Sorting ---- */

static bool goes_before(const void *items, size_t a, size_t b)
{
    const uint8_t *bytes = items;

    return bytes[a] < bytes[b];
}

static void swap(void *items, size_t a, size_t b)
{
    uint8_t *bytes = items;
    uint8_t byte = bytes[a];

    bytes[a] = bytes[b];
    bytes[b] = byte;
}

static void check_sort(const uint8_t *data, size_t size)
{
    static const struct cs_sort_by by = {goes_before, swap};
    size_t count = size < SORTED_MAX ? size : SORTED_MAX;
    uint8_t sorted[SORTED_MAX];
    int balance[256] = {0};

    memcpy(sorted, data, count);
    cs_sort(sorted, count, &by);
    for (size_t i = 0; i < count; i++) {
        require(i == 0 || sorted[i - 1] <= sorted[i]);
        balance[data[i]]++;
        balance[sorted[i]]--;
    }
    for (int i = 0; i < 256; i++) {
        require(balance[i] == 0);
    }
}

/* ---- Statuses ---- */

static void check_names(uint8_t number)
{
    const char *name = connsync_status_name((enum connsync_status)number);

    require(name != NULL && name[0] != '\0');
    require(connsync_status_is_refusal((enum connsync_status)number) ==
            (number >= 120 && number < 140));
    require(connsync_setting_parse(connsync_setting_name((enum connsync_setting)(number % 4))) ==
            (enum connsync_setting)(number % 4));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[TEXT_MAX + 2] = {0};

    if (size == 0 || size > TEXT_MAX) {
        return 0;
    }
    memcpy(text, data + 1, size - 1);
    struct cs_slice rest = cs_slice_make(text, size - 1);
    switch (data[0] % 4) {
    case 0:
        call_arena(data + 1, size - 1);
        break;
    case 1:
        check_number(rest);
        check_encoding(rest);
        check_pair(text, strlen(text) < rest.length ? text + strlen(text) + 1 : "");
        break;
    case 2:
        check_date(rest);
        check_parts(rest);
        break;
    default:
        check_sort(data + 1, size - 1);
        check_names(data[0]);
        break;
    }
    return 0;
}
