/* A temporary file beside the one that it will be: written, put on the disk, then renamed or
 * linked. What is in it and who may read it is the caller's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/base/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".XXXXXX"

bool atomic_file_begin(struct atomic_file *file, const char *path)
{
    struct stat status;

    file->out = NULL;
    file->path = path;
    /* rename() would put a file in the place of a device such as /dev/null. */
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
        return false;
    }
    int length = snprintf(file->temporary, sizeof file->temporary, "%s" SUFFIX, path);
    if (length < 0 || (size_t)length >= sizeof file->temporary) {
        errno = ENAMETOOLONG;
        return false;
    }
    int fd = mkstemp(file->temporary);
    if (fd < 0) {
        return false;
    }
    file->out = fdopen(fd, "w");
    if (file->out == NULL) {
        (void)close(fd);
        (void)unlink(file->temporary);
    }
    return file->out != NULL;
}

void atomic_file_abandon(struct atomic_file *file)
{
    if (file->out != NULL) {
        (void)fclose(file->out);
        (void)unlink(file->temporary);
        file->out = NULL;
    }
}

static bool flush(FILE *out, mode_t mode)
{
    return fflush(out) == 0 && ferror(out) == 0 && fchmod(fileno(out), mode) == 0 &&
           fsync(fileno(out)) == 0;
}

/* The entry of `path` in its directory. */
static bool flush_entry(const char *path)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/');

    (void)snprintf(directory, sizeof directory, "%.*s", slash != NULL ? (int)(slash - path) : 1,
                   slash != NULL ? path : ".");
    int fd = open(directory[0] != '\0' ? directory : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    /* Some file systems have no such thing for a directory. */
    bool flushed = fsync(fd) == 0 || errno == EINVAL;
    (void)close(fd);
    return flushed;
}

bool atomic_file_commit_new(struct atomic_file *file, const char *path)
{
    if (!flush(file->out, S_IRUSR | S_IWUSR)) {
        return false;
    }
    if (link(file->temporary, path) != 0) {
        return false;
    }
    atomic_file_abandon(file);
    return flush_entry(path);
}

bool atomic_file_commit(struct atomic_file *file, mode_t mode)
{
    FILE *out = file->out;
    bool whole = flush(out, mode);
    int error = errno;

    file->out = NULL;
    if (fclose(out) != 0 && whole) {
        whole = false;
        error = errno;
    }
    if (whole && rename(file->temporary, file->path) == 0) {
        (void)flush_entry(file->path); /* It is there; not every file system can do more. */
        return true;
    }
    error = whole ? errno : error;
    (void)unlink(file->temporary);
    errno = error;
    return false;
}
