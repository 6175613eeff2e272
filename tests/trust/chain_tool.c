/*
 * chain_tool HOST ANCHORS.pem CHAIN.der...: what a session of the host HOST would say of each chain,
 * one status a line. A chain is a server's list as it sends it, one certificate after another. No
 * connection is made: the session's own callbacks and profile judge what the library parsed.
 */
#include "core/tls/certificate.h"
#include "core/tls/mbedtls/session.h"
#include "platform/posix/network/posix_anchors.h"

#include <stdio.h>
#include <string.h>

#define MEMORY_SIZE (512u * 1024u)
#define ANCHORS_SIZE (1024u * 1024u)
#define CHAIN_SIZE 16384u
/* 2027-01-15 */
#define NOW INT64_C(1800000000)

static unsigned char memory[MEMORY_SIZE];
static uint8_t anchors[ANCHORS_SIZE];
static unsigned char chain[CHAIN_SIZE];
static struct connsync_certificate told;

static int utc_seconds(void *context, int64_t *seconds)
{
    (void)context;
    *seconds = NOW;
    return CONNSYNC_PORT_OK;
}

static int entropy(void *context, uint8_t *out, size_t length)
{
    (void)context;
    memset(out, 0x5a, length);
    return CONNSYNC_PORT_OK;
}

static enum connsync_status judge(struct cs_tls *tls, size_t length)
{
    mbedtls_x509_crt list;
    uint32_t flags = 0;
    const mbedtls_ssl_config *config = &tls->config;

    tls->verdict =
        (struct cs_tls_verdict){.host = cs_slice_of(tls->host), .now = NOW, .time_known = true};
    mbedtls_x509_crt_init(&list);
    for (size_t at = 0; at < length;) {
        struct cs_slice rest = cs_slice_make((const char *)chain + at, length - at);
        struct cs_certificate one;
        if (!cs_certificate_next(&rest, &one) ||
            mbedtls_x509_crt_parse_der(&list, chain + at, one.whole.length) != 0) {
            return CONNSYNC_ERR_TLS;
        }
        at += one.whole.length;
    }
    int code = mbedtls_x509_crt_verify_with_ca_cb(
        &list, config->MBEDTLS_PRIVATE(f_ca_cb), config->MBEDTLS_PRIVATE(p_ca_cb),
        config->MBEDTLS_PRIVATE(cert_profile), NULL, &flags, config->MBEDTLS_PRIVATE(f_vrfy),
        config->MBEDTLS_PRIVATE(p_vrfy));
    mbedtls_x509_crt_free(&list);
    if ((code == 0) != (tls->verdict.status == CONNSYNC_OK)) {
        return CONNSYNC_ERR_TLS;
    }
    return tls->verdict.status;
}

static int judge_file(struct cs_tls *tls, const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t length = file == NULL ? 0 : fread(chain, 1, sizeof chain, file);

    if (file == NULL || fclose(file) != 0 || length == 0 || length == sizeof chain) {
        (void)fprintf(stderr, "%s: cannot be read\n", path);
        return 1;
    }
    (void)puts(connsync_status_name(judge(tls, length)));
    return 0;
}

int main(int argc, char **argv)
{
    static const struct connsync_port port = {.utc_seconds = utc_seconds, .entropy = entropy};
    struct connsync_posix_anchors read;
    struct cs_arena arena;
    struct cs_tls *tls = NULL;
    int failed = 0;

    if (argc < 4) {
        return 64;
    }
    if (connsync_posix_anchors_read(&read, argv[2], anchors, sizeof anchors) !=
        CONNSYNC_POSIX_ANCHORS_OK) {
        (void)fprintf(stderr, "%s: %s\n", argv[2], read.reason);
        return 1;
    }
    cs_arena_init(&arena, memory, sizeof memory);
    if (cs_tls_init(&tls, &port, &arena, cs_slice_make((const char *)anchors, read.length),
                    argv[1]) != CONNSYNC_OK ||
        cs_tls_identify(tls, cs_slice_make(NULL, 0), cs_slice_make(NULL, 0)) != CONNSYNC_OK) {
        return 1;
    }
    cs_tls_tell(tls, &told);
    for (int i = 3; i < argc && failed == 0; i++) {
        failed = judge_file(tls, argv[i]);
    }
    cs_tls_free(tls);
    return failed;
}
