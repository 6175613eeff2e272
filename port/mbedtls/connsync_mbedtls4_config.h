/*
 * The configuration that mbedTLS 4.x is compiled with, its cryptography (TF-PSA-Crypto) and
 * its TLS alike: the build passes it as TF_PSA_CRYPTO_CONFIG_FILE and as MBEDTLS_CONFIG_FILE.
 * It describes the same client as connsync_mbedtls_config.h does for 3.6, which says why each
 * thing is there or is not; here stands what 4.x has in a way of its own.
 *
 * In 4.x everything goes through PSA: PSA's names say what there is to be, and the modules
 * that serve it follow from them. A name of 3.6 that 4.x does not have is an error.
 */
#ifndef CONNSYNC_MBEDTLS4_CONFIG_H
#define CONNSYNC_MBEDTLS4_CONFIG_H

#include "connsync_tls_config.h"

/* ------------------------------------------------------------------- build */
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_DEPRECATED_REMOVED
#if defined(__x86_64__) && !defined(CONNSYNC_TLS_SMALL)
#define MBEDTLS_AESNI_C
#endif

/* ------------------------------------------------------------------ random */
/* PSA has a generator of its own, which draws from the port's entropy by way of
 * mbedtls_platform_get_entropy() in port/mbedtls/mbedtls_psa_4.c. */
#define MBEDTLS_PSA_DRIVER_GET_ENTROPY
#define MBEDTLS_CTR_DRBG_C
/* One seed is enough for 2^48 requests (NIST SP 800-90A, table 3). A reseed moves a piece
 * of memory, and could fall into the time when a private key works in an arena of its own:
 * the piece would then be lost with it. */
#define MBEDTLS_PSA_RNG_RESEED_INTERVAL 0x7FFFFFFF
#if defined(CONNSYNC_TLS_SMALL)
#define MBEDTLS_PSA_CRYPTO_RNG_STRENGTH 128
#endif

/* --------------------------------------------------------------------- PSA */
#define MBEDTLS_PSA_CRYPTO_C
/* A handshake has up to five keys at a time; on a host a client's certificate has one more,
 * and a private key that is looked at while a session is up takes three. With too few slots
 * a call ends with an error that looks like lack of memory. */
#if defined(CONNSYNC_TLS_SMALL)
#define MBEDTLS_PSA_KEY_SLOT_COUNT 5
#else
#define MBEDTLS_PSA_KEY_SLOT_COUNT 9
#endif
/* Otherwise each record would be copied: 57 KB for the largest instead of 25. */
#define MBEDTLS_PSA_ASSUME_EXCLUSIVE_BUFFERS

/* ------------------------------------------------------------------ cipher */
#define PSA_WANT_KEY_TYPE_AES 1
#define PSA_WANT_ALG_GCM 1
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_BLOCK_CIPHER_NO_DECRYPT
#if defined(CONNSYNC_TLS_SMALL)
#define MBEDTLS_AES_ONLY_128_BIT_KEY_LENGTH
#else
#define PSA_WANT_KEY_TYPE_CHACHA20 1
#define PSA_WANT_ALG_CHACHA20_POLY1305 1
#endif

/* ----------------------------------------------------- hash and key schedule */
#define MBEDTLS_MD_C
#define PSA_WANT_ALG_SHA_256 1
#define PSA_WANT_ALG_SHA_384 1
#define PSA_WANT_ALG_SHA_512 1
#define MBEDTLS_SHA256_SMALLER
#define MBEDTLS_SHA512_SMALLER
#define PSA_WANT_ALG_HMAC 1
#define PSA_WANT_ALG_HKDF_EXTRACT 1
#define PSA_WANT_ALG_HKDF_EXPAND 1
#define PSA_WANT_ALG_TLS12_PRF 1
#define PSA_WANT_KEY_TYPE_DERIVE 1
#define PSA_WANT_KEY_TYPE_HMAC 1
#define PSA_WANT_KEY_TYPE_RAW_DATA 1

/* -------------------------------------------------------------- public key */
#define MBEDTLS_MPI_MAX_SIZE 512
#define MBEDTLS_MPI_WINDOW_SIZE 1

#define PSA_WANT_ALG_ECDH 1
#define PSA_WANT_ALG_ECDSA 1
#define PSA_WANT_ECC_SECP_R1_256 1
#define PSA_WANT_ECC_SECP_R1_384 1
#define PSA_WANT_KEY_TYPE_ECC_PUBLIC_KEY 1
#define PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_BASIC 1
#define PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_EXPORT 1
#define PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_GENERATE 1
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_WINDOW_SIZE 4
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 1
#if defined(CONNSYNC_TLS_SMALL)
#define MBEDTLS_RSA_NO_CRT
#else
#define PSA_WANT_ECC_MONTGOMERY_255 1
#endif

#define PSA_WANT_ALG_RSA_PKCS1V15_SIGN 1
#define PSA_WANT_ALG_RSA_PSS 1
#define PSA_WANT_KEY_TYPE_RSA_PUBLIC_KEY 1
/* Nothing is encrypted with RSA. But the one suite of TLS 1.2 and the signatures with PSS
 * refuse to compile where it cannot be done. */
#define PSA_WANT_ALG_RSA_PKCS1V15_CRYPT 1
#define PSA_WANT_ALG_RSA_OAEP 1
#define PSA_WANT_KEY_TYPE_RSA_KEY_PAIR_BASIC 1
#if !defined(CONNSYNC_TLS_SMALL)
/* A host has private keys. */
#define PSA_WANT_KEY_TYPE_RSA_KEY_PAIR_IMPORT 1
#define PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_IMPORT 1
#endif

/* ------------------------------------------------------------ certificates */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#if !defined(CONNSYNC_TLS_SMALL)
#define MBEDTLS_BASE64_C
#endif

/* ------------------------------------------------------------ left out -----
 *
 * MBEDTLS_PSA_KEY_STORE_DYNAMIC: the keys' table would be in the arena of whoever needed it
 *     first, which may go before the others.
 * MBEDTLS_PSA_BUILTIN_GET_ENTROPY: it looks for a device.
 */

#endif
