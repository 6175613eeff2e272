/* For explicit_bzero() and, with -std=c11, for all of POSIX. */
#define _GNU_SOURCE 1

#include "platform/posix/network/posix_bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    QUANTUM_BYTES = 3, /* of a quantum, at the most: padding takes up to two of them */
    IS_BASE64 = 0x40,  /* beside the six bits that a character stands for */
    ALL_BASE64 = IS_BASE64 << 18 | IS_BASE64 << 12 | IS_BASE64 << 6 | IS_BASE64
};

static enum connsync_posix_anchors_status
report(struct cs_bundle *bundle, enum connsync_posix_anchors_status status, const char *reason)
{
    struct connsync_posix_anchors *anchors = bundle->anchors;
    if (status == CONNSYNC_POSIX_ANCHORS_DAMAGED) {
        (void)snprintf(anchors->reason, sizeof anchors->reason, "line %lu: %s",
                       (unsigned long)anchors->line, reason);
    } else {
        (void)snprintf(anchors->reason, sizeof anchors->reason, "%s", reason);
    }
    return status;
}

static enum connsync_posix_anchors_status damaged(struct cs_bundle *bundle, const char *reason)
{
    return report(bundle, CONNSYNC_POSIX_ANCHORS_DAMAGED, reason);
}

/* Gets more of the file, behind what is there of a line. False at its end, or on a failure that
 * `*error` names. */
static bool refill(struct cs_bundle_reader *reader, int *error)
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
        count = read(reader->fd, reader->buffer + reader->used, reader->at_once);
    } while (count < 0 && errno == EINTR);
    *error = count < 0 ? errno : 0;
    reader->used += count > 0 ? (size_t)count : 0;
    reader->total += count > 0 ? (size_t)count : 0;
    reader->most = reader->used > reader->most ? reader->used : reader->most;
    return count > 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* What some editors put before a text, and what then stands within files that are joined. */
static void drop_byte_order_mark(struct cs_bundle_reader *reader)
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};

    if (reader->length >= sizeof mark && memcmp(reader->line, mark, sizeof mark) == 0) {
        reader->length -= sizeof mark;
        reader->line += sizeof mark;
    }
}

/* Takes one line, without its end, blanks around it and a byte order mark. False when there is
 * none. */
static bool next_line(struct cs_bundle_reader *reader, int *error)
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

static bool line_starts(const struct cs_bundle_reader *reader, const char *prefix)
{
    size_t length = strlen(prefix);
    return reader->length >= length && memcmp(reader->line, prefix, length) == 0;
}

static bool line_is(const struct cs_bundle_reader *reader, const char *text)
{
    return reader->length == strlen(text) && line_starts(reader, text);
}

/* What a character stands for: its six bits and IS_BASE64, or nothing. */
static const uint8_t values[UINT8_MAX + 1] = {
    /* from '+' to 'z' */
    ['+'] = 126, 0,   0,   0,   127, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 0,
    0,           0,   0,   0,   0,   0,   64,  65,  66,  67,  68,  69,  70,  71,  72,  73,
    74,          75,  76,  77,  78,  79,  80,  81,  82,  83,  84,  85,  86,  87,  88,  89,
    0,           0,   0,   0,   0,   0,   90,  91,  92,  93,  94,  95,  96,  97,  98,  99,
    100,         101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115};

/* Decodes the quanta that stand next to each other without padding, as nearly all do, while there is
 * room: how many. Nothing in a certificate is secret, so this is quick. Private keys are read by
 * core/tls/base64, in the same time whatever they are. */
static size_t decode(const char *text, size_t length, uint8_t *out, size_t room)
{
    const uint8_t *from = (const uint8_t *)text;
    size_t most = length / CS_BUNDLE_QUANTUM < room / QUANTUM_BYTES ? length / CS_BUNDLE_QUANTUM
                                                                    : room / QUANTUM_BYTES;

    for (size_t count = 0; count < most; count++) {
        uint32_t a = values[from[0]];
        uint32_t b = values[from[1]];
        uint32_t c = values[from[2]];
        uint32_t d = values[from[3]];
        if ((a & b & c & d & IS_BASE64) == 0) {
            return count;
        }
        uint32_t word = (a << 18) + (b << 12) + (c << 6) + d - ALL_BASE64;
        out[0] = (uint8_t)(word >> 16);
        out[1] = (uint8_t)(word >> 8);
        out[2] = (uint8_t)word;
        from += CS_BUNDLE_QUANTUM;
        out += QUANTUM_BYTES;
    }
    return most;
}

/* Takes the quantum in `text`, whatever it is. False if it is not base64, or stands behind the end
 * of base64. */
