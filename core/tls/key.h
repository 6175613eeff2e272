/*
 * Private keys: what a key is, whether it fits a certificate, signing with it.
 *
 * A key is DER in the caller's memory: PKCS#1, unencrypted PKCS#8, or SEC 1. It is parsed
 * for the length of each call, in memory that is lent for it and wiped afterwards. A
 * session may be up meanwhile; it finds its own memory again. Each call blocks for as long
 * as the key's operation takes.
 */
#ifndef CONNSYNC_CORE_TLS_KEY_H
#define CONNSYNC_CORE_TLS_KEY_H

#include "core/base/text.h"
#include "port/connsync_port.h"

/* The largest RSA key, and so the longest signature, in bits. */
#define CS_KEY_BITS_MAX 4096u

enum cs_key_kind {
    CS_KEY_OTHER,
    CS_KEY_RSA,
    CS_KEY_EC /* on P-256 or P-384 */
};

struct cs_key_facts {
    enum cs_key_kind kind;
    unsigned bits;
};

enum cs_key_status {
    CS_KEY_OK,
    CS_KEY_UNREADABLE,   /* the DER of the key is none that the library takes */
    CS_KEY_INCONSISTENT, /* its parts contradict each other */
    CS_KEY_UNREADABLE_CHAIN,
    CS_KEY_MISMATCH, /* it belongs to another certificate */
    CS_KEY_FAILED,   /* it did not sign */
    CS_KEY_NO_MEMORY,
    CS_KEY_NO_ENTROPY
};

enum cs_key_algorithm {
    CS_KEY_RS256, /* RSASSA-PKCS1-v1_5 with SHA-256 */
    CS_KEY_RS384, /* the same with SHA-384 */
    CS_KEY_PS256  /* RSASSA-PSS with SHA-256, a salt of 32 bytes */
};

/* Memory to work in, which is wiped, and the port whose entropy is drawn. */
struct cs_key_scratch {
    const struct connsync_port *port;
    void *memory;
    size_t size;
};

/* What kind of key it is, which is known with CS_KEY_INCONSISTENT as well. Whether the
 * parts of an RSA key of more than CS_KEY_BITS_MAX belong together is not looked at. */
enum cs_key_status cs_key_inspect(const struct cs_key_scratch *scratch, struct cs_slice key,
                                  struct cs_key_facts *facts);

/* Does the key belong to the first certificate of `chain`, which is `count` of them in DER,
 * end to end? All of them must be such as a session can show. */
enum cs_key_status cs_key_fits(const struct cs_key_scratch *scratch, struct cs_slice key,
                               struct cs_slice chain, unsigned count);

/* Signs `text` with an RSA key: as many bytes as the key has, in `signature`, which has
 * CS_KEY_BITS_MAX / 8. */
enum cs_key_status cs_key_sign(const struct cs_key_scratch *scratch, struct cs_slice key,
                               enum cs_key_algorithm algorithm, struct cs_slice text,
                               uint8_t *signature, size_t *length);

#endif
