/*
 * A certificate to show to a server (mutual TLS), with its private key, from PEM.
 *
 * Both are kept as DER, ready for the core, which parses them in its own memory: the
 * certificate first and whatever leads from it to its root behind it, end to end.
 */
#ifndef CONNSYNC_POSIX_CLIENT_CERTIFICATE_H
#define CONNSYNC_POSIX_CLIENT_CERTIFICATE_H

#include "platform/posix/credentials/private_key.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CS_CLIENT_CHAIN_DER_MAX 16384u
#define CS_CLIENT_CHAIN_MAX 8u

struct cs_client_certificate {
    uint8_t chain[CS_CLIENT_CHAIN_DER_MAX];
    size_t chain_length;
    unsigned count; /* certificates in the chain */
    struct cs_private_key key;
};

/* Reads the chain and the key; `key_source` NULL means that the key stands in the
 * same source. `now` is in seconds since 1970; -1 where it is not known, and then the
 * certificate's dates are not looked at. `*of_key` tells which of the two sources a
 * refusal is about. On a failure nothing of the key is left. */
enum cs_credential_status cs_client_certificate_read(struct cs_client_certificate *certificate,
                                                     const struct cs_credential_source *source,
                                                     const struct cs_credential_source *key_source,
                                                     int64_t now,
                                                     const struct cs_key_scratch *scratch,
                                                     bool *of_key);

/* Overwrites the key. */
void cs_client_certificate_wipe(struct cs_client_certificate *certificate);

#ifdef __cplusplus
}
#endif

#endif
