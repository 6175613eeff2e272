/* Base64 by mbedTLS's functions, with their codes as ours. See core/tls/base64.h. */
#include "core/tls/base64.h"

#include <mbedtls/base64.h>

enum cs_base64_status cs_base64_decode(uint8_t *out, size_t size, size_t *length,
                                       struct cs_slice text)
{
    int code =
        mbedtls_base64_decode(out, size, length, (const unsigned char *)text.data, text.length);

    if (code == 0) {
        return CS_BASE64_OK;
    }
    *length = 0;
    return code == MBEDTLS_ERR_BASE64_BUFFER_TOO_SMALL ? CS_BASE64_TOO_LONG : CS_BASE64_DAMAGED;
}

bool cs_base64_encode(char *out, size_t size, struct cs_slice bytes)
{
    size_t length = 0;

    return mbedtls_base64_encode((unsigned char *)out, size, &length,
                                 (const unsigned char *)bytes.data, bytes.length) == 0;
}
