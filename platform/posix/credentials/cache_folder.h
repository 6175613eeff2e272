/*
 * The folder of what is kept from run to run, $XDG_CACHE_HOME/connsync or ~/.cache/connsync, and the
 * files in it: how they are opened, and how one takes the place of another. What is in them is for
 * token_cache.h and session_cache.h.
 *
 * Folder and files belong to the user alone (0700, 0600); others are not used, and no symbolic link
 * to either is followed. Several processes may use one file at once: a reader sees the whole of the
 * old one or the whole of the new one, and of writers at the same moment one writes.
 */
#ifndef CONNSYNC_POSIX_CACHE_FOLDER_H
#define CONNSYNC_POSIX_CACHE_FOLDER_H

#include "core/base/text.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A SHA-256 as hexadecimal digits, with the final NUL; and such a one with a suffix. */
#define CS_CACHE_DIGEST_SIZE 65u
#define CS_CACHE_NAME_SIZE 80u

enum cs_cache_status {
    CS_CACHE_OK,
    CS_CACHE_NONE,    /* there is no such file, and no place for a folder */
    CS_CACHE_FOREIGN, /* it is not this user's alone */
    CS_CACHE_BUSY,    /* another process writes it just now */
    CS_CACHE_FAILED   /* anything else */
};

/* Writes the digest of `count` texts, one after another, of CS_CACHE_DIGEST_SIZE bytes. */
void cs_cache_digest(const struct cs_slice *texts, size_t count, char *out);

/* Finds the folder, and makes it if there is none: a descriptor, or -1. */
enum cs_cache_status cs_cache_open(int *folder);

/* A descriptor to read a file with. */
enum cs_cache_status cs_cache_read(int folder, const char *name, int *fd);

/* A descriptor to write what is to take the place of `name`: an empty file. */
enum cs_cache_status cs_cache_begin(int folder, const char *name, int *fd);

/* Writes more of it. */
bool cs_cache_write(int fd, struct cs_slice text);

/* Closes that: it takes the place if it is `whole`, and is removed if it is not. With `lasting` it
 * is there after a power cut as well. False if it did not take the place. */
bool cs_cache_end(int folder, const char *name, int fd, bool whole, bool lasting);

void cs_cache_remove(int folder, const char *name);

#ifdef __cplusplus
}
#endif

#endif
