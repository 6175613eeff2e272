/* An index of a file of trust anchors: a number for each subject, and where its root stands. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/network/posix_roots.h"

#include "platform/posix/network/posix_bundle.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* At once, of one root, which has as many: more would be pages that nobody else needs. */
#define READ_SIZE 1024

/* A file of a few roots: they take less than what reading them again does. */
#define SMALL_FILE 16384

/* FNV-1a. Two names may share a number: what is found is compared. */
static uint32_t number_of(struct cs_slice name)
{
    uint32_t number = 2166136261u;

    for (size_t i = 0; i < name.length; i++) {
        number = (number ^ (unsigned char)name.data[i]) * 16777619u;
    }
    return number;
}

/* The same over words, of what a file has: whoever takes a root away does not choose the number. */
static uint64_t add_to_sum(uint64_t sum, struct cs_slice bytes)
{
    uint64_t word = bytes.length;

    for (size_t at = 0; at < bytes.length; at += sizeof word) {
        size_t left = bytes.length - at;
        sum = (sum ^ word) * 1099511628211u;
        sum ^= sum >> 32;
        word = 0;
        memcpy(&word, bytes.data + at, left < sizeof word ? left : sizeof word);
    }
    return (sum ^ word) * 1099511628211u;
}

/* ---- The file ---- */

/* Writing to it shows in these, being replaced by another of its name does not: the one that is open
 * stays as it was. False of what cannot be read a second time. */
static bool describe(int fd, int64_t file[5])
{
    struct stat status;

    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        return false;
    }
    file[0] = (int64_t)status.st_dev;
    file[1] = (int64_t)status.st_ino;
    file[2] = status.st_size;
    file[3] = status.st_mtim.tv_sec;
    file[4] = status.st_mtim.tv_nsec;
    return true;
}

static bool is_unchanged(const struct cs_roots *roots)
{
    int64_t now[5];

    return roots->is_open && describe(roots->fd, now) && memcmp(now, roots->file, sizeof now) == 0;
}

void cs_roots_close(struct cs_roots *roots)
{
    if (roots->is_open) { /* otherwise its memory is not touched */
        (void)close(roots->fd);
        roots->is_open = false;
        roots->count = 0;
    }
}

struct cs_slice cs_roots_identity(const struct cs_roots *roots)
{
    size_t size = offsetof(struct cs_roots, at) - offsetof(struct cs_roots, file);

    return cs_slice_make((const char *)roots->file, size + roots->count * sizeof roots->at[0]);
}

/* ---- Reading it through ---- */

static bool note(void *context, struct cs_bundle_decoder *decoder,
                 const struct cs_certificate *certificate)
{
    struct cs_roots *roots = context;

    if (roots->count == CS_ROOTS_MAX) {
        return false;
    }
    roots->sum = add_to_sum(roots->sum, certificate->whole);
    roots->at[roots->count].subject = number_of(certificate->subject);
    roots->at[roots->count].place = (uint32_t)decoder->place;
    roots->count++;
    decoder->used = decoder->start; /* the next one takes its place */
    return true;
}

static enum connsync_posix_anchors_status read_open(struct cs_roots *roots,
                                                    struct cs_bundle *bundle)
{
    int64_t file[5];
    bool again = describe(bundle->reader.fd, file) && file[2] > SMALL_FILE;

    if (again) {
        roots->is_open = true;
        roots->fd = bundle->reader.fd;
        memcpy(roots->file, file, sizeof file);
        roots->sum = 0;
        bundle->take = note;
        bundle->context = roots;
    }
    enum connsync_posix_anchors_status status = cs_bundle_read(bundle);
    if (status == CONNSYNC_POSIX_ANCHORS_OK && again && !is_unchanged(roots)) {
        (void)snprintf(bundle->anchors->reason, sizeof bundle->anchors->reason,
                       "the file was written to while it was read");
        status = CONNSYNC_POSIX_ANCHORS_READ;
    }
    if (!again) {
        (void)close(bundle->reader.fd);
    }
    return status;
}

enum connsync_posix_anchors_status cs_roots_read(struct cs_roots *roots,
                                                 struct connsync_posix_anchors *anchors,
                                                 const char *path, uint8_t *der, size_t size)
{
    struct cs_bundle bundle;

    cs_bundle_begin(&bundle, anchors, der, size);
    enum connsync_posix_anchors_status status = cs_bundle_open(&bundle, path);
    if (status == CONNSYNC_POSIX_ANCHORS_OK) {
        status = read_open(roots, &bundle);
    }
    if (status != CONNSYNC_POSIX_ANCHORS_OK) {
        cs_roots_close(roots);
        anchors->length = 0;
        anchors->count = 0;
    }
    cs_bundle_end(&bundle);
    return status;
}

/* ---- Finding ---- */

/* One root, into `der`: its length. False if it cannot be read, as it could before. */
static bool read_root(const struct cs_roots *roots, size_t place, uint8_t *der, size_t size,
                      size_t *length)
{
    struct connsync_posix_anchors anchors;
    struct cs_bundle bundle;

    cs_bundle_begin(&bundle, &anchors, der, size);
    bundle.reader.fd = roots->fd;
    bundle.reader.at_once = READ_SIZE;
    bool read = lseek(roots->fd, (off_t)place, SEEK_SET) >= 0 &&
                cs_bundle_read_one(&bundle) == CONNSYNC_POSIX_ANCHORS_OK;
    *length = bundle.decoder.used;
    cs_bundle_end(&bundle);
    return read;
}

static bool read_roots(const struct cs_roots *roots, const struct cs_certificate *certificate,
                       uint8_t *der, size_t size, size_t *length)
{
    uint32_t issuer = number_of(certificate->issuer);
    uint32_t subject = number_of(certificate->subject);
    struct cs_certificate root;
    size_t one;

    for (size_t i = 0; i < roots->count; i++) {
        if (roots->at[i].subject != issuer && roots->at[i].subject != subject) {
            continue;
        }
        if (!read_root(roots, roots->at[i].place, der + *length, size - *length, &one) ||
            !cs_certificate_read(cs_slice_make((const char *)der + *length, one), &root)) {
            return false;
        }
        if (cs_slice_equal(root.subject, certificate->issuer) ||
            cs_slice_equal(root.subject, certificate->subject)) {
            *length += one;
        }
    }
    return true;
}

bool cs_roots_find(const struct cs_roots *roots, struct cs_slice certificate, uint8_t *der,
                   size_t size, size_t *length)
{
    struct cs_certificate parts;

    *length = 0;
    if (!cs_certificate_read(certificate, &parts)) {
        return true; /* of which nobody is the issuer */
    }
    if (is_unchanged(roots) && read_roots(roots, &parts, der, size, length) &&
        is_unchanged(roots)) {
        return true;
    }
    *length = 0;
    return false;
}
