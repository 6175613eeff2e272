/* SHA-256, which plans name the bytes of `options` by, and which tells whether a backup is whole. */
#ifndef CONNSYNC_CLI_DIGEST_H
#define CONNSYNC_CLI_DIGEST_H

#include "core/base/text.h"

#include <stddef.h>
#include <stdint.h>

#define DIGEST_SIZE 32u
/* Two lower-case digits a byte, and the final NUL. */
#define DIGEST_HEX_SIZE (2u * DIGEST_SIZE + 1u)

/* Of `count` pieces, one after another. */
void digest_of_pieces(uint8_t digest[DIGEST_SIZE], const struct cs_slice *pieces, size_t count);

void digest_of(uint8_t digest[DIGEST_SIZE], const char *text, size_t length);

void digest_write_hex(char hex[DIGEST_HEX_SIZE], const uint8_t digest[DIGEST_SIZE]);

#endif
