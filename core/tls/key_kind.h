/*
 * Which kind of public key a certificate has, where that is one that a session cannot be had with:
 * so that somebody can be told. Reads DER in place, and judges nothing else of a certificate.
 */
#ifndef CONNSYNC_CORE_TLS_KEY_KIND_H
#define CONNSYNC_CORE_TLS_KEY_KIND_H

#include "core/base/status.h"
#include "core/base/text.h"

#include <stdint.h>

/* One of CONNSYNC_TLS_KEY_*; CONNSYNC_TLS_UNTOLD of a certificate (DER) whose key is of a kind that
 * can be used, RSA of up to 4,096 bits, P-256 or P-384, or that cannot be read so far. */
uint8_t cs_tls_key_trouble(struct cs_slice certificate);

#endif
