/* SHA-256 by the library, and its hexadecimal form. */
#include "platform/posix/cli/base/digest.h"

#include <mbedtls/sha256.h>

void digest_of(uint8_t digest[DIGEST_SIZE], const char *text, size_t length)
{
    /* It can only fail for a state that it does not have. */
    (void)mbedtls_sha256((const unsigned char *)text, length, digest, 0);
}

void digest_write_hex(char hex[DIGEST_HEX_SIZE], const uint8_t digest[DIGEST_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[DIGEST_HEX_SIZE - 1] = '\0';
}
