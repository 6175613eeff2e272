/* A certificate's chain and key from PEM, and whether they fit one another and the clock. Whether
 * the server accepts it is the handshake's. */
#include "platform/posix/credentials/client_certificate.h"

#include "core/tls/certificate.h"
#include "platform/posix/credentials/pem.h"

#include <string.h>

/* ---- The chain ---- */

static enum cs_credential_status add(struct cs_client_certificate *certificate,
                                     struct cs_pem_block *block)
{
    size_t length = 0;

    if (certificate->count == CS_CLIENT_CHAIN_MAX) {
        return CS_CREDENTIAL_CHAIN_LONG;
    }
    enum cs_credential_status status = cs_pem_decode(
        block, CS_CREDENTIAL_CHAIN_LONG, certificate->chain + certificate->chain_length,
        sizeof certificate->chain - certificate->chain_length, &length);
    certificate->chain_length += length;
    certificate->count++;
    return status;
}

static enum cs_credential_status collect(struct cs_client_certificate *certificate,
                                         struct cs_pem *pem)
{
    bool any = false;

    for (;;) {
        struct cs_pem_block block;
        bool found = false;
        enum cs_credential_status status = cs_pem_next(pem, &block, &found);
        if (status == CS_CREDENTIAL_OK && found && cs_slice_is(block.label, "CERTIFICATE")) {
            status = add(certificate, &block);
        }
        if (status != CS_CREDENTIAL_OK) {
            return status;
        }
        if (!found && certificate->count == 0) {
            return any ? CS_CREDENTIAL_NO_CERTIFICATE : CS_CREDENTIAL_NOT_PEM;
        }
        if (!found) {
            return CS_CREDENTIAL_OK;
        }
        any = true;
    }
}

static enum cs_credential_status load(struct cs_client_certificate *certificate,
                                      const struct cs_credential_source *source,
                                      const struct cs_key_scratch *scratch)
{
    struct cs_arena arena;
    struct cs_pem pem;

    cs_arena_init(&arena, scratch->memory, scratch->size);
    enum cs_credential_status status = cs_pem_open(&pem, &arena, source);
    if (status == CS_CREDENTIAL_OK) {
        status = collect(certificate, &pem);
        cs_pem_close(&pem, &arena);
    }
    return status;
}

/* ---- Judging ---- */

static enum cs_credential_status judge_dates(struct cs_slice chain, int64_t now)
{
    struct cs_certificate leaf;
    int64_t from = 0;
    int64_t to = 0;

    if (!cs_certificate_next(&chain, &leaf) || !cs_certificate_dates(&leaf, &from, &to)) {
        return CS_CREDENTIAL_CERTIFICATE_INVALID;
    }
    if (now < 0) {
        return CS_CREDENTIAL_OK;
    }
    if (now > to) {
        return CS_CREDENTIAL_EXPIRED;
    }
    return now < from ? CS_CREDENTIAL_NOT_YET_VALID : CS_CREDENTIAL_OK;
}

static enum cs_credential_status judge(const struct cs_client_certificate *certificate, int64_t now,
                                       const struct cs_key_scratch *scratch, bool *of_key)
{
    const struct cs_private_key *key = &certificate->key;
    struct cs_slice chain =
        cs_slice_make((const char *)certificate->chain, certificate->chain_length);
    enum cs_credential_status status = judge_dates(chain, now);

    if (status != CS_CREDENTIAL_OK) {
        return status;
    }
    enum cs_key_status fits = cs_key_fits(
        scratch, cs_slice_make((const char *)key->der, key->length), chain, certificate->count);
    *of_key = fits == CS_KEY_MISMATCH;
    return cs_credential_of_key(fits, fits == CS_KEY_MISMATCH ? CS_CREDENTIAL_KEY_MISMATCH
                                                              : CS_CREDENTIAL_CERTIFICATE_INVALID);
}

enum cs_credential_status cs_client_certificate_read(struct cs_client_certificate *certificate,
                                                     const struct cs_credential_source *source,
                                                     const struct cs_credential_source *key_source,
                                                     int64_t now,
                                                     const struct cs_key_scratch *scratch,
                                                     bool *of_key)
{
    certificate->chain_length = 0;
    certificate->count = 0;
    certificate->key.length = 0;
    *of_key = false;
    enum cs_credential_status status = load(certificate, source, scratch);
    if (status != CS_CREDENTIAL_OK) {
        return status;
    }
    status = cs_private_key_read(&certificate->key, CS_PRIVATE_KEY_TLS,
                                 key_source != NULL ? key_source : source, scratch);
    if (status != CS_CREDENTIAL_OK) {
        *of_key = true;
        /* In a file that was to hold both, a certificate is no surprise. */
        return status == CS_CREDENTIAL_CERTIFICATE && key_source == NULL ? CS_CREDENTIAL_NO_KEY
                                                                         : status;
    }
    status = judge(certificate, now, scratch, of_key);
    if (status != CS_CREDENTIAL_OK) {
        cs_client_certificate_wipe(certificate);
    }
    return status;
}

void cs_client_certificate_wipe(struct cs_client_certificate *certificate)
{
    cs_private_key_wipe(&certificate->key);
}
