#include "platform/posix/credentials/client_certificate.h"

#include "core/base/civil.h"
#include "platform/posix/credentials/pem.h"
#include "platform/posix/credentials/workspace.h"

#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>
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
                                            const struct connsync_credential_scratch *scratch)
{
    struct connsync_workspace workspace;
    struct connsync_pem pem;

    connsync_workspace_open(&workspace, scratch);
    enum connsync_credential_status status = connsync_pem_open(&pem, &workspace.arena, source);
    if (status == CONNSYNC_CREDENTIAL_OK) {
        status = collect(certificate, &pem);
        connsync_pem_close(&pem, &workspace.arena);
    }
    connsync_workspace_close(&workspace);
    return status;
}

/* ---- Judging ---- */

static int64_t utc_of(const mbedtls_x509_time *time)
{
    struct cs_civil civil;

    civil.year = time->year;
    civil.month = time->mon;
    civil.day = time->day;
    civil.hour = time->hour;
    civil.minute = time->min;
    civil.second = time->sec;
    return cs_civil_to_utc(&civil);
}

/* Parses each certificate into a list that begins with `leaf`. */
static enum connsync_credential_status
parse_each(const struct connsync_client_certificate *certificate, mbedtls_x509_crt *leaf)
{
    const mbedtls_x509_crt *last = leaf;
    size_t at = 0;

    for (unsigned i = 0; i < certificate->count; i++) {
        if (mbedtls_x509_crt_parse_der_nocopy(leaf, certificate->chain + at,
                                              certificate->chain_length - at) != 0) {
            return CONNSYNC_CREDENTIAL_CERTIFICATE_INVALID;
        }
        last = i == 0 ? leaf : last->next;
        at += last->raw.len;
    }
    return at == certificate->chain_length ? CONNSYNC_CREDENTIAL_OK
                                           : CONNSYNC_CREDENTIAL_CERTIFICATE_INVALID;
}

static enum connsync_credential_status judge_dates(const mbedtls_x509_crt *leaf, int64_t now)
{
    if (now < 0) {
        return CONNSYNC_CREDENTIAL_OK;
    }
    if (now > utc_of(&leaf->valid_to)) {
        return CONNSYNC_CREDENTIAL_EXPIRED;
    }
    return now < utc_of(&leaf->valid_from) ? CONNSYNC_CREDENTIAL_NOT_YET_VALID
                                           : CONNSYNC_CREDENTIAL_OK;
}

static enum connsync_credential_status judge_pair(const struct connsync_private_key *key,
                                                  const mbedtls_x509_crt *leaf,
                                                  struct connsync_workspace *workspace)
{
    mbedtls_pk_context pk;

    mbedtls_pk_init(&pk);
    int code = mbedtls_pk_parse_key(&pk, key->der, key->length, NULL, 0, mbedtls_ctr_drbg_random,
                                    &workspace->random);
    if (code == 0) {
        code = mbedtls_pk_check_pair(&leaf->pk, &pk, mbedtls_ctr_drbg_random, &workspace->random);
    }
    mbedtls_pk_free(&pk);
    return code == 0 ? CONNSYNC_CREDENTIAL_OK : CONNSYNC_CREDENTIAL_KEY_MISMATCH;
}

static enum connsync_credential_status judge(const struct connsync_client_certificate *certificate,
                                             int64_t now,
                                             const struct connsync_credential_scratch *scratch,
                                             bool *of_key)
{
    struct connsync_workspace workspace;
    mbedtls_x509_crt leaf;

    connsync_workspace_open(&workspace, scratch);
    mbedtls_x509_crt_init(&leaf);
    enum connsync_credential_status status = connsync_workspace_seed(&workspace);
    if (status == CONNSYNC_CREDENTIAL_OK) {
        status = parse_each(certificate, &leaf);
    }
    if (status == CONNSYNC_CREDENTIAL_OK) {
        status = judge_dates(&leaf, now);
    }
    if (status == CONNSYNC_CREDENTIAL_OK) {
        status = judge_pair(&certificate->key, &leaf, &workspace);
        *of_key = status != CONNSYNC_CREDENTIAL_OK;
    }
    mbedtls_x509_crt_free(&leaf);
    if (status != CONNSYNC_CREDENTIAL_OK) {
        status = connsync_workspace_failure(&workspace, status);
    }
    connsync_workspace_close(&workspace);
    return status;
}

enum connsync_credential_status
connsync_client_certificate_read(struct connsync_client_certificate *certificate,
                                 const struct connsync_credential_source *source,
                                 const struct connsync_credential_source *key_source, int64_t now,
                                 const struct connsync_credential_scratch *scratch, bool *of_key)
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
