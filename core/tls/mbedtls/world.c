/* mbedTLS's memory is the arena's, its entropy the port's. See world.h. */
#include "core/tls/mbedtls/world.h"

static void *world_allocate(void *context, size_t size)
{
    struct cs_tls_world *world = context;

    return cs_arena_allocate(world->arena, size);
}

static void world_release(void *context, void *memory)
{
    struct cs_tls_world *world = context;

    cs_arena_release(world->arena, memory);
}

int cs_tls_world_entropy(void *context, unsigned char *out, size_t length)
{
    struct cs_tls_world *world = context;

    return world->port->entropy(world->port->context, out, length) == CONNSYNC_PORT_OK ? 0 : -1;
}

void cs_tls_world_init(struct cs_tls_world *world, struct cs_arena *arena,
                       const struct connsync_port *port)
{
    world->hooks.context = world;
    world->hooks.allocate = world_allocate;
    world->hooks.release = world_release;
    world->arena = arena;
    world->port = port;
    world->generator = NULL;
    connsync_mbedtls_enter(&world->hooks);
}
