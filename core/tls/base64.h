/*
 * Base64 (RFC 4648, section 4), with padding. The library's: it takes the same time for
 * every text of a length, since private keys are read by it.
 */
#ifndef CONNSYNC_CORE_TLS_BASE64_H
#define CONNSYNC_CORE_TLS_BASE64_H

#include "core/base/text.h"

enum cs_base64_status {
    CS_BASE64_OK,
    CS_BASE64_DAMAGED,
    CS_BASE64_TOO_LONG /* for `size` */
};

/* `*length` bytes in `out`; 0 unless it is CS_BASE64_OK. */
enum cs_base64_status cs_base64_decode(uint8_t *out, size_t size, size_t *length,
                                       struct cs_slice text);

/* A string in `out`; false if it does not fit. */
bool cs_base64_encode(char *out, size_t size, struct cs_slice bytes);

#endif
