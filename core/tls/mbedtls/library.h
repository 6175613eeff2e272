/*
 * mbedTLS as the files of this folder use it: whose memory and randomness it
 * has, and what differs between its series, which is random numbers, private
 * keys and error codes.
 *
 * library.c is the same with each. library_3*.c do the rest with 3.6,
 * library_4*.c with 4.x, and the build takes the ones or the others; whatever
 * stands beside them compiles with either. Keys have a file of their own, which
 * a board does not link, nor what it calls.
 */
#ifndef CONNSYNC_CORE_TLS_MBEDTLS_LIBRARY_H
#define CONNSYNC_CORE_TLS_MBEDTLS_LIBRARY_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/tls/key.h"
#include "port/connsync_port.h"
#include "port/mbedtls/mbedtls_world.h"

#include <mbedtls/ssl.h>

/* ---- Memory and entropy ---- */

/*
 * Whoever uses mbedTLS for a while: the arena that its memory comes from, and the port
 * that its randomness comes from. A session has one as long as the agent; a private key's
 * operation has one for its length, in memory that is lent.
 *
 * mbedTLS sees one of them at a time: each enters its own before every call.
 */
struct cs_tls_world {
    struct cs_mbedtls_world hooks;
    struct cs_arena *arena;
    const struct connsync_port *port;
    void *generator; /* 3.6: in the arena; 4.x, where it is PSA's: the world itself; or NULL */
};

/* Memory from now on; cs_library_start adds the hook for random bytes. */
void cs_tls_world_init(struct cs_tls_world *world, struct cs_arena *arena,
                       const struct connsync_port *port);

/* The port's entropy, as mbedTLS asks for it: 0, or negative. `context` is a world. */
int cs_tls_world_entropy(void *context, unsigned char *out, size_t length);

/* ---- Random numbers ---- */

/* Random bytes for `config`'s sessions, which compute with PSA as well; or,
 * where it is NULL, for the operations of a private key. */
enum connsync_status cs_library_start(struct cs_tls_world *world, mbedtls_ssl_config *config);

/* With what cs_library_start was given, whatever came of it. */
void cs_library_stop(struct cs_tls_world *world, const mbedtls_ssl_config *config);

/* ---- Error codes ---- */

/* Of a handshake that failed, where the code alone says it; otherwise CONNSYNC_ERR_TLS. */
enum connsync_status cs_library_status(int code);

/* ---- Certificates and private keys ---- */

/* How many certificates `der` has, end to end, in a list that begins with
 * `chain` and uses them in place; 0 if one of them is damaged. */
unsigned cs_library_parse_chain(mbedtls_x509_crt *chain, struct cs_slice der);

/* These give 0, or a code. */

int cs_library_parse_key(struct cs_tls_world *world, mbedtls_pk_context *pk, struct cs_slice der);

void cs_library_key_facts(const mbedtls_pk_context *pk, struct cs_key_facts *facts);

/* Is it the key of this public one? Of an RSA key, do its parts belong
 * together? */
int cs_library_check_pair(struct cs_tls_world *world, const mbedtls_pk_context *public_key,
                          mbedtls_pk_context *pk);

/* Signs with an RSA key; the signature is as long as the key. */
int cs_library_sign(struct cs_tls_world *world, mbedtls_pk_context *pk,
                    enum cs_key_algorithm algorithm, struct cs_slice text, uint8_t *signature);

#endif
