/* For explicit_bzero() and, with -std=c11, for all of POSIX. */
#define _GNU_SOURCE 1

#include "platform/posix/network/posix_anchors.h"

#include "core/tls/certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    READ_SIZE = 4096, /* at once; CONNSYNC_POSIX_PEM_FILE_MAX is a multiple of it */
    /* A line, the byte that shows that it is too long, and what is read behind it. */
    BUFFER_SIZE = CONNSYNC_POSIX_PEM_LINE_MAX + 1 + READ_SIZE,
    QUANTUM = 4,       /* base64 characters that make three bytes */
    QUANTUM_BYTES = 3, /* at the most: padding takes up to two of them */
    NOT_BASE64 = 0xff  /* all that count are below 64 */
};

enum block {
    BLOCK_NONE,        /* between blocks */
    BLOCK_CERTIFICATE, /* in one that is wanted */
    BLOCK_OTHER        /* in one that is skipped */
};

struct reader {
    int fd;
    size_t total;     /* bytes of the file so far */
    size_t used;      /* bytes in `buffer` */
    size_t next;      /* where the next line begins there */
    const char *line; /* the one to look at, in `buffer` */
    size_t length;    /* of `line` */
    bool too_long;
    char buffer[BUFFER_SIZE];
};

struct decoder {
    uint8_t *der;
    size_t size;
    size_t start; /* of the certificate being decoded */
    enum block block;
    bool saw_trusted;
    bool padded;    /* base64's "=" came: nothing may follow */
    bool is_full;   /* `der` was too small for a quantum */
    size_t pending; /* characters in `text` that wait for the rest of their quantum */
    char text[QUANTUM];
};

/* What it takes to read one file. It may see a private key that shares the
 * file, so it is wiped at the end. */
struct job {
    struct connsync_posix_anchors *anchors;
    struct reader reader;
    struct decoder decoder;
};

static enum connsync_posix_anchors_status
report(struct job *job, enum connsync_posix_anchors_status status, const char *reason)
{
    struct connsync_posix_anchors *anchors = job->anchors;
    if (status == CONNSYNC_POSIX_ANCHORS_DAMAGED) {
        (void)snprintf(anchors->reason, sizeof anchors->reason, "line %lu: %s",
                       (unsigned long)anchors->line, reason);
    } else {
        (void)snprintf(anchors->reason, sizeof anchors->reason, "%s", reason);
    }
    return status;
}

static enum connsync_posix_anchors_status damaged(struct job *job, const char *reason)
{
    return report(job, CONNSYNC_POSIX_ANCHORS_DAMAGED, reason);
}

/* Gets more of the file, behind what is there of a line. False at its end, or on a failure that
 * `*error` names. */
static bool refill(struct reader *reader, int *error)
{
    ssize_t count;

    reader->used -= reader->next;
    memmove(reader->buffer, reader->buffer + reader->next, reader->used);
    reader->next = 0;
    /* All that is not looked at of a line that is too long is that it is. */
    if (reader->used > CONNSYNC_POSIX_PEM_LINE_MAX) {
        reader->used = CONNSYNC_POSIX_PEM_LINE_MAX + 1;
    }
    do {
        count = read(reader->fd, reader->buffer + reader->used, READ_SIZE);
    } while (count < 0 && errno == EINTR);
    *error = count < 0 ? errno : 0;
    reader->used += count > 0 ? (size_t)count : 0;
    reader->total += count > 0 ? (size_t)count : 0;
    return count > 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* What some editors put before a text, and what then stands within files that are joined. */
static void drop_byte_order_mark(struct reader *reader)
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};

    if (reader->length >= sizeof mark && memcmp(reader->line, mark, sizeof mark) == 0) {
        reader->length -= sizeof mark;
        reader->line += sizeof mark;
    }
}

/* Takes one line, without its end, blanks around it and a byte order mark. False when there is
 * none. */
static bool next_line(struct reader *reader, int *error)
{
    bool any = false;
    bool more = true;
    const char *end = NULL;

    while (end == NULL && more && reader->total <= CONNSYNC_POSIX_PEM_FILE_MAX) {
        any = any || reader->next < reader->used;
        while (reader->next < reader->used && is_blank(reader->buffer[reader->next])) {
            reader->next++;
        }
        end = memchr(reader->buffer + reader->next, '\n', reader->used - reader->next);
        more = end != NULL || refill(reader, error);
    }
    any = any || more;
    reader->line = reader->buffer + reader->next;
    reader->length = end != NULL ? (size_t)(end - reader->line) : reader->used - reader->next;
    reader->next += reader->length + (end != NULL ? 1 : 0);
    reader->too_long = reader->length > CONNSYNC_POSIX_PEM_LINE_MAX;
    if (reader->too_long) {
        reader->length = CONNSYNC_POSIX_PEM_LINE_MAX;
    }
    while (reader->length > 0 && is_blank(reader->line[reader->length - 1])) {
        reader->length--;
    }
    drop_byte_order_mark(reader);
    return any && *error == 0;
}

