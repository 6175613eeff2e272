/*
 * A world for mbedTLS (port/mbedtls/mbedtls_world.h) in memory that is lent for the
 * length of one call, with a random generator that the port's entropy seeds.
 *
 * The world of the agent is not restored when the workspace is closed: the core
 * enters its own before every call into mbedTLS.
 */
#ifndef CONNSYNC_POSIX_WORKSPACE_H
#define CONNSYNC_POSIX_WORKSPACE_H

#include "core/base/arena.h"
#include "platform/posix/credentials/credential.h"
#include "port/mbedtls/mbedtls_world.h"

#include <mbedtls/ctr_drbg.h>

#ifdef __cplusplus
extern "C" {
#endif

struct connsync_workspace {
    struct cs_arena arena;
    struct connsync_mbedtls_world world;
    const struct connsync_port *port;
    mbedtls_ctr_drbg_context random;
};

/* Makes the scratch memory what mbedTLS draws from; no random bytes yet. */
void connsync_workspace_open(struct connsync_workspace *workspace,
                             const struct connsync_credential_scratch *scratch);

/* Seeds the generator, for mbedtls_ctr_drbg_random() with `&workspace->random`. */
enum connsync_credential_status connsync_workspace_seed(struct connsync_workspace *workspace);

/* `otherwise`, unless memory ran out: mbedTLS reports that in many ways. */
enum connsync_credential_status
connsync_workspace_failure(const struct connsync_workspace *workspace,
                           enum connsync_credential_status otherwise);

/* Wipes the generator and all of the memory that was used. */
void connsync_workspace_close(struct connsync_workspace *workspace);

#ifdef __cplusplus
}
#endif

#endif
