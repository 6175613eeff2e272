/*
 * What the tests of connsync.json share. Documents are written with ' in place of ",
 * and are read from exact-size copies on the heap, so that a sanitizer sees every byte
 * that is read past the end.
 */
#ifndef CONNSYNC_TESTS_UNIT_DESIRED_SUPPORT_H
#define CONNSYNC_TESTS_UNIT_DESIRED_SUPPORT_H

#include "json_support.h"

#include "config/desired.h"

#define ENTRIES 64

struct document {
    struct cs_desired desired;
    struct cs_desired_fault fault;
    struct cs_desired_entry *entries;
    char *text;
    bool ok;
    char sentence[CS_DESIRED_SENTENCE_SIZE]; /* "" when ok */
};

static inline void explain(struct document *document, struct cs_slice text)
{
    struct cs_writer writer;

    document->sentence[0] = '\0';
    if (!document->ok) {
        cs_writer_init(&writer, document->sentence, sizeof document->sentence);
        cs_desired_explain(&document->fault, text, &writer);
        assert_false(writer.overflowed);
    }
}

static inline struct document read_bytes(const char *text, size_t length, size_t capacity)
{
    struct document document;
    struct cs_slice slice;

    document.text = exact_copy(text, length);
    document.entries = malloc((capacity + 1) * sizeof *document.entries);
    assert_non_null(document.entries);
    slice = cs_slice_make(document.text, length);
    document.ok =
        cs_desired_read(&document.desired, slice, document.entries, capacity, &document.fault);
    assert_int_equal(document.ok, document.fault.error == CS_DESIRED_OK);
    explain(&document, slice);
    return document;
}

/* `quoted` with " for each '. */
static inline char *with_quotes(const char *quoted)
{
    char *text = exact_copy(quoted, strlen(quoted) + 1);

    for (char *at = text; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    return text;
}

static inline struct document read_quoted(const char *quoted, size_t capacity)
{
    char *text = with_quotes(quoted);
    struct document document = read_bytes(text, strlen(text), capacity);

    free(text);
    return document;
}

static inline void forget(struct document *document)
{
    free(document->entries);
    free(document->text);
}

#endif