static bool line_starts(const struct reader *reader, const char *prefix)
{
    size_t length = strlen(prefix);
    return reader->length >= length && memcmp(reader->line, prefix, length) == 0;
}

static bool line_is(const struct reader *reader, const char *text)
{
    return reader->length == strlen(text) && line_starts(reader, text);
}

/* The six bits that a character stands for, or NOT_BASE64. */
static uint8_t value_of(char c)
{
    static const uint8_t values[] = {
        /* from '+' to 'z' */
        62,   0xff, 0xff, 0xff, 63,   52,   53, 54, 55, 56, 57, 58, 59, 60, 61, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,
        10,   11,   12,   13,   14,   15,   16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
        36,   37,   38,   39,   40,   41,   42, 43, 44, 45, 46, 47, 48, 49, 50, 51};
    uint8_t place = (uint8_t)(c - '+');

    return place < sizeof values ? values[place] : NOT_BASE64;
}

/* Decodes the quanta that stand next to each other without padding, as nearly all do, while there is
 * room: how many. Nothing in a certificate is secret, so this is quick. Private keys are read by
 * core/tls/base64, in the same time whatever they are. */
static size_t decode(const char *text, size_t length, uint8_t *out, size_t room)
{
    size_t count = 0;

    for (; length >= QUANTUM && room >= QUANTUM_BYTES; count++) {
        uint32_t word = 0;
        uint8_t all = 0;
        for (size_t i = 0; i < QUANTUM; i++) {
            uint8_t value = value_of(text[i]);
            all |= value;
            word = word << 6 | value;
        }
        if (all == NOT_BASE64) {
            break;
        }
        out[0] = (uint8_t)(word >> 16);
        out[1] = (uint8_t)(word >> 8);
        out[2] = (uint8_t)word;
        text += QUANTUM;
        length -= QUANTUM;
        out += QUANTUM_BYTES;
        room -= QUANTUM_BYTES;
    }
    return count;
}

/* Takes the quantum in `text`, whatever it is. False if it is not base64, or stands behind the end
 * of base64. */
static bool take_quantum(struct job *job)
{
    struct decoder *decoder = &job->decoder;
    size_t count = QUANTUM_BYTES;
    uint8_t bytes[QUANTUM_BYTES];

    while (count > 1 && decoder->text[count] == '=') {
        decoder->text[count] = 'A';
        count--;
    }
    if (decoder->padded || decode(decoder->text, QUANTUM, bytes, sizeof bytes) == 0) {
        return false;
    }
    decoder->pending = 0;
    decoder->padded = count < QUANTUM_BYTES;
    if (count > decoder->size - job->anchors->length) {
        decoder->is_full = true;
    } else {
        memcpy(decoder->der + job->anchors->length, bytes, count);
        job->anchors->length += count;
    }
    return true;
}

/* Decodes the whole quanta of a line, and keeps what is left over. */
static bool take_characters(struct job *job)
{
    struct decoder *decoder = &job->decoder;
    const char *at = job->reader.line;
    const char *end = at + job->reader.length;

    while (at < end) {
        if (decoder->pending == 0 && !decoder->padded) {
            size_t count = decode(at, (size_t)(end - at), decoder->der + job->anchors->length,
                                  decoder->size - job->anchors->length);
            job->anchors->length += count * QUANTUM_BYTES;
            at += count * QUANTUM;
        }
        if (at == end) {
            break;
        }
        if (!is_blank(*at)) {
            decoder->text[decoder->pending] = *at;
            decoder->pending++;
        }
        at++;
        if (decoder->pending == QUANTUM && !take_quantum(job)) {
            return false;
        }
    }
    return true;
}

static enum connsync_posix_anchors_status take_base64(struct job *job)
{
    if (job->decoder.padded && job->reader.length > 0) {
        return damaged(job, "base64 goes on after its end");
    }
    if (!take_characters(job)) {
        return damaged(job, "not base64");
    }
    if (job->decoder.is_full) {
        (void)snprintf(job->anchors->reason, sizeof job->anchors->reason,
                       "its certificates need more than %lu bytes",
                       (unsigned long)job->decoder.size);
        return CONNSYNC_POSIX_ANCHORS_TOO_LARGE;
    }
    return CONNSYNC_POSIX_ANCHORS_OK;
}

static enum connsync_posix_anchors_status begin_block(struct job *job)
{
    struct decoder *decoder = &job->decoder;
    if (decoder->block != BLOCK_NONE) {
        return damaged(job, "a block begins inside another");
    }
    bool wanted = line_is(&job->reader, "-----BEGIN CERTIFICATE-----") ||
                  line_is(&job->reader, "-----BEGIN X509 CERTIFICATE-----");
    decoder->block = wanted ? BLOCK_CERTIFICATE : BLOCK_OTHER;
    if (line_is(&job->reader, "-----BEGIN TRUSTED CERTIFICATE-----")) {
        decoder->saw_trusted = true;
    }
    decoder->start = job->anchors->length;
    decoder->pending = 0;
    decoder->padded = false;
    return CONNSYNC_POSIX_ANCHORS_OK;
}

