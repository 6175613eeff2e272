/*
 * PEM (RFC 7468) in memory: getting the text, finding its blocks, decoding them.
 *
 * Two leniencies. A block is found by its markers and not by its lines, since an
 * environment variable often holds all of it in one line, with blanks or the two
 * characters \n where the lines ended. And what stands outside of blocks is passed
 * over. Inside a block nothing but base64 is taken.
 */
#ifndef CONNSYNC_POSIX_PEM_H
#define CONNSYNC_POSIX_PEM_H

#include "core/base/arena.h"
#include "core/base/text.h"
#include "platform/posix/credentials/credential.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cs_pem {
    char *text;    /* in the arena; it may hold a key */
    size_t size;   /* the room that it may take */
    size_t length; /* of `text` */
    size_t next;   /* where the search goes on */
    bool exposed;  /* see cs_pem_open */
};

struct cs_pem_block {
    struct cs_slice label; /* "PRIVATE KEY" */
    bool encrypted;        /* by RFC 1421's header fields */
    char *body;            /* in the text; base64 and blanks */
    size_t length;
};

/*
 * Reads all of the source into a piece of the arena. A file is reported as exposed
 * as exposure.h has it.
 */
enum cs_credential_status cs_pem_open(struct cs_pem *pem, struct cs_arena *arena,
                                      const struct cs_credential_source *source);

/* Finds the next block. CS_CREDENTIAL_OK, and `*found` false after the last;
 * or CS_CREDENTIAL_DAMAGED if one has no proper end. */
enum cs_credential_status cs_pem_next(struct cs_pem *pem, struct cs_pem_block *block, bool *found);

/* Decodes a block into `out`; overwrites its body on the way. DAMAGED, or `large`
 * if `out` is too small. */
enum cs_credential_status cs_pem_decode(struct cs_pem_block *block, enum cs_credential_status large,
                                        uint8_t *out, size_t size, size_t *length);

/* Wipes the text and gives its memory back. */
void cs_pem_close(struct cs_pem *pem, struct cs_arena *arena);

#ifdef __cplusplus
}
#endif

#endif
