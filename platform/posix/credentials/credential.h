/*
 * What the parts that deal with keys and certificates share: one space of
 * refusals, where a text comes from, and the memory that the work is done in.
 *
 * Nothing here keeps anything parsed from call to call. A key or certificate is kept as
 * DER in the caller's memory; core/tls/key parses it again whenever it is used.
 */
#ifndef CONNSYNC_POSIX_CREDENTIAL_H
#define CONNSYNC_POSIX_CREDENTIAL_H

#include "core/tls/key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest PEM text that is read: a key or certificate with all that commonly
 * stands in the same file. */
#define CONNSYNC_CREDENTIAL_TEXT_MAX 32768u

/* Scratch memory that serves every function of this folder, with the longest text
 * and the largest key. Only what is used of it is ever touched. */
#define CONNSYNC_CREDENTIAL_SCRATCH_SIZE 65536u

enum connsync_credential_status {
    CONNSYNC_CREDENTIAL_OK = 0,
    /* The source */
    CONNSYNC_CREDENTIAL_NO_FILE,
    CONNSYNC_CREDENTIAL_FORBIDDEN,
    CONNSYNC_CREDENTIAL_UNREADABLE,
    CONNSYNC_CREDENTIAL_DIRECTORY,
    CONNSYNC_CREDENTIAL_TOO_LONG,
    CONNSYNC_CREDENTIAL_EMPTY,
    /* The PEM text */
    CONNSYNC_CREDENTIAL_NOT_PEM,
    CONNSYNC_CREDENTIAL_DAMAGED,
    /* The private key */
    CONNSYNC_CREDENTIAL_NO_KEY,
    CONNSYNC_CREDENTIAL_ENCRYPTED,
    CONNSYNC_CREDENTIAL_PUBLIC_KEY,
    CONNSYNC_CREDENTIAL_CERTIFICATE,
    CONNSYNC_CREDENTIAL_OPENSSH_KEY,
    CONNSYNC_CREDENTIAL_SEVERAL_KEYS,
    CONNSYNC_CREDENTIAL_EC_KEY,
    CONNSYNC_CREDENTIAL_EC_CURVE,
    CONNSYNC_CREDENTIAL_OTHER_KEY,
    CONNSYNC_CREDENTIAL_KEY_SHORT,
    CONNSYNC_CREDENTIAL_KEY_LARGE,
    CONNSYNC_CREDENTIAL_KEY_INVALID,
    CONNSYNC_CREDENTIAL_KEY_INCONSISTENT,
    /* The client certificate */
    CONNSYNC_CREDENTIAL_NO_CERTIFICATE,
    CONNSYNC_CREDENTIAL_CERTIFICATE_INVALID,
    CONNSYNC_CREDENTIAL_CHAIN_LONG,
    CONNSYNC_CREDENTIAL_KEY_MISMATCH,
    CONNSYNC_CREDENTIAL_EXPIRED,
    CONNSYNC_CREDENTIAL_NOT_YET_VALID,
    /* Signing */
    CONNSYNC_CREDENTIAL_OUTPUT,
    CONNSYNC_CREDENTIAL_SIGNING,
    /* The world */
    CONNSYNC_CREDENTIAL_MEMORY,
    CONNSYNC_CREDENTIAL_ENTROPY,
    CONNSYNC_CREDENTIAL_STATUS_COUNT
};

/* What is wrong and what to do, for one line after the name of the source; without
 * a full stop. Quotes nothing of the text. */
const char *connsync_credential_reason(enum connsync_credential_status status);

/* One of the two is set. `path` "-" is standard input. `text` is what an
 * environment variable holds: in it a backslash followed by n or r counts as the
 * end of a line. */
struct connsync_credential_source {
    const char *path;
    const char *text;
};

/* The refusal that a private key's operation ended with; `otherwise` if it was none of
 * memory or entropy. */
enum connsync_credential_status
connsync_credential_of_key(enum cs_key_status status, enum connsync_credential_status otherwise);

#ifdef __cplusplus
}
#endif

#endif
