/* A temporary file that is unlinked as soon as it is there, so that nothing is left of it however
 * the program ends. What a folder has no more room for goes on in memory, with what was there. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/base/spill.h"

#include "platform/posix/cli/base/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void open_file(struct spill *spill)
{
    char path[PATH_MAX];
    const char *folder = getenv("TMPDIR");
    int length = snprintf(path, sizeof path, "%s/connsync.XXXXXX",
                          folder != NULL && folder[0] != '\0' ? folder : "/tmp");

    if (length < 0 || (size_t)length >= sizeof path) {
        return;
    }
    spill->file = mkstemp(path); /* for its owner alone */
    if (spill->file < 0) {
        return;
    }
    spill->has_file = true;
    (void)unlink(path);
    (void)fcntl(spill->file, F_SETFD, FD_CLOEXEC);
}

static bool write_file(const struct spill *spill, const char *bytes, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t written =
            pwrite(spill->file, bytes + done, length - done, (off_t)(spill->length + done));
        if (written < 0 && errno != EINTR) {
            return false;
        }
        done += written > 0 ? (size_t)written : 0;
    }
    return true;
}

static bool read_file(int file, size_t from, char *out, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t got = pread(file, out + done, length - done, (off_t)(from + done));
        if (got == 0) {
            errno = EIO;
        }
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return false;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

static void close_file(struct spill *spill)
{
    if (spill->has_file) {
        (void)close(spill->file);
        spill->has_file = false;
    }
}

/* With what the file has. */
static bool move_to_memory(struct spill *spill)
{
    if (spill->length > SPILL_MEMORY_MAX) {
        errno = ENOSPC;
        return false;
    }
    spill->memory = mapping_new(SPILL_MEMORY_MAX);
    if (spill->memory == NULL ||
        (spill->has_file && !read_file(spill->file, 0, spill->memory, spill->length))) {
        return false;
    }
    close_file(spill);
    return true;
}

bool spill_add(struct spill *spill, const char *bytes, size_t length)
{
    if (spill->length == 0 && spill->memory == NULL && !spill->has_file) {
        open_file(spill);
    }
    if (spill->has_file && write_file(spill, bytes, length)) {
        spill->length += length;
        return true;
    }
    if (spill->memory == NULL && !move_to_memory(spill)) {
        return false;
    }
    if (length > SPILL_MEMORY_MAX - spill->length) {
        errno = ENOMEM;
        return false;
    }
    memcpy(spill->memory + spill->length, bytes, length);
    spill->length += length;
    return true;
}

bool spill_read(const struct spill *spill, size_t from, char *out, size_t length)
{
    if (spill->has_file) {
        return read_file(spill->file, from, out, length);
    }
    memcpy(out, spill->memory + from, length);
    return true;
}

void spill_free(struct spill *spill)
{
    close_file(spill);
    mapping_free(spill->memory, SPILL_MEMORY_MAX);
    memset(spill, 0, sizeof *spill);
}
