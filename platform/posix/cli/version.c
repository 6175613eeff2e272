/* What --version prints. Which roots are used is session.c's to decide; here they are only named. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/version.h"

#include "config/sentence.h"
#include "core/base/version.h"
#include "core/tls/tls.h"
#include "platform/posix/cli/base/json_out.h"
#include "platform/posix/cli/base/output.h"
#include "platform/posix/network/posix_anchors.h"
#include "port/trust_anchors.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef CONNSYNC_BUILTIN_ANCHORS
#include "core/tls/certificate.h"
#include "core/tls/certificate_trouble.h"
#include "core/tls/hash.h"
#include "platform/posix/cli/base/log.h"
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
    output_print("%s%s\n", before, clean);
}

#ifdef CONNSYNC_BUILTIN_ANCHORS

static void print_root(const struct cs_certificate *root)
{
    uint8_t digest[CS_SHA256_SIZE];
    char name[CONNSYNC_CERTIFICATE_NAME_SIZE];
    char last[LOG_TIME_SIZE];
    int64_t from = 0;
    int64_t to = 0;

    (void)cs_sha256(&root->whole, 1, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        output_print("%02x", digest[i]);
    }
    if (cs_certificate_dates(root, &from, &to)) {
        log_time(last, to);
        cs_certificate_name(name, root->subject);
        output_print(" %.10s %s", last, name);
    }
    output_byte('\n');
}

static void print_roots(void)
{
    struct cs_slice all =
        cs_slice_make((const char *)connsync_trust_anchors, connsync_trust_anchors_length);
    struct cs_certificate root;
    const char *named = CONNSYNC_SYSTEM_ANCHORS ? NULL : getenv("SSL_CERT_FILE");

    if (CONNSYNC_SYSTEM_ANCHORS && connsync_posix_anchors_find() != NULL) {
        print_path("trusted roots: ", connsync_posix_anchors_find());
        return;
    }
    output_put("trusted roots, compiled in: SHA-256 of the certificate, last day, name\n");
    while (cs_certificate_next(&all, &root)) {
        print_root(&root);
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
                    output_results());
    } else {
        print_path("trusted roots: ", path);
    }
}

#endif

/* The commit is known where the build was told it: of an archive that git made, or of a tag. */
#ifdef CONNSYNC_COMMIT
#define COMMIT_IN_TEXT " (" CONNSYNC_COMMIT ")"
#define COMMIT_IN_JSON "\"" CONNSYNC_COMMIT "\""
#else
#define COMMIT_IN_TEXT ""
#define COMMIT_IN_JSON "null"
#endif

/* Where the roots come from, where --ca-file names none. */
static const char *roots_name(void)
{
#ifdef CONNSYNC_BUILTIN_ANCHORS
    const char *named = getenv("SSL_CERT_FILE");

    if (CONNSYNC_SYSTEM_ANCHORS ? connsync_posix_anchors_find() == NULL
                                : named == NULL || named[0] == '\0') {
        return "compiled_in";
    }
    return "file";
#else
    return connsync_posix_anchors_find() != NULL ? "file" : "none";
#endif
}

static void print_json(void)
{
    FILE *out = output_results();

    (void)fputs("{\"version\":\"" CONNSYNC_VERSION "\",\"commit\":" COMMIT_IN_JSON ",", out);
    json_out_member(out, "tls", cs_tls_library());
    json_out_member(out, "jsmn", CONNSYNC_JSMN_VERSION);
    json_out_member(out, "libc", libc_name());
    (void)fprintf(out, "\"roots\":\"%s\"}\n", roots_name());
}

void cli_version_print(bool json)
{
    if (json) {
        print_json();
        return;
    }
    output_print("connsync " CONNSYNC_VERSION COMMIT_IN_TEXT "\n%s" CONNSYNC_MBEDTLS_NOTE
                 ", jsmn " CONNSYNC_JSMN_VERSION ", %s\n",
                 cs_tls_library(), libc_name());
    print_roots();
}
