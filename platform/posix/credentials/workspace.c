#include "platform/posix/credentials/workspace.h"

#include "core/base/text.h"

static void *world_allocate(void *context, size_t size)
{
    struct connsync_workspace *workspace = context;

    return cs_arena_allocate(&workspace->arena, size);
}

static void world_release(void *context, void *memory)
{
    struct connsync_workspace *workspace = context;

    cs_arena_release(&workspace->arena, memory);
}

/* For PSA, which nothing here calls. */
static int world_random(void *context, uint8_t *out, size_t length)
{
    (void)context;
    (void)out;
    (void)length;
    return -1;
}

static int draw_entropy(void *context, unsigned char *out, size_t length)
{
    struct connsync_workspace *workspace = context;
    const struct connsync_port *port = workspace->port;

    return port->entropy(port->context, out, length) == CONNSYNC_PORT_OK
               ? 0
               : MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
}

void connsync_workspace_open(struct connsync_workspace *workspace,
                             const struct connsync_credential_scratch *scratch)
{
    cs_arena_init(&workspace->arena, scratch->memory, scratch->size);
    workspace->world.context = workspace;
    workspace->world.allocate = world_allocate;
    workspace->world.release = world_release;
    workspace->world.random = world_random;
    workspace->port = scratch->port;
    mbedtls_ctr_drbg_init(&workspace->random);
    connsync_mbedtls_enter(&workspace->world);
}

enum connsync_credential_status connsync_workspace_seed(struct connsync_workspace *workspace)
{
    int code = mbedtls_ctr_drbg_seed(&workspace->random, draw_entropy, workspace, NULL, 0);

    return code == 0 ? CONNSYNC_CREDENTIAL_OK : CONNSYNC_CREDENTIAL_ENTROPY;
}

enum connsync_credential_status
connsync_workspace_failure(const struct connsync_workspace *workspace,
                           enum connsync_credential_status otherwise)
{
    return workspace->arena.failed > 0 ? CONNSYNC_CREDENTIAL_MEMORY : otherwise;
}

void connsync_workspace_close(struct connsync_workspace *workspace)
{
    mbedtls_ctr_drbg_free(&workspace->random);
    cs_wipe(workspace->arena.base, workspace->arena.high_water);
    connsync_mbedtls_enter(NULL);
}
