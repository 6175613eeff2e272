/*
 * The cursors of one list, page after page: whether they come back, so that the list would have
 * no end, and whether there are more than a list can have. It remembers one cursor, whatever
 * the number of pages.
 */
#ifndef CONNSYNC_CLI_CURSOR_TRAIL_H
#define CONNSYNC_CLI_CURSOR_TRAIL_H

#include "core/connsync.h"

#include <stdint.h>

/* At fifty connections a page, as many as are asked for where they fit, five million. */
#define CURSOR_TRAIL_PAGES_MAX 100000u

/* A zeroed one is at the beginning of a list. */
struct cursor_trail {
    char kept[CONNSYNC_CURSOR_SIZE];
    uint32_t pages;
    uint32_t keep_at; /* the page whose cursor is kept next */
};

/* Goes on to the page that has this cursor. NULL, or why that is not to be asked for: a phrase
 * without a full stop. A cycle of N pages that begins after M of them is found before 3 (M + N)
 * pages have been asked for. */
const char *cursor_trail_step(struct cursor_trail *trail, const char *cursor);

#endif
