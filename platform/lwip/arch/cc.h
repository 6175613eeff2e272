/*
 * What lwIP wants to know of the compiler and of the platform. lwIP includes this
 * file by its name.
 */
#ifndef CONNSYNC_PLATFORM_LWIP_ARCH_CC_H
#define CONNSYNC_PLATFORM_LWIP_ARCH_CC_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 32 bits that nobody can predict, from the board. A board whose generator fails
 * is halted: transaction ids and sequence numbers must not be guessable. */
uint32_t cs_lwip_random(void);

/* Says which of lwIP's assertions failed, and halts the board. */
__attribute__((noreturn)) void cs_lwip_assertion_failed(const char *message);

#ifdef __cplusplus
}
#endif

#ifndef BYTE_ORDER
#define LITTLE_ENDIAN __ORDER_LITTLE_ENDIAN__
#define BIG_ENDIAN __ORDER_BIG_ENDIAN__
#define BYTE_ORDER __BYTE_ORDER__
#endif

/* The processor's own instruction, where there is one, and not a call. Where the bytes are in the
 * order of the wire already, lwIP has nothing to do. */
#if BYTE_ORDER == LITTLE_ENDIAN
#define lwip_htons(number) ((u16_t)__builtin_bswap16(number))
#define lwip_htonl(number) ((u32_t)__builtin_bswap32(number))
#endif

#define LWIP_NO_CTYPE_H 1

#define LWIP_RAND() cs_lwip_random()
#define LWIP_PLATFORM_ASSERT(message) cs_lwip_assertion_failed(message)
/* Diagnostics are off; without this lwIP would bring printf. */
#define LWIP_PLATFORM_DIAG(message) ((void)0)

#endif
