/*
 * The quick decoder of trust anchors beside the library's own, which takes the same time for all: a
 * certificate in base64, cut into lines anywhere and damaged at random, is accepted, refused in the
 * same words and decoded as the second would have it, line by line.
 */
#define _GNU_SOURCE 1

#include "core/tls/base64.h"
#include "core/tls/certificate.h"
#include "platform/posix/network/posix_anchors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define ROUNDS 60000
#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"
#define SIGNATURE_MAX 100

static uint32_t seed = 1;

static uint32_t below(uint32_t bound)
{
    seed = seed * 1664525u + 1013904223u;
    return bound > 0 ? (seed >> 8) % bound : 0;
}

struct text {
    char bytes[1024];
    size_t length;
};

static void add(struct text *text, const char *bytes, size_t length)
{
    assert_true(text->length + length < sizeof text->bytes);
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
}

/* ---- What is read ---- */

/* The outline of a certificate, with a signature of any length, in base64. */
static size_t make_base64(char *out, size_t size)
{
    static const uint8_t parts[] = {0x30, 0x0d, 0x02, 0x01, 0x01, 0x30, 0x00, 0x30, 0x00,
                                    0x30, 0x00, 0x30, 0x00, 0x30, 0x00, 0x30, 0x00, 0x03};
    uint8_t der[2 + sizeof parts + 1 + SIGNATURE_MAX] = {0x30};
    uint8_t signature = (uint8_t)below(SIGNATURE_MAX);
    size_t length = 2 + sizeof parts + 1 + signature;

    der[1] = (uint8_t)(length - 2);
    memcpy(der + 2, parts, sizeof parts);
    der[2 + sizeof parts] = signature;
    for (size_t i = length - signature; i < length; i++) {
        der[i] = (uint8_t)below(256);
    }
    assert_true(cs_base64_encode(out, size, cs_slice_make((const char *)der, length)));
    return strlen(out);
}

/* A line's end or a blank now and then: at every so many characters, or anywhere. */
static void lay_out(struct text *text, const char *base64, size_t length)
{
    static const char *const breaks[] = {"\n", "\n",   " ",    "\r\n",
                                         "\t", " \n ", "\n\n", "\n\xef\xbb\xbf"};
    size_t width = below(2) == 0 ? 64 : 1 + below(70);

    for (size_t at = 0; at < length; at += width) {
        const char *end = breaks[below(4) != 0 ? 0 : below(8)];
        add(text, base64 + at, length - at < width ? length - at : width);
        add(text, end, strlen(end));
    }
    add(text, "\n", 1);
}

/* Puts in, overwrites or takes out one character. */
static void damage(struct text *text, size_t from)
{
    static const char odd[] = "==== \r\n-+/_,.A\0\x80\xff\xc1";
    char c = below(4) == 0 ? (char)below(256) : odd[below(sizeof odd - 1)];
    size_t at =
        below(3) == 0 ? text->length - 1 - below(6) : from + below((uint32_t)(text->length - from));
    size_t kept = below(3) != 0 ? 1 : 0; /* of the character that is there */
    size_t added = kept == 0 || below(2) == 0 ? 1 : 0;
    size_t behind = at + (added == 1 ? 1 - kept : 1);

    memmove(text->bytes + at + added, text->bytes + behind, text->length - behind);
    text->length = text->length - behind + at + added;
    if (added == 1) {
        text->bytes[at] = c;
    }
}

/* ---- How it is read, by the library ---- */

