/*
 * The configuration that mbedTLS 3.6 is compiled with, in place of its own
 * mbedtls_config.h. Every translation unit that includes an mbedTLS header must
 * see the same one: the build passes it as MBEDTLS_CONFIG_FILE, and it is part
 * of the interface of the CMake target connsync_mbedtls.
 *
 * What it describes: a TLS 1.2 and 1.3 client that verifies RSA and ECDSA
 * servers, draws all its memory from an arena of ours, has no file, clock or
 * random source of its own, and never reaches the C library's stdio.
 *
 * One switch: CONNSYNC_TLS_SMALL, for boards counted in kilobytes. It leaves
 * out AES-256, ChaCha20-Poly1305 and X25519, and chooses small over fast. The
 * two forms of the library talk to the same servers; a server that offers none
 * of AES-128-GCM or P-256/P-384 is refused by the small form only.
 *
 * A name that is absent here is off. Absences that a reader might take for
 * oversights are listed at the end, with their reasons.
 */
#ifndef CONNSYNC_MBEDTLS_CONFIG_H
#define CONNSYNC_MBEDTLS_CONFIG_H

#include "connsync_tls_config.h"

/* Were the entropy module ever switched on, it must not look for a device. */
#define MBEDTLS_NO_PLATFORM_ENTROPY

/* ------------------------------------------------------------------- build */
/* Hand-written multiplication and AES for the compilers that have them. */
#define MBEDTLS_HAVE_ASM
/* Calls that upstream will withdraw are an error today. */
#define MBEDTLS_DEPRECATED_REMOVED

#if defined(__x86_64__) && !defined(CONNSYNC_TLS_SMALL)
/* AES and GHASH instructions, asked of the processor at run time. 4 KB of code
 * for a record layer that is several times faster; other processors fall back. */
#define MBEDTLS_AESNI_C
#endif

/* ------------------------------------------------------------------ random */
/* One generator, seeded and reseeded through the port's entropy function. */
#define MBEDTLS_CTR_DRBG_C
/* PSA takes its random bytes from that same generator, by way of
 * mbedtls_psa_external_get_random() in port/mbedtls/mbedtls_psa_3.c. */
#define MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG

/* --------------------------------------------------------------------- PSA */
/* TLS 1.3 computes its key schedule with PSA; there is no other way in 3.6. */
#define MBEDTLS_PSA_CRYPTO_C
/* The keys live in a static table. A handshake uses at most two at a time; four leave room on a
 * board, of 40 bytes each. On a host sixteen agents may be in their handshakes at once. */
#if defined(CONNSYNC_TLS_SMALL)
#define MBEDTLS_PSA_KEY_SLOT_COUNT 4
#else
#define MBEDTLS_PSA_KEY_SLOT_COUNT 32
#endif
/* No other process shares our buffers, so PSA need not copy them first. */
#define MBEDTLS_PSA_ASSUME_EXCLUSIVE_BUFFERS
/* Otherwise PSA offers everything that is enabled here, private keys too. */
#define MBEDTLS_PSA_CRYPTO_CONFIG
#define MBEDTLS_PSA_CRYPTO_CONFIG_FILE "connsync_psa_config.h"

/* ------------------------------------------------------------------ cipher */
#define MBEDTLS_CIPHER_C
#define MBEDTLS_AES_C
#define MBEDTLS_GCM_C
/* Tables in flash: generated ones would take 8 KB of RAM. */
#define MBEDTLS_AES_ROM_TABLES
/* One table and rotations in place of four: 6 KB less, for a few percent. */
#define MBEDTLS_AES_FEWER_TABLES
/* GCM and the generator only ever encrypt a block. */
#define MBEDTLS_BLOCK_CIPHER_NO_DECRYPT

#if defined(CONNSYNC_TLS_SMALL)
/* Nothing but AES-128-GCM is offered, so the generator makes do with it too. */
#define MBEDTLS_AES_ONLY_128_BIT_KEY_LENGTH
#define MBEDTLS_CTR_DRBG_USE_128_BIT_KEY
#else
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C
#endif

