/* The file of a TLS session: its name and its bytes. The folder is cache_folder.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/credentials/session_cache.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SUFFIX ".session"

_Static_assert(CS_CACHE_DIGEST_SIZE + sizeof SUFFIX <= CS_CACHE_NAME_SIZE, "a name has room");

void cs_session_cache_open(struct cs_session_cache *cache, const char *domain, uint16_t port_number,
                           struct cs_slice certificate)
{
    const struct cs_slice texts[] = {cs_slice_with_nul(domain),
                                     cs_slice_make((const char *)&port_number, sizeof port_number),
                                     certificate};

    cs_cache_digest(texts, sizeof texts / sizeof texts[0], cache->name);
    memcpy(cache->name + CS_CACHE_DIGEST_SIZE - 1, SUFFIX, sizeof SUFFIX);
    (void)cs_cache_open(&cache->folder);
}

void cs_session_cache_close(struct cs_session_cache *cache)
{
    if (cache->folder >= 0) {
        (void)close(cache->folder);
    }
    cache->folder = -1;
}

/* Up to `size` bytes; fewer at the end of the file, or on a failure. */
static size_t read_bytes(int fd, uint8_t *data, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t count = read(fd, data + done, size - done);
        if (count == 0 || (count < 0 && errno != EINTR)) {
            break;
        }
        done += count > 0 ? (size_t)count : 0;
    }
    return done;
}

size_t cs_session_cache_load(const struct cs_session_cache *cache, uint8_t *data, size_t size)
{
    uint8_t more;
    int fd = -1;

    if (cache->folder < 0 || cs_cache_read(cache->folder, cache->name, &fd) != CS_CACHE_OK) {
        return 0;
    }
    size_t length = read_bytes(fd, data, size);
    bool whole = length < size || read_bytes(fd, &more, 1) == 0;
    (void)close(fd);
    return whole ? length : 0;
}

void cs_session_cache_store(const struct cs_session_cache *cache, const uint8_t *data,
                            size_t length)
{
    int fd = -1;

    if (cache->folder < 0) {
        return;
    }
    if (length == 0) {
        cs_cache_remove(cache->folder, cache->name);
    } else if (cs_cache_begin(cache->folder, cache->name, &fd) == CS_CACHE_OK) {
        bool whole = cs_cache_write(fd, cs_slice_make((const char *)data, length));
        /* A power cut may take it: it is not waited for. */
        (void)cs_cache_end(cache->folder, cache->name, fd, whole, false);
    }
}
