/*
 * The four things that mbedTLS asks of the whole process: memory, the return of
 * memory, random bytes for PSA, and the time, for the age of a session. mbedTLS passes
 * no context to these hooks, so one pointer must be kept for it somewhere; this file is
 * the only place in connsync that does. The core enters a world before every call into mbedTLS. The
 * hooks for memory are declared in connsync_tls_config.h; the one for random bytes is
 * another in each series, and has its place with the rest of PSA: mbedtls_psa.h.
 *
 * Not for two threads at once. Several agents take turns: each enters its own.
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
    /* 0, or negative when there are no random bytes. 3.6 takes them as they are, 4.x as the
     * seed of a generator. */
    int (*random)(void *context, uint8_t *out, size_t length);
    /* Milliseconds since 1970; 0 where that is not known. */
    int64_t (*now_ms)(void *context);
};

/* Makes `world` the one that mbedTLS sees, until the next call. */
void cs_mbedtls_enter(const struct cs_mbedtls_world *world);

/* That one, or NULL: for the files of this folder. */
extern const struct cs_mbedtls_world *cs_mbedtls_current;

#ifdef __cplusplus
}
#endif

#endif