static bool take_quantum(struct cs_bundle *bundle)
{
    struct cs_bundle_decoder *decoder = &bundle->decoder;
    size_t count = QUANTUM_BYTES;
    uint8_t bytes[QUANTUM_BYTES];

    while (count > 1 && decoder->text[count] == '=') {
        decoder->text[count] = 'A';
        count--;
    }
    if (decoder->padded || decode(decoder->text, CS_BUNDLE_QUANTUM, bytes, sizeof bytes) == 0) {
        return false;
    }
    decoder->pending = 0;
    decoder->padded = count < QUANTUM_BYTES;
    if (count > decoder->size - decoder->used) {
        decoder->is_full = true;
    } else {
        memcpy(decoder->der + decoder->used, bytes, count);
        decoder->used += count;
    }
    return true;
}

/* Decodes the whole quanta of a line, and keeps what is left over. */
static bool take_characters(struct cs_bundle *bundle)
{
    struct cs_bundle_decoder *decoder = &bundle->decoder;
    const char *at = bundle->reader.line;
    const char *end = at + bundle->reader.length;

    while (at < end) {
        if (decoder->pending == 0 && !decoder->padded) {
            size_t count = decode(at, (size_t)(end - at), decoder->der + decoder->used,
                                  decoder->size - decoder->used);
            decoder->used += count * QUANTUM_BYTES;
            at += count * CS_BUNDLE_QUANTUM;
        }
        if (at == end) {
            break;
        }
        if (!is_blank(*at)) {
            decoder->text[decoder->pending] = *at;
            decoder->pending++;
        }
        at++;
        if (decoder->pending == CS_BUNDLE_QUANTUM && !take_quantum(bundle)) {
            return false;
        }
    }
    return true;
}

static enum connsync_posix_anchors_status take_base64(struct cs_bundle *bundle)
{
    if (bundle->decoder.padded && bundle->reader.length > 0) {
        return damaged(bundle, "base64 goes on after its end");
    }
    if (!take_characters(bundle)) {
        return damaged(bundle, "not base64");
    }
    if (bundle->decoder.is_full) {
        (void)snprintf(bundle->anchors->reason, sizeof bundle->anchors->reason,
                       "its certificates need more than %lu bytes",
                       (unsigned long)bundle->decoder.size);
        return CONNSYNC_POSIX_ANCHORS_TOO_LARGE;
    }
    return CONNSYNC_POSIX_ANCHORS_OK;
}

static enum connsync_posix_anchors_status begin_block(struct cs_bundle *bundle)
{
    struct cs_bundle_decoder *decoder = &bundle->decoder;
    if (decoder->block != CS_BUNDLE_NONE) {
        return damaged(bundle, "a block begins inside another");
    }
    bool wanted = line_is(&bundle->reader, "-----BEGIN CERTIFICATE-----") ||
                  line_is(&bundle->reader, "-----BEGIN X509 CERTIFICATE-----");
    decoder->block = wanted ? CS_BUNDLE_CERTIFICATE : CS_BUNDLE_OTHER;
    if (line_is(&bundle->reader, "-----BEGIN TRUSTED CERTIFICATE-----")) {
        decoder->saw_trusted = true;
    }
    decoder->start = decoder->used;
    /* Counted from what is still in the buffer: of lines that are too long some is not. */
    decoder->place = bundle->reader.total - (bundle->reader.used - bundle->reader.next);
    decoder->pending = 0;
    decoder->padded = false;
    return CONNSYNC_POSIX_ANCHORS_OK;
}

static enum connsync_posix_anchors_status take_certificate(struct cs_bundle *bundle)
{
    struct cs_bundle_decoder *decoder = &bundle->decoder;
    struct cs_slice whole =
        cs_slice_make((const char *)decoder->der + decoder->start, decoder->used - decoder->start);
    struct cs_certificate parts;

    if (decoder->pending != 0) {
        return damaged(bundle, "base64 stops in the middle");
    }
    if (!cs_certificate_read(whole, &parts)) {
        return damaged(bundle, "this block does not hold one certificate");
    }
    bundle->anchors->count++;
    bundle->anchors->length += whole.length;
    if (bundle->take != NULL && !bundle->take(bundle->context, decoder, &parts)) {
        return report(bundle, CONNSYNC_POSIX_ANCHORS_TOO_LARGE,
                      "there are too many certificates in it");
    }
    return CONNSYNC_POSIX_ANCHORS_OK;
}

/* An end that closes nothing, or another block, closes a certificate whose beginning was not
 * seen for what it is: that one would be missing without a word. */
