/*
 * What differs between the series of mbedTLS: random numbers, private keys, error codes.
 * library_3*.c do it with 3.6, library_4*.c with 4.x, and the build takes the ones or the
 * others. Everything beside these files compiles with either. Keys have a file of their
 * own, which a board does not link, nor what it calls.
 */
#ifndef CONNSYNC_CORE_TLS_MBEDTLS_LIBRARY_H
#define CONNSYNC_CORE_TLS_MBEDTLS_LIBRARY_H

#include "core/base/status.h"
#include "core/tls/key.h"
#include "core/tls/mbedtls/world.h"

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Random numbers ---- */

/* Random bytes for the operations of a private key, or an error of the port. */
enum connsync_status cs_library_start(struct cs_tls_world *world);
void cs_library_stop(struct cs_tls_world *world);

/* The same for sessions, which compute with PSA as well. */
enum connsync_status cs_library_start_session(struct cs_tls_world *world,
                                              mbedtls_ssl_config *config);
void cs_library_stop_session(struct cs_tls_world *world);

/* ---- Error codes ---- */

/* Of a handshake that failed, where the code alone says it; otherwise CONNSYNC_ERR_TLS. */
enum connsync_status cs_library_status(int code);

/* ---- Private keys: 0, or a code ---- */

int cs_library_parse_key(struct cs_tls_world *world, mbedtls_pk_context *pk, struct cs_slice der);

void cs_library_key_facts(const mbedtls_pk_context *pk, struct cs_key_facts *facts);

/* Do the parts of an RSA key belong together? */
int cs_library_check_rsa(struct cs_tls_world *world, mbedtls_pk_context *pk);

/* Is it the key of this public one? */
int cs_library_check_pair(struct cs_tls_world *world, const mbedtls_pk_context *public_key,
                          mbedtls_pk_context *pk);

/* Signs with an RSA key; the signature is as long as the key. */
int cs_library_sign(struct cs_tls_world *world, mbedtls_pk_context *pk,
                    enum cs_key_algorithm algorithm, struct cs_slice digest, uint8_t *signature);

#ifdef __cplusplus
}
#endif

#endif
