/*
 * What a host adds to the judgement of chains: anchors that are a server's own certificate,
 * certificates that were renewed, and what there is to know of a chain that is refused. For
 * cs_tls_tell, so that a program without it, such as a board's, has none of this. What a chain must
 * satisfy is verdict.c's; what makes a certificate unusable, and its names, certificate_trouble.c's.
 */
#include "core/tls/certificate.h"
#include "core/tls/certificate_trouble.h"
#include "core/tls/mbedtls/session.h"

#include <string.h>

/* ---- Renewed certificates ---- */

static bool is_current(const struct cs_tls_verdict *verdict, const mbedtls_x509_crt *certificate)
{
    if (certificate->raw.len == 0) { /* none of a list could be parsed */
        return false;
    }
    return !verdict->time_known || (cs_tls_utc_of(&certificate->valid_from) <= verdict->now &&
                                    cs_tls_utc_of(&certificate->valid_to) >= verdict->now);
}

static struct cs_slice slice_of(const mbedtls_x509_buf *bytes)
{
    return cs_slice_make((const char *)bytes->p, bytes->len);
}

/* Of the roots with one name, which are in no order, those that are valid now come first: the
 * library takes the first whose key fits. */
static mbedtls_x509_crt *current_first(const struct cs_tls_verdict *verdict, mbedtls_x509_crt *list)
{
    mbedtls_x509_crt *first[2] = {NULL, NULL};
    mbedtls_x509_crt **end[2] = {&first[0], &first[1]};

    for (; list != NULL; list = list->next) {
        int which = is_current(verdict, list) ? 0 : 1;
        *end[which] = list;
        end[which] = &list->next;
    }
    *end[1] = NULL;
    *end[0] = first[1];
    return first[0];
}

/* The same of what a server sent, where the order says who follows whom: a certificate that is not
 * valid now changes places with one behind it that is, has the same name and the same key. */
static void exchange_renewed(const struct cs_tls_verdict *verdict, mbedtls_x509_crt *list)
{
    for (; list != NULL; list = list->next) {
        mbedtls_x509_crt *twin = is_current(verdict, list) ? NULL : list->next;
        while (twin != NULL &&
               (!is_current(verdict, twin) ||
                !cs_slice_equal(slice_of(&twin->subject_raw), slice_of(&list->subject_raw)) ||
                !cs_slice_equal(slice_of(&twin->pk_raw), slice_of(&list->pk_raw)))) {
            twin = twin->next;
        }
        if (twin != NULL) {
            mbedtls_x509_crt old = *list;
            mbedtls_x509_crt *behind = twin->next;
            *list = *twin;
            list->next = old.next;
            *twin = old;
            twin->next = behind;
        }
    }
}

/* ---- Anchors ---- */

/* A server's own certificate, named as one to trust, needs nobody to vouch for it. */
static bool is_anchor(struct cs_slice anchors, struct cs_slice certificate)
{
    struct cs_certificate anchor;

    while (cs_certificate_next(&anchors, &anchor)) {
        if (cs_slice_equal(anchor.whole, certificate)) {
            return true;
        }
    }
    return false;
}

/* Those that this certificate may need: its issuers, and itself. The library is done with what was
 * asked for before. */
static void ask_for_anchors(struct cs_tls *tls, const mbedtls_x509_crt *child)
{
    const struct cs_tls_identity *identity = tls->identity;
    size_t size = 0;

    if (identity->anchors != NULL) {
        const uint8_t *der =
            identity->anchors(identity->anchors_context, child->raw.p, child->raw.len, &size);
        tls->anchors = cs_slice_make((const char *)der, size);
    }
}

/* The library asks for the issuers of the server's own certificate first. */
static int find_issuers(void *context, const mbedtls_x509_crt *child, mbedtls_x509_crt **issuers)
{
    struct cs_tls *tls = context;
    struct cs_tls_verdict *verdict = &tls->verdict;

    ask_for_anchors(tls, child);
    if (!verdict->begun) {
        verdict->begun = true;
        verdict->pinned = is_anchor(tls->anchors, slice_of(&child->raw));
        exchange_renewed(verdict, child->next);
    }
    int code = cs_tls_find_issuers(context, child, issuers);
    if (code == 0) {
        *issuers = current_first(verdict, *issuers);
    }
    return code;
}

/* Why no certificate can be verified with this anchor. */
static void judge_anchor(struct connsync_certificate *told, struct cs_slice anchor)
{
    mbedtls_x509_crt parsed;

    mbedtls_x509_crt_init(&parsed);
    if (mbedtls_x509_crt_parse_der_nocopy(&parsed, (const unsigned char *)anchor.data,
                                          anchor.length) != 0) {
        cs_certificate_find_trouble(told, anchor);
    } else if (parsed.version == 3 && mbedtls_x509_crt_get_ca_istrue(&parsed) != 1) {
        told->trouble = CONNSYNC_ANCHOR_NO_AUTHORITY;
    } else if (mbedtls_x509_crt_check_key_usage(&parsed, MBEDTLS_X509_KU_KEY_CERT_SIGN) != 0) {
        told->trouble = CONNSYNC_ANCHOR_KEY_USAGE;
    } else {
        told->trouble = CONNSYNC_ANCHOR_OTHER_KEY;
    }
    mbedtls_x509_crt_free(&parsed);
}

