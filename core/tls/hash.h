/* SHA-256 (FIPS 180-4). Needs no memory, no random bytes and no session. */
#ifndef CONNSYNC_CORE_TLS_HASH_H
#define CONNSYNC_CORE_TLS_HASH_H

#include "core/base/text.h"

#define CS_SHA256_SIZE 32u

/* Of `count` pieces, one after another. False if the library failed; `digest` is then all
 * zeros, and worth nothing. */
bool cs_sha256(const struct cs_slice *pieces, size_t count, uint8_t digest[CS_SHA256_SIZE]);

#endif
