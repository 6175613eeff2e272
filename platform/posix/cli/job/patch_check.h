/* What speaks against a merge patch, in words: before anything is asked of the tenant. */
#ifndef CONNSYNC_CLI_PATCH_CHECK_H
#define CONNSYNC_CLI_PATCH_CHECK_H

#include "core/base/text.h"

#include <stdbool.h>

/* The largest patch: a connection's options as a whole are seldom a tenth of this. */
#define PATCH_FILE_MAX 65536u
/* Enough for any sentence of patch_check(). */
#define PATCH_SENTENCE_SIZE 256u

/* True, or false with one sentence without a full stop, which begins with the place if there is one:
 * "line 3, column 1: not strict JSON (RFC 8259)". No value is ever repeated. */
bool patch_check(struct cs_slice patch, struct cs_writer *sentence);

#endif
