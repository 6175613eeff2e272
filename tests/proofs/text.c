/* core/base/text.c: slices, words and the bounded writer. */
#include "core/base/text.c"

#include "proof.h"

void prove_slices(void)
{
    struct cs_slice a = any_text();
    struct cs_slice b = any_text();
    bool equal = cs_slice_equal(a, b);

    __CPROVER_assert(!equal || cs_slice_equal_nocase(a, b),
                     "what is equal is so whatever the case");
    __CPROVER_assert(equal == cs_slice_equal(b, a), "symmetric");
    __CPROVER_assert(cs_slice_equal(a, a) && cs_slice_equal_nocase(a, a), "reflexive");
}

void prove_slice_and_string(void)
{
    struct cs_slice text = any_text();
    const char *string = any_string(BYTES);

    __CPROVER_assert(!cs_slice_is(text, string) || cs_slice_starts_with(text, string), "begins");
    __CPROVER_assert(!cs_slice_starts_with(text, string) || cs_slice_contains(text, string), "has");
    (void)cs_slice_has_word(text, string);
    (void)cs_slice_with_nul(string);
}

void prove_slice_to_u64(void)
{
    struct cs_slice text = any_text();
    uint64_t before = nondet_u64();
    uint64_t value = before;
    bool is_number = cs_slice_to_u64(text, &value);
    uint64_t front;
    bool has_front =
        text.length > 1 && cs_slice_to_u64(cs_slice_make(text.data, text.length - 1), &front);

    __CPROVER_assert(is_number || value == before, "untouched where it is no number");
    __CPROVER_assert(!is_number || text.length == 1 || (has_front && value >= front),
                     "with a digit more it is no less");
}

void prove_words(void)
{
    /* A list: its last word is empty. */
    char *words = malloc(BYTES + 2);
    __CPROVER_assume(words[BYTES] == '\0' && words[BYTES + 1] == '\0');
    struct cs_slice word = any_text();
    int found = cs_words_find(words, word);

    __CPROVER_assert(found >= -1 && found <= BYTES, "an index, or none");
    __CPROVER_assert(found < 0 || cs_slice_is(word, cs_words_at(words, (unsigned)found)), "it");
}

void prove_words_numbered(void)
{
    static const char words[] = "a\0bc\0\0d\0";
    uint8_t numbers[4] = {nondet_char(), nondet_char(), nondet_char(), nondet_char()};
    const char *word =
        cs_words_numbered(words, numbers, any_size(sizeof numbers), nondet_unsigned());

    __CPROVER_assert(word == NULL || (word >= words && word < words + sizeof words),
                     "one of the list");
}

/* Whatever is written, the buffer holds a string, and only the buffer is written to. */
static void check_writer(const struct cs_writer *writer, size_t size)
{
    __CPROVER_assert(writer->length < size && writer->size == size, "there is room for the NUL");
    __CPROVER_assert(writer->data[writer->length] == '\0', "terminated");
}

void prove_write(void)
{
    size_t size;
    char *data = any_buffer(BYTES, &size);
    struct cs_writer writer;
    struct cs_slice text = any_text();

    cs_writer_init(&writer, data, size);
    cs_write(&writer, text);
    check_writer(&writer, size);
    __CPROVER_assert(writer.overflowed == (text.length >= size), "what does not fit is known");
    cs_write_string(&writer, any_string(BYTES));
    check_writer(&writer, size);
    __CPROVER_assert(cs_written(&writer).length == writer.length, "all of it");
}

void prove_write_u64(void)
{
    char data[21];
    struct cs_writer writer;

    cs_writer_init(&writer, data, sizeof data);
    cs_write_u64(&writer, nondet_u64());
    check_writer(&writer, sizeof data);
    __CPROVER_assert(!writer.overflowed && writer.length > 0, "the largest number fits");
}

void prove_write_percent_encoded(void)
{
    size_t size;
    char *data = any_buffer(BYTES, &size);
    struct cs_writer writer;

    cs_writer_init(&writer, data, size);
    cs_write_percent_encoded(&writer, any_text());
    check_writer(&writer, size);
}

void prove_copy_string(void)
{
    size_t size;
    char *out = any_buffer(BYTES, &size);
    struct cs_slice text = any_text();
    bool fits = cs_copy_string(out, size, text);

    __CPROVER_assert(out[fits ? text.length : 0] == '\0',
                     "terminated, or empty where it does not fit");
}

void prove_odd_length(void)
{
    const char *text = any_string(BYTES);
    size_t length = cs_odd_length(text);

    __CPROVER_assert(length <= strlen(text) && length <= 3, "it does not go behind the end");
}

void prove_wipe(void)
{
    char *memory = malloc(BYTES);
    size_t at = any_size(BYTES);
    size_t length = any_size(BYTES - at);
    size_t wiped = any_size(BYTES - 1);
    __CPROVER_assume(wiped >= at && wiped < at + length);

    cs_wipe(memory + at, length);
    __CPROVER_assert(memory[wiped] == 0, "every byte");
}
