/*
 * Trust anchors from a PEM file (RFC 7468): every certificate in it, decoded to
 * DER and laid end to end in memory that the caller gives. Each DER certificate
 * says its own length in its first bytes, so the row needs no index.
 *
 * Damaged base64, a block without an end, an end without a beginning, or a block that
 * has not the outline of a certificate fails the whole file. Half a list of anchors would
 * look like an untrusted server later, far from the cause. Whether a certificate can be
 * used, with its key, extensions and dates, shows when a server's chain leads to it.
 *
 * Skipped: blanks around lines, byte order marks, all text outside blocks, and blocks of
 * other types. This includes
 * OpenSSL's "TRUSTED CERTIFICATE", which carries trust settings beside the
 * certificate, rejections too: reading it as a plain certificate could turn
 * "rejected" into "trusted". Where such blocks are all there is, the reason says so.
 */
#ifndef CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_ANCHORS_H
#define CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_ANCHORS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longer lines damage a block; outside of one only their beginning is looked at.
 * RFC 7468 writes lines of 64, but some tools write a certificate in one line. */
#define CONNSYNC_POSIX_PEM_LINE_MAX 4096u
/* A file longer than this is no list of anchors. Distributions' lists have about
 * 220 KB; this bounds the reading of something that never ends. */
#define CONNSYNC_POSIX_PEM_FILE_MAX 4194304u
#define CONNSYNC_POSIX_ANCHORS_REASON_SIZE 192u

enum connsync_posix_anchors_status {
    CONNSYNC_POSIX_ANCHORS_OK = 0,
    CONNSYNC_POSIX_ANCHORS_NO_FILE = 1,   /* it cannot be opened, or there is none to open */
    CONNSYNC_POSIX_ANCHORS_READ = 2,      /* it cannot be read: a directory, a bad disk */
    CONNSYNC_POSIX_ANCHORS_NONE = 3,      /* no certificate is in it */
    CONNSYNC_POSIX_ANCHORS_TOO_LARGE = 4, /* the file, or for the caller's memory */
    CONNSYNC_POSIX_ANCHORS_DAMAGED = 5    /* `line` says where */
};

struct connsync_posix_anchors {
    size_t length;  /* bytes of DER in the caller's memory; 0 unless all went well */
    uint32_t count; /* certificates */
    uint32_t line;  /* where reading stopped, from 1; 0 if it did not begin */
    /* What is wrong, without the file's name and without a full stop; "" if nothing. */
    char reason[CONNSYNC_POSIX_ANCHORS_REASON_SIZE];
};

/* Reads the file at `path` into `der`, which has `size` bytes, and fills `anchors`. */
enum connsync_posix_anchors_status
connsync_posix_anchors_read(struct connsync_posix_anchors *anchors, const char *path, uint8_t *der,
                            size_t size);

/*
 * The file to read where the user names none: what SSL_CERT_FILE says, if it says
 * anything (a file that is missing is then an error, not a cause to look further);
 * otherwise the first of the usual places that can be read. NULL if there is none.
 */
const char *connsync_posix_anchors_find(void);

#ifdef __cplusplus
}
#endif

#endif
