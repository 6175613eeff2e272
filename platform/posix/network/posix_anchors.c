/* For explicit_bzero() and, with -std=c11, for all of POSIX. */
#define _GNU_SOURCE 1

#include "platform/posix/network/posix_anchors.h"

#include "core/tls/base64.h"
#include "core/tls/certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    READ_SIZE = 1024,
    QUANTUM = 4 /* base64 characters that make three bytes */
};

enum block {
    BLOCK_NONE,        /* between blocks */
    BLOCK_CERTIFICATE, /* in one that is wanted */
    BLOCK_OTHER        /* in one that is skipped */
};

struct reader {
    int fd;
    size_t total; /* bytes of the file so far */
    size_t used;  /* bytes in `buffer` */
    size_t next;  /* the first that was not looked at */
    bool too_long;
    size_t length; /* of `line` */
    char buffer[READ_SIZE];
    char line[CONNSYNC_POSIX_PEM_LINE_MAX];
};

struct decoder {
    uint8_t *der;
    size_t size;
    size_t start; /* of the certificate being decoded */
    enum block block;
    bool saw_trusted;
    bool padded;    /* base64's "=" came: nothing may follow */
    size_t pending; /* characters in `text` that wait for the rest of their quantum */
    char text[CONNSYNC_POSIX_PEM_LINE_MAX + QUANTUM];
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

/* Gets more of the file. False at its end, or on a failure that `*error` names. */
static bool refill(struct reader *reader, int *error)
{
    ssize_t count;
    do {
        count = read(reader->fd, reader->buffer, sizeof reader->buffer);
    } while (count < 0 && errno == EINTR);
    *error = count < 0 ? errno : 0;
    reader->next = 0;
    reader->used = count > 0 ? (size_t)count : 0;
    reader->total += reader->used;
    return count > 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void add_to_line(struct reader *reader, char c)
{
    if (reader->length == 0 && is_blank(c)) {
        return;
    }
    if (reader->length == sizeof reader->line) {
        reader->too_long = true;
        return;
    }
    reader->line[reader->length] = c;
    reader->length++;
}

/* What some editors put before a text, and what then stands within files that are joined. */
static void drop_byte_order_mark(struct reader *reader)
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};

    if (reader->length >= sizeof mark && memcmp(reader->line, mark, sizeof mark) == 0) {
        reader->length -= sizeof mark;
        memmove(reader->line, reader->line + sizeof mark, reader->length);
    }
}

/* Reads one line, without its end, blanks around it and a byte order mark. False when there is
 * none. */
static bool next_line(struct reader *reader, int *error)
{
    reader->length = 0;
    reader->too_long = false;
    bool any = false;
    bool ended = false;
    while (!ended && reader->total <= CONNSYNC_POSIX_PEM_FILE_MAX) {
        if (reader->next == reader->used && !refill(reader, error)) {
            break;
        }
        any = true;
        char c = reader->buffer[reader->next];
        reader->next++;
        ended = c == '\n';
        if (!ended) {
            add_to_line(reader, c);
        }
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

/* Decodes the whole quanta that are in `text`, and keeps what is left over. */
static enum connsync_posix_anchors_status decode_pending(struct job *job)
{
    struct decoder *decoder = &job->decoder;
    size_t whole = decoder->pending - decoder->pending % QUANTUM;
    if (whole == 0) {
        return CONNSYNC_POSIX_ANCHORS_OK;
    }
    size_t written = 0;
    enum cs_base64_status result =
        cs_base64_decode(decoder->der + job->anchors->length, decoder->size - job->anchors->length,
                         &written, cs_slice_make(decoder->text, whole));
    if (result == CS_BASE64_TOO_LONG) {
        char reason[CONNSYNC_POSIX_ANCHORS_REASON_SIZE];
        (void)snprintf(reason, sizeof reason, "its certificates need more than %lu bytes",
                       (unsigned long)decoder->size);
        return report(job, CONNSYNC_POSIX_ANCHORS_TOO_LARGE, reason);
    }
    if (result != CS_BASE64_OK) {
        return damaged(job, "not base64");
    }
    job->anchors->length += written;
    decoder->padded = decoder->text[whole - 1] == '=';
    decoder->pending -= whole;
    memmove(decoder->text, decoder->text + whole, decoder->pending);
    return CONNSYNC_POSIX_ANCHORS_OK;
}

static enum connsync_posix_anchors_status take_base64(struct job *job)
{
    const struct reader *reader = &job->reader;
    struct decoder *decoder = &job->decoder;
    for (size_t i = 0; i < reader->length; i++) {
        char c = reader->line[i];
        if (is_blank(c)) {
            continue;
        }
        if (decoder->padded) {
            return damaged(job, "base64 goes on after its end");
        }
        decoder->text[decoder->pending] = c;
        decoder->pending++;
    }
    return decode_pending(job);
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
