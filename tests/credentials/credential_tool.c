/*
 * Shows what the POSIX platform makes of keys and certificates.
 *
 *   credential_tool jwt ALGORITHM CLIENT_ID DOMAIN NOW KEY_ID SOURCE
 *   credential_tool key SOURCE           bits, and "exposed" if it is
 *   credential_tool keys SOURCE...       the same or the refusal, a line for each
 *   credential_tool der SOURCE           bits and DER of a key for TLS
 *   credential_tool chain SOURCE SOURCE|same NOW
 *   credential_tool figures ALGORITHM SOURCE COUNT
 *   credential_tool sweep SOURCE         each size of memory and output, lost entropy
 *
 * SOURCE is file:PATH or env:NAME; KEY_ID may be empty. What is refused ends with
 * status 1 and its number and reason on the output. The memory that was lent is looked
 * through after each call: what is left in it of a secret ends with status 2.
 */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/credentials/assertion.h"
#include "platform/posix/credentials/client_certificate.h"
#include "platform/posix/network/posix_port.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define UNTOUCHED 0xA5
/* Of the arena: the header of its last free piece, and of the first. */
#define HEADERS_MAX 64

static struct connsync_posix posix;
static unsigned char memory[CS_CREDENTIAL_SCRATCH_SIZE];
static struct cs_private_key key;
static struct cs_client_certificate certificate;

static struct cs_key_scratch lend(void)
{
    struct cs_key_scratch scratch = {connsync_posix_port(&posix), memory, sizeof memory};

    memset(memory, UNTOUCHED, sizeof memory);
    return scratch;
}

/* How many bytes are neither untouched nor wiped; `*used` is where the last one lies that
 * was touched. */
static size_t count_left(size_t *used)
{
    size_t left = 0;

    *used = 0;
    for (size_t i = 0; i < sizeof memory; i++) {
        left += memory[i] != UNTOUCHED && memory[i] != 0 ? 1 : 0;
        *used = memory[i] != UNTOUCHED ? i + 1 : *used;
    }
    return left;
}

static int end(enum cs_credential_status status)
{
    size_t used = 0;

    if (count_left(&used) > HEADERS_MAX) {
        printf("the memory was not wiped\n");
        return 2;
    }
    if (status != CS_CREDENTIAL_OK) {
        printf("%d %s\n", (int)status, cs_credential_reason(status));
        return 1;
    }
    return 0;
}

static struct cs_credential_source source_of(const char *argument)
{
    struct cs_credential_source source = {NULL, NULL};

    if (strncmp(argument, "env:", 4) == 0) {
        source.text = getenv(argument + 4);
    } else if (strncmp(argument, "file:", 5) == 0) {
        source.path = argument + 5;
    }
    if (source.text == NULL && source.path == NULL) {
        exit(64);
    }
    return source;
}

static enum cs_credential_status read_key(enum cs_private_key_use use, const char *argument)
{
    struct cs_credential_source source = source_of(argument);
    struct cs_key_scratch scratch = lend();

    return cs_private_key_read(&key, use, &source, &scratch);
}

static int show_key(const char *argument)
{
    enum cs_credential_status status = read_key(CS_PRIVATE_KEY_ASSERTION, argument);

    if (status == CS_CREDENTIAL_OK) {
        printf("%u%s\n", key.bits, key.exposed ? " exposed" : "");
    }
    return end(status);
}

/* Always status 0, unless something is left in memory. */
static int show_keys(char **arguments)
{
    int code = 0;

    for (; *arguments != NULL && code != 2; arguments++) {
        code = show_key(*arguments);
    }
    return code == 2 ? code : 0;
}

static void print_hex(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        printf("%02x", (unsigned)bytes[i]);
    }
    printf("\n");
}

static int show_der(const char *argument)
{
    enum cs_credential_status status = read_key(CS_PRIVATE_KEY_TLS, argument);

    if (status == CS_CREDENTIAL_OK) {
        printf("%u ", key.bits);
        print_hex(key.der, key.length);
    }
    return end(status);
}

static int show_chain(char **arguments)
{
    struct cs_credential_source source = source_of(arguments[0]);
    struct cs_credential_source other = {NULL, NULL};
    struct cs_key_scratch scratch = lend();
    bool same = strcmp(arguments[1], "same") == 0;
    bool of_key = false;

    if (!same) {
        other = source_of(arguments[1]);
    }
    enum cs_credential_status status =
        cs_client_certificate_read(&certificate, &source, same ? NULL : &other,
                                   strtoll(arguments[2], NULL, 10), &scratch, &of_key);
    if (status != CS_CREDENTIAL_OK) {
        printf("%s ", of_key ? "key" : "certificate");
    } else {
        printf("%u %u ", certificate.count, certificate.key.bits);
        print_hex(certificate.chain, certificate.chain_length);
    }
    return end(status);
}

static int show_assertion(char **arguments)
{
    static char out[CONNSYNC_ASSERTION_SIZE];
    struct cs_assertion assertion;
    enum cs_credential_status status = read_key(CS_PRIVATE_KEY_ASSERTION, arguments[5]);

    memset(&assertion, 0, sizeof assertion);
    if (!cs_assertion_algorithm_parse(arguments[0], &assertion.algorithm)) {
        return 64;
    }
    if (status == CS_CREDENTIAL_OK) {
        int64_t now = strtoll(arguments[3], NULL, 10);
        assertion.key = &key;
        assertion.client_id = arguments[1];
        assertion.domain = arguments[2];
        assertion.key_id = arguments[4][0] != '\0' ? arguments[4] : NULL;
        assertion.scratch = lend();
        status = cs_assertion_write(&assertion, now, out, sizeof out);
        printf("%s\n", out);
    }
    return end(status);
}