struct model {
    enum connsync_posix_anchors_status status;
    char reason[CONNSYNC_POSIX_ANCHORS_REASON_SIZE];
    uint8_t der[512];
    size_t length;
    char pending[1024];
    size_t waiting;
    bool padded;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool refuse(struct model *model, unsigned line, const char *reason)
{
    model->status = CONNSYNC_POSIX_ANCHORS_DAMAGED;
    snprintf(model->reason, sizeof model->reason, "line %u: %s", line, reason);
    return false;
}

/* One line between BEGIN and END. */
static bool take_line(struct model *model, size_t size, unsigned number, struct cs_slice line)
{
    size_t written = 0;

    for (size_t i = 0; i < line.length; i++) {
        if (is_blank(line.data[i])) {
            continue;
        }
        if (model->padded) {
            return refuse(model, number, "base64 goes on after its end");
        }
        model->pending[model->waiting++] = line.data[i];
    }
    size_t whole = model->waiting - model->waiting % 4;
    if (whole == 0) {
        return true;
    }
    switch (cs_base64_decode(model->der + model->length, size - model->length, &written,
                             cs_slice_make(model->pending, whole))) {
    case CS_BASE64_TOO_LONG:
        model->status = CONNSYNC_POSIX_ANCHORS_TOO_LARGE;
        snprintf(model->reason, sizeof model->reason, "its certificates need more than %u bytes",
                 (unsigned)size);
        return false;
    case CS_BASE64_DAMAGED:
        return refuse(model, number, "not base64");
    default:
        break;
    }
    model->length += written;
    model->padded = model->pending[whole - 1] == '=';
    model->waiting -= whole;
    memmove(model->pending, model->pending + whole, model->waiting);
    return true;
}

/* As a line begins: without blanks, then without a byte order mark. */
static struct cs_slice begun(struct cs_slice line)
{
    while (line.length > 0 && is_blank(line.data[0])) {
        line = cs_slice_make(line.data + 1, line.length - 1);
    }
    bool marked = line.length >= 3 && memcmp(line.data, "\xef\xbb\xbf", 3) == 0;
    return marked ? cs_slice_make(line.data + 3, line.length - 3) : line;
}

static void read_by_library(struct model *model, size_t size, const struct text *text)
{
    const char *at = text->bytes + strlen(BEGIN);
    const char *end = text->bytes + text->length - strlen(END);
    unsigned number = 1;
    struct cs_certificate parts;

    memset(model, 0, sizeof *model);
    while (at < end) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        next = next != NULL ? next : end;
        number++;
        if (!take_line(model, size, number, begun(cs_slice_make(at, (size_t)(next - at))))) {
            return;
        }
        at = next + 1;
    }
    if (model->waiting != 0) {
        (void)refuse(model, number + 1, "base64 stops in the middle");
    } else if (!cs_certificate_read(cs_slice_make((const char *)model->der, model->length),
                                    &parts)) {
        (void)refuse(model, number + 1, "this block does not hold one certificate");
    }
}

/* ---- Both ---- */

static void make_text(struct text *text)
{
    char base64[512];
    size_t length = make_base64(base64, sizeof base64);

    text->length = 0;
    add(text, BEGIN, strlen(BEGIN));
    lay_out(text, base64, length);
    for (uint32_t times = below(3); times > 0; times--) {
        damage(text, strlen(BEGIN));
    }
    /* A line of its own for the end, whatever was damaged. */
    if (text->bytes[text->length - 1] != '\n') {
        add(text, "\n", 1);
    }
    add(text, END, strlen(END));
}

static void both_decoders_agree(void **state)
{
    static struct text text;
    static struct model model;
    unsigned seen[CONNSYNC_POSIX_ANCHORS_DAMAGED + 1] = {0};
    char path[32];
    int file = memfd_create("anchors", 0);

    (void)state;
    assert_true(file >= 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct connsync_posix_anchors anchors;
        uint8_t der[512];
        size_t size = below(4) == 0 ? below(160) : sizeof der;
        make_text(&text);
        read_by_library(&model, size, &text);
        assert_int_equal(ftruncate(file, 0), 0);
        assert_int_equal(pwrite(file, text.bytes, text.length, 0), (ssize_t)text.length);
        enum connsync_posix_anchors_status status =
            connsync_posix_anchors_read(&anchors, path, der, size);
        if (status != model.status || strcmp(anchors.reason, model.reason) != 0 ||
            (status == CONNSYNC_POSIX_ANCHORS_OK &&
             (anchors.length != model.length || memcmp(der, model.der, model.length) != 0))) {
            fail_msg("round %u: %d \"%s\", not %d \"%s\":\n%.*s", round, (int)status,
                     anchors.reason, (int)model.status, model.reason, (int)text.length, text.bytes);
        }
        seen[status]++;
    }
    close(file);
    print_message("%u taken, %u too large, %u damaged\n", seen[CONNSYNC_POSIX_ANCHORS_OK],
                  seen[CONNSYNC_POSIX_ANCHORS_TOO_LARGE], seen[CONNSYNC_POSIX_ANCHORS_DAMAGED]);
    assert_true(seen[CONNSYNC_POSIX_ANCHORS_OK] > ROUNDS / 10);
    assert_true(seen[CONNSYNC_POSIX_ANCHORS_TOO_LARGE] > ROUNDS / 100);
    assert_true(seen[CONNSYNC_POSIX_ANCHORS_DAMAGED] > ROUNDS / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_decoders_agree),
    };

    return cmocka_run_group_tests_name("anchors_base64", tests, NULL, NULL);
}
