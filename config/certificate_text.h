/*
 * In words, the certificate for which a chain was refused. The words are for people; programs have
 * the status.
 */
#ifndef CONNSYNC_CONFIG_CERTIFICATE_TEXT_H
#define CONNSYNC_CONFIG_CERTIFICATE_TEXT_H

#include "core/base/status.h"
#include "core/base/text.h"

/*
 * Adds, of a chain that ended with `status`, in parentheses what is wrong with the root of the
 * issuer's name, or which extension is not understood, and the certificate's subject and issuer:
 *
 *     (certificate CN=tenant.eu.auth0.com, issued by CN=Proxy CA, O=Example)
 *
 * Nothing where the status is about no certificate, or nothing is known of it; NULL is allowed.
 */
void cs_certificate_text_add(struct cs_writer *line, enum connsync_status status,
                             const struct connsync_certificate *certificate);

#endif
