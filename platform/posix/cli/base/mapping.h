/*
 * Memory from the system, for what is too large to lie in the program: it has no heap.
 */
#ifndef CONNSYNC_CLI_MAPPING_H
#define CONNSYNC_CLI_MAPPING_H

#include <stddef.h>

/* Memory of the size from the system, all zeros, of which only what is used is taken;
 * NULL if there is none. */
void *mapping_new(size_t size);
/* Gives it back as it is: what is secret in it is wiped by its owner. NULL is ignored. */
void mapping_free(void *mapping, size_t size);

#endif
