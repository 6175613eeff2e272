/*
 * What is kept of PSA: the key schedule of TLS 1.3 and its key exchange, and no more. The
 * keys of clients are parsed and used without it. connsync_mbedtls_config.h includes it.
 */
#ifndef CONNSYNC_PSA_CONFIG_H
#define CONNSYNC_PSA_CONFIG_H

/* The key schedule: HKDF, and HMAC for the Finished messages. */
#define PSA_WANT_ALG_HKDF_EXTRACT 1
#define PSA_WANT_ALG_HKDF_EXPAND 1
#define PSA_WANT_ALG_HMAC 1
#define PSA_WANT_ALG_SHA_256 1
#define PSA_WANT_ALG_SHA_384 1
#define PSA_WANT_KEY_TYPE_DERIVE 1
#define PSA_WANT_KEY_TYPE_HMAC 1
#define PSA_WANT_KEY_TYPE_RAW_DATA 1

/* The key exchange. */
#define PSA_WANT_ALG_ECDH 1
#define PSA_WANT_ECC_SECP_R1_256 1
#define PSA_WANT_ECC_SECP_R1_384 1
#if !defined(CONNSYNC_TLS_SMALL)
#define PSA_WANT_ECC_MONTGOMERY_255 1
#endif
#define PSA_WANT_KEY_TYPE_ECC_PUBLIC_KEY 1
#define PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_BASIC 1
#define PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_EXPORT 1
#define PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_GENERATE 1

/* Signatures are verified without PSA. But the TLS 1.2 client of mbedTLS 3.6 takes a
 * server's RSA-PSS signature only where PSA could make one, and asks so by these names.
 * The other two say that a driver does it. There is none, and PSA would refuse: it is never
 * asked, and its own RSA, private keys and all, is not linked for it. */
#define PSA_WANT_ALG_RSA_PSS 1
#define PSA_WANT_ALG_SHA_512 1
#define PSA_WANT_KEY_TYPE_RSA_PUBLIC_KEY 1
#define MBEDTLS_PSA_ACCEL_ALG_RSA_PSS 1
#define MBEDTLS_PSA_ACCEL_KEY_TYPE_RSA_PUBLIC_KEY 1

#endif
