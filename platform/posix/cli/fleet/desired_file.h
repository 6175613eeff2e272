/*
 * connsync.json as a file: read whole, kept while it is used, and read again
 * without losing the first text if the second is wrong.
 */
#ifndef CONNSYNC_CLI_DESIRED_FILE_H
#define CONNSYNC_CLI_DESIRED_FILE_H

#include "config/desired.h"

#include <stdbool.h>
#include <stddef.h>

/* A zeroed one holds nothing. */
struct desired_file {
    struct cs_desired desired;
    void *mapping; /* text and entries */
    size_t length; /* of the text, which holds secrets */
};

/* Reads and checks the file; "-" is standard input. False with a `message` that names
 * the file and the place; `file` holds nothing then. */
bool desired_file_read(struct desired_file *file, const char *path, char *message, size_t size);

/* Editors find the schema of a document by its member "$schema", which means nothing to an agent:
 * it is overwritten with blanks, if it is a string. What is no JSON stays as it is. */
void desired_file_blank_schema(char *text, size_t length);

/* Overwrites the token and the client's secret in the text, which are not to be asked for again.
 * Was there any? */
bool desired_file_hide(struct desired_file *file);

/* Wipes and gives back. */
void desired_file_free(struct desired_file *file);

#endif
