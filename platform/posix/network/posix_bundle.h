/*
 * The certificates of a PEM file (RFC 7468), decoded one by one. What a file may hold, and what fails
 * it, posix_anchors.h says; where certificates are kept is left to who takes them.
 */
#ifndef CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_BUNDLE_H
#define CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_BUNDLE_H

#include "core/tls/certificate.h"
#include "platform/posix/network/posix_anchors.h"

/* At once; CONNSYNC_POSIX_PEM_FILE_MAX is a multiple of it. */
#define CS_BUNDLE_READ_SIZE 4096
/* A line, the byte that shows that it is too long, and what is read behind it. */
#define CS_BUNDLE_BUFFER_SIZE (CONNSYNC_POSIX_PEM_LINE_MAX + 1 + CS_BUNDLE_READ_SIZE)
/* base64 characters that make three bytes. */
#define CS_BUNDLE_QUANTUM 4

enum cs_bundle_block {
    CS_BUNDLE_NONE,        /* between blocks */
    CS_BUNDLE_CERTIFICATE, /* in one that is wanted */
    CS_BUNDLE_OTHER        /* in one that is skipped */
};

struct cs_bundle_reader {
    int fd;
    size_t total;     /* bytes of the file so far */
    size_t used;      /* bytes in `buffer` */
    size_t next;      /* where the next line begins there */
    const char *line; /* the one to look at, in `buffer` */
    size_t length;    /* of `line` */
    bool too_long;
    size_t at_once; /* is read: at most CS_BUNDLE_READ_SIZE */
    size_t most;    /* of `buffer` that was ever used: no more of it is touched */
    char buffer[CS_BUNDLE_BUFFER_SIZE];
};

struct cs_bundle_decoder {
    uint8_t *der;
    size_t size;
    size_t used;  /* of `der` */
    size_t start; /* of the certificate being decoded */
    size_t place; /* of its base64 in the file */
    enum cs_bundle_block block;
    bool saw_trusted;
    bool padded;    /* base64's "=" came: nothing may follow */
    bool is_full;   /* `der` was too small for a quantum */
    size_t pending; /* characters in `text` that wait for the rest of their quantum */
    char text[CS_BUNDLE_QUANTUM];
};

/* What it takes to read one file. It may see a private key that shares the file: cs_bundle_end wipes it. */
struct cs_bundle {
    struct connsync_posix_anchors *anchors; /* what is told of the file */
    struct cs_bundle_decoder decoder;
    /* Told of each certificate, whose base64 is at `place` of the file; or NULL. False: no room. It
     * may take the certificate out of the decoder's memory. */
    bool (*take)(void *context, struct cs_bundle_decoder *decoder,
                 const struct cs_certificate *certificate);
    void *context;
    struct cs_bundle_reader reader;
};

/* To be decoded into `der`, end to end. */
void cs_bundle_begin(struct cs_bundle *bundle, struct connsync_posix_anchors *anchors, uint8_t *der,
                     size_t size);
enum connsync_posix_anchors_status cs_bundle_open(struct cs_bundle *bundle, const char *path);
/* From where the file stands to its end. */
enum connsync_posix_anchors_status cs_bundle_read(struct cs_bundle *bundle);
/* The one certificate whose base64 the file stands at. */
enum connsync_posix_anchors_status cs_bundle_read_one(struct cs_bundle *bundle);
void cs_bundle_end(struct cs_bundle *bundle);

#endif