/* No anchor was found that vouches for a certificate of this issuer. Is there one of its name? */
static void judge_anchors(struct cs_tls *tls, struct cs_slice issuer)
{
    struct connsync_certificate *told = tls->identity->told;
    struct cs_slice rest = tls->anchors;
    struct cs_certificate anchor;

    while (cs_certificate_next(&rest, &anchor)) {
        if (!cs_slice_equal(anchor.subject, issuer)) {
            continue;
        }
        judge_anchor(told, anchor.whole);
        if (told->trouble != CONNSYNC_ANCHOR_OTHER_KEY) {
            cs_tls_object(&tls->verdict, CONNSYNC_ERR_CERT_ANCHOR);
            return;
        }
    }
}

/* ---- What is told ---- */

static void tell(struct connsync_certificate *told, struct cs_slice subject, struct cs_slice issuer)
{
    memset(told, 0, sizeof *told);
    cs_certificate_name(told->subject, subject);
    cs_certificate_name(told->issuer, issuer);
}

/* Beside the judgement, notes the certificate that it is about: the server's own, unless another
 * is the reason. */
static int verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    struct cs_tls *tls = context;
    struct cs_tls_verdict *verdict = &tls->verdict;
    struct cs_slice issuer = slice_of(&certificate->issuer_raw);
    enum connsync_status before = verdict->status;

    if (tls->identity->certified != NULL) {
        tls->identity->certified(tls->identity->certified_context, (unsigned)depth,
                                 certificate->raw.p, certificate->raw.len);
    }
    if (verdict->pinned && depth > 0) {
        *flags = 0;
        return 0;
    }
    if (verdict->pinned) { /* whoever signed it, and how */
        *flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_NOT_TRUSTED | MBEDTLS_X509_BADCERT_BAD_MD);
    }
    int code = cs_tls_verify(verdict, certificate, depth, flags);
    if (verdict->status == before && (depth > 0 || before != CONNSYNC_OK)) {
        return code;
    }
    tell(tls->identity->told, slice_of(&certificate->subject_raw), issuer);
    if (verdict->status == CONNSYNC_ERR_CERT_UNTRUSTED) {
        judge_anchors(tls, issuer);
    }
    return code;
}

/* ---- A list that the library refused ---- */

/* Of a list that was refused for an extension: finds which it was. */
static enum connsync_status refine(struct cs_tls *tls)
{
    struct connsync_certificate *told = tls->identity->told;
    struct cs_certificate parts;
    struct cs_slice list = cs_tls_certificate_list(&tls->ssl);
    struct cs_slice one;

    while (cs_tls_next_listed(&tls->ssl, &list, &one)) {
        if (cs_certificate_read(one, &parts) && cs_certificate_odd_extension(told, &parts)) {
            bool constrains = cs_slice_is(cs_slice_of(told->extension), CS_OID_NAME_CONSTRAINTS);
            cs_certificate_name(told->subject, parts.subject);
            cs_certificate_name(told->issuer, parts.issuer);
            return constrains ? CONNSYNC_ERR_CERT_CONSTRAINT : CONNSYNC_ERR_CERT_CRITICAL_EXTENSION;
        }
    }
    return CONNSYNC_ERR_CERT_CONSTRAINT;
}

void cs_tls_tell(struct cs_tls *tls, struct connsync_certificate *told)
{
    memset(told, 0, sizeof *told);
    tls->identity->told = told;
    tls->identity->refine = refine;
    mbedtls_ssl_conf_ca_cb(&tls->config, find_issuers, tls);
    mbedtls_ssl_conf_verify(&tls->config, verify, tls);
}

void cs_tls_describe(struct cs_tls *tls, struct cs_writer *line)
{
    const char *suite = mbedtls_ssl_get_ciphersuite(&tls->ssl);

    cs_write_string(line, mbedtls_ssl_get_version(&tls->ssl));
    cs_write_string(line, ", ");
    cs_write_string(line, suite != NULL ? suite : "no suite");
    cs_write_string(line, tls->resumption != NULL && tls->resumption->offered ? ", resumed"
                                                                              : ", not resumed");
    if (tls->resumption != NULL && tls->resumption->early != CS_TLS_EARLY_NONE) {
        cs_write_string(line, tls->resumption->early == CS_TLS_EARLY_ACCEPTED
                                  ? ", early data accepted"
                                  : ", early data refused");
    }
}

void cs_tls_show(struct cs_tls *tls,
                 void (*certified)(void *context, unsigned depth, const uint8_t *der,
                                   size_t length),
                 void *context)
{
    tls->identity->certified = certified;
    tls->identity->certified_context = context;
}

void cs_tls_ask_for_anchors(struct cs_tls *tls,
                            const uint8_t *(*anchors)(void *context, const uint8_t *der,
                                                      size_t length, size_t *size),
                            void *context)
{
    tls->identity->anchors = anchors;
    tls->identity->anchors_context = context;
}
