/*
 * An access token, kept from run to run, so that a fleet does not use up the tenant's
 * quota of tokens.
 *
 * One file for each domain, port, client, credential and audience, in $XDG_CACHE_HOME/connsync
 * or ~/.cache/connsync (see token_entry.h, cache_folder.h).
 *
 * The cache can only save a request. Nothing that is wrong with it is an error: an entry
 * that is damaged, foreign, too old or too long is as good as none, one that cannot be
 * written is left out, and `note` has a word for whoever asks to be told.
 */
#ifndef CONNSYNC_POSIX_TOKEN_CACHE_H
#define CONNSYNC_POSIX_TOKEN_CACHE_H

#include "platform/posix/credentials/token_entry.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cs_token_cache {
    int folder; /* a descriptor, or -1 */
    char name[CS_TOKEN_NAME_SIZE];
    const char *note; /* what the last call could not do, and why; NULL if nothing */
};

/* Finds the folder, and makes it if there is none. False if it cannot be used; the other
 * functions then do nothing. */
bool cs_token_cache_open(struct cs_token_cache *cache, const struct cs_token_purpose *purpose);

/* Reads the token that is good for some time after `now`. False if there is none; the
 * caller's memory is then as if it had not been written. */
bool cs_token_cache_load(struct cs_token_cache *cache, int64_t now, struct cs_token_entry *entry);

/* Keeps a token in the place of the one before. False if it was not kept. */
bool cs_token_cache_store(struct cs_token_cache *cache, const struct cs_token_grant *grant);

/* Removes the entry, because the service does not take its token. */
void cs_token_cache_forget(struct cs_token_cache *cache);

void cs_token_cache_close(struct cs_token_cache *cache);

#ifdef __cplusplus
}
#endif

#endif
