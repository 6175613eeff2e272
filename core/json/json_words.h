/*
 * Eight bytes of a text looked at together, where a register has as many.
 *
 * Elsewhere CS_WORDS_FIT is false, what depends on it is left out by the compiler, and bytes are
 * looked at one by one: four together are not worth the code.
 */
#ifndef CONNSYNC_CORE_JSON_JSON_WORDS_H
#define CONNSYNC_CORE_JSON_JSON_WORDS_H

#include <stddef.h>
#include <stdint.h>

#define CS_WORD 8
#define CS_WORDS_FIT (sizeof(size_t) >= CS_WORD)
#define CS_EVERY_BYTE(value) (UINT64_MAX / 255 * (value))

/* The first byte goes lowest, whatever the processor; compilers know it as one load. */
static inline uint64_t cs_word_load(const void *bytes)
{
    const unsigned char *b = (const unsigned char *)bytes;

    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
           (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
           (uint64_t)b[7] << 56;
}

/*
 * Marks are the top bits of bytes. A borrow may mark bytes behind a marked one wrongly,
 * never one before it: the first mark is right, and so is that there is none.
 */
static inline uint64_t cs_word_marks_of(uint64_t word, unsigned char byte)
{
    uint64_t zero = word ^ CS_EVERY_BYTE(byte);

    return (zero - CS_EVERY_BYTE(1)) & ~zero & CS_EVERY_BYTE(0x80);
}

/* How many bytes stand before the first mark; there is one. Each short string waits for this:
 * with the processor's own instruction texts are checked in three quarters of the time. */
static inline unsigned cs_word_before(uint64_t marks)
{
#ifdef __GNUC__
    return (unsigned)__builtin_ctzll(marks) / 8;
#else
    /* The factor has each number in the byte that a shift by as many makes the highest. */
    return (unsigned)(((marks & (0 - marks)) >> 7) * 0x0001020304050607 >> 56);
#endif
}

#endif