static enum connsync_posix_anchors_status end_block(struct cs_bundle *bundle)
{
    struct cs_bundle_decoder *decoder = &bundle->decoder;
    enum cs_bundle_block block = decoder->block;
    bool of_certificate = line_is(&bundle->reader, "-----END CERTIFICATE-----") ||
                          line_is(&bundle->reader, "-----END X509 CERTIFICATE-----");

    decoder->block = CS_BUNDLE_NONE;
    if (block == CS_BUNDLE_NONE && of_certificate) {
        return damaged(bundle, "a certificate ends that did not begin");
    }
    if (block != CS_BUNDLE_NONE && of_certificate != (block == CS_BUNDLE_CERTIFICATE)) {
        return damaged(bundle, "the block ends under another name");
    }
    return of_certificate ? take_certificate(bundle) : CONNSYNC_POSIX_ANCHORS_OK;
}

static enum connsync_posix_anchors_status take_line(struct cs_bundle *bundle)
{
    if (line_starts(&bundle->reader, "-----BEGIN ")) {
        return begin_block(bundle);
    }
    if (line_starts(&bundle->reader, "-----END ")) {
        return end_block(bundle);
    }
    if (bundle->decoder.block != CS_BUNDLE_CERTIFICATE) {
        return CONNSYNC_POSIX_ANCHORS_OK;
    }
    if (bundle->reader.too_long) {
        return damaged(bundle, "the line is too long");
    }
    return take_base64(bundle);
}

static enum connsync_posix_anchors_status judge_end(struct cs_bundle *bundle, int error)
{
    if (error != 0) {
        return report(bundle, CONNSYNC_POSIX_ANCHORS_READ,
                      error == EISDIR ? "this is a directory" : "the file cannot be read");
    }
    if (bundle->decoder.block != CS_BUNDLE_NONE) {
        return damaged(bundle, "the file ends inside a block");
    }
    if (bundle->anchors->count == 0) {
        return report(bundle, CONNSYNC_POSIX_ANCHORS_NONE,
                      bundle->decoder.saw_trusted
                          ? "no certificate is in it but of the type TRUSTED CERTIFICATE, which is "
                            "not read: convert them with `openssl x509`"
                          : "no certificate is in it");
    }
    return CONNSYNC_POSIX_ANCHORS_OK;
}

static enum connsync_posix_anchors_status read_lines(struct cs_bundle *bundle, uint32_t count)
{
    int error = 0;

    while (bundle->anchors->count < count && next_line(&bundle->reader, &error)) {
        if (bundle->reader.total > CONNSYNC_POSIX_PEM_FILE_MAX) {
            return report(bundle, CONNSYNC_POSIX_ANCHORS_TOO_LARGE,
                          "the file is too long for a list of certificates");
        }
        bundle->anchors->line++;
        enum connsync_posix_anchors_status status = take_line(bundle);
        if (status != CONNSYNC_POSIX_ANCHORS_OK) {
            return status;
        }
    }
    return judge_end(bundle, error);
}

enum connsync_posix_anchors_status cs_bundle_read(struct cs_bundle *bundle)
{
    return read_lines(bundle, UINT32_MAX);
}

enum connsync_posix_anchors_status cs_bundle_read_one(struct cs_bundle *bundle)
{
    bundle->decoder.block = CS_BUNDLE_CERTIFICATE;
    return read_lines(bundle, 1);
}

static enum connsync_posix_anchors_status open_failure(struct cs_bundle *bundle, int error)
{
    const char *reason = "the file cannot be opened";
    if (error == ENOENT || error == ENOTDIR) {
        reason = "there is no such file";
    } else if (error == EACCES) {
        reason = "the file may not be read by this user";
    }
    return report(bundle, CONNSYNC_POSIX_ANCHORS_NO_FILE, reason);
}

void cs_bundle_begin(struct cs_bundle *bundle, struct connsync_posix_anchors *anchors, uint8_t *der,
                     size_t size)
{
    memset(bundle, 0, offsetof(struct cs_bundle, reader.buffer));
    memset(anchors, 0, sizeof *anchors);
    bundle->anchors = anchors;
    bundle->decoder.der = der;
    bundle->decoder.size = size;
    bundle->reader.fd = -1;
    bundle->reader.at_once = CS_BUNDLE_READ_SIZE;
}

enum connsync_posix_anchors_status cs_bundle_open(struct cs_bundle *bundle, const char *path)
{
    bundle->reader.fd = open(path, O_RDONLY | O_CLOEXEC);
    return bundle->reader.fd < 0 ? open_failure(bundle, errno) : CONNSYNC_POSIX_ANCHORS_OK;
}

void cs_bundle_end(struct cs_bundle *bundle)
{
    explicit_bzero(bundle, offsetof(struct cs_bundle, reader.buffer) + bundle->reader.most);
}
