/* A key's operations in a world of their own. See core/tls/key.h. */
#include "core/tls/key.h"

#include "core/tls/mbedtls/library.h"

/* What is open during one call. */
struct workspace {
    struct cs_arena arena;
    struct cs_tls_world world;
    mbedtls_pk_context key;
};

static enum cs_key_status open_workspace(struct workspace *workspace,
                                         const struct cs_key_scratch *scratch, struct cs_slice key)
{
    cs_arena_init(&workspace->arena, scratch->memory, scratch->size);
    cs_tls_world_init(&workspace->world, &workspace->arena, scratch->port);
    mbedtls_pk_init(&workspace->key);
    enum connsync_status status = cs_library_start(&workspace->world, NULL);
    if (status != CONNSYNC_OK) {
        return status == CONNSYNC_ERR_MEMORY ? CS_KEY_NO_MEMORY : CS_KEY_NO_ENTROPY;
    }
    return cs_library_parse_key(&workspace->world, &workspace->key, key) == 0 ? CS_KEY_OK
                                                                              : CS_KEY_UNREADABLE;
}

/* `status`, unless memory ran out: mbedTLS reports that in many ways. */
static enum cs_key_status close_workspace(struct workspace *workspace, enum cs_key_status status)
{
    bool full = workspace->arena.failed > 0;

    mbedtls_pk_free(&workspace->key);
    cs_library_stop(&workspace->world, NULL);
    cs_wipe(workspace->arena.base, workspace->arena.high_water);
    cs_mbedtls_enter(NULL);
    return full && status != CS_KEY_OK ? CS_KEY_NO_MEMORY : status;
}

enum cs_key_status cs_key_inspect(const struct cs_key_scratch *scratch, struct cs_slice key,
                                  struct cs_key_facts *facts)
{
    struct workspace workspace;
    enum cs_key_status status = open_workspace(&workspace, scratch, key);

    if (status == CS_KEY_OK) {
        cs_library_key_facts(&workspace.key, facts);
        if (facts->kind == CS_KEY_RSA && facts->bits <= CS_KEY_BITS_MAX &&
            cs_library_check_pair(&workspace.world, &workspace.key, &workspace.key) != 0) {
            status = CS_KEY_INCONSISTENT;
        }
    }
    return close_workspace(&workspace, status);
}

enum cs_key_status cs_key_fits(const struct cs_key_scratch *scratch, struct cs_slice key,
                               struct cs_slice chain, unsigned count)
{
    struct workspace workspace;
    enum cs_key_status status = open_workspace(&workspace, scratch, key);

    if (status == CS_KEY_OK) {
        mbedtls_x509_crt leaf;
        mbedtls_x509_crt_init(&leaf);
        if (cs_library_parse_chain(&leaf, chain) != count) {
            status = CS_KEY_UNREADABLE_CHAIN;
        } else if (cs_library_check_pair(&workspace.world, &leaf.pk, &workspace.key) != 0) {
            status = CS_KEY_MISMATCH;
        }
        mbedtls_x509_crt_free(&leaf);
    }
    return close_workspace(&workspace, status);
}

enum cs_key_status cs_key_sign(const struct cs_key_scratch *scratch, struct cs_slice key,
                               enum cs_key_algorithm algorithm, struct cs_slice text,
                               uint8_t *signature, size_t *length)
{
    struct workspace workspace;
    struct cs_key_facts facts = {CS_KEY_OTHER, 0};
    enum cs_key_status status = open_workspace(&workspace, scratch, key);

    if (status == CS_KEY_OK) {
        cs_library_key_facts(&workspace.key, &facts);
        bool good =
            facts.kind == CS_KEY_RSA && facts.bits <= CS_KEY_BITS_MAX &&
            cs_library_sign(&workspace.world, &workspace.key, algorithm, text, signature) == 0;
        status = good ? CS_KEY_OK : CS_KEY_FAILED;
    }
    *length = (facts.bits + 7) / 8;
    return close_workspace(&workspace, status);
}
