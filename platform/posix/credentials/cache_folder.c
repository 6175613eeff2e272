/* The folder of what is kept, and its files: whose they must be, and how one replaces another. */
#define _GNU_SOURCE 1 /* for flock() and, with -std=c11, for all of POSIX */

#include "platform/posix/credentials/cache_folder.h"

#include "core/tls/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "connsync"
#define TEMPORARY ".new"

void cs_cache_digest(const struct cs_slice *texts, size_t count, char *out)
{
    static const char hex[] = "0123456789abcdef";
    uint8_t digest[CS_SHA256_SIZE];

    (void)cs_sha256(texts, count, digest); /* it has no state in which it could fail */
    for (size_t i = 0; i < CS_SHA256_SIZE; i++) {
        out[2 * i] = hex[digest[i] >> 4];
        out[2 * i + 1] = hex[digest[i] & 0xFu];
    }
    out[2 * CS_SHA256_SIZE] = '\0';
}

/* ---- The folder ---- */

static bool is_private(int fd, mode_t kind)
{
    struct stat facts;

    return fstat(fd, &facts) == 0 && (facts.st_mode & S_IFMT) == kind &&
           facts.st_uid == geteuid() && (facts.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

static bool is_own(int fd)
{
    struct stat facts;

    return fstat(fd, &facts) == 0 && facts.st_uid == geteuid();
}

/* Opens a folder inside another, and makes it if it is missing and the other is ours:
 * with somebody else's home, root would leave a folder that they cannot use. */
static int open_inside(int parent, const char *name, int flags)
{
    int all_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags;
    int fd = openat(parent, name, all_flags);

    if (fd >= 0 || errno != ENOENT || !is_own(parent) || mkdirat(parent, name, S_IRWXU) != 0) {
        return fd;
    }
    return openat(parent, name, all_flags);
}

static void close_if_open(int fd)
{
    if (fd >= 0) {
        (void)close(fd);
    }
}

/* A relative path in the variable counts as none: the XDG base directory
 * specification says so. */
static int open_cache_home(void)
{
    const char *path = getenv("XDG_CACHE_HOME");

    if (path != NULL && path[0] == '/') {
        if (mkdir(path, S_IRWXU) != 0 && errno != EEXIST) {
            return -1;
        }
        return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    path = getenv("HOME");
    if (path == NULL || path[0] != '/') {
        return -1;
    }
    int home = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = home >= 0 ? open_inside(home, ".cache", 0) : -1;
    close_if_open(home);
    return fd;
}

enum cs_cache_status cs_cache_open(int *folder)
{
    int home = open_cache_home();

    *folder = home >= 0 ? open_inside(home, FOLDER, O_NOFOLLOW) : -1;
    close_if_open(home);
    if (*folder < 0) {
        return CS_CACHE_NONE;
    }
    if (!is_private(*folder, S_IFDIR)) {
        (void)close(*folder);
        *folder = -1;
        return CS_CACHE_FOREIGN;
    }
    return CS_CACHE_OK;
}

/* ---- Reading ---- */

enum cs_cache_status cs_cache_read(int folder, const char *name, int *fd)
{
    /* Not to wait for the other end, should it be a pipe. */
    *fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (*fd < 0) {
        return errno == ENOENT ? CS_CACHE_NONE : CS_CACHE_FAILED;
    }
    if (!is_private(*fd, S_IFREG)) {
        (void)close(*fd);
        *fd = -1;
        return CS_CACHE_FOREIGN;
    }
    return CS_CACHE_OK;
}

/* ---- Writing ---- */

/*
 * The temporary file has one name for each file, and is written by whoever holds its
 * lock. A process that is killed leaves one file at the most, and the next one to write
 * takes it over; with names of their own they would pile up, each with a secret in it.
 */
static bool name_temporary(char *out, size_t size, const char *name)
{
    struct cs_writer writer;

    cs_writer_init(&writer, out, size);
    cs_write_string(&writer, name);
    cs_write_string(&writer, TEMPORARY);
    return !writer.overflowed;
}

/* Is the file that we have open still the one of that name? Whoever had the lock before
 * has renamed or removed it. */
static bool is_still_there(int folder, const char *name, int fd)
{
    struct stat opened;
    struct stat named;

    return fstat(fd, &opened) == 0 && fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

enum cs_cache_status cs_cache_begin(int folder, const char *name, int *fd)
{
    char temporary[CS_CACHE_NAME_SIZE];
    enum cs_cache_status status = CS_CACHE_FAILED;

    *fd = -1;
    if (!name_temporary(temporary, sizeof temporary, name)) {
        return CS_CACHE_FAILED;
    }
    int opened = openat(folder, temporary, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                        S_IRUSR | S_IWUSR);
    if (opened >= 0 && is_private(opened, S_IFREG)) {
        bool mine =
            flock(opened, LOCK_EX | LOCK_NB) == 0 && is_still_there(folder, temporary, opened);
        if (mine && ftruncate(opened, 0) == 0) {
            *fd = opened;
            return CS_CACHE_OK;
        }
        status = mine ? CS_CACHE_FAILED : CS_CACHE_BUSY;
    }
    close_if_open(opened);
    return status;
}

bool cs_cache_write(int fd, struct cs_slice text)
{
    size_t done = 0;

    while (done < text.length) {
        ssize_t count = write(fd, text.data + done, text.length - done);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        done += count > 0 ? (size_t)count : 0;
    }
    return true;
}

bool cs_cache_end(int folder, const char *name, int fd, bool whole, bool lasting)
{
    char temporary[CS_CACHE_NAME_SIZE];
    bool done = name_temporary(temporary, sizeof temporary, name) && whole &&
                (!lasting || fsync(fd) == 0) && renameat(folder, temporary, folder, name) == 0;

    if (!done) {
        (void)unlinkat(folder, temporary, 0);
    }
    (void)close(fd); /* the lock ends here */
    return done;
}

void cs_cache_remove(int folder, const char *name)
{
    (void)unlinkat(folder, name, 0);
}
