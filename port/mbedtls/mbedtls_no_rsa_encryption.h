/*
 * Read before mbedTLS 3.6's pk_wrap.c, whose table of what an RSA key can do has encryption and
 * decryption in it, which would be linked with the table. TLS uses them for the key exchange RSA
 * alone, which neither configuration has: here they fail. Signatures are not concerned.
 */
#ifndef CONNSYNC_MBEDTLS_NO_RSA_ENCRYPTION_H
#define CONNSYNC_MBEDTLS_NO_RSA_ENCRYPTION_H

/* The library's own, as the first of each of its files; it opens its structures to them. */
#include "common.h"

#include "mbedtls/pk.h"
#include "mbedtls/rsa.h"

#define mbedtls_rsa_pkcs1_encrypt(...) MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE
#define mbedtls_rsa_pkcs1_decrypt(...) MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE

#endif
