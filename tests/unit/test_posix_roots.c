/* Trust anchors that stay in their file: found by the names in a certificate, and not where the file
 * has been written to. */
#define _GNU_SOURCE 1

#include "platform/posix/network/posix_roots.h"

#include "core/tls/certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"
#define SIZE ((size_t)1 << 20)

/* The outline of a certificate of 28 bytes: its issuer and its subject are the one byte of INTEGER
 * that is named by the two characters. */
static void write_root(FILE *file, uint8_t issuer, uint8_t subject)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t der[] = {0x30,    0x1a, 0x30, 0x13,   0x02, 0x01, 0x01, 0x30, 0x00, 0x30,
                           0x03,    0x02, 0x01, issuer, 0x30, 0x00, 0x30, 0x03, 0x02, 0x01,
                           subject, 0x30, 0x00, 0x30,   0x00, 0x03, 0x01, 0x00};

    fputs(BEGIN, file);
    for (size_t i = 0; i < sizeof der; i += 3) {
        size_t left = sizeof der - i;
        unsigned word = (unsigned)der[i] << 16 | (left > 1 ? (unsigned)der[i + 1] << 8 : 0) |
                        (left > 2 ? der[i + 2] : 0u);
        fputc(digits[word >> 18], file);
        fputc(digits[word >> 12 & 63], file);
        fputc(left > 1 ? digits[word >> 6 & 63] : '=', file);
        fputs(left > 2 ? (const char[]){digits[word & 63], 0} : "=", file);
        fputs(i % 2 == 0 ? "" : "\r\n ", file); /* lines of any length */
    }
    fputs("\n" END, file);
}

static char path[32];
static uint8_t der[SIZE];
static struct cs_roots roots;
static struct connsync_posix_anchors told;

/* Root i has the name i modulo 100; words stand between. */
static void write_roots(unsigned count, unsigned words)
{
    strcpy(path, "roots_XXXXXX");
    FILE *file = fdopen(mkstemp(path), "w");

    assert_non_null(file);
    for (unsigned i = 0; i < count; i++) {
        fprintf(file, "# %0*u\n", (int)words, i);
        write_root(file, (uint8_t)(i % 100), (uint8_t)(i % 100));
    }
    fclose(file);
}

static struct cs_slice make_certificate(uint8_t bytes[28], uint8_t issuer, uint8_t subject)
{
    const uint8_t made[28] = {0x30,    0x1a, 0x30, 0x13,   0x02, 0x01, 0x01, 0x30, 0x00, 0x30,
                              0x03,    0x02, 0x01, issuer, 0x30, 0x00, 0x30, 0x03, 0x02, 0x01,
                              subject, 0x30, 0x00, 0x30,   0x00, 0x03, 0x01, 0x00};

    memcpy(bytes, made, sizeof made);
    return cs_slice_make((const char *)bytes, sizeof made);
}

/* How many roots are found for such a certificate. */
static size_t find(uint8_t issuer, uint8_t subject)
{
    uint8_t bytes[28];
    struct cs_slice rest = make_certificate(bytes, issuer, subject);
    struct cs_certificate root;
    size_t length;
    size_t count = 0;

    assert_true(cs_roots_find(&roots, rest, der, sizeof der, &length));
    rest = cs_slice_make((const char *)der, length);
    while (cs_certificate_next(&rest, &root)) {
        uint8_t name = (uint8_t)root.subject.data[root.subject.length - 1];
        assert_true(name == issuer || name == subject);
        count++;
    }
    assert_int_equal(rest.length, 0);
    return count;
}

static void read_roots(unsigned count)
{
    assert_int_equal(cs_roots_read(&roots, &told, path, der, sizeof der), 0);
    assert_int_equal(told.count, count);
    memset(der, 0xA5, sizeof der);
}

static void roots_are_found_by_name(void **state)
{
    (void)state;
    write_roots(350, 300);
    read_roots(350);
    assert_true(roots.is_open);
    assert_int_equal(roots.count, 350);
    assert_int_equal(find(7, 200), 4);
    assert_int_equal(find(200, 60), 3);
    assert_int_equal(find(7, 60), 7);
    assert_int_equal(find(99, 99), 3);
    assert_int_equal(find(201, 202), 0);
    unlink(path); /* what is open stays */
    assert_int_equal(find(0, 0), 4);
    cs_roots_close(&roots);
}

/* What was read before says nothing of what somebody has written since. */
static void a_file_that_was_written_to_is_not_believed(void **state)
{
    uint8_t bytes[28];
    struct cs_slice certificate = make_certificate(bytes, 7, 7);
    size_t length;

    (void)state;
    write_roots(100, 300);
    read_roots(100);
    struct cs_slice identity = cs_roots_identity(&roots);
    char *before = malloc(identity.length);
    memcpy(before, identity.data, identity.length);
    assert_int_equal(find(7, 7), 1);
    FILE *file = fopen(path, "a");
    fputs("more\n", file);
    fclose(file);
    assert_false(cs_roots_find(&roots, certificate, der, sizeof der, &length));
    assert_int_equal(length, 0);
    cs_roots_close(&roots);
    assert_false(cs_roots_find(&roots, certificate, der, sizeof der, &length));
    read_roots(100);
    assert_int_equal(find(7, 7), 1);
    assert_memory_not_equal(before, cs_roots_identity(&roots).data, identity.length);
    free(before);
    cs_roots_close(&roots);
    unlink(path);
}

static void a_damaged_file_is_refused(void **state)
{
    (void)state;
    write_roots(100, 300);
    FILE *file = fopen(path, "a");
    fputs(BEGIN "MBQw\n", file);
    fclose(file);
    assert_int_equal(cs_roots_read(&roots, &told, path, der, sizeof der),
                     CONNSYNC_POSIX_ANCHORS_DAMAGED);
    assert_false(roots.is_open);
    assert_int_equal(told.count, 0);
    unlink(path);
}

/* Another process writes the file of roots into a pipe of that name. */
static void pour_into(const char *name)
{
    static char text[SIZE];
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    assert_int_equal(mkfifo(name, 0600), 0);
    if (fork() == 0) {
        file = fopen(name, "w");
        _exit(file == NULL || fwrite(text, 1, length, file) != length || fclose(file) != 0);
    }
}

static void of_a_short_file_and_a_pipe_all_is_kept(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        write_roots(i == 0 ? 10 : 100, 300);
        char name[48];
        snprintf(name, sizeof name, "%s%s", path, i == 0 ? "" : ".pipe");
        if (i == 1) {
            pour_into(name);
        }
        assert_int_equal(cs_roots_read(&roots, &told, name, der, sizeof der), 0);
        assert_false(roots.is_open);
        assert_int_equal(told.length, 28 * told.count);
        assert_int_equal(told.count, i == 0 ? 10 : 100);
        unlink(name);
        unlink(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_are_found_by_name),
        cmocka_unit_test(a_file_that_was_written_to_is_not_believed),
        cmocka_unit_test(a_damaged_file_is_refused),
        cmocka_unit_test(of_a_short_file_and_a_pipe_all_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
