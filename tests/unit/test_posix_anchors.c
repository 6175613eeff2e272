/*
 * Trust anchors from PEM files that are written for the purpose into the working
 * directory, and from the machine's own list where it has one.
 */
#define _GNU_SOURCE 1

#include "platform/posix/network/posix_anchors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The outlines of certificates of 22 and 23 bytes, with nothing in their parts. */
#define BASE64_22 "MBQwDQIBATAAMAAwADAAMAAwAAMBAA=="
#define PEM_22 "-----BEGIN CERTIFICATE-----\n" BASE64_22 "\n-----END CERTIFICATE-----\n"
#define PEM_23                                                                                     \
    "-----BEGIN CERTIFICATE-----\r\nMBUwDgICAQAw\r\nADAAMAAwADAAMAADAQA=\r\n-----END "             \
    "CERTIFICATE-----\r\n"
#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"

static const uint8_t der_22[] = {0x30, 0x14, 0x30, 0x0d, 0x02, 0x01, 0x01, 0x30, 0x00, 0x30, 0x00,
                                 0x30, 0x00, 0x30, 0x00, 0x30, 0x00, 0x30, 0x00, 0x03, 0x01, 0x00};
static const uint8_t der_23[] = {0x30, 0x15, 0x30, 0x0e, 0x02, 0x02, 0x01, 0x00,
                                 0x30, 0x00, 0x30, 0x00, 0x30, 0x00, 0x30, 0x00,
                                 0x30, 0x00, 0x30, 0x00, 0x03, 0x01, 0x00};

static char pem_path[64];

