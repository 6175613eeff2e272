/*
 * Slices, lists of words, and the bounded writer. What a text means is left to whoever reads it.
 */
#include "core/base/text.h"

#include <string.h>

/* The digits of 2^64-1. */
#define U64_DIGITS_MAX 20

bool cs_slice_equal(struct cs_slice a, struct cs_slice b)
{
    /* An empty slice may have no data, and memcmp may not be given NULL. */
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

/* tolower() follows the locale; protocol words are ASCII whatever the locale. */
static char lower_ascii(char c)
{
    return (c >= 'A' && c <= 'Z') ? (char)(c - 'A' + 'a') : c;
}

bool cs_slice_equal_nocase(struct cs_slice a, struct cs_slice b)
{
    if (a.length != b.length) {
        return false;
    }
    for (size_t i = 0; i < a.length; i++) {
        if (lower_ascii(a.data[i]) != lower_ascii(b.data[i])) {
            return false;
        }
    }
    return true;
}

bool cs_slice_is(struct cs_slice slice, const char *string)
{
    return cs_slice_equal(slice, cs_slice_of(string));
}

bool cs_slice_starts_with(struct cs_slice slice, const char *prefix)
{
    struct cs_slice wanted = cs_slice_of(prefix);

    if (slice.length < wanted.length) {
        return false;
    }
    return cs_slice_equal(cs_slice_make(slice.data, wanted.length), wanted);
}

bool cs_slice_has_word(struct cs_slice list, const char *word)
{
    struct cs_slice wanted = cs_slice_of(word);
    size_t start = 0;

    if (wanted.length == 0) {
        return false;
    }
    for (size_t i = 0; i <= list.length; i++) {
        if (i < list.length && list.data[i] != ' ') {
            continue;
        }
        if (i - start == wanted.length && memcmp(list.data + start, wanted.data, i - start) == 0) {
            return true;
        }
        start = i + 1;
    }
    return false;
}

bool cs_slice_contains(struct cs_slice slice, const char *needle)
{
    size_t length = strlen(needle);

    if (length == 0) {
        return true;
    }
    for (size_t i = 0; i + length <= slice.length; i++) {
        if (memcmp(slice.data + i, needle, length) == 0) {
            return true;
        }
    }
    return false;
}

int cs_hex_digit(int c)
{
    int small = c | 0x20; /* also of a digit, which has the bit */

    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

bool cs_slice_to_u64(struct cs_slice slice, uint64_t *value)
{
    uint64_t total = 0;

    if (slice.length == 0) {
        return false;
    }
    for (size_t i = 0; i < slice.length; i++) {
        unsigned digit = (unsigned)(unsigned char)slice.data[i] - '0';
        if (digit > 9 || total > (UINT64_MAX - digit) / 10) {
            return false;
        }
        total = total * 10 + digit;
    }
    *value = total;
    return true;
}

const char *cs_words_next(const char *word)
{
    return word + strlen(word) + 1;
}

const char *cs_words_at(const char *words, unsigned index)
{
    while (index-- > 0) {
        words = cs_words_next(words);
    }
    return words;
}

const char *cs_words_numbered(const char *words, const uint8_t *numbers, size_t count,
                              unsigned number)
{
    const uint8_t *at = number <= UINT8_MAX ? memchr(numbers, (int)number, count) : NULL;

    return at != NULL ? cs_words_at(words, (unsigned)(at - numbers)) : NULL;
}

int cs_words_find(const char *words, struct cs_slice word)
{
    for (int i = 0; *words != '\0'; i++) {
        if (cs_slice_is(word, words)) {
            return i;
        }
        words = cs_words_next(words);
    }
    return -1;
}

void cs_writer_init(struct cs_writer *writer, char *data, size_t size)
{
    writer->data = data;
    writer->size = size;
    writer->length = 0;
    writer->overflowed = false;
    data[0] = '\0';
}

void cs_write(struct cs_writer *writer, struct cs_slice text)
{
    size_t room = writer->size - 1 - writer->length;
    size_t length = text.length;

    if (length > room) {
        writer->overflowed = true;
        length = room;
    }
    if (length > 0) {
        memcpy(writer->data + writer->length, text.data, length);
        writer->length += length;
    }
    writer->data[writer->length] = '\0';
}

void cs_write_string(struct cs_writer *writer, const char *string)
{
    cs_write(writer, cs_slice_of(string));
}

void cs_write_u64(struct cs_writer *writer, uint64_t value)
{
    char digits[U64_DIGITS_MAX];
    size_t start = sizeof digits;

    do {
        digits[--start] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    cs_write(writer, cs_slice_make(digits + start, sizeof digits - start));
}

/* RFC 3986, section 2.3. */
static bool is_unreserved(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void cs_write_percent_encoded(struct cs_writer *writer, struct cs_slice text)
{
    static const char hex[] = "0123456789ABCDEF";

    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        const char encoded[] = {'%', hex[c >> 4], hex[c & 15]};

        cs_write(writer, is_unreserved(c) ? cs_slice_make(text.data + i, 1)
                                          : cs_slice_make(encoded, sizeof encoded));
    }
}

bool cs_copy_string(char *out, size_t size, struct cs_slice text)
{
    bool fits = text.length < size;
    struct cs_writer writer;

    cs_writer_init(&writer, out, size);
    cs_write(&writer, cs_slice_make(text.data, fits ? text.length : 0));
    return fits;
}

size_t cs_odd_length(const char *at)
{
    unsigned char first = (unsigned char)at[0];

    if (first == '\0') {
        return 0;
    }
    if (cs_is_odd(0, first)) {
        return 1;
    }
    unsigned char second = (unsigned char)at[1];
    if (second < 0x80 || !cs_is_odd(first, second)) {
        return 0;
    }
    return first == 0xED && ((unsigned char)at[2] & 0xC0u) == 0x80 ? 3 : 2;
}

void cs_wipe(void *memory, size_t length)
{
    /* What a volatile pointer points at is not known before it is called: the call may not be left
     * out, even when nothing reads the memory again. */
    void *(*volatile set)(void *, int, size_t) = memset;

    (void)set(memory, 0, length);
}
