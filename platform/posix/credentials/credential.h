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
#define CS_CREDENTIAL_TEXT_MAX 32768u

/* Scratch memory that serves every function of this folder, with the longest text
 * and the largest key. Only what is used of it is ever touched. */
#define CS_CREDENTIAL_SCRATCH_SIZE 65536u

enum cs_credential_status {
    CS_CREDENTIAL_OK = 0,
    /* The source */
    CS_CREDENTIAL_NO_FILE,
    CS_CREDENTIAL_FORBIDDEN,
    CS_CREDENTIAL_UNREADABLE,
    CS_CREDENTIAL_DIRECTORY,
    CS_CREDENTIAL_TOO_LONG,
    CS_CREDENTIAL_EMPTY,
    /* The PEM text */
    CS_CREDENTIAL_NOT_PEM,
    CS_CREDENTIAL_DAMAGED,
    /* The private key */
    CS_CREDENTIAL_NO_KEY,
    CS_CREDENTIAL_ENCRYPTED,
    CS_CREDENTIAL_PUBLIC_KEY,
    CS_CREDENTIAL_CERTIFICATE,
    CS_CREDENTIAL_OPENSSH_KEY,
    CS_CREDENTIAL_SEVERAL_KEYS,
    CS_CREDENTIAL_EC_KEY,
    CS_CREDENTIAL_EC_CURVE,
    CS_CREDENTIAL_OTHER_KEY,
    CS_CREDENTIAL_KEY_SHORT,
    CS_CREDENTIAL_KEY_LARGE,
    CS_CREDENTIAL_KEY_INVALID,
    CS_CREDENTIAL_KEY_INCONSISTENT,
    /* The client certificate */
    CS_CREDENTIAL_NO_CERTIFICATE,
    CS_CREDENTIAL_CERTIFICATE_INVALID,
    CS_CREDENTIAL_CHAIN_LONG,
    CS_CREDENTIAL_KEY_MISMATCH,
    CS_CREDENTIAL_EXPIRED,
    CS_CREDENTIAL_NOT_YET_VALID,
    /* Signing */
    CS_CREDENTIAL_OUTPUT,
    CS_CREDENTIAL_SIGNING,
    /* The world */
    CS_CREDENTIAL_MEMORY,
    CS_CREDENTIAL_ENTROPY,
    CS_CREDENTIAL_STATUS_COUNT
};

/* What is wrong and what to do, for one line after the name of the source; without
 * a full stop. Quotes nothing of the text. */
const char *cs_credential_reason(enum cs_credential_status status);

/* One of the two is set. `path` "-" is standard input. `text` is what an
 * environment variable holds: in it a backslash followed by n or r counts as the
 * end of a line. */
struct cs_credential_source {
    const char *path;
    const char *text;
};

/* The refusal that a private key's operation ended with; `otherwise` if it was none of
 * memory or entropy. */
enum cs_credential_status cs_credential_of_key(enum cs_key_status status,
                                               enum cs_credential_status otherwise);

#ifdef __cplusplus
}
#endif

#endif
