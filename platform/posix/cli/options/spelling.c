/* Distances between words, and words of other programs. What is done with a word that is nearly one
 * of ours is its reader's: nothing is guessed into effect. */
#include "platform/posix/cli/options/spelling.h"

#include <string.h>

/* Of words and of names; longer ones are far from everything. */
#define LENGTH_MAX 32u
#define PREFIX_MIN 3u

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* `rows[i][j]` is the distance of the word's first i letters to the name's first j, two that stand in
 * each other's place counting as one. */
static unsigned edits(struct cs_slice word, const char *name, size_t length)
{
    unsigned char rows[LENGTH_MAX + 1][LENGTH_MAX + 1];

    for (size_t i = 0; i <= word.length; i++) {
        rows[i][0] = (unsigned char)i;
        for (size_t j = 1; j <= length; j++) {
            if (i == 0) {
                rows[0][j] = (unsigned char)j;
                continue;
            }
            unsigned best = rows[i - 1][j - 1] + (word.data[i - 1] != name[j - 1] ? 1u : 0u);
            best = least(best, 1u + least(rows[i - 1][j], rows[i][j - 1]));
            if (i > 1 && j > 1 && word.data[i - 1] == name[j - 2] &&
                word.data[i - 2] == name[j - 1]) {
                best = least(best, 1u + rows[i - 2][j - 2]);
            }
            rows[i][j] = (unsigned char)best;
        }
    }
    return rows[word.length][length];
}

unsigned spelling_distance(struct cs_slice word, const char *name)
{
    size_t length = strlen(name);

    if (word.length > LENGTH_MAX || length > LENGTH_MAX || word.length < 2) {
        return SPELLING_FAR;
    }
    if (word.length >= PREFIX_MIN && strncmp(name, word.data, word.length) == 0) {
        return 1;
    }
    unsigned distance = edits(word, name, length);
    return distance <= (word.length > PREFIX_MIN ? 2u : 1u) ? distance : SPELLING_FAR;
}

const char *spelling_translate(const char *pairs, struct cs_slice word)
{
    for (; *pairs != '\0'; pairs = cs_words_next(cs_words_next(pairs))) {
        if (cs_slice_is(word, pairs)) {
            return cs_words_next(pairs);
        }
    }
    return NULL;
}
