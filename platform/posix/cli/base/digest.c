/* SHA-256, and its hexadecimal form. */
#include "platform/posix/cli/base/digest.h"

#include "core/tls/hash.h"

void digest_of_pieces(uint8_t digest[DIGEST_SIZE], const struct cs_slice *pieces, size_t count)
{
    (void)cs_sha256(pieces, count, digest); /* it has no state in which it could fail */
}

void digest_of(uint8_t digest[DIGEST_SIZE], const char *text, size_t length)
{
    const struct cs_slice whole = cs_slice_make(text, length);

    digest_of_pieces(digest, &whole, 1);
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
