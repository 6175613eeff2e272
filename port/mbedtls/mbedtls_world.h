/*
 * The three things that mbedTLS asks of the whole process: memory, the return of
 * memory, and random bytes for PSA. mbedTLS passes no context to these hooks, so
 * one pointer must be kept for it somewhere; this file is the only place in
 * connsync that does. The core enters a world before every call into mbedTLS. The
 * hooks themselves are declared in connsync_mbedtls_config.h.
 *
 * Not for two threads, nor for two agents, at once.
 */
#ifndef CONNSYNC_MBEDTLS_WORLD_H
#define CONNSYNC_MBEDTLS_WORLD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cs_mbedtls_world {
    void *context;
    /* `size` bytes, or NULL. They need not be zeroed. */
    void *(*allocate)(void *context, size_t size);
    /* Takes back what `allocate` gave; NULL is allowed. */
    void (*release)(void *context, void *memory);
    /* 0, or negative when there are no random bytes. */
    int (*random)(void *context, uint8_t *out, size_t length);
};

/* Makes `world` the one that mbedTLS sees, until the next call. */
void cs_mbedtls_enter(const struct cs_mbedtls_world *world);

#ifdef __cplusplus
}
#endif

#endif
