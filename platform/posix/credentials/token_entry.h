/*
 * The file that an access token is kept in: its name, and its reading and writing
 * through a descriptor. Which files may be used at all is token_cache's to say.
 *
 * The name is the SHA-256 of all that the token is for and of what its client proves itself
 * with, and stands in the file as well, so that a file under another's name is worth nothing:
 * no token is ever sent to a service that it was not made for, nor for somebody who could not
 * have asked for it. A SHA-256 of the content finds any damage.
 */
#ifndef CONNSYNC_POSIX_TOKEN_ENTRY_H
#define CONNSYNC_POSIX_TOKEN_ENTRY_H

#include "core/base/text.h"
#include "platform/posix/credentials/cache_folder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest token and scope that are kept, without their NULs. */
#define CS_TOKEN_MAX 16384u
#define CS_TOKEN_SCOPE_MAX 16384u

/* A token that has less than this left is not used: the work must fit in. */
#define CS_TOKEN_MARGIN_S 120

/* The service grants 30 days at the most. An entry with more was written by a clock
 * that was wrong. */
#define CS_TOKEN_LIFETIME_MAX_S 2592000

/* SHA-256 as hexadecimal digits, with the final NUL. */
#define CS_TOKEN_NAME_SIZE CS_CACHE_DIGEST_SIZE

/* What a token is for, and what its client proves itself with: a secret, a private key, a
 * certificate, or several of them; empty is what it does not have. All of it borrowed. */
struct cs_token_purpose {
    const char *domain;
    const char *client_id;
    const char *audience; /* what is sent as such */
    uint16_t port_number;
    struct cs_slice secret;
    struct cs_slice key; /* for assertions; DER, as are the next two */
    struct cs_slice certificate;
    struct cs_slice certificate_key;
};

/* What is written. Times are in seconds since 1970. */
struct cs_token_grant {
    int64_t from;
    int64_t until;
    const char *token;
    const char *scope; /* as the answer stated it, or empty */
};

/* What is read, into the caller's memory: two strings. */
struct cs_token_entry {
    char *token;
    size_t token_size;
    char *scope;
    size_t scope_size;
    int64_t expires; /* seconds since 1970, by the clock that wrote it */
};

/* Writes the name, of CS_TOKEN_NAME_SIZE bytes. */
void cs_token_entry_name(char *name, const struct cs_token_purpose *purpose);

/* Reads an entry that is good for some time after `now`. False for one that is damaged,
 * of another name, too old, from the future, or too long for the caller's memory, which
 * then holds nothing of it. */
bool cs_token_entry_read(int fd, const char *name, int64_t now, struct cs_token_entry *entry);

/* Writes an entry to an empty file. False if the grant is not one that could be read
 * again, or on a failure. */
bool cs_token_entry_write(int fd, const char *name, const struct cs_token_grant *grant);

#ifdef __cplusplus
}
#endif

#endif
