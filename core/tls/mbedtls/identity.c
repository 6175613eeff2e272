/* The client's certificate and key, as mbedTLS holds them. See core/tls/tls.h. */
#include "core/tls/mbedtls/session.h"

#include <string.h>

static void forget(struct cs_tls *tls)
{
    struct cs_tls_identity *identity = tls->identity;

    mbedtls_x509_crt_free(&identity->chain);
    mbedtls_pk_free(&identity->key);
    cs_arena_release(tls->world.arena, identity);
    tls->identity = NULL;
}

static bool take(struct cs_tls *tls, struct cs_slice chain, struct cs_slice key)
{
    struct cs_tls_identity *identity = tls->identity;

    return cs_library_parse_key(&tls->world, &identity->key, key) == 0 &&
           cs_library_parse_chain(&identity->chain, chain) > 0 &&
           mbedtls_ssl_conf_own_cert(&tls->config, &identity->chain, &identity->key) == 0;
}

enum connsync_status cs_tls_identify(struct cs_tls *tls, struct cs_slice chain, struct cs_slice key)
{
    struct cs_arena *arena = tls->world.arena;
    size_t failures_before = arena->failed;
    struct cs_tls_identity *identity = cs_arena_allocate(arena, sizeof *identity);

    if (identity == NULL) {
        return CONNSYNC_ERR_MEMORY;
    }
    cs_mbedtls_enter(&tls->world.hooks);
    identity->explain = cs_tls_explain;
    identity->reason = (struct cs_tls_reason){0};
    identity->forget = forget;
    identity->told = NULL;
    identity->refine = NULL;
    identity->certified = NULL;
    mbedtls_x509_crt_init(&identity->chain);
    mbedtls_pk_init(&identity->key);
    tls->identity = identity;
    if (chain.data == NULL || take(tls, chain, key)) {
        return CONNSYNC_OK;
    }
    return arena->failed != failures_before ? CONNSYNC_ERR_MEMORY : CONNSYNC_ERR_CLIENT_CERTIFICATE;
}

struct cs_tls_reason cs_tls_take_reason(struct cs_tls *tls)
{
    struct cs_tls_reason reason = {0};

    if (tls != NULL && tls->identity != NULL) {
        reason = tls->identity->reason;
        tls->identity->reason = (struct cs_tls_reason){0};
    }
    return reason;
}
