/* mbedTLS's memory is the arena's, its entropy the port's. See library.h. */
#include "core/tls/mbedtls/library.h"

static void *world_allocate(void *context, size_t size)
{
    const struct cs_tls_world *world = context;

    return cs_arena_allocate(world->arena, size);
}

static void world_release(void *context, void *memory)
{
    const struct cs_tls_world *world = context;

    cs_arena_release(world->arena, memory);
}

static int64_t world_now_ms(void *context)
{
    const struct cs_tls_world *world = context;
    int64_t seconds = 0;

    return world->port->utc_seconds(world->port->context, &seconds) == CONNSYNC_PORT_OK
               ? seconds * 1000
               : 0;
}

int cs_tls_world_entropy(void *context, unsigned char *out, size_t length)
{
    const struct cs_tls_world *world = context;

    return world->port->entropy(world->port->context, out, length) == CONNSYNC_PORT_OK ? 0 : -1;
}

void cs_tls_world_init(struct cs_tls_world *world, struct cs_arena *arena,
                       const struct connsync_port *port)
{
    *world = (struct cs_tls_world){
        .hooks = {.context = world,
                  .allocate = world_allocate,
                  .release = world_release,
                  .now_ms = world_now_ms},
        .arena = arena,
        .port = port,
    };
    cs_mbedtls_enter(&world->hooks);
}

unsigned cs_library_parse_chain(mbedtls_x509_crt *chain, struct cs_slice der)
{
    const unsigned char *at = (const unsigned char *)der.data;
    const unsigned char *end = at + der.length;
    const mbedtls_x509_crt *last = chain;
    unsigned count = 0;

    for (; at < end; count++) {
        if (mbedtls_x509_crt_parse_der_nocopy(chain, at, (size_t)(end - at)) != 0) {
            return 0;
        }
        last = count == 0 ? chain : last->next;
        at += last->raw.len;
    }
    return count;
}
