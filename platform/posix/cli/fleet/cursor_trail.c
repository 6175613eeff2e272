/* R. P. Brent's way to find a cycle ("An improved Monte Carlo factorization algorithm", BIT 20,
 * 1980, section 2): each cursor is compared with one that is kept, and the page where the next
 * is kept is twice as far. What becomes of a list that has no end is decided in fleet.c. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/fleet/cursor_trail.h"

#include <string.h>

static void keep(struct cursor_trail *trail, const char *cursor)
{
    size_t length = strnlen(cursor, sizeof trail->kept - 1);

    memcpy(trail->kept, cursor, length);
    trail->kept[length] = '\0';
    trail->keep_at = trail->pages * 2;
}

const char *cursor_trail_step(struct cursor_trail *trail, const char *cursor)
{
    if (trail->pages > 0 && strcmp(cursor, trail->kept) == 0) {
        return "a cursor of the list came back, so it has no end";
    }
    if (trail->pages == CURSOR_TRAIL_PAGES_MAX) {
        return "the list has more than 100,000 pages";
    }
    trail->pages++;
    if (trail->pages >= trail->keep_at) {
        keep(trail, cursor);
    }
    return NULL;
}
