/* For flock() and, with -std=c11, for all of POSIX. */
#define _GNU_SOURCE 1

#include "platform/posix/credentials/token_cache.h"

#include "core/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "connsync"
#define TEMPORARY ".new"

static const char not_writable[] =
    "the token was not kept: it is unusual, or its file cannot be written";

static bool give_up(struct cs_token_cache *cache, const char *note)
{
    cache->note = note;
    return false;
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

bool cs_token_cache_open(struct cs_token_cache *cache, const struct cs_token_purpose *purpose)
{
    int home = open_cache_home();

    cache->note = NULL;
    cache->folder = home >= 0 ? open_inside(home, FOLDER, O_NOFOLLOW) : -1;
    close_if_open(home);
    if (cache->folder < 0) {
        return give_up(cache, "no token is kept: there is no folder for it (XDG_CACHE_HOME, HOME)");
    }
    if (!is_private(cache->folder, S_IFDIR)) {
        cs_token_cache_close(cache);
        return give_up(cache, "no token is kept: the folder for it is not this user's alone");
    }
    cs_token_entry_name(cache->name, purpose);
    return true;
}

void cs_token_cache_close(struct cs_token_cache *cache)
{
    close_if_open(cache->folder);
    cache->folder = -1;
}

/* ---- Reading ---- */

bool cs_token_cache_load(struct cs_token_cache *cache, int64_t now, struct cs_token_entry *entry)
{
    cache->note = NULL;
    if (cache->folder < 0) {
        return false;
    }
    /* Not to wait for the other end, should it be a pipe. */
    int fd = openat(cache->folder, cache->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? false
                               : give_up(cache, "the kept token was not used: it cannot be read");
    }
    bool ours = is_private(fd, S_IFREG);
    bool good = ours && cs_token_entry_read(fd, cache->name, now, entry);
    (void)close(fd);
    if (!ours) {
        return give_up(cache, "the kept token was not used: its file is not this user's alone");
    }
    return good ? true
                : give_up(cache, "the kept token was not used: it has expired, or its file "
                                 "is damaged");
}

/* ---- Writing ---- */

/* Is the file that we have open still the one of that name? Whoever had the lock before
 * has renamed or removed it. */
static bool is_still_there(int folder, const char *name, int fd)
{
    struct stat opened;
    struct stat named;

    return fstat(fd, &opened) == 0 && fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/*
 * The temporary file has one name for each entry, and is written by whoever holds its
 * lock. A process that is killed leaves one file at the most, and the next one to write
 * takes it over; with names of their own they would pile up, each with a token in it.
 */
static int open_temporary(struct cs_token_cache *cache, const char *name)
{
    int fd = openat(cache->folder, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                    S_IRUSR | S_IWUSR);

    if (fd >= 0 && is_private(fd, S_IFREG)) {
        bool mine = flock(fd, LOCK_EX | LOCK_NB) == 0 && is_still_there(cache->folder, name, fd);
        if (mine && ftruncate(fd, 0) == 0) {
            return fd;
        }
        cache->note =
            mine ? not_writable : "the token was not kept: another run keeps one just now";
    } else {
        cache->note = not_writable;
    }
    close_if_open(fd);
    return -1;
}

bool cs_token_cache_store(struct cs_token_cache *cache, const struct cs_token_grant *grant)
{
    char name[CS_TOKEN_NAME_SIZE + sizeof TEMPORARY];
    struct cs_writer writer;

    cache->note = NULL;
    if (cache->folder < 0) {
        return false;
    }
    cs_writer_init(&writer, name, sizeof name);
    cs_write_string(&writer, cache->name);
    cs_write_string(&writer, TEMPORARY);
    int fd = open_temporary(cache, name);
    if (fd < 0) {
        return false;
    }
    bool done = cs_token_entry_write(fd, cache->name, grant) && fsync(fd) == 0 &&
                renameat(cache->folder, name, cache->folder, cache->name) == 0;
    if (!done) {
        (void)unlinkat(cache->folder, name, 0);
        cache->note = not_writable;
    }
    (void)close(fd); /* the lock ends here */
    return done;
}

void cs_token_cache_forget(struct cs_token_cache *cache)
{
    cache->note = NULL;
    if (cache->folder >= 0) {
        (void)unlinkat(cache->folder, cache->name, 0);
    }
}