static int no_entropy(void *context, uint8_t *out, size_t length)
{
    (void)context;
    (void)out;
    (void)length;
    return CONNSYNC_PORT_ERR_ENTROPY;
}

static bool is_expected(enum cs_credential_status status, enum cs_credential_status failure,
                        const char *out)
{
    size_t used = 0;

    return (status == CS_CREDENTIAL_OK || (status == failure && out[0] == '\0')) &&
           count_left(&used) <= HEADERS_MAX;
}

/* Says at which size the first success was, 0 if something else than `failure` came. */
static size_t sweep_memory(struct cs_assertion *assertion, char *out)
{
    size_t enough = 0;

    for (size_t size = 0; size < 32768; size += 104) {
        assertion->scratch = lend();
        assertion->scratch.size = size;
        enum cs_credential_status status =
            cs_assertion_write(assertion, 0, out, CONNSYNC_ASSERTION_SIZE);
        if (!is_expected(status, CS_CREDENTIAL_MEMORY, out) || memory[size] != UNTOUCHED) {
            return 0;
        }
        enough = enough == 0 && status == CS_CREDENTIAL_OK ? size : enough;
    }
    return enough;
}

static size_t sweep_output(struct cs_assertion *assertion, char *out)
{
    size_t enough = 0;

    for (size_t size = 1; size < 1024; size += 13) {
        assertion->scratch = lend();
        out[size] = 'X';
        enum cs_credential_status status = cs_assertion_write(assertion, 0, out, size);
        if (!is_expected(status, CS_CREDENTIAL_OUTPUT, out) || out[size] != 'X') {
            return 0;
        }
        enough = enough == 0 && status == CS_CREDENTIAL_OK ? size : enough;
    }
    return enough;
}

static enum cs_credential_status lose_entropy(struct cs_assertion *assertion,
                                              struct connsync_port *port, char *out)
{
    port->entropy = no_entropy;
    assertion->scratch = lend();
    assertion->scratch.port = port;
    return cs_assertion_write(assertion, 0, out, CONNSYNC_ASSERTION_SIZE);
}

static int sweep(const char *argument)
{
    static char out[CONNSYNC_ASSERTION_SIZE + 1];
    struct cs_assertion assertion = {&key,     CS_ASSERTION_RS256, NULL,
                                     "client", "tenant.example",   {NULL, NULL, 0}};
    struct connsync_port port = *connsync_posix_port(&posix);
    enum cs_credential_status status = read_key(CS_PRIVATE_KEY_ASSERTION, argument);

    if (status == CS_CREDENTIAL_OK) {
        size_t enough_memory = sweep_memory(&assertion, out);
        size_t enough_output = sweep_output(&assertion, out);
        printf("%zu %zu ", enough_memory, enough_output);
        status = lose_entropy(&assertion, &port, out);
    }
    return end(status);
}

/* Of the processor: other processes do not count. Whole numbers: there are processors without
 * others, and programs for them in which nothing may stand in for them. */
static int64_t microseconds(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int show_figures(char **arguments)
{
    static char out[CONNSYNC_ASSERTION_SIZE];
    struct cs_assertion assertion = {&key,     CS_ASSERTION_RS256, NULL,
                                     "client", "tenant.example",   {NULL, NULL, 0}};
    long count = strtol(arguments[2], NULL, 10);
    size_t used_for_key = 0;
    size_t used = 0;
    enum cs_credential_status status = read_key(CS_PRIVATE_KEY_ASSERTION, arguments[1]);

    (void)count_left(&used_for_key);
    (void)cs_assertion_algorithm_parse(arguments[0], &assertion.algorithm);
    int64_t start = microseconds();
    for (long i = 0; i < count && status == CS_CREDENTIAL_OK; i++) {
        assertion.scratch = lend();
        status = cs_assertion_write(&assertion, 0, out, sizeof out);
    }
    int64_t each = count > 0 ? (microseconds() - start) / count : 0;
    (void)count_left(&used);
    printf("RSA-%u %s: %" PRId64 ".%" PRId64 " ms of processor time a signature, %zu bytes of "
           "scratch to read the key, %zu to sign\n",
           key.bits, arguments[0], each / 1000, each % 1000 / 100, used_for_key, used);
    return end(status);
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";

    connsync_posix_init(&posix, NULL, 0);
    if (strcmp(command, "key") == 0 && argc == 3) {
        return show_key(argv[2]);
    }
    if (strcmp(command, "keys") == 0 && argc > 2) {
        return show_keys(argv + 2);
    }
    if (strcmp(command, "sweep") == 0 && argc == 3) {
        return sweep(argv[2]);
    }
    if (strcmp(command, "der") == 0 && argc == 3) {
        return show_der(argv[2]);
    }
    if (strcmp(command, "chain") == 0 && argc == 5) {
        return show_chain(argv + 2);
    }
    if (strcmp(command, "jwt") == 0 && argc == 8) {
        return show_assertion(argv + 2);
    }
    if (strcmp(command, "figures") == 0 && argc == 5) {
        return show_figures(argv + 2);
    }
    return 64;
}
