/*
 * Whoever uses mbedTLS for a while: the arena that its memory comes from, and the port
 * that its randomness comes from. A session has one as long as the agent; a private key's
 * operation has one for its length, in memory that is lent.
 *
 * mbedTLS sees one of them at a time: each enters its own before every call.
 */
#ifndef CONNSYNC_CORE_TLS_MBEDTLS_WORLD_H
#define CONNSYNC_CORE_TLS_MBEDTLS_WORLD_H

#include "core/base/arena.h"
#include "port/connsync_port.h"
#include "port/mbedtls/mbedtls_world.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cs_tls_world {
    struct connsync_mbedtls_world hooks;
    struct cs_arena *arena;
    const struct connsync_port *port;
    void *generator; /* in the arena; see library.h */
};

/* Memory from now on; cs_library_start (library.h) adds the hook for random bytes. */
void cs_tls_world_init(struct cs_tls_world *world, struct cs_arena *arena,
                       const struct connsync_port *port);

/* The port's entropy, as mbedTLS asks for it: 0, or negative. `context` is a world. */
int cs_tls_world_entropy(void *context, unsigned char *out, size_t length);

#ifdef __cplusplus
}
#endif

#endif
