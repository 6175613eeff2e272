/*
 * What a person has to know of a certificate that cannot be used: its names as text, and whether
 * its key or one of its extensions is why. Reads DER in place; nothing is verified here. For hosts:
 * a board says that a chain was refused, and not more.
 */
#ifndef CONNSYNC_CORE_TLS_CERTIFICATE_TROUBLE_H
#define CONNSYNC_CORE_TLS_CERTIFICATE_TROUBLE_H

#include "core/base/status.h"
#include "core/tls/certificate.h"

/* id-ce-nameConstraints, as connsync_certificate has it. */
#define CS_OID_NAME_CONSTRAINTS "2.5.29.30"

/* A Name (with its SEQUENCE header) in the manner of RFC 4514: its common names, organisations and
 * units, from the first to the last. What is not visible ASCII is in hexadecimal digits. */
void cs_certificate_name(char out[CONNSYNC_CERTIFICATE_NAME_SIZE], struct cs_slice name);

/* Is there a critical extension that nothing reads? Then it is `told->extension`. */
bool cs_certificate_odd_extension(struct connsync_certificate *told,
                                  const struct cs_certificate *parts);

/* Of a certificate that the library could not read: sets `told->trouble`, and perhaps
 * `told->extension`. */
void cs_certificate_find_trouble(struct connsync_certificate *told, struct cs_slice certificate);

#endif
