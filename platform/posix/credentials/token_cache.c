/* The file of a kept token: where it is, and what is told when it is not used. Its text is
 * token_entry.c's, the folder cache_folder.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/credentials/token_cache.h"

#include "platform/posix/credentials/cache_folder.h"

#include <unistd.h>

static const char not_writable[] =
    "the token was not kept: it is unusual, or its file cannot be written";

static bool give_up(struct cs_token_cache *cache, const char *note)
{
    cache->note = note;
    return false;
}

/* ---- The folder ---- */

bool cs_token_cache_open(struct cs_token_cache *cache, const struct cs_token_purpose *purpose)
{
    enum cs_cache_status status = cs_cache_open(&cache->folder);

    cache->note = NULL;
    if (status == CS_CACHE_FOREIGN) {
        return give_up(cache, "no token is kept: the folder for it is not this user's alone");
    }
    if (status != CS_CACHE_OK) {
        return give_up(cache, "no token is kept: there is no folder for it (XDG_CACHE_HOME, HOME)");
    }
    cs_token_entry_name(cache->name, purpose);
    return true;
}

void cs_token_cache_close(struct cs_token_cache *cache)
{
    if (cache->folder >= 0) {
        (void)close(cache->folder);
    }
    cache->folder = -1;
}

/* ---- Reading ---- */

bool cs_token_cache_load(struct cs_token_cache *cache, int64_t now, struct cs_token_entry *entry)
{
    cache->note = NULL;
    if (cache->folder < 0) {
        return false;
    }
    int fd = -1;
    enum cs_cache_status status = cs_cache_read(cache->folder, cache->name, &fd);
    if (status == CS_CACHE_FOREIGN) {
        return give_up(cache, "the kept token was not used: its file is not this user's alone");
    }
    if (status != CS_CACHE_OK) {
        return status == CS_CACHE_NONE
                   ? false
                   : give_up(cache, "the kept token was not used: it cannot be read");
    }
    bool good = cs_token_entry_read(fd, cache->name, now, entry);
    (void)close(fd);
    return good ? true
                : give_up(cache, "the kept token was not used: it has expired, or its file "
                                 "is damaged");
}

/* ---- Writing ---- */

bool cs_token_cache_store(struct cs_token_cache *cache, const struct cs_token_grant *grant)
{
    int fd = -1;

    cache->note = NULL;
    if (cache->folder < 0) {
        return false;
    }
    enum cs_cache_status status = cs_cache_begin(cache->folder, cache->name, &fd);
    if (status != CS_CACHE_OK) {
        cache->note = status == CS_CACHE_BUSY
                          ? "the token was not kept: another run keeps one just now"
                          : not_writable;
        return false;
    }
    bool whole = cs_token_entry_write(fd, cache->name, grant);
    bool done = cs_cache_end(cache->folder, cache->name, fd, whole, true);
    if (!done) {
        cache->note = not_writable;
    }
    return done;
}

void cs_token_cache_forget(struct cs_token_cache *cache)
{
    cache->note = NULL;
    if (cache->folder >= 0) {
        cs_cache_remove(cache->folder, cache->name);
    }
}
