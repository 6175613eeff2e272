#include "platform/posix/credentials/client_certificate.h"

#include "core/tls/certificate.h"
#include "platform/posix/credentials/pem.h"

#include <string.h>

/* ---- The chain ---- */

static enum connsync_credential_status add(struct connsync_client_certificate *certificate,
                                           struct connsync_pem_block *block)
{
    size_t length = 0;

    if (certificate->count == CONNSYNC_CLIENT_CHAIN_MAX) {
        return CONNSYNC_CREDENTIAL_CHAIN_LONG;
    }
    enum connsync_credential_status status = connsync_pem_decode(
        block, CONNSYNC_CREDENTIAL_CHAIN_LONG, certificate->chain + certificate->chain_length,
        sizeof certificate->chain - certificate->chain_length, &length);
    certificate->chain_length += length;
    certificate->count++;
    return status;
}

static enum connsync_credential_status collect(struct connsync_client_certificate *certificate,
                                               struct connsync_pem *pem)
{
    bool any = false;

    for (;;) {
        struct connsync_pem_block block;
        bool found = false;
        enum connsync_credential_status status = connsync_pem_next(pem, &block, &found);
        if (status == CONNSYNC_CREDENTIAL_OK && found && cs_slice_is(block.label, "CERTIFICATE")) {
            status = add(certificate, &block);
        }
        if (status != CONNSYNC_CREDENTIAL_OK) {
            return status;
        }
        if (!found && certificate->count == 0) {
            return any ? CONNSYNC_CREDENTIAL_NO_CERTIFICATE : CONNSYNC_CREDENTIAL_NOT_PEM;
        }
        if (!found) {
            return CONNSYNC_CREDENTIAL_OK;
        }
        any = true;
    }
}

static enum connsync_credential_status load(struct connsync_client_certificate *certificate,
                                            const struct connsync_credential_source *source,
                                            const struct cs_key_scratch *scratch)
{
    struct cs_arena arena;
    struct connsync_pem pem;

    cs_arena_init(&arena, scratch->memory, scratch->size);
    enum connsync_credential_status status = connsync_pem_open(&pem, &arena, source);
    if (status == CONNSYNC_CREDENTIAL_OK) {
        status = collect(certificate, &pem);
        connsync_pem_close(&pem, &arena);
    }
    return status;
}

/* ---- Judging ---- */

static enum connsync_credential_status judge_dates(struct cs_slice chain, int64_t now)
{
    struct cs_certificate leaf;
    int64_t from = 0;
    int64_t to = 0;

    if (!cs_certificate_next(&chain, &leaf) || !cs_certificate_dates(&leaf, &from, &to)) {
        return CONNSYNC_CREDENTIAL_CERTIFICATE_INVALID;
    }
    if (now < 0) {
        return CONNSYNC_CREDENTIAL_OK;
    }
    if (now > to) {
        return CONNSYNC_CREDENTIAL_EXPIRED;
    }
    return now < from ? CONNSYNC_CREDENTIAL_NOT_YET_VALID : CONNSYNC_CREDENTIAL_OK;
}

static enum connsync_credential_status judge(const struct connsync_client_certificate *certificate,
                                             int64_t now, const struct cs_key_scratch *scratch,
                                             bool *of_key)
{
    const struct connsync_private_key *key = &certificate->key;
    struct cs_slice chain =
        cs_slice_make((const char *)certificate->chain, certificate->chain_length);
    enum connsync_credential_status status = judge_dates(chain, now);

    if (status != CONNSYNC_CREDENTIAL_OK) {
        return status;
    }
    enum cs_key_status fits = cs_key_fits(
        scratch, cs_slice_make((const char *)key->der, key->length), chain, certificate->count);
    *of_key = fits == CS_KEY_MISMATCH;
    return connsync_credential_of_key(fits, fits == CS_KEY_MISMATCH
                                                ? CONNSYNC_CREDENTIAL_KEY_MISMATCH
                                                : CONNSYNC_CREDENTIAL_CERTIFICATE_INVALID);
}

enum connsync_credential_status
connsync_client_certificate_read(struct connsync_client_certificate *certificate,
                                 const struct connsync_credential_source *source,
                                 const struct connsync_credential_source *key_source, int64_t now,
                                 const struct cs_key_scratch *scratch, bool *of_key)
{
    certificate->chain_length = 0;
    certificate->count = 0;
    certificate->key.length = 0;
    *of_key = false;
    enum connsync_credential_status status = load(certificate, source, scratch);
    if (status != CONNSYNC_CREDENTIAL_OK) {
        return status;
    }
    status = connsync_private_key_read(&certificate->key, CONNSYNC_PRIVATE_KEY_TLS,
                                       key_source != NULL ? key_source : source, scratch);
    if (status != CONNSYNC_CREDENTIAL_OK) {
        *of_key = true;
        /* In a file that was to hold both, a certificate is no surprise. */
        return status == CONNSYNC_CREDENTIAL_CERTIFICATE && key_source == NULL
                   ? CONNSYNC_CREDENTIAL_NO_KEY
                   : status;
    }
    status = judge(certificate, now, scratch, of_key);
    if (status != CONNSYNC_CREDENTIAL_OK) {
        connsync_client_certificate_wipe(certificate);
    }
    return status;
}

void connsync_client_certificate_wipe(struct connsync_client_certificate *certificate)
{
    connsync_private_key_wipe(&certificate->key);
}
