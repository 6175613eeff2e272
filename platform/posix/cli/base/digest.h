/* SHA-256, which plans and backups name the bytes of `options` by. */
#ifndef CONNSYNC_CLI_DIGEST_H
#define CONNSYNC_CLI_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_SIZE 32u
/* Two lower-case digits a byte, and the final NUL. */
#define DIGEST_HEX_SIZE (2u * DIGEST_SIZE + 1u)

void digest_of(uint8_t digest[DIGEST_SIZE], const char *text, size_t length);

void digest_write_hex(char hex[DIGEST_HEX_SIZE], const uint8_t digest[DIGEST_SIZE]);

#endif
