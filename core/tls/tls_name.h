/*
 * Names in certificates: what a certificate says it is for (subjectAltName) and
 * what its authorities may vouch for (nameConstraints). RFC 5280 sections 4.2.1.6
 * and 4.2.1.10, RFC 9525. Reads DER in place and needs no library.
 *
 * Extensions, name lists and constraints are slices into the certificate. What
 * cannot be read is treated as matching nothing and permitting nothing.
 */
#ifndef CONNSYNC_CORE_TLS_TLS_NAME_H
#define CONNSYNC_CORE_TLS_TLS_NAME_H

#include "core/base/text.h"

/* id-ce-subjectAltName 2.5.29.17, whose contents are GeneralNames, and
 * id-ce-nameConstraints 2.5.29.30, whose contents are NameConstraints' */
#define CS_TLS_OID_SUBJECT_ALT_NAME "\x55\x1d\x11"
#define CS_TLS_OID_NAME_CONSTRAINTS "\x55\x1d\x1e"

/* What is inside the SEQUENCE of the one of `extensions` (a certificate's
 * Extensions, with its SEQUENCE header) that has this id; data is NULL when
 * there is none. */
struct cs_slice cs_tls_extension(struct cs_slice extensions, const char *oid);

/* Is `host` one of `names`? A literal address matches iPAddress entries only,
 * anything else dNSName entries only; a wildcard stands for exactly one whole
 * left-most label and needs two labels after it. */
bool cs_tls_names_include(struct cs_slice names, struct cs_slice host);

/* Do `constraints` permit every dNSName and iPAddress of `names`, and `host`?
 * Other forms of name do not identify a server and are left alone. */
bool cs_tls_names_permitted(struct cs_slice names, struct cs_slice host,
                            struct cs_slice constraints);

#define CS_TLS_ADDRESS_MAX 16

/* The 4 or 16 bytes of a literal address; 0 for anything else. IPv6 may be in
 * brackets. */
size_t cs_tls_parse_address(struct cs_slice host, uint8_t address[CS_TLS_ADDRESS_MAX]);

#endif
