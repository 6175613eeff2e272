/*
 * Does a connection look as the one-line PATCH leaves it, {"options":{"set_user_root_attributes":
 * ...}}, which puts the setting in the place of all other options? Two signs are looked for, both
 * beside the setting: nothing else is there, or something is missing that the strategy cannot work
 * without. docs/damaged.md says where each line of the table is from, and what no sign can tell.
 */
#ifndef CONNSYNC_CLI_DAMAGE_H
#define CONNSYNC_CLI_DAMAGE_H

#include "core/base/text.h"

#include <stdbool.h>

/* So many members a strategy may need; of each group of them one is enough. */
#define DAMAGE_LACKS_MAX 4u

struct damage {
    bool is_alone;                       /* the setting is all there is */
    unsigned count;                      /* else how many are missing, */
    const char *lacks[DAMAGE_LACKS_MAX]; /* "client_id", or a group: "adfs_server fedMetadataXml" */
};

/* Looks at `options`, an object of checked JSON, of a connection with this strategy. False if
 * neither sign is there. */
bool damage_find(struct damage *damage, const char *strategy, struct cs_slice options);

/* Writes what was found: "options lack client_id, adfs_server or fedMetadataXml". Names of members
 * alone, never a value. */
void damage_write(struct cs_writer *writer, const struct damage *damage);

#endif
