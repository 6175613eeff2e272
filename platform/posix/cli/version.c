#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/version.h"

#include "config/sentence.h"
#include "core/base/version.h"
#include "platform/posix/network/posix_anchors.h"
#include "port/trust_anchors.h"

#include <mbedtls/build_info.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef CONNSYNC_BUILTIN_ANCHORS
#include <mbedtls/asn1.h>
#include <mbedtls/sha256.h>
#include <string.h>
#endif

#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#define PATH_SIZE 512u

static const char *libc_name(void)
{
#ifdef __GLIBC__
    static char name[32];

    (void)snprintf(name, sizeof name, "glibc %.20s", gnu_get_libc_version());
    return name;
#elif defined(CONNSYNC_LIBC)
    return CONNSYNC_LIBC;
#else
    return "the system's libc";
#endif
}

static void print_path(const char *before, const char *path)
{
    char clean[PATH_SIZE];

    (void)snprintf(clean, sizeof clean, "%s", path);
    cs_sentence_clean(clean);
    (void)printf("%s%s\n", before, clean);
}

#ifdef CONNSYNC_BUILTIN_ANCHORS

#define SHA256_SIZE 32
#define NAME_SIZE 80
#define SEQUENCE (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)
#define SET (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SET)

/* A part of a DER document that is read from its beginning on. */
struct der {
    unsigned char *at;
    unsigned char *end;
};

/* What the next element holds, as `inside`, and steps over it. */
static bool next(struct der *der, int tag, struct der *inside)
{
    size_t length;

    if (mbedtls_asn1_get_tag(&der->at, der->end, &length, tag) != 0) {
        return false;
    }
    inside->at = der->at;
    inside->end = der->at + length;
    der->at += length;
    return true;
}

static bool next_of_any_kind(struct der *der, struct der *inside, unsigned char *tag)
{
    if (der->at == der->end) {
        return false;
    }
    *tag = *der->at;
    return next(der, *tag, inside);
}

/* RFC 5280, 4.1: from the content of a certificate to its subject; the validity on the way. */
static bool find_subject(struct der certificate, struct der *validity, struct der *subject)
{
    struct der tbs;
    struct der skipped;

    if (!next(&certificate, SEQUENCE, &tbs)) {
        return false;
    }
    (void)next(&tbs, MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED, &skipped);
    return next(&tbs, MBEDTLS_ASN1_INTEGER, &skipped) && next(&tbs, SEQUENCE, &skipped) &&
           next(&tbs, SEQUENCE, &skipped) && next(&tbs, SEQUENCE, validity) &&
           next(&tbs, SEQUENCE, subject);
}

/* The common name, or else the last part of the name that there is. */
static void name_of(struct der subject, char out[NAME_SIZE])
{
    static const unsigned char common_name[] = {0x55, 0x04, 0x03};
    struct der set;
    struct der pair;
    struct der oid;
    struct der value;
    unsigned char tag;

    while (next(&subject, SET, &set) && next(&set, SEQUENCE, &pair) &&
           next(&pair, MBEDTLS_ASN1_OID, &oid) && next_of_any_kind(&pair, &value, &tag)) {
        (void)snprintf(out, NAME_SIZE, "%.*s", (int)(value.end - value.at), (char *)value.at);
        if (oid.end - oid.at == sizeof common_name &&
            memcmp(oid.at, common_name, sizeof common_name) == 0) {
            break;
        }
    }
    cs_sentence_clean(out);
}

/* RFC 5280, 4.1.2.5: YYMMDD... until 2049, or YYYYMMDD... */
static void print_expiry(struct der validity)
{
    struct der time;
    unsigned char tag = 0;

    if (!next_of_any_kind(&validity, &time, &tag) || !next_of_any_kind(&validity, &time, &tag) ||
        time.end - time.at < 8) {
        return;
    }
    const char *text = (const char *)time.at;
    bool is_short = tag == MBEDTLS_ASN1_UTC_TIME;
    const char *century = !is_short ? "" : text[0] < '5' ? "20" : "19";
    size_t year = is_short ? 2 : 4;
    (void)printf("%s%.*s-%.2s-%.2s", century, (int)year, text, text + year, text + year + 2);
}

static void print_root(const unsigned char *start, const unsigned char *end, struct der certificate)
{
    unsigned char digest[SHA256_SIZE];
    char name[NAME_SIZE] = "";
    struct der validity;
    struct der subject;

    (void)mbedtls_sha256(start, (size_t)(end - start), digest, 0);
    for (size_t i = 0; i < sizeof digest; i++) {
        (void)printf("%02x", digest[i]);
    }
    if (find_subject(certificate, &validity, &subject)) {
        (void)putchar(' ');
        print_expiry(validity);
        name_of(subject, name);
        (void)printf(" %s", name);
    }
    (void)putchar('\n');
}

static void print_roots(void)
{
    /* mbedTLS's reader has pointers to what may change, and changes nothing. */
    struct der all = {(unsigned char *)(uintptr_t)connsync_trust_anchors, NULL};
    struct der certificate;
    const char *named = getenv("SSL_CERT_FILE");

    all.end = all.at + connsync_trust_anchors_length;
    (void)fputs("trusted roots, compiled in: SHA-256 of the certificate, last day, name\n", stdout);
    for (const unsigned char *start = all.at; next(&all, SEQUENCE, &certificate); start = all.at) {
        print_root(start, all.at, certificate);
    }
    if (named != NULL && named[0] != '\0') {
        print_path("SSL_CERT_FILE takes their place: ", named);
    }
}

#else

static void print_roots(void)
{
    const char *path = connsync_posix_anchors_find();

    if (path == NULL) {
        (void)fputs("trusted roots: none found; install ca-certificates or use --ca-file\n",
                    stdout);
    } else {
        print_path("trusted roots: ", path);
    }
}

#endif

bool cli_version_print(void)
{
    (void)printf("connsync " CONNSYNC_VERSION "\nmbedTLS " MBEDTLS_VERSION_STRING
                 ", jsmn " CONNSYNC_JSMN_VERSION ", %s\n",
                 libc_name());
    print_roots();
    return fflush(stdout) == 0 && ferror(stdout) == 0;
}
