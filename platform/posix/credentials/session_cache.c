/* The file of a TLS session: its name and its bytes. The folder is cache_folder.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/credentials/session_cache.h"

#include "core/tls/hash.h"

#include <errno.h>
#include <unistd.h>

#define SUFFIX ".session"

void cs_session_cache_open(struct cs_session_cache *cache, const char *domain, uint16_t port_number,
                           struct cs_slice certificate)
{
    static const char hex[] = "0123456789abcdef";
    const struct cs_slice texts[] = {cs_slice_with_nul(domain),
                                     cs_slice_make((const char *)&port_number, sizeof port_number),
                                     certificate};
    uint8_t digest[CS_SHA256_SIZE];
    struct cs_writer name;

    (void)cs_sha256(texts, sizeof texts / sizeof texts[0], digest);
    cs_writer_init(&name, cache->name, sizeof cache->name);
    for (size_t i = 0; i < sizeof digest; i++) {
        const char digits[] = {hex[digest[i] >> 4], hex[digest[i] & 0xFu], '\0'};
        cs_write_string(&name, digits);
    }
    cs_write_string(&name, SUFFIX);
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

static bool write_bytes(int fd, const uint8_t *data, size_t length)
{
    while (length > 0) {
        ssize_t count = write(fd, data, length);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        data += count > 0 ? count : 0;
        length -= count > 0 ? (size_t)count : 0;
    }
    return true;
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
        /* A power cut may take it: it is not waited for. */
        (void)cs_cache_end(cache->folder, cache->name, fd, write_bytes(fd, data, length), false);
    }
}
