/*
 * How many columns of a terminal a text takes: letters one, East Asian characters two, combining
 * marks none.
 */
#ifndef CONNSYNC_CLI_TEXT_WIDTH_H
#define CONNSYNC_CLI_TEXT_WIDTH_H

#include <stdbool.h>
#include <stddef.h>

/* How many bytes of the UTF-8 text fit into `most` columns: whole characters, with the marks that
 * are on them. `*columns` is what those take. */
size_t text_fit(const char *text, size_t most, size_t *columns);

#endif
