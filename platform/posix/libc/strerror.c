/*
 * The system's errors in words, for the static programs: those that a file, a folder or a local socket
 * can give. The C library has words for all that any call can, and they are three times as long.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"

static const uint8_t numbers[] = {
    EPERM,   ENOENT, EINTR,   EIO,    ENXIO,     EBADF,       EAGAIN, ENOMEM,    EACCES,
    EBUSY,   EEXIST, EXDEV,   ENODEV, ENOTDIR,   EISDIR,      EINVAL, ENFILE,    EMFILE,
    ETXTBSY, EFBIG,  ENOSPC,  ESPIPE, EROFS,     EMLINK,      EPIPE,  EOVERFLOW, ENAMETOOLONG,
    ELOOP,   ENOSYS, ENOTSUP, ESTALE, ETIMEDOUT, ECONNREFUSED};

static const char words[] = "Operation not permitted\0"
                            "No such file or directory\0"
                            "Interrupted system call\0"
                            "Input/output error\0"
                            "No such device or address\0"
                            "Bad file descriptor\0"
                            "Resource temporarily unavailable\0"
                            "Cannot allocate memory\0"
                            "Permission denied\0"
                            "Device or resource busy\0"
                            "File exists\0"
                            "Invalid cross-device link\0"
                            "No such device\0"
                            "Not a directory\0"
                            "Is a directory\0"
                            "Invalid argument\0"
                            "Too many open files in system\0"
                            "Too many open files\0"
                            "Text file busy\0"
                            "File too large\0"
                            "No space left on device\0"
                            "Illegal seek\0"
                            "Read-only file system\0"
                            "Too many links\0"
                            "Broken pipe\0"
                            "Value too large for defined data type\0"
                            "File name too long\0"
                            "Too many levels of symbolic links\0"
                            "Function not implemented\0"
                            "Operation not supported\0"
                            "Stale file handle\0"
                            "Connection timed out\0"
                            "Connection refused\0";

/* What is not among them is told by its number, until the next call. */
char *strerror(int error)
{
    static char other[sizeof "error -2147483648"];
    const char *word = cs_words_numbered(words, numbers, sizeof numbers, (unsigned)error);

    if (word == NULL && error == EDQUOT) { /* no byte on every processor */
        word = "Disk quota exceeded";
    }
    if (word != NULL) {
        return (char *)(uintptr_t)word;
    }
    (void)snprintf(other, sizeof other, "error %d", error);
    return other;
}
