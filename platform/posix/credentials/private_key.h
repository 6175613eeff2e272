/*
 * A private key from PEM, kept as DER: PKCS#1 ("RSA PRIVATE KEY") and unencrypted
 * PKCS#8 ("PRIVATE KEY"); for TLS also SEC 1 ("EC PRIVATE KEY").
 *
 * A file may hold other things beside the key, such as its certificate; they are
 * passed over. What cannot be used is refused by name: see credential.h.
 */
#ifndef CONNSYNC_POSIX_PRIVATE_KEY_H
#define CONNSYNC_POSIX_PRIVATE_KEY_H

#include "platform/posix/credentials/credential.h"

#ifdef __cplusplus
extern "C" {
#endif

/* RSA-4096 takes 2,375 bytes as PKCS#8. */
#define CS_PRIVATE_KEY_DER_MAX 4096u
#define CS_PRIVATE_KEY_BITS_MIN 2048u
#define CS_PRIVATE_KEY_BITS_MAX CS_KEY_BITS_MAX

enum cs_private_key_use {
    CS_PRIVATE_KEY_ASSERTION, /* RSA only */
    CS_PRIVATE_KEY_TLS        /* RSA, or EC on P-256 or P-384 */
};

struct cs_private_key {
    uint8_t der[CS_PRIVATE_KEY_DER_MAX];
    size_t length;
    unsigned bits;
    /* The file may be read by everybody, or changed by others than its owner: worth
     * a warning. It is not refused: mounted secrets of containers and variables of
     * pipelines that come as files often look like this. */
    bool exposed;
};

/* Reads and checks the key: its length, and that its parts belong together. On a
 * failure no byte of it is left. */
enum cs_credential_status cs_private_key_read(struct cs_private_key *key,
                                              enum cs_private_key_use use,
                                              const struct cs_credential_source *source,
                                              const struct cs_key_scratch *scratch);

/* Overwrites the key. One that was never read is not touched. */
void cs_private_key_wipe(struct cs_private_key *key);

#ifdef __cplusplus
}
#endif

#endif
