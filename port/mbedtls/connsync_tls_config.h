/*
 * What mbedTLS is told whatever its series: how it reaches the outside, how it takes
 * certificates, and which TLS it speaks. The cryptography under it has other names in 3.6
 * than in 4.x, and is for connsync_mbedtls_config.h and connsync_mbedtls4_config.h, each of
 * which includes this file.
 */
#ifndef CONNSYNC_TLS_CONFIG_H
#define CONNSYNC_TLS_CONFIG_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------ world --
 * mbedTLS reaches the outside through these names and through nothing else.
 * port/mbedtls/mbedtls_world.c implements them on the arena that the caller of
 * connsync gave. Both follow the laws of calloc() and free(). */
void *cs_mbedtls_calloc(size_t count, size_t size);
void cs_mbedtls_free(void *memory);

#ifdef __cplusplus
}
#endif

/* The layer in which the functions of the C library can be replaced. */
#define MBEDTLS_PLATFORM_C
/* Memory is replaced, and at compile time: no function pointers in RAM. */
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_CALLOC_MACRO cs_mbedtls_calloc
#define MBEDTLS_PLATFORM_FREE_MACRO cs_mbedtls_free
/* Without this, naming calloc or exit as a default pulls them into the link,
 * and on bare metal their system calls with them. */
#define MBEDTLS_PLATFORM_NO_STD_FUNCTIONS
/* Formatting always fails. Nothing that connsync calls formats text; should it
 * start to, mbedTLS reports an error, and a board still links no printf(). */
#define MBEDTLS_PLATFORM_SNPRINTF_MACRO(...) (-1)
#define MBEDTLS_PLATFORM_PRINTF_MACRO(...) (-1)
#define MBEDTLS_PLATFORM_FPRINTF_MACRO(...) (-1)
/* The library has no say in when the program ends. */
#define MBEDTLS_PLATFORM_EXIT_MACRO(code) ((void)(code))

/* ------------------------------------------------------------ certificates */
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
/* Certificates signed with PSS; also what makes TLS 1.3 with any RSA server
 * possible. A server with an ECDSA key, or TLS 1.2, would hide its absence. */
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
/* Trust anchors are looked up by a function when a chain asks for one, so that
 * a bundle of 140 roots need not be parsed into the arena. */
#define MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK
/* No certificate is ever printed. */
#define MBEDTLS_X509_REMOVE_INFO

/* --------------------------------------------------------------------- TLS */
#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_PROTO_TLS1_3
/* A fresh ECDHE key for every connection, in both versions: forward secrecy. */
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#define MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
/* Going on from an earlier session, with a fresh key all the same. Only TLS 1.3's: with a session of
 * 1.2 the server's certificate would be kept. core/tls/mbedtls/resumption.c. */
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED
#define MBEDTLS_SSL_SESSION_TICKETS
/* A first request that goes with the hello, for who asks for it: core/tls/mbedtls/early_data.c. */
#if defined(CONNSYNC_TLS_EARLY_DATA)
#define MBEDTLS_SSL_EARLY_DATA
#endif
/* The age of a session is by the port's clock. */
#define MBEDTLS_HAVE_TIME
#define MBEDTLS_PLATFORM_MS_TIME_ALT
/* Only a session of TLS 1.2 would have it. */
#define MBEDTLS_PLATFORM_TIME_MACRO(out) ((void)(out), 0)
/* The middlebox compatibility of RFC 8446 D.4. */
#define MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE
/* RFC 6066: a shared address must be told which name is wanted. */
#define MBEDTLS_SSL_SERVER_NAME_INDICATION
/* RFC 7627: binds a TLS 1.2 session to its handshake. */
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
/* The peer learns why a handshake was abandoned. */
#define MBEDTLS_SSL_ALL_ALERT_MESSAGES
/* TLS 1.3 in mbedTLS refuses to compile without it. */
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE

/* A server may send records of 16 KB and cannot be told otherwise: extensions
 * that ask for less are ignored by some servers and answered wrongly by others. */
#define MBEDTLS_SSL_IN_CONTENT_LEN 16384
/* What we send is cut to fit: a longer request takes more records. */
#if defined(CONNSYNC_TLS_SMALL)
#define MBEDTLS_SSL_OUT_CONTENT_LEN 2048
#else
#define MBEDTLS_SSL_OUT_CONTENT_LEN 4096
#endif

/* Everything that is offered, in order of preference. */
#if defined(CONNSYNC_TLS_SMALL)
#define MBEDTLS_SSL_CIPHERSUITES                                                                   \
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256, MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,            \
        MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
#else
#define MBEDTLS_SSL_CIPHERSUITES                                                                   \
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256, MBEDTLS_TLS1_3_AES_256_GCM_SHA384,                          \
        MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256, MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,  \
        MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,                                             \
        MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,                                           \
        MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,                                             \
        MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,                                     \
        MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
#endif

#endif