static enum connsync_posix_anchors_status take_certificate(struct job *job)
{
    struct decoder *decoder = &job->decoder;
    struct cs_slice whole = cs_slice_make((const char *)decoder->der + decoder->start,
                                          job->anchors->length - decoder->start);
    struct cs_certificate parts;

    if (decoder->pending != 0) {
        return damaged(job, "base64 stops in the middle");
    }
    if (!cs_certificate_read(whole, &parts)) {
        return damaged(job, "this block does not hold one certificate");
    }
    job->anchors->count++;
    return CONNSYNC_POSIX_ANCHORS_OK;
}

/* An end that closes nothing, or another block, closes a certificate whose beginning was not
 * seen for what it is: that one would be missing without a word. */
static enum connsync_posix_anchors_status end_block(struct job *job)
{
    struct decoder *decoder = &job->decoder;
    enum block block = decoder->block;
    bool of_certificate = line_is(&job->reader, "-----END CERTIFICATE-----") ||
                          line_is(&job->reader, "-----END X509 CERTIFICATE-----");

    decoder->block = BLOCK_NONE;
    if (block == BLOCK_NONE && of_certificate) {
        return damaged(job, "a certificate ends that did not begin");
    }
    if (block != BLOCK_NONE && of_certificate != (block == BLOCK_CERTIFICATE)) {
        return damaged(job, "the block ends under another name");
    }
    return of_certificate ? take_certificate(job) : CONNSYNC_POSIX_ANCHORS_OK;
}

static enum connsync_posix_anchors_status take_line(struct job *job)
{
    if (line_starts(&job->reader, "-----BEGIN ")) {
        return begin_block(job);
    }
    if (line_starts(&job->reader, "-----END ")) {
        return end_block(job);
    }
    if (job->decoder.block != BLOCK_CERTIFICATE) {
        return CONNSYNC_POSIX_ANCHORS_OK;
    }
    if (job->reader.too_long) {
        return damaged(job, "the line is too long");
    }
    return take_base64(job);
}

static enum connsync_posix_anchors_status judge_end(struct job *job, int error)
{
    if (error != 0) {
        return report(job, CONNSYNC_POSIX_ANCHORS_READ,
                      error == EISDIR ? "this is a directory" : "the file cannot be read");
    }
    if (job->decoder.block != BLOCK_NONE) {
        return damaged(job, "the file ends inside a block");
    }
    if (job->anchors->count == 0) {
        return report(job, CONNSYNC_POSIX_ANCHORS_NONE,
                      job->decoder.saw_trusted
                          ? "no certificate is in it but of the type TRUSTED CERTIFICATE, which is "
                            "not read: convert them with `openssl x509`"
                          : "no certificate is in it");
    }
    return CONNSYNC_POSIX_ANCHORS_OK;
}

static enum connsync_posix_anchors_status read_all(struct job *job)
{
    int error = 0;
    while (next_line(&job->reader, &error)) {
        if (job->reader.total > CONNSYNC_POSIX_PEM_FILE_MAX) {
            return report(job, CONNSYNC_POSIX_ANCHORS_TOO_LARGE,
                          "the file is too long for a list of certificates");
        }
        job->anchors->line++;
        enum connsync_posix_anchors_status status = take_line(job);
        if (status != CONNSYNC_POSIX_ANCHORS_OK) {
            return status;
        }
    }
    return judge_end(job, error);
}

static enum connsync_posix_anchors_status open_failure(struct job *job, int error)
{
    const char *reason = "the file cannot be opened";
    if (error == ENOENT || error == ENOTDIR) {
        reason = "there is no such file";
    } else if (error == EACCES) {
        reason = "the file may not be read by this user";
    }
    return report(job, CONNSYNC_POSIX_ANCHORS_NO_FILE, reason);
}

enum connsync_posix_anchors_status
connsync_posix_anchors_read(struct connsync_posix_anchors *anchors, const char *path, uint8_t *der,
                            size_t size)
{
    struct job job;
    memset(&job, 0, sizeof job);
    memset(anchors, 0, sizeof *anchors);
    job.anchors = anchors;
    job.decoder.der = der;
    job.decoder.size = size;
    job.reader.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (job.reader.fd < 0) {
        return open_failure(&job, errno);
    }
    enum connsync_posix_anchors_status status = read_all(&job);
    if (status != CONNSYNC_POSIX_ANCHORS_OK) {
        anchors->length = 0;
        anchors->count = 0;
    }
    (void)close(job.reader.fd);
    explicit_bzero(&job, sizeof job);
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
