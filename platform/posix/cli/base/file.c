/* Reads files to their end, whatever the system gives at a time. What is in them is checked by
 * those who asked. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static ssize_t read_all(int fd, char *out, size_t size)
{
    size_t length = 0;

    while (length < size) {
        ssize_t got = read(fd, out + length, size - length);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got < 0 ? -1 : (ssize_t)length;
        }
        length += (size_t)got;
    }
    return (ssize_t)length;
}

ssize_t file_read(const char *path, char *out, size_t size)
{
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return -1;
    }
    ssize_t length = read_all(fd, out, size);
    int error = errno;
    if (fd > STDIN_FILENO) {
        (void)close(fd);
    }
    errno = error;
    return length;
}
