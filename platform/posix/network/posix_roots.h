/*
 * Trust anchors that stay in their file: of a distribution's bundle, which has 150, a chain needs one
 * or two. The file is read through once, as posix_anchors.h says, so that a damaged one is refused
 * before anything is asked of the network; what is kept is where each root stands and a number for
 * its subject. Those that a chain asks for are read again, from the file as it was opened.
 */
#ifndef CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_ROOTS_H
#define CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_ROOTS_H

#include "core/base/text.h"
#include "platform/posix/network/posix_anchors.h"

#define CS_ROOTS_MAX 4096u

struct cs_root {
    uint32_t subject; /* equal for equal names */
    uint32_t place;   /* of its base64 in the file */
};

/* None are open in one that is all zeros. */
struct cs_roots {
    bool is_open;
    int fd;
    int64_t file[5]; /* which it is, how long, and when it was last written to */
    uint64_t sum;    /* of all bytes of all roots */
    size_t count;
    struct cs_root at[CS_ROOTS_MAX];
};

/* Reads the file at `path` into `roots`, of which none are open, and leaves it open. `der`, which has
 * `size` bytes, is what that is done in. Of a short file, and of what cannot be read a second time,
 * such as a pipe, all anchors are kept there, as connsync_posix_anchors_read() does, and none is left
 * open. */
enum connsync_posix_anchors_status cs_roots_read(struct cs_roots *roots,
                                                 struct connsync_posix_anchors *anchors,
                                                 const char *path, uint8_t *der, size_t size);

/* Bytes that are others for another file or another content. */
struct cs_slice cs_roots_identity(const struct cs_roots *roots);

/* Puts the roots whose subject is the subject or the issuer of `certificate` into `der`, end to end:
 * `*length` bytes. False, and none, when the file is not what it was, or cannot be read. */
bool cs_roots_find(const struct cs_roots *roots, struct cs_slice certificate, uint8_t *der,
                   size_t size, size_t *length);

/* Closes the file. */
void cs_roots_close(struct cs_roots *roots);

#endif
