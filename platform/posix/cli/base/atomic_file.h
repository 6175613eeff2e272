/*
 * A file that is there whole or not at all: written beside its place, and moved there.
 * Only its owner can read it.
 */
#ifndef CONNSYNC_CLI_ATOMIC_FILE_H
#define CONNSYNC_CLI_ATOMIC_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct atomic_file {
    FILE *out; /* NULL when it is not open */
    const char *path;
    char temporary[PATH_MAX];
};

/* False with errno. `path` stays the caller's. */
bool atomic_file_begin(struct atomic_file *file, const char *path);

/* Puts it in its place with this mode. False with errno; nothing has changed then. */
bool atomic_file_commit(struct atomic_file *file, mode_t mode);

/* The same, but never in the place of another file: errno is EEXIST then, and the file stays
 * open for another path. With its directory's entry it is on the disk when this returns. */
bool atomic_file_commit_new(struct atomic_file *file, const char *path);

/* Harmless when it is not open. */
void atomic_file_abandon(struct atomic_file *file);

#endif
