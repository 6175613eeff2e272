/*
 * Memory from the system, for what is too large to lie in the program: it has no heap.
 */
#ifndef CONNSYNC_CLI_MAPPING_H
#define CONNSYNC_CLI_MAPPING_H

#include "core/json/json_tokens.h"

#include <stdbool.h>
#include <stddef.h>

/* Memory of the size from the system, all zeros, of which only what is used is taken;
 * NULL if there is none. */
void *mapping_new(size_t size);
/* Gives it back as it is: what is secret in it is wiped by its owner. NULL is ignored. */
void mapping_free(void *mapping, size_t size);

/* Checks `text` and tokenises it into a mapping of `*size` bytes, which is the caller's to
 * give back, on a failure too. False if the text is not strict JSON or there is no memory. */
bool mapping_tokenise(struct cs_json *json, struct cs_slice text, jsmntok_t **tokens, size_t *size);

#endif
