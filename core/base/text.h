/*
 * Text that somebody else owns, and bounded writing of text.
 *
 * A `struct cs_slice` points at bytes and counts them; it never owns them and is
 * never NUL-terminated. A `struct cs_writer` fills a fixed buffer and remembers,
 * rather than overruns, when it was too small: a sequence of writes needs one
 * check, at its end.
 */
#ifndef CONNSYNC_CORE_BASE_TEXT_H
#define CONNSYNC_CORE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cs_slice {
    const char *data;
    size_t length;
};

static inline struct cs_slice cs_slice_make(const char *data, size_t length)
{
    return (struct cs_slice){data, length};
}

/* The slice of a NUL-terminated string; NULL gives an empty slice. */
static inline struct cs_slice cs_slice_of(const char *string)
{
    return string != NULL ? cs_slice_make(string, strlen(string)) : cs_slice_make("", 0);
}

/* A string with its NUL, which keeps it apart from the next one where several are digested. */
static inline struct cs_slice cs_slice_with_nul(const char *string)
{
    return cs_slice_make(string, strlen(string) + 1);
}

bool cs_slice_equal(struct cs_slice a, struct cs_slice b);
/* Equal but for the case of ASCII letters. */
bool cs_slice_equal_nocase(struct cs_slice a, struct cs_slice b);
bool cs_slice_is(struct cs_slice slice, const char *string);
bool cs_slice_starts_with(struct cs_slice slice, const char *prefix);
/* Is `word` one of the blank-separated words of `list`? (OAuth's `scope`.) */
bool cs_slice_has_word(struct cs_slice list, const char *word);
bool cs_slice_contains(struct cs_slice slice, const char *needle);
/* The value of a hexadecimal digit, or -1. */
int cs_hex_digit(int c);
/* Reads all of `slice` as a decimal number; false if it is not one or too large. */
bool cs_slice_to_u64(struct cs_slice slice, uint64_t *value);

/*
 * A list of words is one string: each word with its NUL, and an empty word behind
 * the last ("on\0off\0"). It needs no table of addresses beside it.
 */
const char *cs_words_next(const char *word);
const char *cs_words_at(const char *words, unsigned index);
/* The index of `word` in the list, or -1. */
int cs_words_find(const char *words, struct cs_slice word);
/* The word that stands in the list where `number` stands among `count` numbers; NULL if it does not.
 * Where words belong to scattered numbers, an array of pointers would be longer: each of them has to
 * be put right at the start, and most numbers have none. */
const char *cs_words_numbered(const char *words, const uint8_t *numbers, size_t count,
                              unsigned number);

struct cs_writer {
    char *data;
    size_t size;     /* of `data`, with room for the final NUL */
    size_t length;   /* bytes written, without the NUL */
    bool overflowed; /* something did not fit; `data` holds the part that did */
};

/* `size` is at least 1. The text is NUL-terminated after every write. */
void cs_writer_init(struct cs_writer *writer, char *data, size_t size);
void cs_write(struct cs_writer *writer, struct cs_slice text);
void cs_write_string(struct cs_writer *writer, const char *string);
void cs_write_u64(struct cs_writer *writer, uint64_t value);
/* Every byte but RFC 3986's unreserved ones as %XX: right for a path segment, a
 * query value and application/x-www-form-urlencoded alike. */
void cs_write_percent_encoded(struct cs_writer *writer, struct cs_slice text);

static inline struct cs_slice cs_written(const struct cs_writer *writer)
{
    return cs_slice_make(writer->data, writer->length);
}

/* Copies into `out` and terminates it; false (and an empty `out`) if too long. */
bool cs_copy_string(char *out, size_t size, struct cs_slice text);

/* Does this byte, which stands behind that one in UTF-8, belong to what is no character to be
 * shown: a control character (U+0000 to U+001F, U+007F to U+009F), on which a terminal acts, or
 * half a surrogate pair, which JSON can spell and UTF-8 cannot? The byte before is then of it
 * too, unless this one is ASCII. */
static inline bool cs_is_odd(unsigned char before, unsigned char byte)
{
    return byte < ' ' || byte == 0x7F || (before == 0xC2 && byte >= 0x80 && byte < 0xA0) ||
           (before == 0xED && byte >= 0xA0);
}

/* The bytes of such a thing where one begins at `at`, which may be the end of a text: 1 to 3,
 * fewer than it should have where the text is cut in it; else 0. */
size_t cs_odd_length(const char *at);

/* Overwrites memory that held a secret; a compiler may not leave it out. */
void cs_wipe(void *memory, size_t length);

#endif
