/* All trust anchors of a file in memory, and where a file of them is looked for. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/network/posix_anchors.h"

#include "platform/posix/network/posix_bundle.h"

#include <stdlib.h>
#include <unistd.h>

enum connsync_posix_anchors_status
connsync_posix_anchors_read(struct connsync_posix_anchors *anchors, const char *path, uint8_t *der,
                            size_t size)
{
    struct cs_bundle bundle;

    cs_bundle_begin(&bundle, anchors, der, size);
    enum connsync_posix_anchors_status status = cs_bundle_open(&bundle, path);
    if (status == CONNSYNC_POSIX_ANCHORS_OK) {
        status = cs_bundle_read(&bundle);
        (void)close(bundle.reader.fd);
    }
    if (status != CONNSYNC_POSIX_ANCHORS_OK) {
        anchors->length = 0;
        anchors->count = 0;
    }
    cs_bundle_end(&bundle);
    return status;
}

const char *connsync_posix_anchors_find(void)
{
    static const char *const places[] = {
        "/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Alpine, Arch */
        "/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, Red Hat */
        "/etc/ssl/cert.pem",                  /* Alpine, OpenBSD, macOS */
        "/etc/ssl/ca-bundle.pem",             /* SUSE */
    };
    const char *named = getenv("SSL_CERT_FILE");
    if (named != NULL && named[0] != '\0') {
        return named;
    }
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (access(places[i], R_OK) == 0) {
            return places[i];
        }
    }
    return NULL;
}
