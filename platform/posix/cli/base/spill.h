/*
 * Bytes that are written once, one behind the other, and then read as often as one likes, at any
 * place: in a file that has no name, in the folder of the variable TMPDIR or in /tmp; or, where there
 * is none that can be written, in memory. What is secret does not belong there.
 */
#ifndef CONNSYNC_CLI_SPILL_H
#define CONNSYNC_CLI_SPILL_H

#include <stdbool.h>
#include <stddef.h>

/* In memory there may be so much; in a file, as much as it takes. */
#define SPILL_MEMORY_MAX (32u * 1024u * 1024u)

/* A zeroed one is empty. */
struct spill {
    size_t length;
    bool has_file;
    int file;
    char *memory; /* a mapping, or NULL */
};

/* Writes all of them behind the others. False, with errno, if there is no room. */
bool spill_add(struct spill *spill, const char *bytes, size_t length);

/* Reads all of these, which are there. False, with errno, if the file cannot be read. */
bool spill_read(const struct spill *spill, size_t from, char *out, size_t length);

/* Empties it. */
void spill_free(struct spill *spill);

#endif
