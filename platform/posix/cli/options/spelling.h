/* How near a word comes to another that may have been meant. */
#ifndef CONNSYNC_CLI_SPELLING_H
#define CONNSYNC_CLI_SPELLING_H

#include "core/base/text.h"

/* What lies too far apart for a suggestion. */
#define SPELLING_FAR 100u

/* Letters to insert, take away, replace or exchange with the next (optimal string alignment): up to 2,
 * 1 for short words. The beginning of a name counts as near. SPELLING_FAR beyond that. */
unsigned spelling_distance(struct cs_slice word, const char *name);

/* A name in a list of pairs "other\0ours\0", with an empty word behind the last; NULL if it is none
 * of the others. */
const char *spelling_translate(const char *pairs, struct cs_slice word);

#endif
