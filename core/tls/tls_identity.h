/*
 * The client's side of mutual TLS: the certificate that a server is shown if it asks for
 * one, and whether a session failed for want of it.
 *
 * A session refers to nothing of this. cs_tls_identify hangs itself in, and a program that
 * never calls it has neither this code nor the parsing of private keys in it.
 */
#ifndef CONNSYNC_CORE_TLS_TLS_IDENTITY_H
#define CONNSYNC_CORE_TLS_TLS_IDENTITY_H

#include "core/tls/tls.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * To be called once, before the first handshake. `chain` is DER, used in place: the
 * certificate, with those that lead to its root behind it; `key` is its private key, RSA
 * or EC. CONNSYNC_ERR_CLIENT_CERTIFICATE if they cannot be understood.
 *
 * With `chain.data` NULL nothing is shown. Either way a server that ends a session for the client's
 * certificate, or the lack of one, is CONNSYNC_ERR_CLIENT_CERTIFICATE from now on; without
 * this call it is CONNSYNC_ERR_TLS. cs_tls_free takes back what this took, and wipes the key.
 */
enum connsync_status cs_tls_identify(struct cs_tls *tls, struct cs_slice chain,
                                     struct cs_slice key);

#ifdef __cplusplus
}
#endif

#endif
