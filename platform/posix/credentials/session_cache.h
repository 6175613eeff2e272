/*
 * A TLS session, kept from run to run, so that the next need not verify a chain of certificates again
 * (core/base/session.h says what ends one). One file for each domain, port and client's certificate,
 * beside the kept tokens: cache_folder.h.
 *
 * It can only save work. Nothing that is wrong with a file is an error: the session's own digest
 * finds any damage, and one that cannot be read or written is as good as none.
 */
#ifndef CONNSYNC_POSIX_SESSION_CACHE_H
#define CONNSYNC_POSIX_SESSION_CACHE_H

#include "core/base/text.h"
#include "platform/posix/credentials/cache_folder.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cs_session_cache {
    int folder; /* a descriptor, or -1 */
    char name[CS_CACHE_NAME_SIZE];
};

/* `certificate` is the client's, DER, or empty. Where there is no folder the other functions do
 * nothing. */
void cs_session_cache_open(struct cs_session_cache *cache, const char *domain, uint16_t port_number,
                           struct cs_slice certificate);

/* Reads what is kept: how many bytes, 0 if there is nothing, or more than `size`. */
size_t cs_session_cache_load(const struct cs_session_cache *cache, uint8_t *data, size_t size);

/* Keeps these in the place of those before; with none of them, removes those. */
void cs_session_cache_store(const struct cs_session_cache *cache, const uint8_t *data,
                            size_t length);

void cs_session_cache_close(struct cs_session_cache *cache);

#ifdef __cplusplus
}
#endif

#endif
