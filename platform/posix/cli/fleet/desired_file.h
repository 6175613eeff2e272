/*
 * connsync.json as a file: read whole, kept while it is used, and replaced by another
 * reading without losing the first if that one is wrong.
 */
#ifndef CONNSYNC_CLI_DESIRED_FILE_H
#define CONNSYNC_CLI_DESIRED_FILE_H

#include "config/desired.h"
#include "core/json/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A zeroed one holds nothing. */
struct desired_file {
    struct connsync_desired desired;
    void *mapping; /* text and entries */
    size_t length; /* of the text, which holds secrets */
};

/* Reads and checks the file; "-" is standard input. False with a `message` that names
 * the file and the place; `file` holds nothing then. */
bool desired_file_read(struct desired_file *file, const char *path, char *message, size_t size);

/* Wipes and gives back. */
void desired_file_free(struct desired_file *file);

/* Memory of the size from the system, all zeros, of which only what is used is taken;
 * NULL if there is none. */
void *mapping_new(size_t size);
void mapping_free(void *mapping, size_t size);

/* Checks `text` and tokenises it into a mapping of `*size` bytes, which is the caller's to
 * give back, on a failure too. False if the text is not strict JSON or there is no memory. */
bool mapping_tokenise(struct cs_json *json, struct cs_slice text, jsmntok_t **tokens, size_t *size);

/* Reads the file at `path` ("-" is standard input) into `out`. The bytes read, `size` if
 * there are more than that; -1 with errno. */
ssize_t mapping_read(const char *path, char *out, size_t size);

#endif