/* -------------------------------------------------------------------- hash */
#define MBEDTLS_MD_C
/* TLS 1.3's key schedule. */
#define MBEDTLS_HKDF_C
#define MBEDTLS_SHA256_C
/* Real chains are signed with SHA-384 and, rarely, SHA-512: both are one file. */
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C
#if !defined(CONNSYNC_TLS_SMALL)
/*
 * The names of SHA-1 and MD5 without the functions: certificates that are signed with them can be
 * read, and no such signature can be found to be good, for computing the hash fails. A host's
 * anchors need that: a fifth of the roots that distributions trust sign themselves so, which proves
 * nothing and is not checked (RFC 8446, section 4.4.2.2). Below an anchor the profile in
 * core/tls/mbedtls/session.c refuses both by name. mbedTLS derives these names of MBEDTLS_SHA1_C
 * and MBEDTLS_MD5_C, which would add what nothing may use. A board's roots are chosen when it is
 * built (cmake/anchors.py), and none is of this kind.
 */
#define MBEDTLS_MD_CAN_SHA1
#define MBEDTLS_MD_CAN_MD5
#endif
/* Rolled loops: hashing is a small part of the work. */
#define MBEDTLS_SHA256_SMALLER
#define MBEDTLS_SHA512_SMALLER

/* -------------------------------------------------------------- public key */
#define MBEDTLS_BIGNUM_C
/* The largest key that is understood: RSA-4096. */
#define MBEDTLS_MPI_MAX_SIZE 512
/* Verification raises to 65537, where a window only costs memory. */
#define MBEDTLS_MPI_WINDOW_SIZE 1

#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
/* Reduction made for the NIST primes. Without it curves are five times slower. */
#define MBEDTLS_ECP_NIST_OPTIM
/* A window beyond which nothing is gained, and tables of each curve's generator. These are
 * constants: 6 KB of flash, for a third of a board's handshake, and no RAM. */
#define MBEDTLS_ECP_WINDOW_SIZE 4
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 1
#if !defined(CONNSYNC_TLS_SMALL)
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED
#endif
#define MBEDTLS_ECDH_C
#if !defined(CONNSYNC_TLS_SMALL) && defined(__SIZEOF_INT128__)
/* X25519 by Project Everest: cmake/mbedtls_3.cmake. */
#define MBEDTLS_ECDH_VARIANT_EVEREST_ENABLED
#endif
#define MBEDTLS_ECDSA_C

#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
/* PSS: TLS 1.3 knows no other RSA signature. */
#define MBEDTLS_PKCS1_V21
#if defined(CONNSYNC_TLS_SMALL)
/* The Chinese remainder form belongs to private keys, and a board has none. A host
 * signs with it; without it RSA-4096 cannot sign at all, since the exponent that is
 * blinded is longer than MBEDTLS_MPI_MAX_SIZE. */
#define MBEDTLS_RSA_NO_CRT
#endif

/* ------------------------------------------------------------ certificates */
/* ASN.1 is read for certificates and keys; ECDSA's code needs the writer. */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#if !defined(CONNSYNC_TLS_SMALL)
/* A host reads trust anchors and keys from PEM files. A board has DER in flash. */
#define MBEDTLS_BASE64_C
#endif

/* ------------------------------------------------------------ left out -----
 *
 * MBEDTLS_HAVE_TIME_DATE: the dates of a certificate are
 *     judged in core/tls/verdict, against the port's clock. There an unknown
 *     time, a certificate that is not valid yet and one that has expired are
 *     three different errors; mbedTLS needs a global clock and has two.
 * MBEDTLS_ENTROPY_C, MBEDTLS_FS_IO: no random device and no file is opened, so
 *     that connsync works where there is no /dev and where there are no files.
 * MBEDTLS_MEMORY_BUFFER_ALLOC_C: its headers take 32 bytes for each block, and
 *     it cannot tell a full arena from an untrusted certificate. Ours counts
 *     the allocations that failed.
 * MBEDTLS_USE_PSA_CRYPTO: copies each record and doubles the memory.
 * MBEDTLS_SSL_MAX_FRAGMENT_LENGTH, MBEDTLS_SSL_RECORD_SIZE_LIMIT,
 * MBEDTLS_SSL_VARIABLE_BUFFER_LENGTH: each of them breaks handshakes or large
 *     answers with servers in common use.
 * MBEDTLS_SSL_RENEGOTIATION: one connection, one handshake.
 * MBEDTLS_SSL_ALPN: HTTP/1.1 is what a server assumes without it.
 * MBEDTLS_SHA1_C, MBEDTLS_MD5_C, CBC and CCM suites, DHE, static RSA: not used
 *     by any server worth talking to. For names without functions see "hash".
 * MBEDTLS_DEBUG_C, MBEDTLS_ERROR_C, MBEDTLS_VERSION_C: text; core/base/status has
 *     the words that a person sees.
 */

#endif
