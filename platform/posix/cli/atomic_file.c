#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/atomic_file.h"

#include <errno.h>
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
        errno = EINVAL;
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

bool atomic_file_commit(struct atomic_file *file, mode_t mode)
{
    FILE *out = file->out;
    bool whole = fflush(out) == 0 && ferror(out) == 0 && fchmod(fileno(out), mode) == 0 &&
                 fsync(fileno(out)) == 0;
    int error = errno;

    file->out = NULL;
    if (fclose(out) != 0 && whole) {
        whole = false;
        error = errno;
    }
    if (whole && rename(file->temporary, file->path) == 0) {
        return true;
    }
    error = whole ? errno : error;
    (void)unlink(file->temporary);
    errno = error;
    return false;
}