static void write_pem(const char *text)
{
    strcpy(pem_path, "test_posix_XXXXXX");
    int fd = mkstemp(pem_path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static enum connsync_posix_anchors_status
read_pem(const char *text, struct connsync_posix_anchors *anchors, uint8_t *der, size_t size)
{
    write_pem(text);
    enum connsync_posix_anchors_status status =
        connsync_posix_anchors_read(anchors, pem_path, der, size);
    unlink(pem_path);
    return status;
}

static void anchors_are_laid_end_to_end(void **state)
{
    (void)state;
    static const char text[] = "# a comment\n" PEM_22 "words between\n"
                               "-----BEGIN EC PRIVATE KEY-----\n!!! never decoded\n"
                               "-----END EC PRIVATE KEY-----\n"
                               "-----BEGIN TRUSTED CERTIFICATE-----\nMAMCAQE=\n"
                               "-----END TRUSTED CERTIFICATE-----\n" PEM_23 "the end";
    struct connsync_posix_anchors anchors;
    uint8_t der[45]; /* no byte to spare */
    assert_int_equal(read_pem(text, &anchors, der, sizeof der), CONNSYNC_POSIX_ANCHORS_OK);
    assert_int_equal(anchors.count, 2);
    assert_int_equal(anchors.length, 45);
    assert_memory_equal(der, der_22, 22);
    assert_memory_equal(der + 22, der_23, 23);
    assert_string_equal(anchors.reason, "");
}

static void anchors_split_anywhere_decode_alike(void **state)
{
    (void)state;
    static const char base64[] = BASE64_22;
    for (size_t cut = 1; cut < sizeof base64 - 1; cut++) {
        char text[160];
        snprintf(text, sizeof text, BEGIN "%.*s\n %s \n" END, (int)cut, base64, base64 + cut);
        struct connsync_posix_anchors anchors;
        uint8_t der[32];
        assert_int_equal(read_pem(text, &anchors, der, sizeof der), CONNSYNC_POSIX_ANCHORS_OK);
        assert_int_equal(anchors.length, 22);
        assert_memory_equal(der, der_22, 22);
    }
}

/* As tools write them, and as they are joined: all of these are read by one program or another. */
static void a_bundle_is_read_however_it_is_laid_out(void **state)
{
    static const char *const cases[] = {
        "\xef\xbb\xbf" PEM_22, /* a byte order mark */
        "\xef\xbb\xbf\r\n" PEM_22,
        PEM_23 "\xef\xbb\xbf" PEM_22, /* a joined file's */
        "   -----BEGIN CERTIFICATE-----\n   " BASE64_22 "\n   -----END CERTIFICATE-----\n",
        "\t-----BEGIN CERTIFICATE----- \r\n\t" BASE64_22 " \r\n\t-----END CERTIFICATE-----\t\r\n",
        "subject=/CN=root\n---\n" PEM_22 "# between\n\n\n",
        "-----BEGIN X509 CERTIFICATE-----\n" BASE64_22 "\n-----END X509 CERTIFICATE-----\n",
        "-----BEGIN X509 CRL-----\nMAMCAQE=\n-----END X509 CRL-----\n" PEM_22,
        "-----BEGIN CERTIFICATE-----\n" BASE64_22 "\n-----END CERTIFICATE-----", /* no last \n */
        "-----END PRIVATE KEY-----\n" PEM_22,
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct connsync_posix_anchors anchors;
        uint8_t der[64];
        if (read_pem(cases[i], &anchors, der, sizeof der) != CONNSYNC_POSIX_ANCHORS_OK) {
            fail_msg("case %u: %s", (unsigned)i, anchors.reason);
        }
        assert_int_equal(anchors.count, strncmp(cases[i], PEM_23, 40) == 0 ? 2 : 1);
        assert_memory_equal(der + anchors.length - 22, der_22, 22);
    }
}

static void bad_files_are_refused_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum connsync_posix_anchors_status status;
        const char *reason;
    } cases[] = {
        {"", CONNSYNC_POSIX_ANCHORS_NONE, "no certificate is in it"},
        {"only words\n", CONNSYNC_POSIX_ANCHORS_NONE, "no certificate is in it"},
        {"-----BEGIN TRUSTED CERTIFICATE-----\nMAMCAQE=\n-----END TRUSTED CERTIFICATE-----\n",
         CONNSYNC_POSIX_ANCHORS_NONE, "TRUSTED CERTIFICATE"},
        {PEM_22 BEGIN "MA!CAQE=\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 5: not base64"},
        {BEGIN "MAMCAQ\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 3: base64 stops"},
        {BEGIN "MAMCAQE=\nAAAA\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 3: base64 goes on"},
        {BEGIN "MAMCAQE=AAAA\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 2: not base64"},
        {BEGIN "MAMCAQE=\n", CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 2: the file ends inside"},
        {BEGIN BEGIN, CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 2: a block begins inside"},
        {BEGIN "MAMCAQE=\n-----END X-----\n", CONNSYNC_POSIX_ANCHORS_DAMAGED, "under another name"},
        {BEGIN END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 2: this block does not hold"},
        {BEGIN "MAMCAQEA\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "does not hold"}, /* a byte more */
        {BEGIN "MAQCAQE=\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "does not hold"}, /* one missing */
        {BEGIN "MQMCAQE=\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "does not hold"}, /* a SET */
        {BEGIN "MIACAQE=\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "does not hold"}, /* indefinite */
        {BEGIN "MIEDAgEB\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "does not hold"}, /* 81 03 */
        {BEGIN "MAMCAQE=\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "does not hold"}, /* no outline */
        {BASE64_22 "\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 2: a certificate ends that"},
        {"x " BEGIN BASE64_22 "\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "line 3: a certificate en"},
        {"-----BEGIN X509 CRL-----\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "under another name"},
        {"\xff\xfe-\n", CONNSYNC_POSIX_ANCHORS_NONE, "no certificate is in it"}, /* UTF-16 */
        /* 82 00 03 */
        {BEGIN "MIIAAwIBAQ==\n" END, CONNSYNC_POSIX_ANCHORS_DAMAGED, "does not hold"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct connsync_posix_anchors anchors;
        uint8_t der[64];
        int status = (int)read_pem(cases[i].text, &anchors, der, sizeof der);
        if (status != (int)cases[i].status || strstr(anchors.reason, cases[i].reason) == NULL) {
            fail_msg("case %u: status %d, \"%s\"", (unsigned)i, status, anchors.reason);
        }
        assert_int_equal(anchors.length, 0);
        assert_int_equal(anchors.count, 0);
    }
}

static void anchors_that_do_not_fit_are_too_large(void **state)
{
    (void)state;
    struct connsync_posix_anchors anchors;
    uint8_t der[45] = {0};
    assert_int_equal(read_pem(PEM_22 PEM_23, &anchors, der, 44), CONNSYNC_POSIX_ANCHORS_TOO_LARGE);
    assert_non_null(strstr(anchors.reason, "44 bytes"));
    assert_int_equal(der[44], 0); /* untouched */
    assert_int_equal(anchors.length, 0);
    assert_int_equal(connsync_posix_anchors_read(&anchors, "/dev/zero", der, 44),
                     CONNSYNC_POSIX_ANCHORS_TOO_LARGE);
}

static void long_lines_only_matter_in_a_block(void **state)
{
    (void)state;
    static char text[3 * CONNSYNC_POSIX_PEM_LINE_MAX];
    static char filler[CONNSYNC_POSIX_PEM_LINE_MAX + 2];
    memset(filler, 'A', sizeof filler - 1);
    struct connsync_posix_anchors anchors;
    static uint8_t der[8192];
    snprintf(text, sizeof text, "%s\n" PEM_22, filler);
    assert_int_equal(read_pem(text, &anchors, der, sizeof der), CONNSYNC_POSIX_ANCHORS_OK);
    assert_int_equal(anchors.count, 1);
    snprintf(text, sizeof text, BEGIN "%s\n" END, filler);
    assert_int_equal(read_pem(text, &anchors, der, sizeof der), CONNSYNC_POSIX_ANCHORS_DAMAGED);
    assert_non_null(strstr(anchors.reason, "line 2: the line is too long"));
    /* One line of exactly the limit: the outline of a certificate of 3072 bytes, whose signature
     * is zeroes. */
    filler[CONNSYNC_POSIX_PEM_LINE_MAX] = '\0';
    memcpy(filler, "MIIL/DANAgEBMAAwADAAMAAwADAAA4IL5wAA", 36);
    snprintf(text, sizeof text, BEGIN "%s\n" END, filler);
    assert_int_equal(read_pem(text, &anchors, der, sizeof der), CONNSYNC_POSIX_ANCHORS_OK);
    assert_int_equal(anchors.length, 3072);
    memcpy(filler, "MIIL/Q", 6); /* 30 82 0B FD: a byte more than there is */
    snprintf(text, sizeof text, BEGIN "%s\n" END, filler);
    assert_int_equal(read_pem(text, &anchors, der, sizeof der), CONNSYNC_POSIX_ANCHORS_DAMAGED);
    assert_non_null(strstr(anchors.reason, "does not hold one certificate"));
}

static void files_that_cannot_be_read_say_so(void **state)
{
    (void)state;
    struct connsync_posix_anchors anchors;
    uint8_t der[16];
    assert_int_equal(connsync_posix_anchors_read(&anchors, "no/such/file", der, sizeof der),
                     CONNSYNC_POSIX_ANCHORS_NO_FILE);
    assert_string_equal(anchors.reason, "there is no such file");
    assert_int_equal(connsync_posix_anchors_read(&anchors, "/", der, sizeof der),
                     CONNSYNC_POSIX_ANCHORS_READ);
    assert_string_equal(anchors.reason, "this is a directory");
}

static void the_environment_names_the_file(void **state)
{
    (void)state;
    setenv("SSL_CERT_FILE", "no/such/file", 1);
    assert_string_equal(connsync_posix_anchors_find(), "no/such/file");
    setenv("SSL_CERT_FILE", "", 1);
    const char *usual = connsync_posix_anchors_find();
    unsetenv("SSL_CERT_FILE");
    const char *unset = connsync_posix_anchors_find();
    assert_true(usual == unset);
    if (usual == NULL) {
        print_message("skipped: this machine has no list of certificates\n");
        skip();
    }
    static uint8_t der[1048576];
    struct connsync_posix_anchors anchors;
    assert_int_equal(connsync_posix_anchors_read(&anchors, usual, der, sizeof der),
                     CONNSYNC_POSIX_ANCHORS_OK);
    print_message("%s: %lu certificates, %lu bytes of DER\n", usual, (unsigned long)anchors.count,
                  (unsigned long)anchors.length);
    assert_true(anchors.count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anchors_are_laid_end_to_end),
        cmocka_unit_test(anchors_split_anywhere_decode_alike),
        cmocka_unit_test(a_bundle_is_read_however_it_is_laid_out),
        cmocka_unit_test(bad_files_are_refused_with_a_reason),
        cmocka_unit_test(anchors_that_do_not_fit_are_too_large),
        cmocka_unit_test(long_lines_only_matter_in_a_block),
        cmocka_unit_test(files_that_cannot_be_read_say_so),
        cmocka_unit_test(the_environment_names_the_file),
    };
    return cmocka_run_group_tests_name("posix_anchors", tests, NULL, NULL);
}
